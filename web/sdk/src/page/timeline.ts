// The last snapshots, and what lies between two of them.
import type { ColumnPlan } from "./shapes.ts";
import type { Snapshot, SnapshotTable } from "./snapshot.ts";

/** Snapshots that are kept: what the longest delay needs, and a burst after a stall. */
const KEEP = 64;

/** Where the view is: after floor, before next, if that has come. */
export interface Basis {
  before: Snapshot | null;
  floor: Snapshot;
  next: Snapshot | null;
}

export class Timeline {
  private readonly snapshots: Snapshot[] = [];

  get newest(): Snapshot | undefined {
    return this.snapshots.at(-1);
  }

  push(s: Snapshot): void {
    this.snapshots.push(s);
    if (this.snapshots.length > KEEP) this.snapshots.shift();
  }

  clear(): void {
    this.snapshots.length = 0;
  }

  /** Snapshots after a tick up to another, in order. */
  passed(after: number, upTo: number): Snapshot[] {
    return this.snapshots.filter((s) => s.tick > after && s.tick <= upTo);
  }

  /** What a tick, with a fraction, is drawn from; older snapshots are let go. */
  basis(tick: number): Basis | null {
    while (this.snapshots.length > 2 && this.snapshots[2]!.tick <= tick) this.snapshots.shift();
    let i = 0;
    while (i + 1 < this.snapshots.length && this.snapshots[i + 1]!.tick <= tick) i++;
    const floor = this.snapshots[i];
    return floor ? { before: this.snapshots[i - 1] ?? null, floor, next: this.snapshots[i + 1] ?? null } : null;
  }
}

/** Rows of one table that are the same in two snapshots: for each row of a where it is in b, or -1. */
export function link(a: SnapshotTable, b: SnapshotTable): Int32Array {
  const to = new Int32Array(a.count).fill(-1);
  let guess = 0;
  let places: Map<number, number> | null = null;
  for (let i = 0; i < a.count; i++) {
    const life = a.lives[i]!;
    if (b.lives[guess] !== life) {
      if (!places) {
        places = new Map();
        for (let j = 0; j < b.count; j++) places.set(b.lives[j]!, j);
      }
      guess = places.get(life) ?? -1;
    }
    if (guess >= 0) to[i] = guess++;
    else guess = i + 1;
  }
  return to;
}

/** One table between two snapshots. */
export class Between {
  readonly rows: SnapshotTable;
  private readonly next: SnapshotTable | null;
  private readonly before: SnapshotTable | null;
  private readonly toNext: Int32Array | null;
  private readonly toBefore: Int32Array | null;

  constructor(
    private readonly basis: Basis,
    table: number,
  ) {
    this.rows = basis.floor.nth(table);
    this.next = basis.next?.nth(table) ?? null;
    this.before = basis.before?.nth(table) ?? null;
    this.toNext = this.next && link(this.rows, this.next);
    this.toBefore = this.before && link(this.rows, this.before);
  }

  /** Writes a column as it is at a tick. What has no next value goes on as it last changed. */
  fill(out: Float64Array, c: ColumnPlan, tick: number): void {
    const { floor, next, before } = this.basis;
    const values = this.rows.raw(c);
    const after = this.next?.raw(c);
    const earlier = this.before?.raw(c);
    const past = Math.max(0, tick - floor.tick);
    const part = next ? past / (next.tick - floor.tick) : 0;
    const on = before ? past / (floor.tick - before.tick) : 0;
    for (let i = 0; i < this.rows.count; i++) {
      const v = values[i]!;
      const n = this.toNext ? this.toNext[i]! : -1;
      const b = this.toBefore ? this.toBefore[i]! : -1;
      let moved = 0;
      if (n >= 0) moved = difference(after![n]!, v, c) * part;
      else if (b >= 0) moved = difference(v, earlier![b]!, c) * on;
      out[i] = c.angle ? around(v + moved, c) : v + moved;
    }
  }
}

/** a - b at the width of the column, so that it goes the short way round. */
export function difference(a: number, b: number, c: ColumnPlan): number {
  return ((a - b) << c.narrow) >> c.narrow;
}

/** Brings an angle back into its range. */
export function around(v: number, c: ColumnPlan): number {
  const circle = 2 ** (32 - c.narrow);
  return ((v % circle) + circle) % circle;
}
