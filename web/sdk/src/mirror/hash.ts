import type { RawEvent } from "./events.ts";
import type { Mirror } from "./mirror.ts";

/** FNV-1a of 64 bits over 32-bit little endian words, in two halves: JavaScript has no 64-bit integers that are quick. */
export class Hash {
  private high = 0xcbf29ce4;
  private low = 0x84222325;

  word(w: number): void {
    for (let shift = 0; shift < 32; shift += 8) {
      const low = (this.low ^ ((w >>> shift) & 0xff)) >>> 0;
      // The prime is 2^40 + 0x1b3.
      const product = low * 0x1b3;
      this.high = (Math.imul(this.high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
      this.low = product >>> 0;
    }
  }

  words(values: ArrayLike<number>, count: number): void {
    for (let i = 0; i < count; i++) this.word(values[i]!);
  }

  event(e: RawEvent): void {
    this.word(e.kind);
    this.word(e.tick);
    this.word(e.group);
    this.words(e.values, e.values.length);
  }

  hex(): string {
    return [this.high, this.low].map((v) => v.toString(16).padStart(8, "0")).join("");
  }
}

/**
 * The canonical hash of a mirror, the same as bench/stream's. Words in this order:
 * the tick; then for the shared plane (0), then the own (1), for each table in the
 * schema's order, for each list in the order of the groups that has rows: plane,
 * table, group, count, the ids, and per column its values, then if linear its changes.
 */
export function hashOf(m: Mirror): string {
  const h = new Hash();
  h.word(m.tick);
  (["shared", "own"] as const).forEach((plane, number) => {
    m.schema.tables.forEach((_, table) => {
      for (const l of m.lists(plane, table)) {
        for (const w of [number, table, l.group, l.count]) h.word(w);
        h.words(l.ids, l.count);
        l.values.forEach((values, c) => {
          h.words(values, l.count);
          h.words(l.changes[c]!, l.shapes[c]!.linear ? l.count : 0);
        });
      }
    });
  });
  return h.hex();
}
