// Round trips and keyframes asked for: the twin of client/ping.go.

/** How often a client gives a sign of life and measures the round trip, ms: a room closes a silent connection after 10 s. */
const PING_EVERY = 2_000;
/** The same in a room that rests, which each sign of life wakes up, ms: it closes a silent connection after a minute. */
const REST_PING_EVERY = 20_000;

/** Asks for a pong now and then. Times are ms. */
export class Pinger {
  /** The room does. */
  rests = false;
  /** Shortest of this connection, ms; a pong waits for the next tick, so up to one longer than the network's. */
  best = 0;
  /** The newest ones, at most five. */
  private readonly newest: number[] = [];
  private asked = -Infinity;
  private number = 0;
  private open = false;

  /** A new connection, whose handshake is a first guess. */
  connected(rtt: number): void {
    this.asked = -Infinity;
    this.open = false;
    this.best = Math.max(rtt, 0);
    this.newest.length = 0;
  }

  /** The newest round trip, ms. */
  get last(): number {
    return this.newest.at(-1) ?? this.best;
  }

  /** The shortest of the newest, ms: what it is now, without a moment's bad luck. */
  get now(): number {
    return this.newest.length > 0 ? Math.min(...this.newest) : this.best;
  }

  due(now: number): boolean {
    return this.dueIn(now) <= 0;
  }

  /** How long it is until the next ping, ms. */
  dueIn(now: number): number {
    return this.asked + (this.rests ? REST_PING_EVERY : PING_EVERY) - now;
  }

  /** The ping to send now, 0 for none. */
  take(now: number): number {
    if (!this.due(now)) return 0;
    this.asked = now;
    this.open = true;
    return ++this.number;
  }

  /** Takes a frame's pong, 0 for none. */
  pong(number: number, now: number): void {
    if (!this.open || number !== this.number) return;
    this.open = false;
    const rtt = now - this.asked;
    this.newest.push(rtt);
    if (this.newest.length > 5) this.newest.shift();
    if (rtt < this.best || this.best === 0) this.best = rtt;
  }
}

/** How long keyframes that were asked for may take before they are asked for again, ms. */
const RESYNC_EVERY = 1_000;

/** Asks for keyframes while the mirror has a gap. */
export class Resyncer {
  private gapped = false;
  private asked = 0;

  /** Notes that a frame could not be applied; true: that is new. */
  gap(): boolean {
    if (this.gapped) return false;
    this.gapped = true;
    this.asked = -Infinity;
    return true;
  }

  done(): void {
    this.gapped = false;
  }

  due(now: number): boolean {
    return this.dueIn(now) <= 0;
  }

  /** How long it is until keyframes are to be asked for, ms. */
  dueIn(now: number): number {
    return this.gapped ? this.asked + RESYNC_EVERY - now : Infinity;
  }

  /** Whether to ask now. */
  take(now: number): boolean {
    if (!this.due(now)) return false;
    this.asked = now;
    return true;
  }
}

/** The receiving end of what a seat must not miss: each notice once, in order, acknowledged with the next frame. */
export class NoticeLane {
  private last = 0;
  private acked = 0;

  /** Whether a notice is new. */
  take(number: number): boolean {
    if (number <= this.last) return false;
    this.last = number;
    return true;
  }

  unacked(): boolean {
    return this.acked !== this.last;
  }

  /** What to acknowledge, 0 for nothing. */
  takeAck(): number {
    if (this.acked === this.last) return 0;
    return (this.acked = this.last);
  }
}
