// Pauses between attempts to come back: the twin of client/retry.go.
import type { Comeback } from "../api.ts";

/** By comeback: the first attempt comes after up to first, later ones after a pause that doubles from step to most, ms. */
const pauses: Record<Exclude<Comeback, "never">, { first: number; step: number; most: number }> = {
  // A resume is urgent: the seat is kept for a limited time.
  resume: { first: 250, step: 500, most: 4_000 },
  rejoin: { first: 1_000, step: 1_000, most: 30_000 },
  "rejoin-later": { first: 0, step: 4_000, most: 60_000 },
};

/** Every pause is drawn from a range, so that the players of a room that ended do not all come back at once. */
export class Retry {
  tries = 0;

  /** How long to wait before the next attempt, ms; null: do not come back. random is 0 to below 1. */
  after(c: Comeback, random: number): number | null {
    if (c === "never") return null;
    const p = pauses[c];
    this.tries++;
    if (this.tries === 1 && p.first > 0) return random * p.first;
    let pause = p.step;
    for (let i = 2; i < this.tries && pause < p.most; i++) pause *= 2;
    pause = Math.min(pause, p.most);
    return pause / 2 + random * (pause / 2);
  }

  /** Forgets the failed attempts. */
  succeeded(): void {
    this.tries = 0;
  }
}
