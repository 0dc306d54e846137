// Holding inputs just early enough: the twin of client/steering.go.

/** A tick in quarters, the unit of steering's answers: a client that can be a quarter earlier need not be a whole tick. */
export const WHOLE_TICK = 4;
/**
 * How long inputs must have had a tick to spare before they are sent later, ms:
 * longer than a bad moment of a network. It doubles when that was a mistake.
 */
const PATIENCE = 2_000;
const MAX_PATIENCE = 60_000;

/** Hears the slack that the server reports and says by how much inputs are to be earlier or later. Times are ms. */
export class Steering {
  private patience = PATIENCE;
  /** Inputs for earlier ticks were sent before the last move. */
  private from = 0;
  private since: number | null = null;
  /** The least slack since then. */
  private spare = Infinity;
  private fell = false;
  /** The least of the newest slacks, all of which are more than one above spare, and when the first of them came; 0: the newest is not. */
  private rise = 0;
  private risen = 0;

  /** grain: the smallest move, quarters of a tick; a whole one for who can only send at fixed times. */
  constructor(private readonly grain = 1) {}

  /** Forgets the past. */
  start(from: number): void {
    this.patience = PATIENCE;
    this.fell = false;
    this.settle(from, null);
  }

  /** A move is done: from is the first tick of an input that was sent after it. */
  settle(from: number, now: number | null): void {
    this.from = from;
    this.since = now;
    this.spare = Infinity;
    this.rise = 0;
  }

  /** Inputs for earlier ticks do not count; a move that is going on is not disturbed. */
  excuse(next: number): void {
    if (this.from < next) this.from = next;
  }

  /**
   * Takes the slack of one snapshot; next is the tick after the last input sent.
   * Answers by how many quarters of a tick inputs are to be earlier (positive) or
   * later; when that is not 0, nothing more is heard until settle.
   */
  report(tick: number, slack: number, next: number, now: number): number {
    this.since ??= now;
    // The room says the slack of the newest input again while no other comes, so
    // that it seems to be of an input that was not sent.
    const about = tick + slack;
    if (about < this.from || about >= next) return 0;
    if (slack < 0) return this.late(slack);
    this.watchRise(slack, now);
    this.spare = Math.min(this.spare, slack);
    if (this.spare === 0) {
      this.since = now;
      this.spare = Infinity;
      return 0;
    }
    const wait = this.spare > 1 ? PATIENCE / this.spare : this.patience;
    if (now - this.since < wait) return 0;
    if (this.spare > 1) this.patience = PATIENCE;
    this.fell = true;
    this.from = Infinity;
    return -WHOLE_TICK * (this.spare - 1) - this.grain;
  }

  /** Notices that a room has lost ticks: slacks are suddenly higher, and stay so. What they were before says nothing then. */
  private watchRise(slack: number, now: number): void {
    if (this.spare === Infinity || slack <= this.spare + 1) {
      this.rise = 0;
      return;
    }
    if (this.rise === 0) {
      this.rise = slack;
      this.risen = now;
    }
    this.rise = Math.min(this.rise, slack);
    if (now - this.risen < PATIENCE / this.rise) return;
    this.spare = this.rise;
    this.since = this.risen;
  }

  private late(slack: number): number {
    if (this.fell) {
      this.fell = false;
      this.patience = Math.min(2 * this.patience, MAX_PATIENCE);
    }
    this.from = Infinity;
    return WHOLE_TICK * (-slack - 1) + this.grain;
  }
}
