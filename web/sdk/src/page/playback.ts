// The clock of the view: how far behind the newest snapshot it is drawn.
import { Ring } from "./history.ts";

/** How long the arrival of snapshots is remembered, ms: longer than a bad moment of a network. */
const WINDOW = 2_500;
/** How much faster and slower than the room the view may run while it gets where it should be. */
const FASTER = 0.2;
const SLOWER = 0.15;
/** Part of an error that is made good per tick. */
const GAIN = 0.05;
/** Errors and pauses from so many ticks on are not slewed but jumped over: somebody stalled, or nobody looked. */
const JUMP = 12;
/** How far the view may run past the newest snapshot, ticks. */
const REACH = 2;
/** The same when the room is so quiet that it sends a snapshot now and then: nothing changes but as predicted. */
const QUIET_REACH = 20;

/** Follows the room's ticks smoothly. Times are ms of the common clock, positions ticks. */
export class Playback {
  /** Drawn now; -1: nothing yet. */
  tick = -1;
  /** How far behind a snapshot that comes without delay, ticks. */
  delay = 0;
  /** Difference of the latest and the earliest arrival, ms. */
  spread = 0;
  private readonly offsets: Ring;
  private base = 0;
  private newest = -1;
  private reach = REACH;
  private at = 0;

  constructor(
    /** ms per tick. */
    private readonly period: number,
    /** Ticks per snapshot. */
    private readonly every: number,
    /** Bounds of the delay, snapshot intervals. */
    private readonly min: number,
    private readonly max: number,
  ) {
    this.offsets = new Ring(Math.max(8, Math.ceil(WINDOW / (period * every))));
  }

  /** A snapshot came. */
  arrived(tick: number, at: number): void {
    const offset = at - tick * this.period;
    const budget = (this.max + REACH) * this.every * this.period;
    // Far later than the window knows: the way has become longer, or somebody stalled.
    if (this.offsets.length > 0 && offset - this.base > budget) this.offsets.clear();
    this.offsets.push(offset);
    let latest = -Infinity;
    this.base = Infinity;
    for (let i = 0; i < this.offsets.length; i++) {
      this.base = Math.min(this.base, this.offsets.at(i));
      latest = Math.max(latest, this.offsets.at(i));
    }
    this.spread = latest - this.base;
    this.delay = Math.min(Math.max(this.every + this.spread / this.period, this.min * this.every), this.max * this.every);
    const gap = tick - this.newest;
    this.reach = this.newest >= 0 && gap > this.every ? Math.min(gap + REACH, QUIET_REACH) : REACH * this.every;
    this.newest = tick;
  }

  /** The tick that the room has come to, with a fraction, as far as the snapshots tell: those that came soonest set the clock. -1: none has. */
  roomTick(now: number): number {
    return this.newest < 0 ? -1 : Math.max(this.newest, (now - this.base) / this.period);
  }

  /** Moves on to a time and answers the tick to draw. */
  advance(now: number): number {
    if (this.newest < 0) return -1;
    const target = (now - this.base) / this.period - this.delay;
    const most = this.newest + this.reach;
    const elapsed = Math.max(0, now - this.at) / this.period;
    this.at = now;
    const error = target - (this.tick + elapsed);
    if (this.tick < 0 || elapsed > JUMP || Math.abs(error) > JUMP) this.tick = target;
    else this.tick += elapsed * (1 + Math.min(Math.max(error * GAIN, -SLOWER), FASTER));
    this.tick = Math.max(0, Math.min(this.tick, most));
    return this.tick;
  }
}
