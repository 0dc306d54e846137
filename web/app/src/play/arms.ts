// The own weapons, ahead of the server: a shot is on the screen in the frame
// in which it is asked for, and gives way to the server's own when that comes.

import { ButtonBlaster, ButtonRail, type Body } from "./predict.ts";
import type { Rules } from "./rules.ts";

/** A projectile that was fired but has not come back from the server yet, in 1/256 unit. */
export interface Bolt {
  tick: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
  angle: number;
}

/** What the server says of the weapons. */
export interface Ready {
  tick: number;
  blasterAt: number;
  railAt: number;
  ammo: number;
}

export class Arms {
  readonly bolts: Bolt[] = [];
  /** Nobody shoots in the pause between two matches. */
  allowed = true;
  onBolt: (b: Bolt) => void = () => {};
  /** A rail was fired from a point along an angle. */
  onRail: (x: number, y: number, angle: number) => void = () => {};
  private blasterAt = 0;
  private railAt = 0;
  private ammo = 0;
  private firedAt = -1;
  /** Beams that were drawn and have not come back from the server. */
  private beams: number[] = [];

  constructor(private readonly rules: Rules) {}

  /** Takes what a snapshot says; it holds once the server has seen the last shot. */
  snapshot(r: Ready): void {
    if (r.tick < this.firedAt) return;
    this.blasterAt = r.blasterAt;
    this.railAt = r.railAt;
    this.ammo = r.ammo;
  }

  /** Fires as the server will in the step of a tick, from where the ship was before. */
  tick(tick: number, values: readonly number[], from: Body): void {
    const [, , aim = 0, buttons = 0] = values;
    if (!this.allowed) return;
    const angle = (aim / 65536) * 2 * Math.PI;
    if (buttons & ButtonBlaster && tick >= this.blasterAt) {
      this.blasterAt = tick + this.rules.boltReload;
      this.firedAt = tick;
      const v = this.rules.bolt;
      const bolt = { tick, x: from.x, y: from.y, vx: v * Math.cos(angle), vy: v * Math.sin(angle), angle };
      this.bolts.push(bolt);
      this.onBolt(bolt);
    }
    if (buttons & ButtonRail && tick >= this.railAt && this.ammo > 0) {
      this.railAt = tick + this.rules.railReload;
      this.ammo--;
      this.firedAt = tick;
      this.beams.push(tick);
      this.onRail(from.x, from.y, angle);
    }
  }

  /** Lets go of what the server's picture shows by now. */
  reached(tick: number): void {
    while (this.bolts[0] && this.bolts[0].tick <= tick) this.bolts.shift();
  }

  /** Returns whether an own beam from the server was drawn before. */
  drawn(tick: number): boolean {
    this.beams = this.beams.filter((t) => t > tick - 90);
    const at = this.beams.findIndex((t) => Math.abs(t - tick) <= 8);
    if (at < 0) return false;
    this.beams.splice(at, 1);
    return true;
  }
}
