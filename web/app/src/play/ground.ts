// Walls and the edge of the world, and how they stop a ship: the twin of
// sim/arena/wall.go. All numbers are integers in 1/256 unit.

import type { Rules } from "./rules.ts";

/** One wall as minimum and maximum corner. */
export interface Wall {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

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

  /** Returns which part, 0 to 1, of the way from (x, y) by (dx, dy) is free of walls and inside the world. */
  free(x: number, y: number, dx: number, dy: number): number {
    let part = Math.min(1, leave(x, dx, this.rules.width), leave(y, dy, this.rules.height));
    for (const w of this.walls) part = Math.min(part, meet(w, x, y, dx, dy));
    return part;
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

function leave(p: number, d: number, size: number): number {
  if (d === 0) return 1;
  return Math.max(0, ((d > 0 ? size : 0) - p) / d);
}

function meet(w: Wall, x: number, y: number, dx: number, dy: number): number {
  const [inX, outX] = span(x, dx, w.x0, w.x1);
  const [inY, outY] = span(y, dy, w.y0, w.y1);
  const from = Math.max(inX, inY, 0);
  const to = Math.min(outX, outY);
  return from >= to || from > 1 ? 1 : from;
}

function span(p: number, d: number, lo: number, hi: number): [number, number] {
  if (d === 0) return p <= lo || p >= hi ? [1, 0] : [-Infinity, Infinity];
  const a = (lo - p) / d;
  const b = (hi - p) / d;
  return d < 0 ? [b, a] : [a, b];
}
