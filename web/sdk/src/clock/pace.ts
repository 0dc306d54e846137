// When inputs are due: the twin of client/pace.go.

// How much faster and slower than the room a client's clock may run while it
// corrects itself: a change of speed of 5 % is not felt. Being late costs inputs
// and is corrected at the first rate, being early costs latency only.
const FASTER = 0.05;
const SLOWER = 0.02;

/** Once per tick's time, a little more or less often while it is being corrected. Times are ms. */
export class Pace {
  due = Infinity;
  /** By how much inputs are to be earlier. */
  pending = 0;
  private period = 0;

  start(now: number, period: number): void {
    this.period = period;
    this.pending = 0;
    this.due = now;
  }

  stop(): void {
    this.due = Infinity;
  }

  /**
   * Plans the next input after the one that is due. skipped: how many have been
   * missed because the client was held up. settled: a correction is done.
   */
  next(now: number): { skipped: number; settled: boolean } {
    const step = this.pending > 0 ? Math.min(this.pending, this.period * FASTER) : Math.max(this.pending, -this.period * SLOWER);
    this.due += this.period - step;
    this.pending -= step;
    let skipped = 0;
    const behind = now - this.due;
    if (behind > this.period) {
      skipped = Math.floor(behind / this.period);
      this.due += skipped * this.period;
    }
    return { skipped, settled: step !== 0 && this.pending === 0 };
  }
}
