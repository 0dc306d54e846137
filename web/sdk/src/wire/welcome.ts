import type * as pb from "../gen/metronome/v1/play_pb.ts";
import type { ColumnSchema, Schema } from "../schema.ts";

/** The schema of a welcome as plain data, which can go from worker to page. */
export function schemaOf(s: pb.Schema): Schema {
  return {
    tables: s.table.map((t) => ({ name: t.name, columns: t.column.map(columnOf) })),
    events: s.event.map((e) => ({ name: e.name, fields: e.field.map(columnOf) })),
    input: s.input.map((f) => ({ name: f.name, min: f.min, max: f.max, buttons: f.buttons })),
    fingerprint: s.fingerprint.toString(16).padStart(16, "0"),
  };
}

function columnOf(c: pb.Column): ColumnSchema {
  return { name: c.name, kind: c.kind, linear: c.linear, private: c.private };
}
