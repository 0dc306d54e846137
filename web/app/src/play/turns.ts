// The turns of a match: it begins, it ends, and its last seconds are counted.

import type { MatchNow } from "./standing.ts";
import { Phase } from "./types.ts";

export type Turn = "begins" | "ends" | "second" | null;

/** How many seconds are counted down, of a match and of the pause before the next. */
const counted = { match: 5, pause: 3 };

export class Turns {
  private phase = -1;
  private round = -1;
  private left = Infinity;

  /** Returns what has just happened; a match that one comes into does not begin. */
  see(m: MatchNow, tick: number, hz: number): Turn {
    const was = this.phase;
    const another = this.round !== -1 && (m.round !== this.round || m.phase !== was) && m.phase === Phase.Play;
    const over = was === Phase.Play && m.phase === Phase.Pause;
    const left = m.endsAt > 0 ? Math.ceil((m.endsAt - tick) / hz) : Infinity;
    const fewer = left < this.left && m.phase === was;
    this.phase = m.phase;
    this.round = m.round;
    this.left = left;
    if (another) return "begins";
    if (over) return "ends";
    const from = m.phase === Phase.Play ? counted.match : m.phase === Phase.Pause ? counted.pause : 0;
    return fewer && left >= 1 && left <= from ? "second" : null;
  }
}
