// The controls as they are right now, before they are an input: what the tick
// after the newest is guessed with.
import type { InputField } from "../schema.ts";

/** Follows the controls from one sample to the next, so that a tap is in the guess until an input has it. */
export class LiveInput {
  private values: number[] = [];
  private readonly down: number[] = [];
  /** Presses that no input has yet, by field. */
  private readonly pressed: number[] = [];

  constructor(private readonly fields: readonly InputField[]) {}

  /** Sees a sample. */
  note(sample: readonly number[]): void {
    this.values = [...sample];
    sample.forEach((v, i) => {
      if (!this.presses(i)) return;
      this.pressed[i] = (this.pressed[i] ?? 0) | (v & ~(this.down[i] ?? 0));
      this.down[i] = v;
    });
  }

  /** The last sample with the taps since the last input in it, for who does not see all samples. */
  withTaps(): number[] {
    return this.values.map((v, i) => v | (this.pressed[i] ?? 0));
  }

  /** The input that would go out now. */
  guess(): number[] {
    return this.values.map((v, i) => {
      const bits = this.pressed[i] ?? 0;
      return this.fields[i]?.once ? bits : v | bits;
    });
  }

  /** An input went out: the presses that are in it are over. */
  sent(values: readonly number[]): void {
    for (let i = 0; i < values.length; i++) if (this.presses(i)) this.pressed[i] = (this.pressed[i] ?? 0) & ~values[i]!;
  }

  private presses(i: number): boolean {
    return this.fields[i]?.once === true || this.fields[i]?.buttons === true;
  }
}
