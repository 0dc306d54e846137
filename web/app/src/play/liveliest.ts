// Where a camera without a ship of its own looks.

import type { ShipNow } from "./picture.ts";

type Place = Pick<ShipNow, "seat" | "x" | "y">;

/** How near other ships make a place lively, units. */
const near = 700;

/** The ship with the most others near it; undefined: there is none. */
export function liveliest(ships: readonly Place[]): Place | undefined {
  let [best, most] = [ships[0], -1];
  for (const s of ships) {
    const crowd = ships.filter((o) => Math.hypot(o.x - s.x, o.y - s.y) < near).length;
    if (crowd > most) [best, most] = [s, crowd];
  }
  return best;
}
