// Buttons whose press counts exactly once: the bit is set in one input.
import type { InputField } from "../schema.ts";

/** Finds presses in what the controls are at one moment and the next, and gives each to one input. */
export class Presses {
  /** By field; the bits of fields that are no such buttons are not looked at. */
  private readonly down: number[] = [];
  private readonly pressed: number[] = [];

  /** The next input is the first of a connection: what was pressed before is over. */
  forget(): void {
    this.pressed.length = 0;
  }

  /** Sees the controls as they are now. */
  note(fields: readonly InputField[], values: ArrayLike<number>): void {
    for (let i = 0; i < fields.length; i++) {
      if (!fields[i]!.once) continue;
      const bits = values[i] ?? 0;
      this.pressed[i] = (this.pressed[i] ?? 0) | (bits & ~(this.down[i] ?? 0));
      this.down[i] = bits;
    }
  }

  /** The values to send, with each press once; any: there are some. */
  take(fields: readonly InputField[], values: ArrayLike<number>): { values: number[]; any: boolean } {
    this.note(fields, values);
    let any = false;
    const out = Array.from(values, (v, i) => {
      if (!fields[i]?.once) return v;
      const bits = this.pressed[i] ?? 0;
      this.pressed[i] = 0;
      any ||= bits !== 0;
      return bits;
    });
    return { values: out, any };
  }
}
