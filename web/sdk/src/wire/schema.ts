// The schema, read by hand.
import type { ColumnSchema, CommandField, EventSchema, InputField, ParamField, Schema, TableSchema } from "../schema.ts";
import { BYTES } from "./reader.ts";
import { type Writable, bool, decode, number, signed, text, walk } from "./walk.ts";

/** Reads a schema; was: the part of it that stood before in the welcome. */
export function readSchema(bytes: Uint8Array, was: Schema | null): Schema {
  const tables: TableSchema[] = [...(was?.tables ?? [])];
  const events: EventSchema[] = [...(was?.events ?? [])];
  const input: InputField[] = [...(was?.input ?? [])];
  const command: CommandField[] = [...(was?.command ?? [])];
  const params: ParamField[] = [...(was?.params ?? [])];
  const outcome: ColumnSchema[] = [...(was?.outcome ?? [])];
  let fingerprint = was?.fingerprint ?? "0".repeat(16);
  walk(bytes, (f, part) => {
    if (f.num === 4 && f.type === 1) fingerprint = [...part()].reverse().map((b) => b.toString(16).padStart(2, "0")).join("");
    if (f.type !== BYTES) return;
    switch (f.num) {
      case 1: tables.push(readColumns(part(), (name, columns) => ({ name, columns }))); break;
      case 2: events.push(readColumns(part(), (name, fields) => ({ name, fields }))); break;
      case 3: input.push(readInputField(part())); break;
      case 5: command.push(readCommandField(part())); break;
      case 6: params.push(readParamField(part())); break;
      case 7: outcome.push(readColumn(part())); break;
    }
  });
  return { tables, events, input, command, params, outcome, fingerprint };
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
  const c: Writable<ColumnSchema> = { name: "", kind: 0, linear: false, private: false, owner: false };
  walk(bytes, (f, part) => {
    switch (f.num) {
      case 1: c.name = text(f, part, c.name); break;
      case 2: c.kind = number(f, c.kind) | 0; break;
      case 3: c.linear = bool(f, c.linear); break;
      case 4: c.private = bool(f, c.private); break;
      case 5: c.owner = bool(f, c.owner); break;
    }
  });
  return c;
}

function readInputField(bytes: Uint8Array): InputField {
  const i: Writable<InputField> = { name: "", min: 0, max: 0, buttons: false, once: false };
  walk(bytes, (f, part) => {
    switch (f.num) {
      case 1: i.name = text(f, part, i.name); break;
      case 2: i.min = signed(f, i.min); break;
      case 3: i.max = signed(f, i.max); break;
      case 4: i.buttons = bool(f, i.buttons); break;
      case 5: i.once = bool(f, i.once); break;
    }
  });
  return i;
}

function readCommandField(bytes: Uint8Array): CommandField {
  const c: Writable<CommandField> = { name: "", min: 0, max: 0, list: 0 };
  walk(bytes, (f, part) => {
    switch (f.num) {
      case 1: c.name = text(f, part, c.name); break;
      case 2: c.min = signed(f, c.min); break;
      case 3: c.max = signed(f, c.max); break;
      case 4: c.list = number(f, c.list); break;
    }
  });
  return c;
}

function readParamField(bytes: Uint8Array): ParamField {
  const options: string[] = [];
  const p: Writable<ParamField> = { name: "", title: "", kind: 0, min: 0, max: 0, default: "", options, public: false };
  walk(bytes, (f, part) => {
    switch (f.num) {
      case 1: p.name = text(f, part, p.name); break;
      case 2: p.title = text(f, part, p.title); break;
      case 3: p.kind = number(f, p.kind) | 0; break;
      case 4: p.min = signed(f, p.min); break;
      case 5: p.max = signed(f, p.max); break;
      case 6: p.default = text(f, part, p.default); break;
      case 7: if (f.type === BYTES) options.push(decode(part())); break;
      case 8: p.public = bool(f, p.public); break;
    }
  });
  return p;
}
