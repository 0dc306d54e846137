import { BYTES, Fields, VARINT } from "../wire/reader.ts";

/** A chunk with its packed fields as they came: where they are in the message. */
export class Chunk {
  group = 0;
  age = 0;
  key = false;
  rowsFrom = 0;
  rowsTo = 0;
  eventsFrom = 0;
  eventsTo = 0;
  private readonly fields = new Fields();

  /**
   * Takes a chunk apart; false: it is malformed. Protobuf would also allow packed
   * fields in several parts or unpacked; no server writes them so, and they are
   * refused rather than read differently than generated code does.
   */
  read(bytes: Uint8Array, from: number, to: number): boolean {
    this.group = this.age = this.rowsFrom = this.rowsTo = this.eventsFrom = this.eventsTo = 0;
    this.key = false;
    let rows = false;
    let events = false;
    const f = this.fields.set(bytes, from, to);
    while (f.next()) {
      if (f.num === 4 || f.num === 5) {
        if (f.type !== BYTES || (f.num === 4 ? rows : events)) return false;
        if (f.num === 4) {
          rows = true;
          this.rowsFrom = f.from;
          this.rowsTo = f.to;
        } else {
          events = true;
          this.eventsFrom = f.from;
          this.eventsTo = f.to;
        }
      } else if (f.type === VARINT) this.scalar(f);
    }
    return !f.bad;
  }

  private scalar(f: Fields): void {
    if (f.num === 1) this.group = f.value;
    else if (f.num === 2) this.age = f.value;
    else if (f.num === 3) this.key = f.value !== 0 || f.high !== 0;
  }
}
