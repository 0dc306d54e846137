// Queues and waiting in words.
import type { EntryState, EntryStatus, PartyState, Queue } from "@metronome/sdk";

/** Time as a clock shows it: "0:42". */
export function clock(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/** About how long something takes: "a few seconds", "20 s", "2 min". */
export function about(ms: number): string {
  const s = ms / 1000;
  if (s < 5) return "a few seconds";
  if (s < 55) return `${5 * Math.round(s / 5)} s`;
  return `${Math.max(1, Math.round(s / 60))} min`;
}

/** Who plays a match of a queue: "1 against 1", "2 teams of 3 to 5", "2 to 8 players". */
export function teamWords(q: Pick<Queue, "teams">): string {
  const [first] = q.teams;
  if (!first) return "";
  const many = (t: { least: number; most: number }): string => (t.least === t.most ? `${t.most}` : `${t.least} to ${t.most}`);
  if (q.teams.length === 1) return `${many(first)} player${first.most === 1 ? "" : "s"}`;
  if (q.teams.length === 2) return q.teams.map(many).join(" against ");
  const same = q.teams.every((t) => t.least === first.least && t.most === first.most);
  return same ? `${q.teams.length} teams of ${many(first)}` : `teams of ${q.teams.map(many).join(", ")}`;
}

/** How many wait, and for how long: "3 wait, about 20 s to a match". */
export function crowdWords(q: Pick<Queue, "waiting" | "estimateMs">): string {
  const wait = q.waiting === 0 ? "nobody waits now" : `${q.waiting.toLocaleString("en")} wait${q.waiting === 1 ? "s" : ""}`;
  return q.estimateMs < 0 ? wait : `${wait}, ${about(q.estimateMs)} to a match`;
}

/** What a search finds by now: one line for each thing that it asks for. */
export function searchWords(s: Pick<EntryStatus, "estimateMs" | "window" | "latencyMs" | "size">): { what: string; value: string }[] {
  const others = Math.max(0, s.size - 1);
  return [
    { what: "Estimate", value: s.estimateMs < 0 ? "not known yet" : `about ${about(s.estimateMs)}` },
    { what: "Opponents", value: s.window === Infinity ? "any rating" : `within ${Math.round(s.window).toLocaleString("en")} of your rating` },
    { what: "Distance", value: s.latencyMs === Infinity ? "any" : `up to ${Math.round(s.latencyMs)} ms` },
    { what: "In the queue", value: others === 0 ? "only you" : `${others.toLocaleString("en")} other${others === 1 ? "" : "s"}` },
  ];
}

/** What a state means, as a heading. */
export const headings: Readonly<Partial<Record<EntryState, string>>> = {
  waiting: "Looking for a match",
  offered: "Match found",
  opening: "Opening the room",
  open: "Entering the match",
};

/** What is being waited for, as a sentence; the queue's own first. */
export function reasonWords(s: EntryStatus): string {
  if (s.state === "opening") return "Everybody is in. The room is being made.";
  if (s.state === "open") return "Your seat is there.";
  const [first] = s.reasons;
  if (first?.text) return first.text;
  return s.why ? `${s.why.charAt(0).toUpperCase()}${s.why.slice(1).replace(/[.!?]$/, "")}. You wait on, with the time that you have waited.` : "Others are being looked for.";
}

/** Why a party cannot be enqueued here now; "": it can, by whoever this is. */
export function partyHinders(p: PartyState | null, q: Pick<Queue, "partyMost">): string {
  if (!p) return "";
  const you = p.members.find((m) => m.you);
  const leader = p.members.find((m) => m.leader);
  if (q.partyMost === 0) return "This queue takes no parties.";
  if (p.members.length > q.partyMost) return `For parties of up to ${q.partyMost}.`;
  if (!you?.leader) return `${leader?.name ?? "The leader"} starts the search.`;
  const [first, ...more] = p.members.filter((m) => !m.you && !m.ready);
  if (!first) return "";
  return more.length === 0 ? `${first.name} is not ready.` : `${first.name} and ${more.length} more are not ready.`;
}
