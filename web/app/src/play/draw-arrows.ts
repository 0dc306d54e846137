// Arrows at the edge of the picture to the nearest enemies that are not in it:
// a chevron that points, the larger the nearer, and the hull of who it is.

import type { Brush } from "./brush.ts";
import { type Camera, sees } from "./camera.ts";
import { hullOf } from "./draw-ships.ts";
import { colourOf } from "./palette.ts";
import { Layer } from "./painter.ts";
import type { Picture, ShipNow } from "./picture.ts";

/** How many are shown. */
const most = 4;

/** How far from the edge of the page an arrow is, CSS pixels. */
const inset = 22;

/** Whoever is so near, or so far, in units, has the largest arrow or the smallest. */
const near = 700;
const far = 3000;

export interface Arrow {
  ship: ShipNow;
  /** Where it is, in units. */
  x: number;
  y: number;
  angle: number;
  /** 1 at the nearest, 0.5 at the furthest. */
  size: number;
}

/** Returns the nearest enemies out of sight, the nearest first; nothing without an own ship. */
export function arrowsOf(p: Picture, c: Camera): Arrow[] {
  const { own } = p;
  if (!own) return [];
  const found: { ship: ShipNow; distance: number }[] = [];
  for (const ship of p.ships) {
    if (ship.own || (ship.team > 0 && ship.team === own.team) || sees(c, ship.x, ship.y, 0)) continue;
    const distance = Math.hypot(ship.x - own.x, ship.y - own.y);
    if (found.length === most && distance >= found[most - 1]!.distance) continue;
    let at = found.length;
    while (at > 0 && found[at - 1]!.distance > distance) at--;
    found.splice(at, 0, { ship, distance });
    found.length = Math.min(found.length, most);
  }
  return found.map(({ ship, distance }) => ({ ship, ...atEdge(c, ship), size: 1 - 0.5 * Math.min(1, Math.max(0, (distance - near) / (far - near))) }));
}

/** Where the way from the middle of the picture to a ship meets its edge. */
function atEdge(c: Camera, s: ShipNow): { x: number; y: number; angle: number } {
  const [dx, dy] = [s.x - c.x, s.y - c.y];
  const halfWidth = (c.width / 2 - inset) / c.zoom;
  const halfHeight = (c.height / 2 - inset) / c.zoom;
  const k = Math.min(halfWidth / Math.max(1, Math.abs(dx)), halfHeight / Math.max(1, Math.abs(dy)));
  return { x: c.x + dx * k, y: c.y + dy * k, angle: Math.atan2(dy, dx) };
}

export function drawArrows(b: Brush, p: Picture): void {
  for (const { ship, x, y, angle, size } of arrowsOf(p, b.camera)) {
    const tint = colourOf(ship.seat, ship.team, false);
    const pixel = b.pixels(size);
    b.draw(Layer.Body, "chevron", x, y, angle, 1.3 * pixel, tint, 0.95);
    b.draw(Layer.Body, hullOf(ship.seat, ship.team), x - Math.cos(angle) * 27 * pixel, y - Math.sin(angle) * 27 * pixel, ship.aim, 0.62 * pixel, tint, 0.8);
  }
}
