// Presses of buttons, so that none is lost between two inputs.
import type { InputField } from "../schema.ts";

/**
 * Finds presses in what the controls are at one moment and the next. A press of a button that counts once is in exactly one input,
 * however long it is held; that of another is in every input while it is held, and in one at least.
 */
export class Presses {
  /** By field; fields that are no buttons are not looked at. */
  private readonly down: number[] = [];
  private readonly pressed: number[] = [];

  /** The next input is the first of a connection: what was pressed before is over. */
  forget(): void {
    this.pressed.length = 0;
  }

  /** Sees the controls as they are now. */
  note(fields: readonly InputField[], values: ArrayLike<number>): void {
    for (let i = 0; i < fields.length; i++) {
      if (!fields[i]!.once && !fields[i]!.buttons) continue;
      const bits = values[i] ?? 0;
      this.pressed[i] = (this.pressed[i] ?? 0) | (bits & ~(this.down[i] ?? 0));
      this.down[i] = bits;
    }
  }

  /** The values to send, with what was pressed since the last were; any: there are presses that no other input has. */
  take(fields: readonly InputField[], values: ArrayLike<number>): { values: number[]; any: boolean } {
    this.note(fields, values);
    let any = false;
    const out = Array.from(values, (v, i) => {
      const bits = this.pressed[i] ?? 0;
      this.pressed[i] = 0;
      if (!fields[i]?.once) return v | bits;
      any ||= bits !== 0;
      return bits;
    });
    return { values: out, any };
  }
}
