// Notices, read by hand.
import { BYTES } from "./reader.ts";
import { decode, number, signed64s, text, walk } from "./walk.ts";
import { type Roster, readRoster } from "./welcome.ts";

/** One seat's line of a match's end. */
export interface OutcomeLine {
  seat: number;
  team: number;
  /** From 1; equal ones are a draw; 0 is none. */
  place: number;
  /** The fields of Schema.outcome. */
  values: number[];
}

export type NoticeBody =
  | { type: "chat"; seat: number; name: string; text: string }
  | ({ type: "roster" } & Roster)
  | { type: "announcement"; text: string }
  | { type: "refused"; number: number; reason: string }
  | { type: "end"; reason: string; lines: OutcomeLine[] }
  | { type: "nodes"; urls: string[] }
  | { type: "moved"; url: string };

type Body<T extends NoticeBody["type"]> = NoticeBody & { type: T };

export interface Notice {
  number: number;
  /** Null: of a kind that is newer than this client. */
  body: NoticeBody | null;
}

/** Reads one notice. */
export function readNotice(bytes: Uint8Array): Notice {
  const n: Notice = { number: 0, body: null };
  /** before is the part of the body that stood before, if it was of the same kind. */
  const before = <T extends NoticeBody["type"]>(type: T): Body<T> | undefined => (n.body?.type === type ? (n.body as Body<T>) : undefined);
  walk(bytes, (f, part) => {
    if (f.num === 1) n.number = number(f, n.number);
    if (f.type !== BYTES) return;
    switch (f.num) {
      case 2: n.body = readChat(part(), before("chat")); break;
      case 3: n.body = { type: "roster", ...readRoster(part(), before("roster")) }; break;
      case 4: n.body = { type: "announcement", text: decode(part()) }; break;
      case 5: n.body = readRefused(part(), before("refused")); break;
      case 6: n.body = readEnd(part(), before("end")); break;
      case 7: n.body = readNodes(part(), before("nodes")); break;
      case 8: n.body = readMoved(part(), before("moved")); break;
    }
  });
  return n;
}

function readChat(bytes: Uint8Array, was: Body<"chat"> = { type: "chat", seat: 0, name: "", text: "" }): Body<"chat"> {
  const c = { ...was };
  walk(bytes, (f, part) => {
    if (f.num === 1) c.seat = number(f, c.seat);
    else if (f.num === 2) c.name = text(f, part, c.name);
    else if (f.num === 3) c.text = text(f, part, c.text);
  });
  return c;
}

function readRefused(bytes: Uint8Array, was: Body<"refused"> = { type: "refused", number: 0, reason: "" }): Body<"refused"> {
  const r = { ...was };
  walk(bytes, (f, part) => {
    if (f.num === 1) r.number = number(f, r.number);
    else if (f.num === 2) r.reason = text(f, part, r.reason);
  });
  return r;
}

function readEnd(bytes: Uint8Array, was: Body<"end"> = { type: "end", reason: "", lines: [] }): Body<"end"> {
  const e = { ...was, lines: [...was.lines] };
  walk(bytes, (f, part) => {
    if (f.num === 1) e.reason = text(f, part, e.reason);
    else if (f.num === 2 && f.type === BYTES) e.lines.push(readLine(part()));
  });
  return e;
}

function readNodes(bytes: Uint8Array, was: Body<"nodes"> = { type: "nodes", urls: [] }): Body<"nodes"> {
  const urls = [...was.urls];
  walk(bytes, (f, part) => {
    if (f.num === 1 && f.type === BYTES) urls.push(decode(part()));
  });
  return { type: "nodes", urls };
}

function readMoved(bytes: Uint8Array, was: Body<"moved"> = { type: "moved", url: "" }): Body<"moved"> {
  const m = { ...was };
  walk(bytes, (f, part) => {
    if (f.num === 1) m.url = text(f, part, m.url);
  });
  return m;
}

function readLine(bytes: Uint8Array): OutcomeLine {
  const l: OutcomeLine = { seat: 0, team: 0, place: 0, values: [] };
  walk(bytes, (f, part) => {
    switch (f.num) {
      case 1: l.seat = number(f, l.seat); break;
      case 2: l.team = number(f, l.team); break;
      case 3: l.place = number(f, l.place); break;
      case 4: signed64s(f, part, l.values); break;
    }
  });
  return l;
}
