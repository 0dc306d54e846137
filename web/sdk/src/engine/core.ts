// One player's side of a room without socket, clock or timer: the twin of
// client/session.go. Times are ms of one clock.
import { InputClock } from "../clock/inputclock.ts";
import { Lives } from "../mirror/lives.ts";
import { Mirror } from "../mirror/mirror.ts";
import { NoticeLane, Pinger, Resyncer } from "../net/ping.ts";
import { type Input, writeClientFrame } from "../wire/client.ts";
import { ServerFrame } from "../wire/frame.ts";
import { limits } from "../wire/limits.ts";
import type { Notice } from "../wire/notice.ts";
import type { Welcome } from "../wire/welcome.ts";
import { Commands, type Settled } from "./commands.ts";
import { Presses } from "./presses.ts";

/** What a frame brought besides the world. */
export interface Received {
  welcome: Welcome | null;
  /** Those that are new. */
  notices: Notice[];
  /** Commands of which it is known what became of them. */
  settled: Settled[];
  /** The mirror is in step; else keyframes are asked for. */
  synced: boolean;
}

/** How long nothing may come from a room before its connection counts as lost, ms: as long as a room waits for a client. */
export const SILENT_AFTER = 10_000;
/** The same for rooms that rest. */
const REST_SILENCE = 60_000;
/** How old a report of the page's view may be to count, ms. */
const VIEW_FRESH = 250;

export class Core {
  welcome: Welcome | null = null;
  mirror: Mirror | null = null;
  readonly frame = new ServerFrame();
  readonly ping = new Pinger();
  readonly clock = new InputClock();
  readonly commands = new Commands();
  /** When the last frame of this connection came; null: none has. */
  heard: number | null = null;
  /** ms per tick. */
  period = 0;
  dropped = 0;
  backlog = 0;
  gaps = 0;
  resyncs = 0;
  inputs = 0;
  /** A line of chat that waits for the next frame. */
  chat = "";
  leaving = false;
  /** The connection is a spectator's: it has no seat, and sends no inputs. */
  spectating = false;
  /** The seat that a spectator wants to watch from the next frame on; null: as before. */
  watch: number | null = null;
  /** The seat that the server says is watched; 0: none is known. */
  watched = 0;
  /** Seats to be asked for, one per frame. */
  readonly who = new Set<number>();
  /** The frame written last has more than an input that the next one makes up for. */
  precious = false;
  private readonly lives = new Lives();
  private presses = new Presses();
  /** The fingerprint of the last welcome's schema. */
  private shape = "";
  private readonly resync = new Resyncer();
  private lane = new NoticeLane();
  private view: { tick: number; at: number } | null = null;

  /** A new connection begins, which took rtt to open. */
  connected(rtt: number): void {
    this.ping.connected(rtt);
    this.clock.restart();
    this.heard = null;
    this.view = null;
    this.welcome = null;
    this.mirror = null;
    this.watched = 0;
    this.presses.forget();
  }

  get rests(): boolean {
    return this.welcome?.rests ?? false;
  }

  /** Inputs are sent. */
  get steered(): boolean {
    return !this.spectating && this.welcome!.schema!.input.length > 0;
  }

  get silentAfter(): number {
    return this.rests ? REST_SILENCE : SILENT_AFTER;
  }

  /** Takes one message. A gap is no error: keyframes are asked for. Throws Error when the connection is of no more use. */
  receive(bytes: Uint8Array, now: number): Received {
    const f = this.frame;
    f.read(bytes);
    const settled = f.welcome ? this.greet(f.welcome) : [];
    if (!this.mirror || !this.welcome) throw new Error("a frame before the welcome");
    this.heard = now;
    this.dropped += f.dropped;
    this.watched = f.watched || this.watched;
    if (f.skipped > 0 && !this.rests) this.backlog += Math.max(0, f.skipped + 1 - this.welcome.snapshotEvery);
    if (this.mirror.apply(f) === "ok") this.resync.done();
    else {
      this.gaps++;
      if (this.resync.gap()) this.resyncs++;
    }
    this.ping.pong(f.pong, now);
    this.clock.hear(f, now);
    const notices = f.notices.filter((n) => this.lane.take(n.number));
    for (const { body } of notices) if (body?.type === "refused") this.commands.refuse(body.number, body.reason);
    settled.push(...this.commands.ack(f.commandAck));
    return { welcome: f.welcome, notices, settled, synced: this.mirror.synced };
  }

  /** greet begins a connection's life in a room. It answers the commands that are lost with the seat before. */
  private greet(w: Welcome): Settled[] {
    if (w.tickHz === 0 || w.tickHz > 1000 || !w.schema) throw new Error(`a welcome with ${w.tickHz} ticks a second`);
    let lost: Settled[] = [];
    if (!w.resumed) {
      this.lane = new NoticeLane();
      lost = this.commands.drop();
    }
    this.commands.connected(w.schema.command);
    if (w.schema.fingerprint !== this.shape) this.presses = new Presses(); // of fields in another order
    this.shape = w.schema.fingerprint;
    this.ping.rests = w.rests;
    this.welcome = w;
    this.mirror = new Mirror(w.schema, this.lives);
    this.period = 1000 / w.tickHz;
    this.clock.begin(this.period, w.maxLead);
    this.resync.done();
    return lost;
  }

  /** The controls are like this now, whether an input is due or not. */
  note(values: ArrayLike<number>): void {
    if (this.welcome) this.presses.note(this.welcome.schema!.input, values);
  }

  /** The page draws a tick, with a fraction, at a time. */
  look(tick: number, at: number): void {
    this.view = { tick, at };
  }

  /** Called once per tick period: the tick that an input is for; null: none is to be sent. */
  due(now: number, skipped: number): number | null {
    if (!this.welcome || this.heard === null) return null;
    return this.clock.due(this.frame.tick, now - this.heard + this.ping.best, skipped);
  }

  /** Encodes a frame with an input and whatever else waits; values are what the input has. */
  withInput(tick: number, controls: ArrayLike<number>, now: number): { bytes: Uint8Array; values: number[] } {
    this.inputs++;
    const { values, any } = this.presses.take(this.welcome!.schema!.input, controls);
    const bytes = this.flush([{ tick, seen: this.seen(tick, now), values }], now);
    this.precious ||= any;
    return { bytes, values };
  }

  /** Encodes a frame without an input if there is anything to be sent. */
  rest(now: number): Uint8Array | null {
    return this.idle() && !this.ping.due(now) && !this.resync.due(now) ? null : this.flush([], now);
  }

  /** Whether nothing waits to be sent. */
  idle(): boolean {
    return this.chat === "" && !this.leaving && this.watch === null && !this.lane.unacked() && !this.commands.due() && this.who.size === 0;
  }

  /** How long it is until something is to be sent that does not wait yet, ms. */
  quietFor(now: number): number {
    return Math.max(0, Math.min(this.ping.dueIn(now), this.resync.dueIn(now)));
  }

  /** seen is how old the world is that the player sees, in 1/16 ticks before an input's tick. */
  private seen(tick: number, now: number): number {
    let sees = this.frame.tick;
    if (this.view && now - this.view.at < VIEW_FRESH) sees = this.view.tick + (now - this.view.at) / this.period;
    return Math.min(Math.max(Math.round(16 * (tick - sees)), 0), limits.MaxSeen);
  }

  private flush(inputs: Input[], now: number): Uint8Array {
    const commands = this.commands.take();
    const noticeAck = this.lane.takeAck();
    this.precious = this.chat !== "" || this.leaving || this.watch !== null || noticeAck > 0 || commands.length > 0;
    const [who = 0] = this.who;
    this.who.delete(who);
    const bytes = writeClientFrame({
      inputs, chat: this.chat, ping: this.ping.take(now), resync: this.resync.take(now), noticeAck, leave: this.leaving, commands, watch: this.watch, who,
    });
    this.chat = "";
    this.leaving = false;
    this.watch = null;
    return bytes;
  }
}
