// How a ship flies in one tick: the twin of sim/arena/steer.go and ship.go,
// integer for integer. All products stay below 2^53, so that numbers are exact.

import type { Ground } from "./ground.ts";
import type { Rules } from "../../../app/src/play/rules.ts";
import { ButtonDash } from "../../../app/src/play/types.ts";

/** The part of a ship that is predicted, in 1/256 unit and ticks. */
export interface Body {
  x: number;
  y: number;
  vx: number;
  vy: number;
  /** First tick of the next dash, and the first tick after the last one. */
  dashAt: number;
  dashUntil: number;
}

export interface Stick {
  dx: number;
  dy: number;
  buttons: number;
}

/** Returns when the last dash ends: it is not on the wire, but follows from when the next may begin. */
export function dashEnd(dashAt: number, r: Rules): number {
  return dashAt === 0 ? 0 : dashAt - r.dashReload + r.dashTicks;
}

/** Makes b what it is after the step of a tick. */
export function step(b: Body, tick: number, stick: Stick, g: Ground): void {
  steer(b, tick, stick, g.rules);
  if (b.vx === 0 && b.vy === 0) return;
  const x = g.slideX(b.x, b.y, b.vx);
  const y = g.slideY(x, b.y, b.vy);
  b.vx = x - b.x;
  b.vy = y - b.y;
  b.x = x;
  b.y = y;
}

function steer(b: Body, tick: number, s: Stick, r: Rules): void {
  if ((s.buttons & ButtonDash) !== 0 && tick >= b.dashAt && (s.dx !== 0 || s.dy !== 0)) {
    b.dashUntil = tick + r.dashTicks;
    b.dashAt = tick + r.dashReload;
  }
  const dashing = tick < b.dashUntil;
  const full = dashing ? r.dash : r.full;
  approach(b, wanted(s.dx, s.dy, s.dx, full), wanted(s.dx, s.dy, s.dy, full), dashing ? 2 * r.dash : r.accel);
}

/** Moves the speed towards (wx, wy) by at most the length most. */
function approach(b: Body, wx: number, wy: number, most: number): void {
  const dx = wx - b.vx;
  const dy = wy - b.vy;
  const long = dx * dx + dy * dy;
  if (long <= most * most) {
    b.vx = wx;
    b.vy = wy;
    return;
  }
  let n = root(long);
  if (n * n < long) n++;
  b.vx += Math.trunc((dx * most) / n);
  b.vy += Math.trunc((dy * most) / n);
}

/** The length from which on a stick means full speed, squared. */
const fullStick = 126 * 126;

/** Returns one part of the speed that a stick asks for. */
function wanted(dx: number, dy: number, part: number, full: number): number {
  const long = dx * dx + dy * dy;
  if (long < fullStick) return round(part * full, 127);
  return round(part * full * 65536, root(long * 2 ** 32));
}

/** Returns a/b to nearest, halves away from zero. */
function round(a: number, b: number): number {
  const half = Math.trunc(b / 2);
  return a < 0 ? -Math.trunc((-a + half) / b) : Math.trunc((a + half) / b);
}

/** Returns the square root of a whole number below 2^53, rounded down. */
function root(n: number): number {
  let x = Math.floor(Math.sqrt(n));
  while (x * x > n) x--;
  while ((x + 1) * (x + 1) <= n) x++;
  return x;
}
