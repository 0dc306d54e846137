// Hiding what a prediction of the own rows got wrong: what is shown goes over to
// what is right within a moment, instead of jumping there.
import type { ColumnPlan } from "../page/shapes.ts";
import { difference } from "../page/timeline.ts";
import type { RowsAt } from "./rows.ts";

/** An error has lost 95 % after so many seconds. */
const FADE = 0.1;
/** Errors below so much on the wire are none. */
const NOTHING = 0.01;

/** The errors of one table's rows that are still to be seen, by life. */
export class Fade {
  private readonly errors = new Map<number, Float64Array>();

  constructor(
    /** The columns that are drawn smoothly. */
    private readonly smooth: readonly ColumnPlan[],
  ) {}

  /** Adds to the errors what two predictions of one tick differ in; counts tells which columns are predicted at all. Answers the corrections, each by its length in real units. */
  note(before: RowsAt, after: RowsAt, counts: (c: ColumnPlan) => boolean): number[] {
    const lengths: number[] = [];
    for (let i = 0; i < after.count; i++) {
      const life = after.lives[i]!;
      const was = life === 0 ? -1 : before.place(life, i);
      if (was < 0) continue;
      let [wrong, sum] = [false, 0];
      for (const [k, c] of this.smooth.entries()) {
        const d = difference(before.shared[c.at]![was]!, after.shared[c.at]![i]!, c);
        if (d === 0) continue;
        this.of(life)[k]! += d;
        if (!counts(c)) continue;
        wrong = true;
        if (!c.angle) sum += (d * c.unit) ** 2;
      }
      if (wrong) lengths.push(Math.sqrt(sum));
    }
    return lengths;
  }

  /** What is left of a row's error in the kth smooth column, as on the wire. */
  left(life: number, k: number): number {
    return this.errors.get(life)?.[k] ?? 0;
  }

  /** Lets dt seconds go by. */
  run(dt: number): void {
    const part = Math.exp((-3 * dt) / FADE);
    for (const [life, by] of this.errors) {
      for (let k = 0; k < by.length; k++) by[k]! *= part;
      if (by.every((v) => Math.abs(v) < NOTHING)) this.errors.delete(life);
    }
  }

  private of(life: number): Float64Array {
    let by = this.errors.get(life);
    if (!by) this.errors.set(life, (by = new Float64Array(this.smooth.length)));
    return by;
  }
}
