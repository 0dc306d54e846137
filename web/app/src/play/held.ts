// What is held down on a device: a press that is over before anybody looked
// still counts, and for so long that one input has it.

export class Held<K> {
  private readonly down = new Set<K>();
  /** When each may be let go of, ms; Infinity: nobody has looked since it was pressed. */
  private readonly until = new Map<K, number>();

  press(key: K): void {
    this.down.add(key);
    if (!this.until.has(key)) this.until.set(key, Infinity);
  }

  release(key: K): void {
    this.down.delete(key);
  }

  /** Forgets all, also what nobody has seen. */
  clear(): void {
    this.down.clear();
    this.until.clear();
  }

  /** Returns what counts as held at a time; each press does for at least so long from when it was first looked at. Both in ms. */
  *read(now: number, least: number): Iterable<K> {
    for (const [key, until] of this.until) {
      if (until === Infinity) this.until.set(key, now + least);
      else if (!this.down.has(key) && now >= until) {
        this.until.delete(key);
        continue;
      }
      yield key;
    }
  }

  /** Returns the bits that count as held. */
  static bits(held: Held<number>, now: number, least: number): number {
    let all = 0;
    for (const bit of held.read(now, least)) all |= bit;
    return all;
  }
}
