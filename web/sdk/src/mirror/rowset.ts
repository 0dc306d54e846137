// Row sets: which rows of a list a column changed in (docs/PROTOCOL.md 5.4).
import type { Reader } from "../wire/reader.ts";

/** A growing list of positions that keeps its memory. */
export class Rows {
  at = new Int32Array(64);
  count = 0;

  push(position: number): void {
    if (this.count === this.at.length) {
      const more = new Int32Array(2 * this.count);
      more.set(this.at);
      this.at = more;
    }
    this.at[this.count++] = position;
  }
}

export const AS_BEFORE = 0;
const GAPS = 1;
const BITMAP = 2;
/** Rows in one number of a bitmap. */
const WORD = 28;

/** Reads the set of one column out of n rows; in.bad tells of a fault. */
export function readRowSet(rows: Rows, from: Reader, how: number, n: number): void {
  rows.count = 0;
  if (how === GAPS) readGaps(rows, from, from.upTo(n), n);
  else if (how === BITMAP) readBitmap(rows, from, n);
  else for (let position = 0; position < n; position++) rows.push(position);
}

/** Reads count ascending positions below n. */
export function readGaps(rows: Rows, from: Reader, count: number, n: number): void {
  rows.count = 0;
  let next = 0;
  for (let i = 0; i < count; i++) {
    const position = next + from.upTo(n);
    if (from.bad || position >= n) {
      from.fail();
      return;
    }
    rows.push(position);
    next = position + 1;
  }
}

function readBitmap(rows: Rows, from: Reader, n: number): void {
  for (let base = 0; base < n; base += WORD) {
    const most = Math.min(n, base + WORD);
    for (let word = from.next(); word !== 0; word &= word - 1) {
      const position = base + 31 - Math.clz32(word & -word);
      if (position >= most) {
        from.fail();
        return;
      }
      rows.push(position);
    }
  }
}
