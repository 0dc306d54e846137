// What a game is to the type system. `metronome schema --ts` writes a Game for
// a real one; AnyGame stands for any.

/** The tables, events and input of a game, as names. */
export interface Game {
  tables: { [table: string]: { columns: string; own: string } };
  events: { [event: string]: { [field: string]: number } };
  input: { [field: string]: number };
}

export interface AnyGame {
  tables: { [table: string]: { columns: string; own: string } };
  events: { [event: string]: { [field: string]: number } };
  input: { [field: string]: number };
}

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
    readonly fields: Readonly<G["events"][E]>;
  };
}[keyof G["events"] & string];

/** The fields of the game's input; those left out are 0. */
export type InputOf<G extends Game> = Partial<G["input"]> | readonly number[];
