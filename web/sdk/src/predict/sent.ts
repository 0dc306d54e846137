// The inputs that were sent, by their tick, and what the room takes a tick without one for.
import type { InputField } from "../schema.ts";
import { KEPT_TICKS } from "./rows.ts";

export class SentInputs {
  /** The newest tick whose input was sent; -1: none was. */
  newest = -1;
  private readonly all: { tick: number; values: readonly number[] }[] = [];

  constructor(private readonly fields: readonly InputField[]) {}

  add(tick: number, values: readonly number[]): void {
    this.newest = tick;
    this.all.push({ tick, values });
    if (this.all.length > KEPT_TICKS) this.all.shift();
  }

  /** The input of a tick. One without repeats the last, but for buttons that count once; null: none was sent before. */
  at(tick: number): readonly number[] | null {
    for (let i = this.all.length - 1; i >= 0; i--) {
      const one = this.all[i]!;
      if (one.tick === tick) return one.values;
      if (one.tick < tick) return one.values.map((v, f) => (this.fields[f]?.once ? 0 : v));
    }
    return null;
  }
}
