// Reading protobuf by hand: nothing is copied and nothing is trusted.

/** Walks the bytes from pos to end. After a fault, bad is set and everything reads as 0 at once. */
export class Reader {
  pos = 0;
  end = 0;
  bad = false;
  /** Bits 32 to 63 of the last varint. */
  high = 0;

  constructor(public bytes: Uint8Array = new Uint8Array(0)) {
    this.end = bytes.length;
  }

  /** Sets what to read: a part of the bytes. */
  set(bytes: Uint8Array, from = 0, to = bytes.length): this {
    this.bytes = bytes;
    this.pos = from;
    this.end = to;
    this.bad = false;
    return this;
  }

  fail(): void {
    this.bad = true;
    this.pos = this.end;
  }

  more(): boolean {
    return this.pos < this.end;
  }

  /** Bytes that are left. */
  left(): number {
    return this.end - this.pos;
  }

  /** Reads a varint and returns its low 32 bits, unsigned, as generated code does for uint32. */
  next(): number {
    const first = this.pos < this.end ? this.bytes[this.pos]! : 0x80;
    if (first < 0x80) {
      this.pos++;
      this.high = 0;
      return first;
    }
    return this.long();
  }

  private long(): number {
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (this.pos >= this.end) break;
      const byte = this.bytes[this.pos++]!;
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (i < 9) high |= bits << (7 * i - 32);
      else if (byte > 1) break; // more than 64 bits
      else high |= bits << 31;
      if (byte < 0x80) {
        this.high = high >>> 0;
        return low >>> 0;
      }
    }
    this.fail();
    return 0;
  }

  /** Reads a number that must not exceed most. */
  upTo(most: number): number {
    const v = this.next();
    if (v > most) {
      this.fail();
      return 0;
    }
    return v;
  }

  /** Reads a number that travels zigzag. */
  signed(): number {
    const v = this.next();
    return (v >>> 1) ^ -(v & 1);
  }
}

export const VARINT = 0;
export const BYTES = 2;

/** Walks the fields of a message; bad tells of a fault afterwards. */
export class Fields {
  num = 0;
  type = 0;
  /** A varint field's low 32 bits; high has the others. */
  value = 0;
  high = 0;
  /** Where the content of a field of bytes or of fixed size is. */
  from = 0;
  to = 0;
  private readonly in = new Reader();

  set(bytes: Uint8Array, from = 0, to = bytes.length): this {
    this.in.set(bytes, from, to);
    return this;
  }

  get bad(): boolean {
    return this.in.bad;
  }

  /** Goes to the next field; false at the end or at a fault. */
  next(): boolean {
    if (!this.in.more()) return false;
    this.tag();
    switch (this.type) {
      case VARINT:
        this.value = this.in.next();
        this.high = this.in.high;
        break;
      case BYTES:
        this.to = this.skip(this.in.next(), this.in.high);
        break;
      default:
        this.pass(this.num, this.type, 0);
    }
    return !this.in.bad;
  }

  private tag(): void {
    const tag = this.in.next();
    this.num = tag >>> 3;
    this.type = tag & 7;
    if (this.num === 0 || this.in.high !== 0) this.in.fail();
  }

  private skip(n: number, high: number): number {
    if (high !== 0 || n > this.in.left()) this.in.fail();
    this.from = this.in.pos;
    if (!this.in.bad) this.in.pos += n;
    return this.in.pos;
  }

  /** pass reads over a field of another type. Groups nest at most 100 deep. */
  private pass(num: number, type: number, depth: number): void {
    if (type === 1) this.to = this.skip(8, 0);
    else if (type === 5) this.to = this.skip(4, 0);
    else if (type === BYTES) this.to = this.skip(this.in.next(), this.in.high);
    else if (type === VARINT) this.in.next();
    else if (type === 3 && depth < 100) this.group(num, depth);
    else this.in.fail();
  }

  private group(num: number, depth: number): void {
    const outer = this.num;
    while (!this.in.bad) {
      if (!this.in.more()) {
        this.in.fail();
        return;
      }
      this.tag();
      if (this.type === 4) {
        if (this.num !== num) this.in.fail();
        break;
      }
      this.pass(this.num, this.type, depth + 1);
    }
    this.num = outer;
    this.type = 3;
  }
}
