// Pauses between attempts to come back: the twin of client/comeback.go and
// client/retry.go.
import type { Comeback, End } from "../api.ts";

/** Why a player has no connection, as far as it matters for when to try again. */
export type Cause = "seat-waits" | "room-moved" | "room-sought" | "seat-gone" | "room-gone" | "node-gone" | "busy";

/** The table of docs/PROTOCOL.md, §8.3, ms; client/retry.go says why the numbers are these. */
export const pauses: Readonly<Record<Cause, { low: number; high: number; step: number; most: number }>> = {
  "seat-waits": { low: 0, high: 250, step: 500, most: 4_000 },
  "room-moved": { low: 0, high: 20, step: 500, most: 4_000 },
  "room-sought": { low: 50, high: 150, step: 200, most: 1_000 },
  "seat-gone": { low: 0, high: 250, step: 1_000, most: 30_000 },
  "room-gone": { low: 0, high: 1_000, step: 1_000, most: 30_000 },
  "node-gone": { low: 500, high: 3_500, step: 2_000, most: 10_000 },
  busy: { low: 2_000, high: 4_000, step: 4_000, most: 60_000 },
};

/** The longest pause that a server may ask for, ms: a wrong one must not send players away for a day. */
const MAX_RETRY_AFTER = 60_000;

/** What ended a connection or an attempt to get one; null: do not come back. canResume: there is a seat that may still be taken back. */
export function causeOf(end: End, canResume: boolean): Cause | null {
  if (end.comeback === "never") return null;
  if (end.comeback === "resume" || end.code === 0) {
    if (!canResume || end.comeback !== "resume") return "node-gone";
    if (end.name === "room-sought") return "room-sought";
    return end.code === 4013 ? "room-moved" : "seat-waits";
  }
  if (end.code === 4007) return "node-gone";
  if (end.comeback === "rejoin-later") return "busy";
  const mine = end.code === 4010 || (!end.name.startsWith("lobby-") && [401, 404, 410].includes(end.code));
  return mine ? "seat-gone" : "room-gone";
}

/** What helps after an end; a server that is busy still keeps the seat. */
export function comebackOf(end: End, canResume: boolean): Comeback {
  switch (causeOf(end, canResume)) {
    case null: return "never";
    case "seat-waits":
    case "room-moved":
    case "room-sought": return "resume";
    case "busy": return canResume ? "resume" : "rejoin-later";
    case "node-gone": return "rejoin-later";
    default: return "rejoin";
  }
}

/** Every cause begins with its own first pause; every pause is drawn from a range, so that players who were lost together do not come back together. */
export class Retry {
  /** Attempts since the last success. */
  attempts = 0;
  private tries: Partial<Record<Cause, number>> = {};

  /** How long to wait before the next attempt, ms, and never less than the server asked for; null: do not come back. random is 0 to below 1. */
  after(end: End, canResume: boolean, random: number): number | null {
    const cause = causeOf(end, canResume);
    if (cause === null) return null;
    const { step, most, ...first } = pauses[cause];
    let { low, high } = first;
    const tries = this.tries[cause] ?? 0;
    if (tries > 0) {
      high = Math.min(step * 2 ** (tries - 1), most);
      low = high / 2;
    }
    this.tries[cause] = tries + 1;
    this.attempts++;
    const asked = end.retryAfterMs ?? 0;
    return (asked > 0 ? asked : low) + random * (high - low);
  }

  /** Forgets the attempts: the player plays again. */
  succeeded(): void {
    this.attempts = 0;
    this.tries = {};
  }
}

/** Reads the header of that name, seconds or a date, into ms; 0: there is none, or it is over. */
export function retryAfterMs(header: string | null, now = Date.now()): number {
  const text = header?.trim() ?? "";
  const ms = /^\d+$/.test(text) ? 1_000 * Number(text) : /^[A-Z][a-z]{2},/.test(text) ? Date.parse(text) - now : 0;
  return Math.min(Math.max(ms || 0, 0), MAX_RETRY_AFTER);
}
