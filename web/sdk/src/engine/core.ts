// One player's side of a room without socket, clock or timer: the twin of
// client/session.go. Times are ms of one clock.
import { InputClock } from "../clock/inputclock.ts";
import { Mirror } from "../mirror/mirror.ts";
import { NoticeLane, Pinger, Resyncer } from "../net/ping.ts";
import { type Input, writeClientFrame } from "../wire/client.ts";
import { ServerFrame } from "../wire/frame.ts";
import { limits } from "../wire/limits.ts";
import type { Notice, Welcome } from "../wire/welcome.ts";

/** What a frame brought besides the world. */
export interface Received {
  welcome: Welcome | null;
  /** Those that are new. */
  notices: Notice[];
  /** The mirror is in step; else keyframes are asked for. */
  synced: boolean;
}

/** How old a report of the page's view may be to count, ms. */
const VIEW_FRESH = 250;

export class Core {
  welcome: Welcome | null = null;
  mirror: Mirror | null = null;
  readonly frame = new ServerFrame();
  readonly ping = new Pinger();
  readonly clock = new InputClock();
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
  }

  /** Takes one message. A gap is no error: keyframes are asked for. Throws Error when the connection is of no more use. */
  receive(bytes: Uint8Array, now: number): Received {
    const f = this.frame;
    f.read(bytes);
    if (f.welcome) this.greet(f.welcome);
    if (!this.mirror || !this.welcome) throw new Error("a frame before the welcome");
    this.heard = now;
    this.dropped += f.dropped;
    if (f.skipped > 0) this.backlog += Math.max(0, f.skipped + 1 - this.welcome.snapshotEvery);
    if (this.mirror.apply(f) === "ok") this.resync.done();
    else {
      this.gaps++;
      if (this.resync.gap()) this.resyncs++;
    }
    this.ping.pong(f.pong, now);
    this.clock.hear(f, now);
    return { welcome: f.welcome, notices: f.notices.filter((n) => this.lane.take(n.number)), synced: this.mirror.synced };
  }

  /** greet begins a connection's life in a room. */
  private greet(w: Welcome): void {
    if (w.tickHz === 0 || w.tickHz > 1000 || !w.schema) throw new Error(`a welcome with ${w.tickHz} ticks a second`);
    if (!w.resumed) this.lane = new NoticeLane();
    this.welcome = w;
    this.mirror = new Mirror(w.schema);
    this.period = 1000 / w.tickHz;
    this.clock.begin(this.period, w.maxLead);
    this.resync.done();
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

  /** Encodes a frame with an input and whatever else waits. */
  withInput(tick: number, values: ArrayLike<number>, now: number): Uint8Array {
    this.inputs++;
    return this.flush([{ tick, seen: this.seen(tick, now), values }], now);
  }

  /** Encodes a frame without an input if there is anything to be sent. */
  rest(now: number): Uint8Array | null {
    const idle = this.chat === "" && !this.leaving && !this.ping.due(now) && !this.lane.unacked() && !this.resync.due(now);
    return idle ? null : this.flush([], now);
  }

  /** seen is how old the world is that the player sees, in 1/16 ticks before an input's tick. */
  private seen(tick: number, now: number): number {
    let sees = this.frame.tick;
    if (this.view && now - this.view.at < VIEW_FRESH) sees = this.view.tick + (now - this.view.at) / this.period;
    return Math.min(Math.max(Math.round(16 * (tick - sees)), 0), limits.MaxSeen);
  }

  private flush(inputs: Input[], now: number): Uint8Array {
    const bytes = writeClientFrame({
      inputs, chat: this.chat, ping: this.ping.take(now), resync: this.resync.take(now), noticeAck: this.lane.takeAck(), leave: this.leaving,
    });
    this.chat = "";
    this.leaving = false;
    return bytes;
  }
}
