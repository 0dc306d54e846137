// Whom the camera follows while there is no own ship, or while watching by
// choice: the own ship stays where it is then.

import type { Picture, ShipNow } from "./picture.ts";

export class Watch {
  /** Watching by choice. */
  on = false;
  /** Who is followed; 0: nobody yet. */
  seat = 0;
  /** Where the view was dragged to; null: it follows a ship. */
  private free: { x: number; y: number } | null = null;

  /** Follows a player, as who destroyed the own ship. */
  follow(seat: number): void {
    this.seat = seat;
    this.free = null;
  }

  /** Follows the next ship (1) or the one before (-1), by seat; more: seats that are known of besides those in view. */
  next(p: Picture, way: 1 | -1, more: Iterable<number> = []): void {
    const seats = [...new Set([...p.ships.filter((s) => !s.own).map((s) => s.seat), ...more])].sort((a, b) => (a - b) * way);
    const after = seats.find((s) => (s - this.seat) * way > 0) ?? seats[0];
    if (after !== undefined) this.follow(after);
  }

  /** Moves the view by hand, by units. */
  drag(from: { x: number; y: number }, dx: number, dy: number, p: Picture): void {
    const at = this.free ?? { x: from.x, y: from.y };
    this.free = {
      x: Math.min(p.width, Math.max(0, at.x + dx)),
      y: Math.min(p.height, Math.max(0, at.y + dy)),
    };
  }

  /** Returns the ship that is followed; null while it is dead or the view is free. */
  ship(p: Picture): ShipNow | null {
    if (this.free) return null;
    return p.ships.find((s) => s.seat === this.seat && !s.own) ?? null;
  }

  /** Returns where to look; null: stay. */
  place(p: Picture): { x: number; y: number } | null {
    return this.free ?? this.ship(p);
  }
}
