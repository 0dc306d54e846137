// Walls and the edge of the world, and how they stop a ship: the twin of
// sim/arena/wall.go. All numbers are integers in 1/256 unit.

import type { Rules } from "../../../app/src/play/rules.ts";
import type { Wall } from "../../../app/src/play/walls.ts";

export class Ground {
  walls: Wall[] = [];
  constructor(readonly rules: Rules) {}

  /** Returns how far along X a ship at (x, y) comes that wants to move by vx. */
  slideX(x: number, y: number, vx: number): number {
    const r = this.rules.radius;
    let to = clamp(x + vx, r, this.rules.width - r);
    for (const w of this.walls) {
      if (y > w.y0 - r && y < w.y1 + r) to = stop(x, to, w.x0 - r, w.x1 + r);
    }
    return to;
  }

  /** The same along Y; x is where the ship already came to. */
  slideY(x: number, y: number, vy: number): number {
    const r = this.rules.radius;
    let to = clamp(y + vy, r, this.rules.height - r);
    for (const w of this.walls) {
      if (x > w.x0 - r && x < w.x1 + r) to = stop(y, to, w.y0 - r, w.y1 + r);
    }
    return to;
  }
}

/** Returns how far a move from a to b comes when lo to hi is blocked; the borders are free. */
function stop(a: number, b: number, lo: number, hi: number): number {
  if (a <= lo && b > lo) return lo;
  if (a >= hi && b < hi) return hi;
  return b;
}

function clamp(v: number, lo: number, hi: number): number {
  return Math.min(Math.max(v, lo), hi);
}
