// One table of the view whose own rows are predicted: the others as they are
// drawn, and after them the own ones as they will be.
import type { ShownTable } from "../predict/shown.ts";
import type { ColumnPlan } from "./shapes.ts";
import type { SnapshotTable } from "./snapshot.ts";

export class Mixed {
  readonly ids: Uint32Array;
  readonly lives: Uint32Array;
  /** Where the rows that are not predicted are in the snapshot. */
  private readonly others: readonly number[];
  private readonly columns: (Float64Array | undefined)[] = [];

  constructor(
    rows: SnapshotTable,
    readonly shown: ShownTable,
  ) {
    this.others = shown.others(rows);
    this.ids = new Uint32Array(this.count);
    this.lives = new Uint32Array(this.count);
    this.others.forEach((from, i) => {
      this.ids[i] = rows.ids[from]!;
      this.lives[i] = rows.lives[from]!;
    });
    this.ids.set(shown.ids.subarray(0, shown.count), this.first);
    this.lives.set(shown.lives.subarray(0, shown.count), this.first);
  }

  /** Where the predicted rows begin. */
  get first(): number {
    return this.others.length;
  }

  get count(): number {
    return this.others.length + this.shown.count;
  }

  /** Where an id is; a predicted row comes before another one that had its id, and is still drawn. */
  index(id: number): number {
    return this.ids.lastIndexOf(id);
  }

  /** A shared column as on the wire; drawn is that of the snapshot's rows. */
  column(c: ColumnPlan, drawn: Float64Array): Float64Array {
    let values = this.columns[c.at];
    if (values) return values;
    values = this.columns[c.at] = new Float64Array(this.count);
    for (let i = 0; i < this.first; i++) values[i] = drawn[this.others[i]!]!;
    values.set(this.shown.shared[c.at]!.subarray(0, this.shown.count), this.first);
    return values;
  }
}
