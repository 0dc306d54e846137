// The page's half of a session: what it shows of what its engine reports.
import type { CommandAnswer, ConnectOptions, End, Events, MatchEnd, NetworkSim, PendingInput, Player, Predicted, Row, Session, State, View, World } from "../api.ts";
import type { AnyGame, CommandOf, GameEvent, InputOf, ParamValue } from "../game.ts";
import type { Connector, Link } from "../engine/link.ts";
import { EndedError, type MetronomeError, errorOf } from "../errors.ts";
import { commonNow } from "../engine/host.ts";
import type { Report, SnapshotReport, Watching } from "../engine/protocol.ts";
import { closeEnd, unreachableEnd } from "../net/ends.ts";
import type { FindPredictor, PredictedRoom } from "../predict/source.ts";
import type { Schema } from "../schema.ts";
import { limits } from "../wire/limits.ts";
import { Emitter, EventQueue } from "./events.ts";
import { Keep } from "./keep.ts";
import { eventOf, lineOf, paramsOf } from "./named.ts";
import { networkSim } from "./networksim.ts";
import { Orders, commandOf } from "./orders.ts";
import { Playback } from "./playback.ts";
import { Predicting } from "./predicting.ts";
import { RowListeners, mustHave } from "./rows.ts";
import { type TablePlan, plansOf } from "./shapes.ts";
import { Snapshot } from "./snapshot.ts";
import { Stats } from "./stats.ts";
import { Timeline } from "./timeline.ts";
import { Drawn } from "./view.ts";

/** Where a session gets its rooms. */
export interface Source {
  /** The room to open first; "": ask. */
  url: string;
  /** Which game a kept seat must be of. */
  key: string;
  /** How to watch; absent: it plays. */
  watch?: Watching;
  /** Finds another room than the last. Fails with an End or an Error. */
  find(last: Last): Promise<string>;
  /** Finds who predicts; absent: nobody does. */
  predictor?: FindPredictor;
}

/** The room that did not do. */
export interface Last {
  /** Its URL without the query; "": there was none. */
  url: string;
  /** Why it did not do; null: there was none. */
  end: End | null;
  /** Whether any room was played in, and which mode. */
  played: boolean;
  mode: string;
  /** Where else the lobby may be asked. */
  nodes: readonly string[];
}

/** Who has not drawn for so long does not draw: events come with their snapshots, ms. */
const NOBODY_DRAWS = 250;
/** Pending inputs that are kept. */
const MAX_PENDING = 128;

const nothing: World = {
  tick: -1,
  table: () => {
    throw errorOf("no-world", "there is no world yet");
  },
};

export class PageSession implements Session {
  state: State = "connecting";
  readonly ready: Promise<void>;
  readonly spectating: boolean;
  watched = 0;
  end: End | null = null;
  seat = 0;
  room = "";
  mode = "";
  tickHz = 0;
  schema: Schema | null = null;
  world: World = nothing;
  readonly roster = new Map<number, Player>();
  /** The room has too many seats for a roster. */
  private large = false;
  params: Record<string, ParamValue> = {};
  rests = false;
  nodes: readonly string[] = [];
  matchEnd: MatchEnd | null = null;
  readonly stats = new Stats();
  readonly network: NetworkSim;
  private readonly emitter = new Emitter<Events>();
  private readonly events = new EventQueue<GameEvent<AnyGame>>((e) => this.emitter.emit("event", e));
  private readonly rows = new RowListeners();
  private readonly timeline = new Timeline();
  private readonly orders = new Orders();
  private readonly link: Link;
  private readonly keep: Keep;
  private drawn = new Drawn([]);
  private plans: TablePlan[] = [];
  private playback: Playback | null = null;
  private readonly prediction: Predicting;
  /** What a predictor must know of the room. */
  private rules: Pick<PredictedRoom, "params" | "seats" | "predict"> = { params: [], seats: 0, predict: "" };
  private sampler: ((tick: number) => InputOf<AnyGame>) | null = null;
  private pushed: number[] | null = null;
  private pending: PendingInput[] = [];
  private nextTick = 0;
  private viewedAt = 0;
  private seatURL = "";
  private resume = "";
  private welcomes = 0;
  /** Fingerprints that the page's types are not of, and that it was told of. */
  private readonly others = new Set<string>();
  private isReady!: () => void;
  private isNotReady!: (why: MetronomeError) => void;
  private readonly forget: (() => void)[] = [];

  constructor(
    private readonly source: Source,
    private readonly options: ConnectOptions,
    connector: Connector,
  ) {
    this.spectating = source.watch !== undefined;
    this.ready = new Promise<void>((resolve, reject) => [this.isReady, this.isNotReady] = [resolve, reject]);
    this.ready.catch(() => {}); // who does not ask is not told
    this.keep = new Keep(options.storage, source.key);
    this.link = connector((r) => this.report(r), (tick) => this.pulled(tick));
    this.prediction = new Predicting(source.predictor, this.stats, (table, amount) => this.putRight(table, amount));
    this.network = networkSim((c) => this.link.send(c));
    const kept = this.keep.take();
    if (kept) this.orders.restore(kept.commanded, kept.orders);
    this.link.send({
      type: "start", url: kept?.url ?? source.url, resume: kept?.resume ?? "", name: options.name ?? "", hiddenAfter: options.hiddenAfter ?? 10_000,
      commanded: this.orders.done, orders: this.orders.open, ...(source.watch ? { watch: source.watch } : {}),
    });
    this.watchPage();
  }

  on<K extends keyof Events>(event: K, fn: (e: Events[K]) => void): () => void {
    return this.emitter.on(event, fn);
  }

  onAdd(table: string, fn: (row: Row) => void): () => void {
    return this.onRow("add", table, fn);
  }

  onRemove(table: string, fn: (row: Row) => void): () => void {
    return this.onRow("remove", table, fn);
  }

  private onRow(what: "add" | "remove", table: string, fn: (row: Row) => void): () => void {
    if (this.schema) mustHave(this.schema.tables, table);
    return this.rows.on(what, table, fn);
  }

  input(sample: ((tick: number) => InputOf<AnyGame>) | null): void {
    if (sample) this.mustPlay("sends no inputs");
    this.sampler = sample;
    this.pushInput();
  }

  get predicted(): Predicted | null {
    return this.prediction.by;
  }

  pendingInputs(): readonly PendingInput[] {
    return this.pending;
  }

  corrected(amount: number): void {
    this.putRight("", amount);
  }

  chat(text: string): boolean {
    this.mustPlay("does not chat");
    const bytes = new TextEncoder().encode(text).length;
    if (this.state !== "playing" || bytes === 0 || bytes > limits.MaxChat) return false;
    this.link.send({ type: "chat", text });
    return true;
  }

  who(seats: Iterable<number>): void {
    const wanted = [...seats];
    if (wanted.length > 0 && this.state === "playing" && this.large) this.link.send({ type: "who", seats: wanted });
  }

  get commandsWaiting(): number {
    return this.orders.waiting;
  }

  command(given: CommandOf<AnyGame> | readonly number[], list: readonly number[] = []): Promise<CommandAnswer> {
    this.mustPlay("gives no commands");
    if (!this.schema) throw errorOf("no-world", "there is no game yet");
    const command = commandOf(this.schema.command, given, list);
    const { order, answer } = this.orders.add(command.values, command.list, this.schema.command);
    if (this.state === "closed") this.orders.close();
    else this.link.send({ type: "order", ...order });
    this.prediction.tell((p) => p.ordered(order, this.live));
    return answer;
  }

  watchSeat(seat: number): void {
    if (!this.spectating) throw errorOf("not-spectating", "who plays has the view of their own seat: watch() makes a session that may choose");
    this.link.send({ type: "watch", seat: Math.max(0, Math.trunc(seat)) || 0 });
  }

  private mustPlay(what: string): void {
    if (this.spectating) throw errorOf("spectating", `who watches ${what}`);
  }

  leave(): void {
    this.resume = "";
    this.link.send({ type: "leave" });
  }

  view(now?: number): View {
    const at = now === undefined ? commonNow() : performance.timeOrigin + now;
    this.viewedAt = at;
    if (this.playback && this.timeline.newest) {
      const tick = this.playback.advance(at);
      const passed = this.passed(tick); // moving lets go of them
      this.drawn.move(this.timeline, tick);
      this.stats.interpolationTicks = this.playback.delay;
      if (this.drawn.tick >= 0) {
        this.reach(this.drawn.tick, this.rows.due(passed, this.drawn.floor));
        this.link.send({ type: "look", tick: this.drawn.tick, at });
      }
    }
    if (this.link.pulls && this.prediction.by && this.live) this.sample(this.nextTick);
    else this.pushInput();
    this.drawn.predict(this.prediction.frame(at, this.live, this.state !== "playing"));
    return this.drawn;
  }

  tick(now?: number): number {
    return this.playback?.roomTick(now === undefined ? commonNow() : performance.timeOrigin + now) ?? -1;
  }

  /** passed are the snapshots up to a tick whose rows were not told yet. */
  private passed(tick: number): Snapshot[] {
    return this.rows.any ? this.timeline.passed(this.rows.tick, tick) : [];
  }

  /** reach lets happen what happened up to a tick: with each snapshot the rows that came, then its events, then the rows that left. */
  private reach(tick: number, steps: readonly Snapshot[]): void {
    for (const s of steps) {
      this.rows.came(s);
      this.events.upTo(s.tick);
      this.rows.left(s);
    }
    this.events.upTo(tick);
  }

  /** report takes what the engine says. */
  private report(r: Report): void {
    switch (r.type) {
      case "snapshot": return this.snapshot(r);
      case "sent":
        this.nextTick = r.tick + 1;
        this.prediction.tell((p) => p.sent(r.tick, r.values));
        this.pending.push({ tick: r.tick, values: r.values });
        if (this.pending.length > MAX_PENDING) this.pending.shift();
        return;
      case "state": return this.to(r.state, r.end);
      case "retry": return this.emitter.emit("retry", { in: r.in, attempt: r.attempt, end: (this.end = r.end) });
      case "ask": return void this.find({ url: r.url, end: r.end, played: r.played, mode: this.mode, nodes: this.nodes });
      case "welcome": return this.welcome(r);
      case "chat": return this.emitter.emit("chat", { seat: r.seat, name: r.name, text: r.text });
      case "announcement": return this.emitter.emit("announcement", { text: r.text });
      case "refused": return this.emitter.emit("refused", { number: r.number, reason: r.reason });
      case "end": return this.emitter.emit("matchEnd", (this.matchEnd = { reason: r.reason, lines: r.lines.map((l) => lineOf(this.schema!, this.roster, l)) }));
      case "nodes": return void (this.nodes = r.urls);
      case "moved":
        this.stats.follow(r.url, r.ms);
        return this.emitter.emit("moved", { url: r.url, ms: r.ms });
      case "settled":
        this.prediction.tell((p) => p.settled(r.id));
        return this.orders.settle(r);
      case "roster":
        if (r.player) this.roster.set(r.seat, r.player);
        else this.roster.delete(r.seat);
        return this.emitter.emit("roster", { seat: r.seat, player: r.player ?? undefined });
    }
  }

  private to(state: State, end: End | null): void {
    const was = this.state;
    this.state = state;
    this.end = state === "playing" ? null : (end ?? this.end);
    if (state !== "playing") this.stats.interrupted();
    if (state === "closed") {
      this.resume = "";
      this.prediction.giveUp();
      this.isNotReady(new EndedError(this.end ?? closeEnd(1000, "")));
      this.link.close();
      this.orders.close();
      for (const f of this.forget.splice(0)) f();
    }
    this.emitter.emit("state", { state, was, ...(end ? { end } : {}) });
  }

  private async find(last: Last): Promise<void> {
    try {
      this.link.send({ type: "room", url: await this.source.find(last) });
    } catch (fault) {
      this.link.send({ type: "no-room", end: isEnd(fault) ? fault : { ...unreachableEnd(String(fault)), comeback: "rejoin-later" } });
    }
  }

  private welcome(r: Report & { type: "welcome" }): void {
    if (this.welcomes++ > 0) this.stats.reconnects++;
    this.rows.clear();
    this.seat = r.seat;
    this.room = r.room;
    this.mode = r.mode;
    this.tickHz = r.tickHz;
    this.schema = r.schema;
    this.seatURL = r.url;
    this.resume = r.resume;
    this.rests = r.rests;
    this.nodes = r.nodes;
    this.params = paramsOf(r.schema, r.params);
    this.rules = { params: r.params, seats: r.seats, predict: r.predict };
    if (!r.resumed) this.matchEnd = null;
    this.orders.begin(r.commanded);
    this.plans = plansOf(r.schema, this.options.angles ?? []);
    this.drawn = new Drawn(this.plans, r.seat);
    this.timeline.clear();
    this.events.clear();
    this.prediction.stop();
    this.pending = [];
    this.pushed = null;
    const { min = 1, max = 4 } = this.options.interpolate ?? {};
    this.playback = new Playback(1000 / r.tickHz, r.every, min, max);
    this.roster.clear();
    for (const p of r.roster) this.roster.set(p.seat, p);
    this.large = r.roster.length === 0; // else one's own seat would be in it
    this.compare(r.schema, r.mode);
    this.emitter.emit("welcome", { resumed: r.resumed, seat: r.seat, room: r.room, mode: r.mode });
    this.emitter.emit("roster", { seat: 0, player: undefined });
  }

  /** compare says on the console, once for each other one, that a room's game is not what the page's types were written for. */
  private compare(schema: Schema, mode: string): void {
    const { fingerprint } = this.options;
    if (fingerprint === undefined || fingerprint === schema.fingerprint || this.others.has(schema.fingerprint)) return;
    this.others.add(schema.fingerprint);
    console.warn(
      `metronome: this page's types are of a game with the fingerprint ${fingerprint}, and the room, in mode ${mode}, plays one with ${schema.fingerprint}, ` +
        "which is another build, mode or number of seats: all goes on by the names that both have, and `metronome schema --ts` writes the types anew.",
    );
  }

  private snapshot(r: SnapshotReport): void {
    const { playback } = this;
    if (!playback) return;
    playback.arrived(r.tick, r.at);
    this.stats.jitterMs = playback.spread;
    const named = r.events.map((e) => eventOf(this.schema!, e));
    let rows = 0;
    if (r.world) {
      const s = new Snapshot(r.tick, r.at, this.plans, r.world);
      const first = !this.timeline.newest;
      rows = s.rows;
      this.drawn.correct(this.timeline, () => this.timeline.push(s));
      this.world = s;
      this.pending = this.pending.filter((p) => p.tick > r.inputTick);
      if (first) this.startPrediction(s);
      this.prediction.tell((p) => p.snapshot(s));
      this.isReady();
    }
    this.watches(r.watched);
    this.stats.take(r, rows, playback.delay);
    for (const e of named) this.events.push(e);
    this.emitter.emit("snapshot", { tick: r.tick, inputTick: r.inputTick, events: named });
    if (commonNow() - this.viewedAt > NOBODY_DRAWS) {
      this.reach(r.tick, this.rows.due(this.passed(r.tick), this.timeline.newest ?? null));
    }
    this.pushInput();
  }

  /** watches notes whose view this is. */
  private watches(seat: number): void {
    if (!this.spectating || seat === this.watched) return;
    this.watched = seat;
    this.emitter.emit("watched", { seat });
  }

  private putRight(table: string, amount: number): void {
    this.stats.corrections++;
    this.emitter.emit("correction", { table, amount });
  }

  /** live: inputs go out, one for each tick. */
  private get live(): boolean {
    return this.sampler !== null && !this.rests;
  }

  /** startPrediction has whoever predicts in this room begin at its newest snapshot. */
  private startPrediction(first: Snapshot): void {
    const { plans, schema, seat, mode, tickHz, rules } = this;
    void this.prediction.begin({ url: this.seatURL, mode, seat, tickHz, schema: schema!, plans, ...rules }, (p) => {
      for (const { tick, values } of this.pending) p.sent(tick, values);
      for (const order of this.orders.open) p.ordered(order, this.live);
      p.snapshot(this.timeline.newest ?? first);
    });
  }

  /** pulled is the input for a tick that the engine asks for: with the taps that frames have seen since the last one. */
  private pulled(tick: number): number[] | null {
    const values = this.sample(tick);
    return (values && this.prediction.by?.live.withTaps()) ?? values;
  }

  /** sample asks for the controls as they are, in the schema's order, and has the prediction see them. */
  private sample(tick: number): number[] | null {
    const values = this.values(tick);
    if (values) this.prediction.by?.live.note(values);
    return values;
  }

  private values(tick: number): number[] | null {
    if (!this.sampler || !this.schema) return null;
    const given = this.sampler(tick);
    return this.schema.input.map((f, i) => {
      const v = isArray(given) ? given[i] : given[f.name];
      return Math.round(v ?? 0) | 0;
    });
  }

  /** pushInput tells an engine that cannot call here what the controls are, if they changed. */
  private pushInput(): void {
    if (this.link.pulls || this.state === "closed" || !this.schema) return;
    const values = this.sample(this.nextTick);
    if (same(values, this.pushed)) return;
    this.pushed = values;
    this.link.send({ type: "input", values, schema: this.schema.fingerprint });
  }

  /** watchPage follows whether the page is seen, and keeps the seat when it goes away. */
  private watchPage(): void {
    const listen = (target: EventTarget | undefined, event: string, f: () => void): void => {
      if (typeof target?.addEventListener !== "function") return;
      target.addEventListener(event, f);
      this.forget.push(() => target.removeEventListener(event, f));
    };
    const page: Document | undefined = globalThis.document;
    const seen = (): void => this.link.send({ type: "hidden", hidden: page?.visibilityState === "hidden" });
    listen(page, "visibilitychange", seen);
    if (page?.visibilityState === "hidden") seen();
    listen(globalThis.window, "pagehide", () => {
      if (this.resume === "") return;
      this.keep.put({ url: this.seatURL, resume: this.resume, commanded: this.orders.done, orders: this.orders.open });
    });
    // Back from the browser's cache: this page has its seat in its memory.
    listen(globalThis.window, "pageshow", () => void this.keep.take());
  }
}

const isArray = (v: unknown): v is readonly number[] => Array.isArray(v);
const isEnd = (v: unknown): v is End => typeof v === "object" && v !== null && "sentence" in v;

function same(a: readonly number[] | null, b: readonly number[] | null): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((v, i) => v === b[i]));
}
