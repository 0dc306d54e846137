// What a game is to the type system. `metronome schema --ts` writes a Game for
// a real one; AnyGame stands for any.

/** What a game declares, as names. */
export interface Game {
  tables: { [table: string]: { columns: string; own: string } };
  events: { [event: string]: { [field: string]: number } };
  input: { [field: string]: number };
  /** Fields of its commands; the one that is a list has many numbers. */
  command: { [field: string]: number | readonly number[] };
  /** What rooms can be made with. */
  params: { [name: string]: ParamValue };
  /** Fields of an outcome's lines. */
  outcome: { [field: string]: number };
}

export interface AnyGame extends Game {}

/** The value of a room's setting; a string is the name of an option. */
export type ParamValue = number | boolean | string;

export type TableName<G extends Game> = keyof G["tables"] & string;
export type ColumnOf<G extends Game, T extends TableName<G>> = G["tables"][T]["columns"];
export type OwnOf<G extends Game, T extends TableName<G>> = G["tables"][T]["own"];

/** An event of the game: which kind its name says, so `switch (e.name)` narrows its fields. */
export type GameEvent<G extends Game> = {
  [E in keyof G["events"] & string]: {
    readonly name: E;
    /** When it happened. */
    readonly tick: number;
    /** The group in which it happened. */
    readonly group: number;
    /** As on the wire: FIXED in 1/256, ANGLE 65536 to the circle. */
    readonly fields: Readonly<G["events"][E]>;
    /** The same in real units: FIXED divided by 256, ANGLE in radians. */
    readonly values: Readonly<G["events"][E]>;
  };
}[keyof G["events"] & string];

/** The fields of the game's input; those left out are 0. */
export type InputOf<G extends Game> = Partial<G["input"]> | readonly number[];

/** The fields of the game's command; those left out are 0, a list is empty. */
export type CommandOf<G extends Game> = Partial<G["command"]>;

/** What a room was made with. */
export type ParamsOf<G extends Game> = Readonly<G["params"]>;
