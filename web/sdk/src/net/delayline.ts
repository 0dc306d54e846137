/** What a DelayLine needs of the world: a clock and a timer, ms. */
export interface Timers {
  now(): number;
  /** Calls f once after ms; the answer cancels. */
  after(ms: number, f: () => void): () => void;
}

/** One direction of a worse network: everything comes later, nothing overtakes and nothing is lost, as on TCP. */
export class DelayLine<T> {
  delayMs = 0;
  jitterMs = 0;
  /** In the order in which they came; who is due waits for those before. */
  private readonly waiting: { at: number; item: T }[] = [];
  private held = 0;
  private cancel: (() => void) | null = null;

  constructor(
    private readonly timers: Timers,
    private readonly deliver: (item: T) => void,
    private readonly random: () => number = Math.random,
  ) {}

  push(item: T): void {
    const now = this.timers.now();
    const delay = this.delayMs + (2 * this.random() - 1) * this.jitterMs;
    const at = Math.max(now + Math.max(delay, 0), this.held);
    if (at <= now && this.waiting.length === 0) {
      this.deliver(item);
      return;
    }
    this.waiting.push({ at, item });
    this.arm(now);
  }

  /** Holds everything back for so long, also what waits already. */
  stall(ms: number): void {
    const now = this.timers.now();
    this.held = Math.max(this.held, now + ms);
    for (const w of this.waiting) w.at = Math.max(w.at, this.held);
    this.cancel?.();
    this.cancel = null;
    this.arm(now);
  }

  /** Forgets what waits: the connection is over. */
  clear(): void {
    this.cancel?.();
    this.cancel = null;
    this.waiting.length = 0;
  }

  private arm(now: number): void {
    const first = this.waiting[0];
    if (this.cancel || !first) return;
    this.cancel = this.timers.after(Math.max(0, first.at - now), () => {
      this.cancel = null;
      this.release();
    });
  }

  private release(): void {
    const now = this.timers.now();
    // Delivering may clear the line.
    for (let first = this.waiting[0]; first && first.at <= now; first = this.waiting[0]) {
      this.waiting.shift();
      this.deliver(first.item);
    }
    this.arm(now);
  }
}
