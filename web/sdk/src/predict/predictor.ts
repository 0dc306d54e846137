// What can tell what a seat's own inputs and commands do, ahead of the room: the
// game's own Go in WebAssembly, or a function of the page. All numbers are as on
// the wire.
import type { Column } from "../api.ts";
import type { Snapshot } from "../page/snapshot.ts";

/** A row that the prediction made and that the room has by now: predicted on, under the room's id. */
export interface Adopted {
  /** Place among the schema's tables. */
  readonly table: number;
  readonly id: number;
  /** What the prediction called it, as in PredictedRows. */
  readonly madeAt: number;
  readonly nth: number;
}

/** A command that the room has not answered. */
export interface OpenCommand {
  readonly values: readonly number[];
  readonly list: readonly number[];
}

/** Predicted rows of one table: the seat's own, those adopted, and those that the prediction made. Valid until the next call. */
export interface PredictedRows {
  readonly count: number;
  /** As on the wire; of rows that the prediction made, above all ids of the room. */
  readonly ids: Uint32Array;
  /** The tick whose step made a row; 0 of those of the snapshot. */
  readonly madeAt: Uint32Array;
  /** The how-manieth it was among those that this step made in this table, from 0. */
  readonly nth: Uint32Array;
  /** Columns by their place among the shared ones, and then among the own ones. */
  readonly shared: readonly Column[];
  readonly own: readonly Column[];
}

/** Predicts one seat's rows, tick by tick. The page's thread calls it. */
export interface Predictor {
  /** Tables that it may have rows of: places among the schema's. */
  readonly tables: readonly number[];
  /** Begins anew at a snapshot: own rows as they are, all others as they are seen. */
  load(s: Snapshot, adopted: readonly Adopted[]): void;
  /** Goes on by one tick, to this one, with the seat's input (null: it sends none) and the commands that the room gives this tick. */
  step(tick: number, input: readonly number[] | null, commands: readonly OpenCommand[]): void;
  /** Remembers where it is; back() is there again, once. */
  mark(): void;
  back(): void;
  rows(table: number): PredictedRows;
  /** Whether a step has ever changed a column: what it never changes is no prediction, and differs without being wrong. */
  changes(table: number, plane: "shared" | "own", at: number): boolean;
}
