// Commands as far as page and engine both need them.
import { limits } from "./limits.ts";

/** One command; what is beyond a frame's limits is its own fault. */
export interface Command {
  number: number;
  values: readonly number[];
  /** The field that is a list. */
  list: readonly number[];
}

/** A signed number as it travels. */
export const zigzag = (v: number): number => ((v << 1) ^ (v >> 31)) >>> 0;

/** How many values are to be sent: zeros at the end are not. */
export function withoutZeros(values: ArrayLike<number>): number {
  let n = Math.min(values.length, limits.MaxInputValues);
  while (n > 0 && (values[n - 1]! | 0) === 0) n--;
  return n;
}

/** Bytes of a command as writeClientFrame writes it; more than MaxCommand is refused. */
export function commandSize(c: Command): number {
  const packed = (numbers: readonly number[]): number => {
    const n = numbers.reduce((sum, v) => sum + varintSize(zigzag(v)), 0);
    return n > 0 ? 1 + varintSize(n) + n : 0;
  };
  return 1 + varintSize(c.number) + packed(c.values.slice(0, withoutZeros(c.values))) + packed(c.list);
}

const varintSize = (v: number): number => Math.max(1, Math.ceil((32 - Math.clz32(v)) / 7));
