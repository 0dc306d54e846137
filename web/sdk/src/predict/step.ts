// Prediction by a function of the page, for who does not want the game's own Go.
import type { World } from "../api.ts";
import type { AnyGame, ColumnOf, Game, OwnOf, TableName } from "../game.ts";

/**
 * An own row while it is predicted: its columns, shared and private, as on the wire, to be changed in place. Whatever else is set on it
 * is kept for the ticks that follow, and taken up again after a snapshot from what was predicted for its tick; at first it is undefined.
 */
export type StepRow<G extends Game, T extends TableName<G>, X = unknown> = {
  readonly id: number;
  /** By how much the linear columns changed in the last tick; 0 while nothing is known of it. */
  readonly d: Readonly<Record<string, number>>;
} & { [C in ColumnOf<G, T> | OwnOf<G, T>]: number } & Partial<X>;

/** How the own rows of one table go on. X: what step keeps on a row that is no column. */
export interface StepPrediction<G extends Game = AnyGame, T extends TableName<G> = TableName<G>, X = unknown> {
  readonly table: T;
  /**
   * Makes a row what it is after the step of a tick. input has all fields of the seat's input; world is the newest snapshot, for
   * others' rows. It is called for many ticks over and over, so that it must depend on nothing else and be quick.
   */
  step(row: StepRow<G, T, X>, input: Readonly<G["input"]>, tick: number, world: World<G>): void;
  /** Makes a row what a command makes of it, before the step of a tick; by the fields' names. */
  commands?(row: StepRow<G, T, X>, command: Readonly<G["command"]>, tick: number, world: World<G>): void;
}

/** A prediction for ConnectOptions.predict, with its types: predict<Arena, "ship">({ table: "ship", step(row, input) { … } }). */
export function predict<G extends Game = AnyGame, T extends TableName<G> = TableName<G>, X = unknown>(p: StepPrediction<G, T, X>): StepPrediction {
  return p as unknown as StepPrediction;
}
