// What a ship leaves behind it: where it was in the last half second, and how
// long ago it was hit.

import type { ShipNow } from "./picture.ts";

/** Points of a trail and the seconds between two of them. */
export const points = 14;
const every = 0.035;

export interface Trail {
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** Place of the newest point. */
  head: number;
  count: number;
  /** Seconds since the newest point. */
  since: number;
  /** 1 right after a hit, fading. */
  hurt: number;
  /** Fades in when a ship appears. */
  born: number;
  seat: number;
  frame: number;
}

export class Trails {
  /** By the ship's life. */
  private readonly byShip = new Map<number, Trail>();
  private frame = 0;

  /** Moves all trails on by dt seconds and forgets those of ships that are gone. */
  step(ships: readonly ShipNow[], dt: number): void {
    this.frame++;
    for (const s of ships) this.feed(s, dt);
    for (const [life, t] of this.byShip) if (t.frame !== this.frame) this.byShip.delete(life);
  }

  of(ship: ShipNow): Trail | undefined {
    return this.byShip.get(ship.life);
  }

  /** Marks a seat's ship as hit. */
  hurt(seat: number): void {
    for (const t of this.byShip.values()) if (t.seat === seat) t.hurt = 1;
  }

  private feed(s: ShipNow, dt: number): void {
    let t = this.byShip.get(s.life);
    if (!t) {
      t = { xs: new Float32Array(points), ys: new Float32Array(points), head: 0, count: 1, since: 0, hurt: 0, born: 0, seat: s.seat, frame: 0 };
      t.xs[0] = s.x;
      t.ys[0] = s.y;
      this.byShip.set(s.life, t);
    }
    t.frame = this.frame;
    t.hurt = Math.max(0, t.hurt - dt * 4);
    t.born = Math.min(1, t.born + dt * 3);
    t.since += dt;
    if (t.since < every) return;
    t.since = Math.min(t.since - every, every);
    t.head = (t.head + 1) % points;
    t.xs[t.head] = s.x;
    t.ys[t.head] = s.y;
    t.count = Math.min(points, t.count + 1);
  }
}
