// Walking the fields of small messages, which are read once and not per tick.
import { BYTES, Fields, Reader, VARINT } from "./reader.ts";

export type Writable<T> = { -readonly [K in keyof T]: T[K] };

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Walks the fields of a part of a message. Throws Error on what is malformed. */
export function walk(bytes: Uint8Array, read: (f: Fields, part: () => Uint8Array) => void): void {
  const f = new Fields().set(bytes);
  while (f.next()) read(f, () => bytes.subarray(f.from, f.to));
  if (f.bad) throw malformed();
}

const malformed = (): Error => new Error("not a valid protobuf message");

/** Decodes UTF-8. Throws TypeError on what is none. */
export const decode = (bytes: Uint8Array): string => utf8.decode(bytes);

/** A string field; of another type it is skipped, as protobuf does. */
export function text(f: Fields, part: () => Uint8Array, was: string): string {
  return f.type === BYTES ? decode(part()) : was;
}

export const number = (f: Fields, was: number): number => (f.type === VARINT ? f.value : was);
export const signed = (f: Fields, was: number): number => (f.type === VARINT ? (f.value >>> 1) ^ -(f.value & 1) : was);
export const bool = (f: Fields, was: boolean): boolean => (f.type === VARINT ? f.value !== 0 || f.high !== 0 : was);

/** Appends what a repeated field of type sint64 has, packed or not. Beyond 2^53 the last digits are lost. */
export function signed64s(f: Fields, part: () => Uint8Array, to: number[]): void {
  if (f.type === VARINT) to.push(unzigzag64(f.value, f.high));
  if (f.type !== BYTES) return;
  const r = new Reader(part());
  while (r.more()) {
    const low = r.next();
    to.push(unzigzag64(low, r.high));
  }
  if (r.bad) throw malformed();
}

function unzigzag64(low: number, high: number): number {
  if (high === 0) return low & 1 ? -(low >>> 1) - 1 : low >>> 1;
  const v = (BigInt(high) << 32n) | BigInt(low);
  return Number((v >> 1n) ^ -(v & 1n));
}
