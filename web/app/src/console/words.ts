// Figures and states in words.
import type { Keeping } from "./gen/metronome/v1/console_pb.ts";

export type Mood = "ok" | "warn" | "bad" | "idle";
export interface Health {
  mood: Mood;
  word: string;
}

/** How a room or a node is, as its node judges it. */
export function health(h: { mood: string; word: string } | undefined): Health {
  return { mood: moods.find((mood) => mood === h?.mood) ?? "idle", word: h?.word ?? "" };
}

/** From the least to what an operator should see first. */
export const moods: readonly Mood[] = ["idle", "ok", "warn", "bad"];

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

/** How long somebody waits, ms: with a digit of a second while it is short. */
export function wait(ms: number | undefined | null): string {
  if (ms === undefined || ms === null) return "–";
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : span(ms / 1000);
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

/** So many of something: "1 room", "2,000 rooms". */
export function counted(n: number, one: string): string {
  return `${whole(n)} ${one}${n === 1 ? "" : "s"}`;
}

export function span(seconds: number | undefined): string {
  const s = Math.round(seconds ?? 0);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** A Unix second as the clock on the wall here shows it: sorts as it reads. */
export function when(unix: number | bigint | undefined): string {
  const at = Number(unix ?? 0);
  return at === 0 ? "–" : new Date(at * 1000).toLocaleString("sv-SE");
}

/** A share of a core, in tenths of a percent. */
export function percent(permille: number): string {
  return `${(permille / 10).toFixed(permille < 100 ? 1 : 0)} %`;
}

/** How a room outlives its node, in a few words, and why it does not, as a sentence; "" of what is not so. now: Unix seconds. */
export function kept(k: Keeping | undefined, now: number): { mood: Mood; word: string; fault: string } {
  if (!k) return { mood: "idle", word: "", fault: "" };
  if (k.fault !== "") {
    const since = span(Math.max(now - Number(k.faultSinceUnix), 0));
    return { mood: "bad", word: "not kept", fault: `For ${since} this room has not been kept, and would be lost with its node: ${k.fault.replace(/[.]$/, "")}.` };
  }
  const behind = k.lagTicks > 0 ? `, ${counted(k.lagTicks, "tick")} (${bytes(Number(k.lagBytes))}) behind` : "";
  return { mood: "ok", word: `kept in ${k.by}, ${k.mode}${behind}`, fault: "" };
}

/** What a drain will do to so many rooms and players, as sentences. */
export function drains(rooms: number, players: number): string {
  const now = `${counted(rooms, "room")} with ${counted(players, "player")}`;
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

/** Close codes by name, as PROTOCOL.md has them. */
const closeNames: Record<number, string> = {
  1000: "bye",
  1002: "protocol",
  1003: "text",
  1006: "lost",
  1009: "too-big",
  4000: "bad-frame",
  4001: "flood",
  4002: "slow",
  4003: "silent",
  4004: "replaced",
  4005: "kicked",
  4006: "room-ended",
  4007: "restart",
  4008: "game-fault",
  4009: "room-full",
  4010: "resume-stale",
  4011: "room-locked",
  4012: "second",
  4013: "moved",
};

/** A close code as people know it; "" of none. */
export function closeName(code: number): string {
  return code === 0 ? "" : closeNames[code] ? `${closeNames[code]} (${code})` : `code ${code}`;
}

/** How bad an event is. */
export function eventMood(kind: string, code: number): Mood {
  if (kind === "fault" || kind === "ticks-lost") return "bad";
  if (kind === "moved" || kind === "taken-over") return "ok";
  if (kind === "refused" || kind === "cut" || kind === "act" || kind === "node" || code === 4005) return "warn";
  return kind === "joined" || kind === "resumed" || kind === "opened" ? "ok" : "idle";
}
