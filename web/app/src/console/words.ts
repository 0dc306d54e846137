// Figures and states in words.
import type { RoomLine } from "./api.ts";

export type Mood = "ok" | "warn" | "bad" | "idle";
export interface Health {
  mood: Mood;
  word: string;
}

/** How a room is, by its last second: the worst thing first. */
export function health(r: RoomLine): Health {
  const inputs = r.inputs ?? 0;
  if ((r.ticksLost ?? 0) > 0) return { mood: "bad", word: `${r.ticksLost} ticks lost` };
  if ((r.lateUsP99 ?? 0) > 500_000 / Math.max(r.tickHz ?? 1, 1)) return { mood: "bad", word: "ticks late" };
  if ((r.backlogged ?? 0) > 0) return { mood: "warn", word: `${r.backlogged} backlogged` };
  if (inputs > 20 && (r.unused ?? 0) > inputs / 20) return { mood: "warn", word: "inputs unused" };
  if ((r.taken ?? 0) === 0) return { mood: "idle", word: "empty" };
  return { mood: "ok", word: "in time" };
}

/** The room's state, coloured like its health. */
export function stateMood(state: string): Mood {
  return state === "open" ? "ok" : state === "closed" ? "bad" : "warn";
}

/** Microseconds, as milliseconds with as many digits as one reads. */
export function ms(us: number | undefined | null): string {
  if (us === undefined || us === null) return "–";
  if (us === 0) return "0 ms";
  const v = us / 1000;
  return `${v.toFixed(v < 1 ? 2 : v < 100 ? 1 : 0)} ms`;
}

export function bytes(n: number | undefined | null): string {
  if (n === undefined || n === null) return "–";
  if (n < 1000) return `${n} B`;
  if (n < 1_000_000) return `${(n / 1000).toFixed(n < 10_000 ? 1 : 0)} kB`;
  return `${(n / 1_000_000).toFixed(1)} MB`;
}

export function whole(n: number | undefined | null): string {
  return n === undefined || n === null ? "–" : n.toLocaleString("en");
}

export function span(seconds: number | undefined): string {
  const s = Math.round(seconds ?? 0);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** A Unix second as the clock on the wall here shows it: sorts as it reads. */
export function when(unix: number | string | undefined): string {
  const at = Number(unix ?? 0);
  return at === 0 ? "–" : new Date(at * 1000).toLocaleString("sv-SE");
}

/** What a drain will do to so many rooms and players, as sentences. */
export function drains(rooms: number, players: number): string {
  const now = `${rooms === 1 ? "1 room" : `${rooms} rooms`} with ${players === 1 ? "1 player" : `${players} players`}`;
  return (
    `Nobody new comes in, and each room, now ${now}, ends when its match is over or nobody plays in it. Its players are led to other nodes. ` +
    "The process goes on until somebody stops it. Nothing here takes a drain back: start the server again."
  );
}

/** Ticks, as time at a rate. */
export function ticks(n: number | undefined, hz: number): string {
  const s = (n ?? 0) / Math.max(hz, 1);
  return s < 1 ? `${n ?? 0} ticks` : span(s);
}

/** A sentence of the server's, as a sentence: with a capital and a full stop. */
export function sentence(text: string): string {
  if (text === "") return "";
  const s = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(s) ? s : `${s}.`;
}
