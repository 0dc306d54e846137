import type { History } from "../api.ts";

/** How many numbers a ring holds: ten seconds of snapshots at 30 Hz. */
export const HISTORY = 300;

/** The last numbers of something. */
export class Ring implements History {
  length = 0;
  private next = 0;
  private readonly values: Float64Array;

  constructor(size = HISTORY) {
    this.values = new Float64Array(size);
  }

  push(v: number): void {
    this.values[this.next] = v;
    this.next = (this.next + 1) % this.values.length;
    this.length = Math.min(this.length + 1, this.values.length);
  }

  at(i: number): number {
    if (i < 0 || i >= this.length) return NaN;
    return this.values[(this.next - this.length + i + this.values.length) % this.values.length]!;
  }

  mean(): number {
    let sum = 0;
    for (let i = 0; i < this.length; i++) sum += this.values[i]!;
    return this.length > 0 ? sum / this.length : 0;
  }

  max(): number {
    let most = 0;
    for (let i = 0; i < this.length; i++) most = Math.max(most, this.values[i]!);
    return most;
  }

  clear(): void {
    this.length = this.next = 0;
  }
}
