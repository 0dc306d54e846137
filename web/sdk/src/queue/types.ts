// What the queues tell: docs/PROTOCOL.md and proto/metronome/v1/match.proto have it
// field by field.
import { list, number, object, text } from "../net/json.ts";

/** A queue in which players wait for a match. */
export interface Queue {
  readonly name: string;
  readonly title: string;
  /** Of its matches. */
  readonly mode: string;
  readonly teams: readonly { readonly name: string; readonly least: number; readonly most: number }[];
  /** What players can ask to be; empty: there are none. */
  readonly roles: readonly { readonly name: string; readonly title: string }[];
  /** The largest party; 0: it takes none. */
  readonly partyMost: number;
  /** How long players have to accept a match; 0: they are not asked. */
  readonly acceptSeconds: number;
  /** How long an entry waits at most. */
  readonly limitSeconds: number;
  /** Where its matches may be played; probe: what to measure the round trip to, "": nobody is there now. */
  readonly regions: readonly { readonly name: string; readonly probe: string }[];
  /** Entries that wait. */
  readonly waiting: number;
  /** How long it takes until a match, ms; -1: it is not known. */
  readonly estimateMs: number;
}

/** waiting, offered (accept it), opening (the room is being made), open (come), and the ends: docs/STATES.md. */
export type EntryState =
  | "waiting" | "offered" | "opening" | "open"
  | "played" | "canceled" | "expired" | "declined" | "absent" | "lost" | "closed";

/** One thing that keeps an entry waiting. */
export interface WaitReason {
  /** As in "rating" or "few". */
  readonly cause: string;
  /** Entries that it keeps away. */
  readonly others: number;
  /** A sentence for the player. */
  readonly text: string;
}

export interface EntryMember {
  /** Plain text from another player: never markup. */
  readonly name: string;
  /** It is this client's player. */
  readonly you: boolean;
  /** What they answered to the offer. */
  readonly accepted: "" | "yes" | "no";
  /** They have taken their seat. */
  readonly came: boolean;
  /** From 1; 0 is none. */
  readonly team: number;
  readonly role: string;
}

/** How it is with an entry. */
export interface EntryStatus {
  /** Its id. */
  readonly entry: string;
  readonly queue: string;
  readonly state: EntryState;
  /** Nothing follows the state. */
  readonly final: boolean;
  readonly waitedMs: number;
  /** Until a match; -1: it is not known. */
  readonly estimateMs: number;
  /** How far the rating of others may be from its own by now; Infinity: any. */
  readonly window: number;
  /** What round trip to the match it accepts by now, ms; Infinity: any. */
  readonly latencyMs: number;
  /** Entries in the queue. */
  readonly size: number;
  /** What blocks, that which blocks most first. */
  readonly reasons: readonly WaitReason[];
  readonly members: readonly EntryMember[];
  /** Code of the party that it is; "": none. */
  readonly party: string;
  /** Of an end, or of the last match that came to nothing: why. */
  readonly why: string;
  /** From offered on. */
  readonly match: EntryMatch | null;
}

export interface EntryMatch {
  readonly id: string;
  readonly seats: number;
  /** Of seats. */
  readonly bots: number;
  /** Players who have accepted, and who have come. */
  readonly accepted: number;
  readonly came: number;
  /** How long players still have to accept or come; -1: they are not asked. */
  readonly untilMs: number;
  readonly region: string;
}

/** Players who queue together. */
export interface PartyState {
  /** By which others join. */
  readonly code: string;
  /** In the order in which they came. */
  readonly members: readonly PartyMember[];
  /** The entry that the party waits as, or was last; "": none yet. */
  readonly entry: string;
  readonly queue: string;
  /** Most members. */
  readonly most: number;
}

export interface PartyMember {
  /** Plain text from another player: never markup. */
  readonly name: string;
  readonly leader: boolean;
  readonly ready: boolean;
  /** It is this client's player. */
  readonly you: boolean;
  /** False: nothing was heard of them for a while. */
  readonly here: boolean;
  /** By which Party.remove names them. */
  readonly number: number;
}

/** A number that may be absent. */
const numberOr = (v: unknown, otherwise: number): number => (v === undefined || v === null ? otherwise : number(v));

export function queueOf(v: unknown): Queue {
  const q = object(v);
  const named = (of: unknown): { name: string; title: string } => ({ name: text(object(of)["name"]), title: text(object(of)["title"]) || text(object(of)["name"]) });
  return {
    name: text(q["name"]), title: text(q["title"]) || text(q["name"]), mode: text(q["mode"]),
    teams: list(q["team"]).map(object).map((t) => ({ name: text(t["name"]), least: number(t["least"]), most: number(t["most"]) })),
    roles: list(q["role"]).map(named), partyMost: number(q["partyMost"]), acceptSeconds: number(q["acceptSeconds"]), limitSeconds: number(q["limitSeconds"]),
    regions: list(q["region"]).map(object).map((r) => ({ name: text(r["name"]), probe: text(r["probeUrl"]) })),
    waiting: number(q["waiting"]), estimateMs: numberOr(q["estimateMs"], -1),
  };
}

export function statusOf(v: unknown): EntryStatus {
  const s = object(v);
  return {
    entry: text(s["entry"]), queue: text(s["queue"]), state: text(s["state"]) as EntryState, final: s["final"] === true,
    waitedMs: number(s["waitedMs"]), estimateMs: numberOr(s["estimateMs"], -1), window: numberOr(s["window"], Infinity), latencyMs: numberOr(s["latencyMs"], Infinity),
    size: number(s["size"]), party: text(s["party"]), why: text(s["why"]), match: s["match"] === undefined ? null : matchOf(object(s["match"])),
    reasons: list(s["reason"]).map(object).map((r) => ({ cause: text(r["cause"]), others: number(r["others"]), text: text(r["text"]) })),
    members: list(s["member"]).map(object).map((m) => ({
      name: text(m["name"]), you: m["you"] === true, accepted: text(m["accepted"]) as EntryMember["accepted"], came: m["came"] === true, team: number(m["team"]), role: text(m["role"]),
    })),
  };
}

const matchOf = (m: Record<string, unknown>): EntryMatch => ({
  id: text(m["id"]), seats: number(m["seats"]), bots: number(m["bots"]), accepted: number(m["accepted"]), came: number(m["came"]),
  untilMs: numberOr(m["untilMs"], -1), region: text(m["region"]),
});

export function partyOf(v: unknown): PartyState {
  const p = object(v);
  return {
    code: text(p["code"]), entry: text(p["entry"]), queue: text(p["queue"]), most: number(p["most"]),
    members: list(p["member"]).map(object).map((m) => ({ name: text(m["name"]), leader: m["leader"] === true, ready: m["ready"] === true, you: m["you"] === true, here: m["here"] === true, number: number(m["number"]) })),
  };
}
