// Writing ClientFrames.
import { type Command, withoutZeros, zigzag } from "./command.ts";
import { limits } from "./limits.ts";

/** One input; values beyond the game's fields are its own fault. */
export interface Input {
  tick: number;
  /** How old the world was that the player saw, 1/16 ticks. */
  seen: number;
  values: ArrayLike<number>;
}

/** What a client sends. What is 0, false or empty is left out. */
export interface ClientFrame {
  inputs: readonly Input[];
  chat: string;
  ping: number;
  resync: boolean;
  noticeAck: number;
  leave: boolean;
  commands: readonly Command[];
  /** The seat that a spectator wants to watch, 0: the room chooses; null: as before. */
  watch: number | null;
}

const utf8 = new TextEncoder();

/** Writes varints and fields into memory that it reuses. */
class Writer {
  bytes = new Uint8Array(limits.MaxClientMessage);
  length = 0;

  byte(b: number): void {
    if (this.length === this.bytes.length) {
      const more = new Uint8Array(2 * this.length);
      more.set(this.bytes);
      this.bytes = more;
    }
    this.bytes[this.length++] = b;
  }

  /** v: 0 to 2^53. */
  varint(v: number): void {
    while (v >= 0x80) {
      this.byte((v % 0x80) | 0x80);
      v = Math.floor(v / 0x80);
    }
    this.byte(v);
  }

  field(num: number, v: number): void {
    if (v === 0) return;
    this.byte(num << 3);
    this.varint(v);
  }

  content(num: number, content: Uint8Array): void {
    this.byte((num << 3) | 2);
    this.varint(content.length);
    for (const b of content) this.byte(b);
  }
}

/** The field of ClientFrame that says which seat to watch. */
const WATCH = 8;

const outer = new Writer();
const inner = new Writer();
const packed = new Writer();

/** Encodes a frame; the bytes are a copy. */
export function writeClientFrame(f: ClientFrame): Uint8Array {
  outer.length = 0;
  for (const i of f.inputs) outer.content(1, writeInput(i));
  if (f.chat !== "") outer.content(2, utf8.encode(f.chat));
  outer.field(3, f.ping);
  outer.field(4, f.resync ? 1 : 0);
  outer.field(5, f.noticeAck);
  outer.field(6, f.leave ? 1 : 0);
  for (const c of f.commands) outer.content(7, writeCommand(c));
  if (f.watch !== null) {
    outer.byte(WATCH << 3); // 0 is said, too
    outer.varint(f.watch);
  }
  return outer.bytes.slice(0, outer.length);
}

function writeInput(i: Input): Uint8Array {
  inner.length = 0;
  inner.field(1, i.tick);
  inner.field(2, i.seen);
  writeSigned(3, i.values, withoutZeros(i.values));
  return inner.bytes.subarray(0, inner.length);
}

function writeCommand(c: Command): Uint8Array {
  inner.length = 0;
  inner.field(1, c.number);
  writeSigned(2, c.values, withoutZeros(c.values));
  writeSigned(3, c.list, c.list.length); // a list keeps its zeros
  return inner.bytes.subarray(0, inner.length);
}

/** writeSigned writes the first n values as a packed field of inner, zigzag. */
function writeSigned(num: number, values: ArrayLike<number>, n: number): void {
  if (n === 0) return;
  packed.length = 0;
  for (let k = 0; k < n; k++) packed.varint(zigzag(values[k]!));
  inner.content(num, packed.bytes.subarray(0, packed.length));
}
