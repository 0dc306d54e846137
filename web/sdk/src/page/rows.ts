// Who wants to hear of rows that come into view and leave it.
import type { Row } from "../api.ts";
import { errorOf } from "../errors.ts";
import { call, uncaught } from "./events.ts";
import { type Snapshot, type SnapshotTable, sharedColumn } from "./snapshot.ts";
import { link } from "./timeline.ts";

interface Listener {
  readonly table: string;
  readonly fn: (row: Row) => void;
  /** The rows that it has heard of; null: none yet. */
  told: SnapshotTable | null;
}

/** Tells of rows by their lives, snapshot by snapshot. */
export class RowListeners {
  /** Tick of the last snapshot that was told; -1: none. */
  tick = -1;
  private readonly adds = new Set<Listener>();
  private readonly removes = new Set<Listener>();

  on(what: "add" | "remove", table: string, fn: (row: Row) => void): () => void {
    const all = what === "add" ? this.adds : this.removes;
    const l: Listener = { table, fn, told: null };
    all.add(l);
    return () => void all.delete(l);
  }

  get any(): boolean {
    return this.adds.size + this.removes.size > 0;
  }

  /** The snapshots to tell of: those that the view has passed, or, for who has begun to listen since, the one that it is at. */
  due(passed: readonly Snapshot[], floor: Snapshot | null): readonly Snapshot[] {
    if (passed.length > 0 || !floor || ![...this.adds, ...this.removes].some((l) => l.told === null)) return passed;
    return [floor];
  }

  /** Tells of the rows that a snapshot has and the one before had not. */
  came(s: Snapshot): void {
    this.tick = Math.max(this.tick, s.tick);
    for (const l of [...this.adds]) {
      const before = l.told;
      const now = this.listen(l, s, this.adds);
      if (!now || now === before) continue;
      const was = before && link(now, before);
      for (let i = 0; i < now.count; i++) if (!was || was[i]! < 0) call(l.fn, new RowOf(now, i, s.tick));
    }
  }

  /** Tells of the rows that a snapshot has no more. */
  left(s: Snapshot): void {
    for (const l of [...this.removes]) {
      const before = l.told;
      const now = this.listen(l, s, this.removes);
      if (!now || !before || now === before) continue;
      const to = link(before, now);
      for (let i = 0; i < before.count; i++) if (to[i]! < 0) call(l.fn, new RowOf(before, i, s.tick));
    }
  }

  /** listen notes that a listener is told of a snapshot, and answers its rows; null: the game has no such table, which is said once. */
  private listen(l: Listener, s: Snapshot, of: Set<Listener>): SnapshotTable | null {
    try {
      return (l.told = s.table(l.table));
    } catch (fault) {
      of.delete(l);
      uncaught(fault);
      return null;
    }
  }

  /** Another connection begins: all rows leave. */
  clear(): void {
    for (const l of [...this.removes]) {
      for (let i = 0; l.told && i < l.told.count; i++) call(l.fn, new RowOf(l.told, i, this.tick));
    }
    for (const l of [...this.adds, ...this.removes]) l.told = null;
    this.tick = -1;
  }
}

/** One row of a snapshot. */
class RowOf implements Row {
  constructor(
    private readonly rows: SnapshotTable,
    private readonly at: number,
    readonly tick: number,
  ) {}

  get table(): string {
    return this.rows.name;
  }
  get id(): number {
    return this.rows.ids[this.at]!;
  }
  get life(): number {
    return this.rows.lives[this.at]!;
  }
  raw(name: string): number {
    return this.rows.raw(sharedColumn(this.rows.plan, name))[this.at]!;
  }
  value(name: string): number {
    return this.raw(name) * sharedColumn(this.rows.plan, name).unit;
  }
}

/** Throws MetronomeError when a game has no table of a name. */
export function mustHave(tables: readonly { name: string }[], name: string): void {
  if (!tables.some((t) => t.name === name)) throw errorOf("no-such-name", `the game has no table ${name}`);
}
