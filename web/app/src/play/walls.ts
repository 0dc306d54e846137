// The walls of a room, and how far one gets before them. Lengths are in 1/256 unit.

import type { ArenaWorld } from "./types.ts";

/** One wall as minimum and maximum corner. */
export interface Wall {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** The walls that a snapshot shows. */
export function wallsOf(world: ArenaWorld): Wall[] {
  const t = world.table("wall");
  const [x, y, w, h] = [t.column("x"), t.column("y"), t.column("w"), t.column("h")];
  return Array.from({ length: t.count }, (_, i) => ({ x0: x[i]!, y0: y[i]!, x1: x[i]! + w[i]!, y1: y[i]! + h[i]! }));
}

/** Returns which part, 0 to 1, of the way from (x, y) by (dx, dy) is free of walls and inside a world of a size. */
export function free(walls: readonly Wall[], size: { readonly width: number; readonly height: number }, x: number, y: number, dx: number, dy: number): number {
  let part = Math.min(1, leave(x, dx, size.width), leave(y, dy, size.height));
  for (const w of walls) part = Math.min(part, meet(w, x, y, dx, dy));
  return part;
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
