// For which tick an input is: the twin of client/inputclock.go.
import { Steering, WHOLE_TICK } from "./steering.ts";

/** How far inputs are off, quarters of a tick, when they are moved at once instead of by running faster or slower. */
const JUMP = 2 * WHOLE_TICK;

/** What the clock needs of a snapshot. */
export interface Report {
  tick: number;
  slack: number;
  dropped: number;
}

/** Says for which tick an input is that is sent now, so that it arrives shortly before the room needs it. Times are ms. */
export class InputClock {
  started = false;
  /** The tick of the next input. */
  next = 0;
  private readonly steer: Steering;
  private period = 0;
  /** How many ticks an input may be ahead. */
  private lead = 0;
  /** Inputs to leave out, as they are too early. */
  private hold = 0;
  private slew = 0;

  /** grain: as for Steering. */
  constructor(private readonly grain = 1) {
    this.steer = new Steering(grain);
  }

  begin(period: number, lead: number): void {
    this.period = period;
    this.lead = lead;
    this.restart();
  }

  /** The next input begins anew. */
  restart(): void {
    this.started = false;
    this.hold = this.slew = 0;
  }

  /**
   * The tick of an input that is sent now; null: none is to be sent. late is how
   * long ago the snapshot of tick last left the room, plus how long the input
   * will travel; skipped is how many such calls have been missed just before.
   */
  due(last: number, late: number, skipped: number): number | null {
    if (!this.started) {
      this.started = true;
      this.hold = 0;
      this.next = last + 1 + Math.floor(late / this.period);
      this.steer.start(this.next);
    } else {
      this.next += skipped;
    }
    if (this.hold > 0) {
      this.hold--;
      return null;
    }
    return this.next++;
  }

  /** Steers by what a snapshot says. */
  hear(f: Report, now: number): void {
    if (!this.started) return;
    // Only a room that stood still can be so far behind; its reports cannot be
    // told apart, so begin again.
    if (this.next - f.tick > 2 * this.lead) {
      this.restart();
      return;
    }
    let move = this.steer.report(f.tick, slackOf(f, this.lead), this.next, now);
    if (move === 0) return;
    if (this.grain === WHOLE_TICK || move >= JUMP || move <= -JUMP) {
      const whole = Math.trunc(move / WHOLE_TICK);
      move -= whole * WHOLE_TICK;
      if (whole > 0) this.next += whole;
      else this.hold -= whole;
    }
    this.slew = move;
    if (move === 0) this.settle(now);
  }

  /** Has the inputs that were due until now not count: the client knows that it sent them late. */
  excuse(): void {
    this.steer.excuse(this.next);
  }

  /** By how many quarters of a tick a pace is to make inputs earlier; settle must follow once it has. */
  takeSlew(): number {
    const slew = this.slew;
    this.slew = 0;
    return slew;
  }

  /** Inputs are now as early as they were to be. */
  settle(now: number): void {
    this.steer.settle(this.next, now);
  }
}

/**
 * What a snapshot says of the inputs that came for it. It names that of the
 * newest, which hides that an older one came with it and was late; the count of
 * those that were of no use shows it.
 */
function slackOf(f: Report, lead: number): number {
  return f.dropped > 0 && f.slack >= 0 && f.slack <= lead ? -1 : f.slack;
}
