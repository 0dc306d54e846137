// Marks on the picture for what concerns the own ship: ticks at whom it hit, and
// arcs around it towards who hit it.

import type { Brush } from "./brush.ts";
import { danger, white } from "./palette.ts";
import { Layer } from "./painter.ts";
import type { Picture } from "./picture.ts";

/** Seconds that each stays. */
const hitLife = 0.28;
const killLife = 0.7;
const hurtLife = 1.3;

/** Of each kind at once; the oldest gives way. */
const most = 6;

interface Hit {
  seat: number;
  x: number;
  y: number;
  kill: boolean;
  age: number;
}

interface Hurt {
  by: number;
  angle: number;
  strength: number;
  age: number;
}

/** Returns the direction from one point to another, radians; 0 for the same point. */
export function toward(from: { x: number; y: number }, to: { x: number; y: number }): number {
  return Math.atan2(to.y - from.y, to.x - from.x);
}

export class Marks {
  /** Nothing grows or shrinks. */
  calm = false;
  private readonly hits: Hit[] = [];
  private readonly hurts: Hurt[] = [];

  /** The own ship hit, or destroyed, the ship of a seat at a point. */
  hit(seat: number, x: number, y: number, kill: boolean): void {
    put(this.hits, (h) => h.seat === seat && !h.kill, { seat, x, y, kill, age: 0 });
  }

  /** The own ship was hit by a seat from a direction, radians; damage in points. */
  hurt(by: number, angle: number, damage: number): void {
    put(this.hurts, (h) => h.by === by, { by, angle, strength: Math.min(1, 0.5 + damage / 60), age: 0 });
  }

  /** The seats whose direction is shown, and it. */
  get directions(): { by: number; angle: number }[] {
    return this.hurts.map(({ by, angle }) => ({ by, angle }));
  }

  /** Moves on by dt seconds: marks follow the ships that they are about. */
  step(p: Picture, dt: number): void {
    for (const h of this.hits) {
      h.age += dt;
      const ship = h.kill ? undefined : p.ships.find((s) => s.seat === h.seat);
      if (ship) [h.x, h.y] = [ship.x, ship.y];
    }
    for (const h of this.hurts) {
      h.age += dt;
      const ship = p.own && p.ships.find((s) => s.seat === h.by);
      if (ship) h.angle = toward(p.own!, ship);
    }
    drop(this.hits, (h) => h.age > (h.kill ? killLife : hitLife));
    drop(this.hurts, (h) => h.age > hurtLife || !p.own);
  }

  draw(b: Brush, p: Picture): void {
    for (const h of this.hits) {
      const left = 1 - h.age / (h.kill ? killLife : hitLife);
      const size = (h.kill ? 1.5 : 1) * (this.calm ? 1 : 0.9 + 0.5 * left * left);
      b.draw(Layer.Light, "mark", h.x, h.y, 0, size, h.kill ? danger : white, Math.min(1, 1.6 * left));
      if (h.kill) b.draw(Layer.Light, "lock", h.x, h.y, 0, 1.25, danger, left);
    }
    if (!p.own) return;
    for (const h of this.hurts) {
      const left = 1 - h.age / hurtLife;
      const at = this.calm ? 1 : 1 + 0.12 * left ** 4;
      b.draw(Layer.Light, "hurt", p.own.x, p.own.y, h.angle, at, danger, h.strength * Math.min(1, 1.5 * left));
    }
  }
}

/** Puts a mark in, in place of the one that it follows on. */
function put<T>(list: T[], same: (t: T) => boolean, mark: T): void {
  drop(list, same);
  list.push(mark);
  if (list.length > most) list.shift();
}

function drop<T>(list: T[], gone: (t: T) => boolean): void {
  for (let i = list.length - 1; i >= 0; i--) if (gone(list[i]!)) list.splice(i, 1);
}
