// Hiding what a prediction got wrong. While snapshots are late the view goes on
// as things last moved; when the truth comes they must not jump.
import type { ColumnPlan } from "./shapes.ts";
import type { SnapshotTable } from "./snapshot.ts";

/** How long an error takes to disappear, ticks: with 8 a full turn round in a late moment adds no more than half of full speed. */
const TICKS = 8;

interface Offset {
  /** By place of the column. */
  by: Float64Array;
  since: number;
}

/** The errors of one table's rows, by life. */
export class Blend {
  private readonly offsets = new Map<number, Offset>();

  get empty(): boolean {
    return this.offsets.size === 0;
  }

  clear(): void {
    this.offsets.clear();
  }

  /** Notes what was drawn for a row against what it turned out to be at a tick. */
  set(life: number, by: Float64Array, tick: number): void {
    if (by.some((v) => Math.abs(v) > 1e-6)) this.offsets.set(life, { by, since: tick });
    else this.offsets.delete(life);
  }

  /** Adds to a column what is left of the errors at a tick. */
  apply(out: Float64Array, rows: SnapshotTable, c: ColumnPlan, tick: number): void {
    for (let i = 0; i < rows.count; i++) {
      const offset = this.offsets.get(rows.lives[i]!);
      if (!offset) continue;
      const left = 1 - (tick - offset.since) / TICKS;
      if (left <= 0) this.offsets.delete(rows.lives[i]!);
      else out[i]! += offset.by[c.at]! * Math.min(left, 1);
    }
  }
}
