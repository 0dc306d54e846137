// What page and engine say to one another, over a worker's messages or by call.
import type { End, Player, State } from "../api.ts";
import type { RawEvent } from "../mirror/events.ts";
import type { Schema } from "../schema.ts";
import type { OutcomeLine } from "../wire/notice.ts";
import type { Param } from "../wire/welcome.ts";
import type { Order, Settled } from "./commands.ts";

/** How a room is watched without a seat. */
export interface Watching {
  /** Whose view to begin with; 0: the room chooses. */
  seat: number;
  /** The page can find another room when this one is over. */
  finds: boolean;
}

/** Page to engine. */
export type Command =
  /**
   * Once, first. No url: ask for a room. resume: a token kept from before, with
   * the seat's commands: the number of the last that was dealt with, and the others.
   */
  | { type: "start"; url: string; resume: string; name: string; hiddenAfter: number; commanded?: number; orders?: readonly Order[]; watch?: Watching }
  /** The answer to "ask". */
  | { type: "room"; url: string }
  | { type: "no-room"; end: End }
  /** The state of the controls from now on, in the order of the schema with this fingerprint; null: send no inputs. */
  | { type: "input"; values: number[] | null; schema: string }
  /** What the page draws: a tick with a fraction, at a time of the common clock. */
  | { type: "look"; tick: number; at: number }
  | { type: "chat"; text: string }
  | { type: "who"; seats: number[] }
  | ({ type: "order" } & Order)
  | { type: "watch"; seat: number }
  | { type: "leave" }
  | { type: "hidden"; hidden: boolean }
  | { type: "network"; delayMs: number; jitterMs: number }
  | { type: "stall"; ms: number };

/** Engine to page. */
export type Report =
  | { type: "state"; state: State; end: End | null }
  | { type: "retry"; in: number; attempt: number; end: End }
  /** Find a room; answer with "room" or "no-room". url is that of the last room, without its query, and end why it did not do. */
  | { type: "ask"; url: string; end: End | null; played: boolean }
  | {
      type: "welcome"; resumed: boolean; seat: number; room: string; mode: string; tickHz: number; every: number;
      /** Room URL without its query, and the token that takes the seat back there. */
      url: string; resume: string; schema: Schema; roster: Player[]; params: Param[]; rests: boolean; nodes: string[];
      /** Where the rules are as WebAssembly, below the node's base URL; "": nowhere. */
      predict: string;
      seats: number;
      /** The number of the last command that the server has dealt with. */
      commanded: number;
    }
  | { type: "chat"; seat: number; name: string; text: string }
  | { type: "roster"; seat: number; player: Player | null }
  | { type: "announcement"; text: string }
  | { type: "refused"; number: number; reason: string }
  | { type: "end"; reason: string; lines: OutcomeLine[] }
  | { type: "nodes"; urls: string[] }
  /** The room is at this URL now, and the seat with it, ms after the last frame that came from where it was. After its "welcome". */
  | { type: "moved"; url: string; ms: number }
  | ({ type: "settled" } & Settled)
  | { type: "sent"; tick: number; values: number[] }
  | SnapshotReport;

export interface SnapshotReport {
  type: "snapshot";
  tick: number;
  /** The seat whose view a spectator has; 0: none is known, or a player's. */
  watched: number;
  /** Tick of the last input that was used; -1: none yet. */
  inputTick: number;
  slack: number;
  /** When it came, by the common clock. */
  at: number;
  bytes: number;
  decodeMs: number;
  rttMs: number;
  lastRttMs: number;
  dropped: number;
  backlog: number;
  gaps: number;
  resyncs: number;
  inputs: number;
  events: RawEvent[];
  /** See pack.ts; null: the mirror is not in step. */
  world: ArrayBuffer | null;
}
