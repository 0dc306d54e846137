// Names where the room is too large to tell them all: each is asked for when
// its ship comes into view, since another may have taken the seat meanwhile.

import type { Picture } from "./picture.ts";

export class Strangers {
  private known = new Set<number>();
  private seen = new Set<number>();

  /** Returns the seats that have come into view, or on the list of the best, since the last call. */
  met(p: Picture, best: readonly { seat: number }[]): number[] {
    const met: number[] = [];
    const see = ({ seat }: { seat: number }): void => {
      if (!this.known.has(seat) && !this.seen.has(seat)) met.push(seat);
      this.seen.add(seat);
    };
    p.ships.forEach(see);
    best.forEach(see);
    [this.known, this.seen] = [this.seen, this.known];
    this.seen.clear();
    return met;
  }

  /** A new connection knows nobody. */
  forget(): void {
    this.known.clear();
  }
}
