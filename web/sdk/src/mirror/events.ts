import { type Schema, signed } from "../schema.ts";
import type { Reader } from "../wire/reader.ts";

/** One event as it came. */
export interface RawEvent {
  /** Place in Schema.events. */
  kind: number;
  tick: number;
  group: number;
  /** As signed 32-bit numbers. */
  values: number[];
}

/** Reads the events of chunks. */
export class EventReader {
  /** Those of the frame that is read. */
  readonly events: RawEvent[] = [];
  private readonly signs: boolean[][];

  constructor(schema: Schema) {
    this.signs = schema.events.map((e) => e.fields.map((f) => signed(f.kind)));
  }

  /** Reads to the end; from.bad tells of a fault. */
  read(from: Reader, group: number, tick: number): void {
    while (from.more()) {
      const kind = from.next();
      const signs = this.signs[kind];
      if (from.bad || !signs) return from.fail();
      const values = signs.map((sign) => (sign ? from.signed() : from.next() | 0));
      if (from.bad) return;
      this.events.push({ kind, tick, group, values });
    }
  }
}
