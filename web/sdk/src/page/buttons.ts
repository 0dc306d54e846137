// Buttons of a keyboard, a mouse or a pad, as an input has them.

/**
 * Which buttons are down, one a bit, for a field of the input that is a set of buttons. A press that is shorter than the time
 * between two inputs is still in one: call take() where the input is filled in, and nowhere else.
 */
export class Buttons {
  private down = 0;
  private tapped = 0;

  /** Buttons go down; bits may be several. */
  press(bits: number): void {
    this.down |= bits;
    this.tapped |= bits;
  }

  /** Buttons go up. */
  release(bits: number): void {
    this.down &= ~bits;
  }

  /** All go up, as when the window loses the focus: no key is heard then. A tap that was not taken is forgotten. */
  clear(): void {
    this.down = this.tapped = 0;
  }

  /** Those that are down or were pressed since the last call. */
  take(): number {
    const bits = this.down | this.tapped;
    this.tapped = 0;
    return bits;
  }

  /** Those that are down. */
  get held(): number {
    return this.down;
  }
}
