// One table's predicted rows as they are drawn: between two predicted ticks.
import type { ColumnPlan, TablePlan } from "../page/shapes.ts";
import type { SnapshotTable } from "../page/snapshot.ts";
import { around, difference } from "../page/timeline.ts";
import type { Fade } from "./fade.ts";
import type { MadeRows } from "./made.ts";
import type { RowsAt } from "./rows.ts";

/** The moment to draw: part of the way from one tick to the next, and the newest guess, which has the rows and all that is not smooth. */
export interface Moment {
  readonly from: RowsAt;
  readonly to: RowsAt;
  readonly guess: RowsAt;
  /** 0 to 1. */
  readonly part: number;
}

/** Predicted rows of one table in a frame. Its memory is used again. */
export class ShownTable {
  count = 0;
  ids = new Uint32Array(4);
  lives = new Uint32Array(4);
  /** By place of the column, as on the wire; longer than count. */
  readonly shared: Float64Array[] = [];
  readonly own: Float64Array[] = [];
  private readonly columns: readonly ColumnPlan[];
  private readonly ownColumns: readonly ColumnPlan[];
  /** By place of the column: its number among the smooth ones, or -1. */
  private readonly smooth: number[] = [];

  constructor(
    plan: TablePlan,
    private readonly seat: number,
    private readonly made: MadeRows,
    private readonly fade: Fade,
  ) {
    this.columns = [...plan.shared.values()];
    this.ownColumns = [...plan.own.values()];
    let k = 0;
    for (const c of this.columns) this.smooth[c.at] = c.smooth ? k++ : -1;
  }

  /** The places of those rows of a snapshot that are not drawn from here: others'. */
  others(rows: SnapshotTable): number[] {
    const { owner } = rows.plan;
    const seats = owner && rows.raw(owner);
    const places: number[] = [];
    for (let i = 0; i < rows.count; i++) {
      const own = seats ? seats[i] === this.seat : rows.ownIds.includes(rows.ids[i]!);
      if (!own && !this.made.adopted(rows.lives[i]!)) places.push(i);
    }
    return places;
  }

  /** Goes to a moment. */
  fill(m: Moment): void {
    const { guess } = m;
    this.reserve(guess.count);
    this.count = 0;
    for (let i = 0; i < guess.count; i++) {
      if (guess.lives[i] === 0) continue; // out of view
      const n = this.count++;
      this.ids[n] = guess.ids[i]!;
      this.lives[n] = guess.lives[i]!;
      const from = m.from.place(guess.lives[i]!, i);
      const to = m.to.place(guess.lives[i]!, i);
      for (const c of this.columns) this.shared[c.at]![n] = c.smooth ? this.between(m, c, i, from, to) : guess.shared[c.at]![i]!;
      for (const c of this.ownColumns) this.own[c.at]![n] = guess.own[c.at]![i]!;
    }
  }

  private between(m: Moment, c: ColumnPlan, i: number, from: number, to: number): number {
    const b = to < 0 ? m.guess.shared[c.at]![i]! : m.to.shared[c.at]![to]!;
    const a = from < 0 ? b : m.from.shared[c.at]![from]!;
    const v = a + difference(b, a, c) * m.part + this.fade.left(m.guess.lives[i]!, this.smooth[c.at]!);
    return c.angle ? around(v, c) : v;
  }

  private reserve(count: number): void {
    const long = this.ids.length >= count;
    if (long && this.shared.length === this.columns.length && this.own.length === this.ownColumns.length) return;
    const room = long ? this.ids.length : 2 * count;
    if (!long) [this.ids, this.lives] = [new Uint32Array(room), new Uint32Array(room)];
    for (const c of this.columns) this.shared[c.at] = new Float64Array(room);
    for (const c of this.ownColumns) this.own[c.at] = new Float64Array(room);
  }
}
