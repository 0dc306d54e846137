// A mirror's rows as one piece of memory, which moves from worker to page
// without being copied. 32-bit words: per table, in the schema's order, the
// number of shared rows and of own rows; then per table the shared rows' ids,
// lives and columns, and the own rows' ids and columns.
import type { List } from "../mirror/list.ts";
import type { Mirror } from "../mirror/mirror.ts";
import type { Plane } from "../mirror/plane.ts";

/** Writes all rows of a mirror. */
export function pack(m: Mirror): ArrayBuffer {
  const tables = m.schema.tables.length;
  const counts = new Int32Array(2 * tables);
  let size = 2 * tables;
  const own = (plane: Plane): number => (plane === m.own ? 1 : 0);
  for (const plane of [m.shared, m.own]) {
    for (const g of plane.groups) for (const l of g.lists) counts[2 * l.table + own(plane)]! += l.count;
  }
  for (let t = 0; t < tables; t++) {
    size += counts[2 * t]! * (2 + m.shared.shapes[t]!.length) + counts[2 * t + 1]! * (1 + m.own.shapes[t]!.length);
  }
  const words = new Int32Array(size);
  words.set(counts);
  let at = 2 * tables;
  for (let t = 0; t < tables; t++) {
    at = rows(words, at, m.shared, t, counts[2 * t]!, 2);
    at = rows(words, at, m.own, t, counts[2 * t + 1]!, 1);
  }
  return words.buffer;
}

/** rows writes one plane of one table; heads: 2 with lives, 1 with ids only. */
function rows(words: Int32Array, at: number, plane: Plane, table: number, count: number, heads: number): number {
  if (count === 0) return at;
  let row = 0;
  for (const g of plane.groups) {
    const l = g.find(table);
    if (!l || l.count === 0) continue;
    copyRows(words, at + row, l, count, heads);
    row += l.count;
  }
  return at + count * (heads + plane.shapes[table]!.length);
}

function copyRows(words: Int32Array, at: number, l: List, stride: number, heads: number): void {
  words.set(l.ids.subarray(0, l.count), at);
  if (heads === 2) words.set(l.lives.subarray(0, l.count), at + stride);
  l.values.forEach((v, c) => words.set(v.subarray(0, l.count), at + (heads + c) * stride));
}
