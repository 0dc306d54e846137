// The own rows ahead of the room: from each snapshot on, with the inputs and
// commands that it does not have, through whatever predictor there is.
import type { Predicted } from "../api.ts";
import type { Order } from "../engine/commands.ts";
import type { ColumnPlan, TablePlan } from "../page/shapes.ts";
import type { Snapshot, SnapshotTable } from "../page/snapshot.ts";
import type { InputField } from "../schema.ts";
import { Fade } from "./fade.ts";
import { LiveInput } from "./live.ts";
import type { MadeLives } from "./lives.ts";
import { MadeRows } from "./made.ts";
import { apart, type Misses } from "./misses.ts";
import type { OpenCommand, Predictor } from "./predictor.ts";
import { type LifeOf, PredictedTicks, RowsAt } from "./rows.ts";
import { SentInputs } from "./sent.ts";
import { ShownTable } from "./shown.ts";

/** Ticks that are predicted at most beyond a snapshot: more than inputs may be ahead. */
const FARTHEST = 96;
/** How fast the clock is drawn to half a tick beyond the newest, 1/s. */
const PULL = 4;
/** A longer frame counts as one of so many seconds. */
const LONGEST_FRAME = 0.1;

/** What a prediction needs to know of its room, and where it tells what came of it. */
export interface Surroundings {
  readonly seat: number;
  readonly tickHz: number;
  readonly plans: readonly TablePlan[];
  readonly inputs: readonly InputField[];
  readonly lives: MadeLives;
  readonly misses: Misses;
  /** Told of each correction of a table's row: its length in real units. */
  corrected(table: string, amount: number): void;
}

/** A command that is not answered. */
interface Open extends OpenCommand {
  readonly id: number;
  /** The tick that was to be sent next when it was given; 0: the first after any snapshot. */
  readonly tick: number;
}

/** What the prediction keeps of one table. */
interface Kept {
  readonly table: number;
  readonly plan: TablePlan;
  readonly fade: Fade;
  readonly shown: ShownTable;
  readonly guess: RowsAt;
  readonly lifeOf: LifeOf;
}

/** Predicts over one connection, on the page's thread. What the predictor throws comes out of every call. */
export class Prediction implements Predicted {
  /** The tick, with a fraction, at which rows are shown. */
  tick = -1;
  readonly live: LiveInput;
  private readonly kept: readonly Kept[];
  private readonly ticks: PredictedTicks;
  private readonly made: MadeRows;
  private readonly sentInputs: SentInputs;
  private commands: Open[] = [];
  private base: Snapshot | null = null;
  private newest = -1;
  /** Commands have come or gone since the last replay. */
  private stale = false;
  /** When the last frame was, ms; -1: there was none. */
  private at = -1;

  constructor(
    readonly by: Predicted["by"],
    private readonly predictor: Predictor,
    private readonly around: Surroundings,
  ) {
    this.made = new MadeRows(around.lives);
    this.live = new LiveInput(around.inputs);
    this.sentInputs = new SentInputs(around.inputs);
    this.ticks = new PredictedTicks(predictor.tables.length);
    this.kept = predictor.tables.map((table) => {
      const plan = around.plans[table]!;
      const fade = new Fade([...plan.shared.values()].filter((c) => c.smooth));
      const lifeOf: LifeOf = (id, madeAt, nth) => (madeAt > 0 ? this.made.life(table, madeAt, nth) : this.lifeInBase(table, id));
      return { table, plan, fade, shown: new ShownTable(plan, around.seat, this.made, fade), guess: new RowsAt(), lifeOf };
    });
  }

  /** The rows to draw in place of the room's own, by table; undefined: the table is not predicted, or there was no frame. */
  shown(table: number): ShownTable | undefined {
    return this.at >= 0 ? this.kept.find((k) => k.table === table)?.shown : undefined;
  }

  /** An input went out. */
  sent(tick: number, values: readonly number[]): void {
    this.sentInputs.add(tick, values);
    this.live.sent(values);
    if (this.base && tick > this.newest && !this.stale) while (this.newest < this.target()) this.forward();
  }

  /** A command was given, or waits from before. live: inputs go out, and the room is expected to give it with the next. */
  ordered({ id, values, list }: Order, live: boolean): void {
    this.commands.push({ id, values, list, tick: live ? this.sentInputs.newest + 1 : 0 });
    this.stale = true;
  }

  /** The room has answered a command. */
  settled(id: number): void {
    const left = this.commands.filter((c) => c.id !== id);
    this.stale ||= left.length < this.commands.length;
    this.commands = left;
  }

  /** The room is at a tick: all is predicted anew from there, and what was predicted for it is judged. */
  snapshot(s: Snapshot): void {
    const first = this.base === null;
    const was = this.ticks.at(s.tick);
    const candidates = was ?? this.ticks.at(this.newest);
    if (this.base && candidates) this.handOver(this.base, s, candidates);
    if (was) this.judge(s, was);
    this.base = s;
    this.replay();
    if (first) this.tick = this.newest;
  }

  /** Goes on to a frame, at a time in ms. live: an input sampler is set, and what it says was noted. */
  frame(at: number, live: boolean): void {
    if (!this.base) return;
    if (this.stale) this.replay();
    const dt = this.at < 0 ? 0 : Math.min(LONGEST_FRAME, Math.max(0, at - this.at) / 1000);
    this.at = at;
    for (const k of this.kept) k.fade.run(dt);
    if (live) this.runClock(dt);
    else this.tick = this.newest;
    const newest = this.ticks.at(this.newest)!;
    if (live) this.guess();
    const part = this.tick - this.newest;
    const from = part < 0 ? (this.ticks.at(this.newest - 1) ?? newest) : newest;
    this.kept.forEach((k, i) => {
      const guess = live ? k.guess : newest[i]!;
      k.shown.fill(part < 0 ? { from: from[i]!, to: newest[i]!, guess, part: part + 1 } : { from: from[i]!, to: guess, guess, part });
    });
  }

  /** runClock lets time pass, between the tick before the newest and the one after it. */
  private runClock(dt: number): void {
    this.tick += dt * this.around.tickHz;
    this.tick += (this.newest + 0.5 - this.tick) * Math.min(1, dt * PULL);
    this.tick = Math.min(this.newest + 1, Math.max(this.newest - 1, this.tick));
  }

  /** guess makes the step that comes next, with the controls as they are now. */
  private guess(): void {
    const { predictor } = this;
    const next = this.newest + 1;
    predictor.mark();
    predictor.step(next, this.live.guess(), this.commandsAt(next));
    for (const k of this.kept) k.guess.copy(predictor.rows(k.table), k.lifeOf);
    predictor.back();
  }

  /** replay predicts anew from the newest snapshot on, and has what was shown go over to that. */
  private replay(): void {
    const s = this.base!;
    this.stale = false;
    const target = this.target();
    const same = Math.min(this.newest, target);
    const before = same >= s.tick ? this.ticks.takeOut(same) : null;
    this.predictor.load(s, this.made.present(s.tick, (table) => s.nth(table)));
    this.newest = s.tick;
    this.keep();
    while (this.newest < target) this.forward();
    if (before) this.correct(before, this.ticks.at(same)!);
  }

  /** target is the tick to predict up to. */
  private target(): number {
    const base = this.base!.tick;
    const next = this.commands.some((c) => c.tick === 0) ? base + 1 : base;
    return Math.min(base + FARTHEST, Math.max(next, this.sentInputs.newest));
  }

  private forward(): void {
    const next = this.newest + 1;
    this.predictor.step(next, this.sentInputs.at(next), this.commandsAt(next));
    this.newest = next;
    this.keep();
  }

  private keep(): void {
    const slot = this.ticks.begin(this.newest);
    this.kept.forEach((k, i) => slot[i]!.copy(this.predictor.rows(k.table), k.lifeOf));
  }

  /** commandsAt are those that the room is expected to give at a tick. */
  private commandsAt(tick: number): OpenCommand[] {
    const first = this.base!.tick + 1;
    return this.commands.filter((c) => Math.max(c.tick, first) === tick);
  }

  private lifeInBase(table: number, id: number): number {
    const t = this.base!.nth(table);
    const at = t.index(id);
    return at < 0 ? 0 : this.made.shown(t.lives[at]!);
  }

  /** handOver finds, among the rows that are new in a snapshot, those that were made here before. */
  private handOver(before: Snapshot, s: Snapshot, predicted: readonly RowsAt[]): void {
    this.kept.forEach(({ table, plan }, k) => {
      const made = predicted[k]!;
      const due: number[] = [];
      for (let i = 0; i < made.count; i++) if (made.madeAt[i]! > 0 && made.madeAt[i]! <= s.tick && this.made.idOf(made.lives[i]!) < 0) due.push(i);
      if (due.length === 0) return;
      const lost = this.made.adopt(table, plan, made, due, s.nth(table), freshRows(before.nth(table), s.nth(table)));
      for (const i of lost) this.around.misses.count(plan.name, "made", made.ids[i]!, 1);
    });
  }

  /** judge compares what was predicted for a snapshot's tick with the snapshot, in the columns that are predicted. */
  private judge(s: Snapshot, predicted: readonly RowsAt[]): void {
    this.kept.forEach(({ table, plan }, k) => {
      const was = predicted[k]!;
      const now = s.nth(table);
      for (let i = 0; i < was.count; i++) {
        const life = was.lives[i]!;
        const adopted = this.made.idOf(life);
        const id = adopted < 0 ? was.ids[i]! : adopted;
        const at = now.index(id);
        if (at < 0 || this.made.shown(now.lives[at]!) !== life) continue;
        const judge = (c: ColumnPlan, predictedValue: number, value: number): void => {
          if (predictedValue !== value) this.around.misses.count(plan.name, c.name, id, apart(predictedValue, value, c));
        };
        for (const c of plan.shared.values()) if (this.predictor.changes(table, "shared", c.at)) judge(c, was.shared[c.at]![i]!, now.raw(c)[at]!);
        const own = plan.own.size > 0 ? now.ownIds.indexOf(id) : -1;
        if (own < 0) continue;
        for (const c of plan.own.values()) if (this.predictor.changes(table, "own", c.at)) judge(c, was.own[c.at]![i]!, now.ownRaw(c)[own]!);
      }
    });
  }

  private correct(before: readonly RowsAt[], after: readonly RowsAt[]): void {
    this.kept.forEach(({ table, plan, fade }, k) => {
      const lengths = fade.note(before[k]!, after[k]!, (c) => this.predictor.changes(table, "shared", c.at));
      for (const length of lengths) this.around.corrected(plan.name, length);
    });
  }
}

/** freshRows are the places of rows whose life is new. */
function freshRows(before: SnapshotTable, now: SnapshotTable): number[] {
  const known = new Set(before.lives.subarray(0, before.count));
  const fresh: number[] = [];
  for (let i = 0; i < now.count; i++) if (!known.has(now.lives[i]!)) fresh.push(i);
  return fresh;
}
