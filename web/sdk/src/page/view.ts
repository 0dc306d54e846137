// The world as it is drawn: between two snapshots, in memory that is used again.
import type { RowObject, View, ViewTable } from "../api.ts";
import { errorOf } from "../errors.ts";
import type { ShownTable } from "../predict/shown.ts";
import { Blend } from "./blend.ts";
import { Mixed } from "./mixed.ts";
import { RowObjects } from "./objects.ts";
import type { ColumnPlan, TablePlan } from "./shapes.ts";
import { type Snapshot, type SnapshotTable, sharedColumn } from "./snapshot.ts";
import { type Basis, Between, type Timeline } from "./timeline.ts";

/** A column as it was at a tick. */
interface Memory {
  values: Float64Array;
  tick: number;
}

/** One table of the view. */
class DrawnTable implements ViewTable {
  readonly blend = new Blend();
  private between: Between | null = null;
  /** The own rows as predicted; null: nobody predicts them. */
  private shown: ShownTable | null = null;
  /** Both together, made when it is asked for. */
  private both: Mixed | null = null;
  private tick = -1;
  private readonly memory: Memory[] = [];
  private readonly inUnits: Memory[] = [];
  private readonly objects: RowObjects;
  private readonly ownObjects: RowObjects;
  /** What rows() and mine() have answered at this tick; null: nobody has asked. */
  private all: readonly RowObject[] | null = null;
  private own: readonly RowObject[] | null = null;

  constructor(
    readonly plan: TablePlan,
    private readonly number: number,
    /** Whose rows are one's own; 0: nobody's. */
    private readonly seat: number,
  ) {
    const shared = [...plan.shared.keys()];
    this.objects = new RowObjects(shared);
    this.ownObjects = new RowObjects([...shared, ...plan.own.keys()]);
  }

  get name(): string {
    return this.plan.name;
  }
  get count(): number {
    return (this.mixed ?? this.between?.rows)?.count ?? 0;
  }
  get ids(): Uint32Array {
    return (this.mixed ?? this.between?.rows)?.ids ?? new Uint32Array(0);
  }
  get lives(): Uint32Array {
    return (this.mixed ?? this.between?.rows)?.lives ?? new Uint32Array(0);
  }
  index(id: number): number {
    return (this.mixed ?? this.between?.rows)?.index(id) ?? -1;
  }

  /** The rows with the predicted ones among them; null: there are none. */
  private get mixed(): Mixed | null {
    if (!this.shown || !this.between) return null;
    return (this.both ??= new Mixed(this.between.rows, this.shown));
  }

  /** Has the own rows of this table be those that were predicted, from this frame on. */
  predict(shown: ShownTable | null): void {
    if (this.shown === shown && shown === null) return;
    this.shown = shown;
    this.fresh();
  }

  column(name: string): Float64Array {
    return this.wire(sharedColumn(this.plan, name));
  }

  values(name: string): Float64Array {
    return this.units(sharedColumn(this.plan, name));
  }

  /** All rows as objects. */
  rows(): readonly RowObject[] {
    if (this.all) return this.all;
    const { ids, lives, objects } = this;
    objects.begin();
    for (let i = 0; i < this.count; i++) objects.add(ids[i]!, lives[i]!);
    for (const c of this.plan.shared.values()) objects.set(c.at, this.units(c));
    return (this.all = objects.end());
  }

  /** The seat's own rows as objects, with their private columns. */
  mine(): readonly RowObject[] {
    if (this.own) return this.own;
    const { ids, lives, ownObjects: objects } = this;
    const places = this.placesOfMine();
    objects.begin();
    for (const i of places) objects.add(ids[i]!, lives[i]!);
    for (const c of this.plan.shared.values()) objects.set(c.at, this.units(c), 1, places);
    const rows = this.between?.rows;
    const mixed = this.mixed;
    if (mixed) {
      const there = places.map((i) => i - mixed.first);
      for (const c of this.plan.own.values()) objects.set(this.plan.shared.size + c.at, mixed.shown.own[c.at]!, c.unit, there);
    } else if (rows && places.length > 0) {
      const there = places.map((i) => rows.ownIds.indexOf(ids[i]!));
      for (const c of this.plan.own.values()) objects.set(this.plan.shared.size + c.at, rows.ownRaw(c), c.unit, there);
    }
    return (this.own = objects.end());
  }

  /** placesOfMine says where the seat's own rows are: by the owner column or, where everybody sees none, by what came to this seat only. */
  private placesOfMine(): number[] {
    const { owner, own } = this.plan;
    if (!owner && own.size === 0) throw errorOf("no-such-name", `table ${this.name} has no column that says whose a row is`);
    const places: number[] = [];
    const rows = this.between?.rows;
    if (!rows || this.seat === 0) return places;
    const mixed = this.mixed;
    if (mixed) {
      const seats = owner && this.wire(owner);
      for (let i = mixed.first; i < mixed.count; i++) if (!seats || seats[i] === this.seat) places.push(i);
      return places;
    }
    const seats = owner && rows.raw(owner);
    for (let i = 0; i < rows.count; i++) {
      if (seats ? seats[i] === this.seat : rows.ownIds.includes(rows.ids[i]!)) places.push(i);
    }
    return places;
  }

  /** units is a column in real units. */
  private units(c: ColumnPlan): Float64Array {
    const raw = this.wire(c);
    if (c.unit === 1) return raw;
    const m = this.remembered(this.inUnits, c, this.count);
    if (m.tick === this.tick) return m.values;
    m.tick = this.tick;
    for (let i = 0; i < this.count; i++) m.values[i] = raw[i]! * c.unit;
    return m.values;
  }

  /** remembered is the memory of a column, long enough for so many rows. */
  private remembered(memory: Memory[], c: ColumnPlan, count: number): Memory {
    const m = (memory[c.at] ??= { values: new Float64Array(16), tick: -1 });
    if (m.values.length < count) m.values = new Float64Array(2 * count);
    return m;
  }

  /** wire is a column of all rows that are drawn. */
  private wire(c: ColumnPlan): Float64Array {
    return this.mixed?.column(c, this.raw(c)) ?? this.raw(c);
  }

  /** raw fills a column of the snapshot's rows the first time that it is asked for in a frame. */
  private raw(c: ColumnPlan): Float64Array {
    const m = this.remembered(this.memory, c, this.between?.rows.count ?? 0);
    if (!this.between || m.tick === this.tick) return m.values;
    m.tick = this.tick;
    if (c.smooth) this.draw(m.values, c);
    else m.values.set(this.between.rows.raw(c));
    return m.values;
  }

  private draw(out: Float64Array, c: ColumnPlan): void {
    this.between!.fill(out, c, this.tick);
    if (!this.blend.empty && !c.angle) this.blend.apply(out, this.between!.rows, c, this.tick);
  }

  /** Goes to a tick. */
  move(basis: Basis | null, between: Between | null, tick: number): void {
    this.between = between ?? (basis && new Between(basis, this.number));
    this.tick = tick;
    for (const m of this.memory) if (m) m.tick = -1;
    this.fresh();
  }

  /** fresh has all that is made of the columns be made anew. */
  private fresh(): void {
    this.all = this.own = this.both = null;
    for (const m of this.inUnits) if (m) m.tick = -1;
  }

  get now(): Between | null {
    return this.between;
  }

  /** Rows of the snapshot and their linear columns as they were drawn last. */
  drawn(): Map<number, Float64Array> {
    const rows: SnapshotTable | undefined = this.between?.rows;
    const all = new Map<number, Float64Array>();
    if (!rows) return all;
    const smooth = [...this.plan.shared.values()].filter((c) => c.smooth && !c.angle);
    const values = smooth.map((c) => this.raw(c));
    for (let i = 0; i < rows.count; i++) {
      const by = new Float64Array(this.plan.shared.size);
      smooth.forEach((c, k) => (by[c.at] = values[k]![i]!));
      all.set(rows.lives[i]!, by);
    }
    return all;
  }
}

/** All tables at one moment. */
export class Drawn implements View {
  tick = -1;
  seen = 0;
  private readonly tables: DrawnTable[];
  private basis: Basis | null = null;

  constructor(plans: readonly TablePlan[], seat = 0) {
    this.tables = plans.map((p, i) => new DrawnTable(p, i, seat));
  }

  /** The snapshot whose rows are drawn; null: there is none yet. */
  get floor(): Snapshot | null {
    return this.basis?.floor ?? null;
  }

  table(name: string): ViewTable {
    return this.find(name);
  }

  rows(name: string): readonly RowObject[] {
    return this.find(name).rows();
  }

  mine(name: string): readonly RowObject[] {
    return this.find(name).mine();
  }

  private find(name: string): DrawnTable {
    const t = this.tables.find((p) => p.name === name);
    if (!t) throw errorOf("no-such-name", `the game has no table ${name}`);
    return t;
  }

  /** Goes to a tick of a timeline. */
  move(timeline: Timeline, tick: number): void {
    const basis = tick < 0 ? null : timeline.basis(tick);
    const same = basis !== null && this.basis !== null && basis.floor === this.basis.floor && basis.next === this.basis.next && basis.before === this.basis.before;
    for (const t of this.tables) t.move(basis, same ? t.now : null, tick);
    this.basis = basis;
    this.tick = basis ? tick : -1;
    this.seen = basis ? Math.round(16 * ((timeline.newest?.tick ?? tick) - tick)) : 0;
  }

  /** Has own rows be those that were predicted, by table; null: nothing is. */
  predict(shown: ((table: number) => ShownTable | undefined) | null): void {
    this.tables.forEach((t, i) => t.predict(shown?.(i) ?? null));
  }

  /** Lets a snapshot in by push without that what was predicted jumps. */
  correct(timeline: Timeline, push: () => void): void {
    const late = this.basis !== null && this.basis.next === null && this.tick > this.basis.floor.tick;
    const before = late ? this.tables.map((t) => t.drawn()) : [];
    push();
    if (!late) return;
    for (const t of this.tables) t.blend.clear();
    this.move(timeline, this.tick);
    this.tables.forEach((t, i) => {
      for (const [life, now] of t.drawn()) {
        const was = before[i]!.get(life);
        if (was) t.blend.set(life, was.map((v, k) => v - now[k]!), this.tick);
      }
    });
    this.move(timeline, this.tick); // what is drawn again in this frame has the errors in it
  }

  /** Forgets what was drawn: another room, or a long time between. */
  reset(): void {
    this.basis = null;
    this.tick = -1;
    for (const t of this.tables) {
      t.blend.clear();
      t.move(null, null, -1);
    }
  }
}
