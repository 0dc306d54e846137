// Reading the golden frames of netproto and listing rows as their README says.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RawEvent } from "../src/mirror/events.ts";
import type { Mirror } from "../src/mirror/mirror.ts";
import { Kind, type ColumnSchema, unsigned32 } from "../src/schema.ts";

const folder = fileURLToPath(new URL("../../../netproto/testdata/golden/", import.meta.url));

export const goldenNames = (prefix: string): string[] =>
  readdirSync(folder).filter((f) => f.startsWith(prefix) && f.endsWith(".hex")).sort();

export const goldenText = (name: string): string => readFileSync(folder + name, "utf8");

export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"));

const plain = (c: ColumnSchema, v: number): number => (unsigned32(c.kind) || c.kind === Kind.BOOL ? v >>> 0 : v);

/** The rows of a mirror, a line each. */
export function listing(m: Mirror): string[] {
  const lines: string[] = [];
  for (const plane of ["shared", "own"] as const) {
    m.schema.tables.forEach((t, table) => {
      const columns = t.columns.filter((c) => c.private === (plane === "own"));
      const rows: [number, string][] = [];
      for (const l of m.lists(plane, table)) {
        for (let i = 0; i < l.count; i++) {
          const values = columns.map((c, k) => ` ${c.name}=${plain(c, l.values[k]![i]!)}`).join("");
          rows.push([l.ids[i]!, `${plane} ${t.name} ${l.ids[i]}:${values}`]);
        }
      }
      lines.push(...rows.sort((a, b) => a[0] - b[0]).map((r) => r[1]));
    });
  }
  return lines;
}

/** One event as the golden files list it. */
export function eventText(m: Mirror, e: RawEvent): string {
  const schema = m.schema.events[e.kind]!;
  const fields = schema.fields.map((f, i) => ` ${f.name} ${plain(f, e.values[i]!)}`).join("");
  return `${schema.name} in group ${e.group} at tick ${e.tick}:${fields}`;
}
