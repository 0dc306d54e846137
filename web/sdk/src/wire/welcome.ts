// The welcome, read by hand. Generated code does the same with 17 kB more
// (gzip); a test holds the two equal.
import type { Schema } from "../schema.ts";
import { BYTES } from "./reader.ts";
import { readSchema } from "./schema.ts";
import { bool, decode, number, text, walk } from "./walk.ts";

/** One seat's occupant. */
export interface Roster {
  seat: number;
  /** Empty when free. */
  name: string;
  presence: number;
  /** From 1; 0 is none. */
  team: number;
  bot: boolean;
}

/** Values of Roster.presence. */
export const FREE = 1;
export const AWAY = 3;

/** One setting of a room. */
export interface Param {
  name: string;
  /** A number, true or false, or the name of an option. */
  value: string;
}

export interface Welcome {
  room: string;
  mode: string;
  seat: number;
  tickHz: number;
  snapshotEvery: number;
  resume: string;
  resumeTicks: number;
  schema: Schema | null;
  roster: Roster[];
  maxLead: number;
  server: string;
  resumed: boolean;
  params: Param[];
  /** The room has no ticks of its own. */
  rests: boolean;
  /** Base URLs of other nodes. */
  nodes: string[];
  /** Where the game's rules are as WebAssembly, below the node's base URL; "": nowhere. */
  predict: string;
  /** How many seats the room has. */
  seats: number;
}

/** Reads a welcome; was: the part of it that stood before in the frame. */
export function readWelcome(bytes: Uint8Array, was: Welcome | null): Welcome {
  const w: Welcome = was ?? {
    room: "", mode: "", seat: 0, tickHz: 0, snapshotEvery: 0, resume: "", resumeTicks: 0, schema: null, roster: [], maxLead: 0, server: "", resumed: false,
    params: [], rests: false, nodes: [], predict: "", seats: 0,
  };
  walk(bytes, (f, part) => {
    switch (f.num) {
      case 1: w.room = text(f, part, w.room); break;
      case 2: w.mode = text(f, part, w.mode); break;
      case 3: w.seat = number(f, w.seat); break;
      case 4: w.tickHz = number(f, w.tickHz); break;
      case 5: w.snapshotEvery = number(f, w.snapshotEvery); break;
      case 6: w.resume = text(f, part, w.resume); break;
      case 7: w.resumeTicks = number(f, w.resumeTicks); break;
      case 8: if (f.type === BYTES) w.schema = readSchema(part(), w.schema); break;
      case 9: if (f.type === BYTES) w.roster.push(readRoster(part())); break;
      case 10: w.maxLead = number(f, w.maxLead); break;
      case 11: w.server = text(f, part, w.server); break;
      case 12: w.resumed = bool(f, w.resumed); break;
      case 13: if (f.type === BYTES) w.params.push(readParam(part())); break;
      case 14: w.rests = bool(f, w.rests); break;
      case 15: if (f.type === BYTES) w.nodes.push(decode(part())); break;
      case 17: w.seats = number(f, w.seats); break;
      case 16: w.predict = text(f, part, w.predict); break;
    }
  });
  return w;
}

/** Reads a seat's occupant; was: the part of it that stood before. */
export function readRoster(bytes: Uint8Array, was: Roster = { seat: 0, name: "", presence: 0, team: 0, bot: false }): Roster {
  const r = { ...was };
  walk(bytes, (f, part) => {
    switch (f.num) {
      case 1: r.seat = number(f, r.seat); break;
      case 2: r.name = text(f, part, r.name); break;
      case 3: r.presence = number(f, r.presence) | 0; break;
      case 4: r.team = number(f, r.team); break;
      case 5: r.bot = bool(f, r.bot); break;
    }
  });
  return r;
}

function readParam(bytes: Uint8Array): Param {
  const p: Param = { name: "", value: "" };
  walk(bytes, (f, part) => {
    if (f.num === 1) p.name = text(f, part, p.name);
    else if (f.num === 2) p.value = text(f, part, p.value);
  });
  return p;
}
