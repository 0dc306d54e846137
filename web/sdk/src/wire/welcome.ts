// Welcome, schema and notices, read by hand. Generated code does the same with
// 17 kB more (gzip); a test holds the two equal.
import type { ColumnSchema, EventSchema, InputField, Schema, TableSchema } from "../schema.ts";
import { BYTES, Fields } from "./reader.ts";

/** One seat's occupant. */
export interface Roster {
  seat: number;
  /** Empty when free. */
  name: string;
  presence: number;
}

/** Values of Roster.presence. */
export const FREE = 1;
export const AWAY = 3;

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
}

export type NoticeBody =
  | { type: "chat"; seat: number; name: string; text: string }
  | ({ type: "roster" } & Roster)
  | { type: "announcement"; text: string };

export interface Notice {
  number: number;
  /** Null: of a kind that is newer than this client. */
  body: NoticeBody | null;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Walks the fields of a part of a message. Throws Error on what is malformed. */
function walk(bytes: Uint8Array, read: (f: Fields, part: () => Uint8Array) => void): void {
  const f = new Fields().set(bytes);
  while (f.next()) read(f, () => bytes.subarray(f.from, f.to));
  if (f.bad) throw new Error("not a valid protobuf message");
}

/** text is a string field; of another type it is skipped, as protobuf does. */
function text(f: Fields, part: () => Uint8Array, was: string): string {
  return f.type === BYTES ? utf8.decode(part()) : was;
}

const number = (f: Fields, was: number): number => (f.type === 0 ? f.value : was);
const signed = (f: Fields, was: number): number => (f.type === 0 ? (f.value >>> 1) ^ -(f.value & 1) : was);
const bool = (f: Fields, was: boolean): boolean => (f.type === 0 ? f.value !== 0 || f.high !== 0 : was);

/** Reads a welcome; was: the part of it that stood before in the frame. */
export function readWelcome(bytes: Uint8Array, was: Welcome | null): Welcome {
  const w: Welcome = was ?? {
    room: "", mode: "", seat: 0, tickHz: 0, snapshotEvery: 0, resume: "", resumeTicks: 0, schema: null, roster: [], maxLead: 0, server: "", resumed: false,
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
    }
  });
  return w;
}

function readSchema(bytes: Uint8Array, was: Schema | null): Schema {
  const tables: TableSchema[] = [...(was?.tables ?? [])];
  const events: EventSchema[] = [...(was?.events ?? [])];
  const input: InputField[] = [...(was?.input ?? [])];
  let fingerprint = was?.fingerprint ?? "0".repeat(16);
  walk(bytes, (f, part) => {
    if (f.num === 4 && f.type === 1) fingerprint = [...part()].reverse().map((b) => b.toString(16).padStart(2, "0")).join("");
    if (f.type !== BYTES) return;
    if (f.num === 1) tables.push(readColumns(part(), (name, columns) => ({ name, columns })));
    else if (f.num === 2) events.push(readColumns(part(), (name, fields) => ({ name, fields })));
    else if (f.num === 3) input.push(readInputField(part()));
  });
  return { tables, events, input, fingerprint };
}

/** readColumns reads a table or an event: a name and columns. */
function readColumns<T>(bytes: Uint8Array, make: (name: string, columns: ColumnSchema[]) => T): T {
  let name = "";
  const columns: ColumnSchema[] = [];
  walk(bytes, (f, part) => {
    if (f.num === 1) name = text(f, part, name);
    else if (f.num === 2 && f.type === BYTES) columns.push(readColumn(part()));
  });
  return make(name, columns);
}

function readColumn(bytes: Uint8Array): ColumnSchema {
  const c: Writable<ColumnSchema> = { name: "", kind: 0, linear: false, private: false };
  walk(bytes, (f, part) => {
    switch (f.num) {
      case 1: c.name = text(f, part, c.name); break;
      case 2: c.kind = number(f, c.kind) | 0; break;
      case 3: c.linear = bool(f, c.linear); break;
      case 4: c.private = bool(f, c.private); break;
    }
  });
  return c;
}

function readInputField(bytes: Uint8Array): InputField {
  const i: Writable<InputField> = { name: "", min: 0, max: 0, buttons: false };
  walk(bytes, (f, part) => {
    switch (f.num) {
      case 1: i.name = text(f, part, i.name); break;
      case 2: i.min = signed(f, i.min); break;
      case 3: i.max = signed(f, i.max); break;
      case 4: i.buttons = bool(f, i.buttons); break;
    }
  });
  return i;
}

function readRoster(bytes: Uint8Array, was: Roster = { seat: 0, name: "", presence: 0 }): Roster {
  const r = { ...was };
  walk(bytes, (f, part) => {
    if (f.num === 1) r.seat = number(f, r.seat);
    else if (f.num === 2) r.name = text(f, part, r.name);
    else if (f.num === 3) r.presence = number(f, r.presence) | 0;
  });
  return r;
}

/** Reads one notice. */
export function readNotice(bytes: Uint8Array): Notice {
  const n: Notice = { number: 0, body: null };
  walk(bytes, (f, part) => {
    if (f.num === 1) n.number = number(f, n.number);
    if (f.type !== BYTES) return;
    const { body } = n;
    if (f.num === 2) n.body = readChat(part(), body?.type === "chat" ? body : { type: "chat", seat: 0, name: "", text: "" });
    else if (f.num === 3) n.body = { type: "roster", ...readRoster(part(), body?.type === "roster" ? body : undefined) };
    else if (f.num === 4) n.body = { type: "announcement", text: utf8.decode(part()) };
  });
  return n;
}

function readChat(bytes: Uint8Array, was: NoticeBody & { type: "chat" }): NoticeBody {
  const c = { ...was };
  walk(bytes, (f, part) => {
    if (f.num === 1) c.seat = number(f, c.seat);
    else if (f.num === 2) c.name = text(f, part, c.name);
    else if (f.num === 3) c.text = text(f, part, c.text);
  });
  return c;
}
