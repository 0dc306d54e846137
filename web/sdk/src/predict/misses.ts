// What was predicted and came out differently, by table and column.
import type { Misprediction } from "../api.ts";
import type { ColumnPlan } from "../page/shapes.ts";

/** Columns that are listed at most; those that went wrong first stay. */
const MOST = 64;

/** Counts mispredictions over all connections of a session. */
export class Misses {
  /** The one that went wrong last comes first. */
  readonly list: Misprediction[] = [];

  /** Counts one. size is in real units; of a row that was made and that the room does not have it is 1. */
  count(table: string, column: string, row: number, size: number): void {
    const at = this.list.findIndex((m) => m.table === table && m.column === column);
    if (at < 0 && this.list.length === MOST) return;
    const was = at < 0 ? { count: 0, most: 0 } : this.list.splice(at, 1)[0]!;
    this.list.unshift({ table, column, row, count: was.count + 1, last: size, most: Math.max(was.most, size) });
  }
}

/** How far two values of a column are apart, in real units; of an angle the short way round. */
export function apart(a: number, b: number, c: ColumnPlan): number {
  return Math.abs(c.angle ? ((a - b) << c.narrow) >> c.narrow : a - b) * c.unit;
}
