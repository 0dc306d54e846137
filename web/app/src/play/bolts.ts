// Own projectiles where the page predicts: its prediction makes no rows, so that
// a shot flies by itself until the server's own is in the view, and that is
// drawn ahead.

import type { Rules } from "./rules.ts";

/** A projectile that was fired but has not come back from the server yet, in 1/256 unit. */
export interface Bolt {
  /** The tick in whose step it was fired, and where the ship was. */
  tick: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
  angle: number;
}

export class Bolts {
  readonly flying: Bolt[] = [];

  constructor(private readonly rules: Pick<Rules, "bolt">) {}

  /** Fires one in the step of a tick, from a point in 1/256 unit along an angle in radians. */
  fire(tick: number, x: number, y: number, angle: number): void {
    const v = this.rules.bolt;
    this.flying.push({ tick, x, y, vx: v * Math.cos(angle), vy: v * Math.sin(angle), angle });
  }

  /** Lets go of what the server's picture shows by now. */
  reached(tick: number): void {
    while (this.flying[0] && this.flying[0].tick <= tick) this.flying.shift();
  }
}
