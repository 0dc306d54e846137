// A snapshot on the page: views of the memory that the engine packed.
import type { Column, Table, World } from "../api.ts";
import { errorOf } from "../errors.ts";
import type { ColumnPlan, TablePlan } from "./shapes.ts";

const none = new Uint32Array(0);

/** One table of one snapshot. */
export class SnapshotTable implements Table {
  ids = none;
  ownIds = none;
  lives = none;
  private places: Map<number, number> | null = null;

  constructor(
    readonly plan: TablePlan,
    readonly count: number,
    readonly ownCount: number,
    private readonly words: ArrayBuffer,
    /** Where the rows begin, words. */
    private readonly from: number,
  ) {
    if (count > 0) {
      this.ids = new Uint32Array(words, 4 * from, count);
      this.lives = new Uint32Array(words, 4 * (from + count), count);
    }
    if (ownCount > 0) this.ownIds = new Uint32Array(words, 4 * this.ownFrom, ownCount);
  }

  get name(): string {
    return this.plan.name;
  }

  private get ownFrom(): number {
    return this.from + this.count * (2 + this.plan.shared.size);
  }

  /** Words after the last row. */
  get end(): number {
    return this.ownFrom + this.ownCount * (1 + this.plan.own.size);
  }

  column(name: string): Column {
    return this.raw(sharedColumn(this.plan, name));
  }

  values(name: string): Float64Array {
    const c = sharedColumn(this.plan, name);
    return Float64Array.from(this.raw(c), (v) => v * c.unit);
  }

  /** A shared column as it is on the wire. */
  raw(c: ColumnPlan): Column {
    return this.count === 0 ? none : view(this.words, this.from + (2 + c.at) * this.count, this.count, c.unsigned);
  }

  own(name: string): Column {
    return this.ownRaw(this.ownColumn(name));
  }

  ownValues(name: string): Float64Array {
    const c = this.ownColumn(name);
    return Float64Array.from(this.ownRaw(c), (v) => v * c.unit);
  }

  private ownColumn(name: string): ColumnPlan {
    const c = this.plan.own.get(name);
    if (!c) throw errorOf("no-such-name", `table ${this.name} has no private column ${name}`);
    return c;
  }

  /** A private column as it is on the wire, one value per ownIds. */
  ownRaw(c: ColumnPlan): Column {
    return this.ownCount === 0 ? none : view(this.words, this.ownFrom + (1 + c.at) * this.ownCount, this.ownCount, c.unsigned);
  }

  index(id: number): number {
    if (this.count < 16) return this.ids.indexOf(id);
    if (!this.places) {
      this.places = new Map();
      for (let i = 0; i < this.count; i++) this.places.set(this.ids[i]!, i);
    }
    return this.places.get(id) ?? -1;
  }
}

/** The plan of a column that everybody sees. Throws MetronomeError on a name that the table does not have. */
export function sharedColumn(t: TablePlan, name: string): ColumnPlan {
  const c = t.shared.get(name);
  if (!c) throw errorOf("no-such-name", `table ${t.name} has no column ${name} that everybody sees`);
  return c;
}

function view(words: ArrayBuffer, at: number, count: number, unsigned: boolean): Column {
  return unsigned ? new Uint32Array(words, 4 * at, count) : new Int32Array(words, 4 * at, count);
}

/** All tables at one tick. */
export class Snapshot implements World {
  private readonly tables: SnapshotTable[] = [];

  constructor(
    readonly tick: number,
    /** By the common clock, ms. */
    readonly at: number,
    private readonly plans: readonly TablePlan[],
    /** All rows, as pack.ts has them. */
    readonly words: ArrayBuffer,
  ) {
    const counts = new Int32Array(words, 0, 2 * plans.length);
    let from = 2 * plans.length;
    plans.forEach((plan, i) => {
      const t = new SnapshotTable(plan, counts[2 * i]!, counts[2 * i + 1]!, words, from);
      this.tables.push(t);
      from = t.end;
    });
  }

  /** Rows of all tables. */
  get rows(): number {
    return this.tables.reduce((n, t) => n + t.count, 0);
  }

  nth(i: number): SnapshotTable {
    return this.tables[i]!;
  }

  table(name: string): SnapshotTable {
    const i = this.plans.findIndex((p) => p.name === name);
    if (i < 0) throw errorOf("no-such-name", `the game has no table ${name}`);
    return this.tables[i]!;
  }
}
