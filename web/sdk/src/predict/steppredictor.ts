// The predictor made of a page's functions.
import type { Column } from "../api.ts";
import type { ColumnPlan, TablePlan } from "../page/shapes.ts";
import type { Snapshot, SnapshotTable } from "../page/snapshot.ts";
import { difference } from "../page/timeline.ts";
import type { CommandField, InputField } from "../schema.ts";
import type { Adopted, OpenCommand, PredictedRows, Predictor } from "./predictor.ts";
import { KEPT_TICKS } from "./rows.ts";
import type { PredictedRoom } from "./source.ts";
import type { StepPrediction } from "./step.ts";

/** A row as the functions have it: columns and whatever they put there. */
type Body = { readonly id: number; d: Record<string, number> } & { [field: string]: unknown };

/** What is known of one table. */
interface Stepped {
  readonly prediction: StepPrediction;
  readonly table: number;
  readonly plan: TablePlan;
  readonly linear: readonly ColumnPlan[];
  readonly changed: { shared: boolean[]; own: boolean[] };
  bodies: Body[];
  marked: Body[];
  /** By tick, and then by id. */
  readonly past: Map<number, Map<number, Body>>;
  readonly answer: Answer;
}

/** Predicts by functions, each for the own rows of one table. Rows that they might make there is no way to. */
export class StepPredictor implements Predictor {
  readonly tables: readonly number[];
  private readonly all: readonly Stepped[];
  private readonly inputs: readonly InputField[];
  private readonly commands: readonly CommandField[];
  private readonly seat: number;
  private base: Snapshot | null = null;
  /** The snapshot before that. */
  private before: Snapshot | null = null;
  private tick = -1;
  private markedTick = -1;

  /** The game has the table of each prediction. */
  constructor(predictions: readonly StepPrediction[], room: PredictedRoom) {
    this.inputs = room.schema.input;
    this.commands = room.schema.command;
    this.seat = room.seat;
    this.all = predictions.map((prediction) => {
      const table = room.plans.findIndex((p) => p.name === prediction.table);
      const plan = room.plans[table]!;
      const linear = [...plan.shared.values()].filter((c) => c.smooth && !c.angle);
      return { prediction, table, plan, linear, changed: { shared: [], own: [] }, bodies: [], marked: [], past: new Map(), answer: new Answer(plan) };
    });
    this.tables = this.all.map((s) => s.table);
  }

  load(s: Snapshot, _: readonly Adopted[]): void {
    if (s.tick !== this.base?.tick) this.before = this.base; // else it is the same again: a command was given
    [this.base, this.tick] = [s, s.tick];
    for (const t of this.all) {
      const was = t.past.get(s.tick);
      t.bodies = this.ownRows(s.nth(t.table)).map((at) => bodyOf(t, s, at, this.before, was));
      for (const tick of t.past.keys()) if (tick <= s.tick || tick > s.tick + KEPT_TICKS) t.past.delete(tick);
      remember(t, s.tick);
    }
  }

  step(tick: number, input: readonly number[] | null, commands: readonly OpenCommand[]): void {
    this.tick = tick;
    const fields: Record<string, number> = {};
    this.inputs.forEach((f, i) => (fields[f.name] = input?.[i] ?? 0));
    const orders = commands.map((c) => commandFields(this.commands, c));
    const world = this.base!;
    for (const t of this.all) {
      for (const body of t.bodies) {
        const was = { ...body };
        for (const o of orders) t.prediction.commands?.(body as never, o, tick, world);
        t.prediction.step(body as never, fields, tick, world);
        for (const c of t.linear) body.d[c.name] = difference(valueOf(body, c), valueOf(was, c), c);
        note(t.changed.shared, t.plan.shared, was, body);
        note(t.changed.own, t.plan.own, was, body);
      }
      remember(t, tick);
    }
  }

  mark(): void {
    this.markedTick = this.tick;
    for (const t of this.all) t.marked = t.bodies.map(copy);
  }

  back(): void {
    for (const t of this.all) {
      if (this.tick !== this.markedTick) t.past.delete(this.tick);
      t.bodies = t.marked;
    }
    this.tick = this.markedTick;
  }

  rows(table: number): PredictedRows {
    const t = this.all.find((s) => s.table === table)!;
    return t.answer.fill(t.bodies);
  }

  changes(table: number, plane: "shared" | "own", at: number): boolean {
    return this.all.find((s) => s.table === table)?.changed[plane][at] ?? false;
  }

  /** ownRows are the places of the seat's rows that are in view. */
  private ownRows(t: SnapshotTable): number[] {
    const seats = t.plan.owner && t.raw(t.plan.owner);
    const places: number[] = [];
    for (let i = 0; i < t.count; i++) if (seats ? seats[i] === this.seat : t.ownIds.includes(t.ids[i]!)) places.push(i);
    return places;
  }
}

const valueOf = (b: Body, c: ColumnPlan): number => Number(b[c.name] ?? 0);
const copy = (b: Body): Body => ({ ...b, d: { ...b.d } });

/** bodyOf is a row of a snapshot, with what was put on it when its tick was predicted. */
function bodyOf(t: Stepped, s: Snapshot, at: number, before: Snapshot | null, was: Map<number, Body> | undefined): Body {
  const rows = s.nth(t.table);
  const id = rows.ids[at]!;
  const predicted = was?.get(id);
  const older = before?.nth(t.table);
  const there = older ? older.index(id) : -1;
  const same = older !== undefined && there >= 0 && older.lives[there] === rows.lives[at];
  const body: Body = { ...(same ? predicted : undefined), id, d: {} };
  for (const c of t.plan.shared.values()) body[c.name] = rows.raw(c)[at]!;
  const own = rows.ownIds.indexOf(id);
  for (const c of t.plan.own.values()) body[c.name] = own < 0 ? 0 : rows.ownRaw(c)[own]!;
  const ticks = before ? s.tick - before.tick : 0;
  for (const c of t.linear) {
    if (!same || ticks <= 0) body.d[c.name] = 0;
    // Over more than a tick the two only say the mean: a prediction that was right knows better.
    else if (ticks > 1 && predicted && valueOf(predicted, c) === body[c.name]) body.d[c.name] = predicted.d[c.name] ?? 0;
    else body.d[c.name] = Math.round(difference(valueOf(body, c), older.raw(c)[there]!, c) / ticks);
  }
  return body;
}

function remember(t: Stepped, tick: number): void {
  t.past.set(tick, new Map(t.bodies.map((b) => [b.id, copy(b)])));
}

/** note marks the columns that a step has changed. */
function note(changed: boolean[], columns: ReadonlyMap<string, ColumnPlan>, was: Body, now: Body): void {
  for (const c of columns.values()) if (was[c.name] !== now[c.name]) changed[c.at] = true;
}

function commandFields(fields: readonly CommandField[], c: OpenCommand): Record<string, number | readonly number[]> {
  const named: Record<string, number | readonly number[]> = {};
  fields.forEach((f, i) => (named[f.name] = f.list > 0 ? c.list : (c.values[i] ?? 0)));
  return named;
}

/** Rows in columns, in memory that is used again. */
class Answer implements PredictedRows {
  count = 0;
  ids = new Uint32Array(4);
  madeAt = new Uint32Array(4);
  nth = new Uint32Array(4);
  shared: Column[] = [];
  own: Column[] = [];

  constructor(private readonly plan: TablePlan) {
    this.reserve(4);
  }

  fill(bodies: readonly Body[]): this {
    if (bodies.length > this.ids.length) this.reserve(2 * bodies.length);
    this.count = bodies.length;
    bodies.forEach((b, i) => {
      this.ids[i] = b.id;
      for (const c of this.plan.shared.values()) this.shared[c.at]![i] = valueOf(b, c);
      for (const c of this.plan.own.values()) this.own[c.at]![i] = valueOf(b, c);
    });
    return this;
  }

  private reserve(room: number): void {
    [this.ids, this.madeAt, this.nth] = [new Uint32Array(room), new Uint32Array(room), new Uint32Array(room)];
    const column = (c: ColumnPlan): Column => (c.unsigned ? new Uint32Array(room) : new Int32Array(room));
    this.shared = [...this.plan.shared.values()].map(column);
    this.own = [...this.plan.own.values()].map(column);
  }
}
