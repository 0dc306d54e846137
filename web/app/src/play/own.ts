// The own ship, ahead of the server: the newest snapshot's row, with all later
// inputs applied again. When that comes out differently than before, the
// difference fades from the screen instead of jumping.

import type { Ground } from "./ground.ts";
import { dashEnd, step, type Body, type Stick } from "./predict.ts";

/** The own ship as a snapshot has it, in 1/256 unit. */
export interface OwnRow {
  id: number;
  x: number;
  y: number;
  dashAt: number;
}

/** An input that was sent: dx, dy, aim, buttons. */
export interface Sent {
  readonly tick: number;
  readonly values: readonly number[];
}

/** Ticks of predictions kept. */
const kept = 256;

/** A correction has lost 95 % of its length after so many seconds. */
const fade = 0.1;

export class Own {
  /** Predictions that came out differently. */
  corrections = 0;
  /** Called with each correction's length in units. */
  onCorrection: (units: number) => void = () => {};
  /** Called once for each tick whose input was sent, with where the ship is before its step. */
  onTick: (tick: number, values: readonly number[], before: Body) => void = () => {};
  /** Null: no ship, or nothing is known of it yet. */
  private row: (OwnRow & { tick: number }) | null = null;
  private readonly bodies: (Body & { tick: number })[] = [];
  private newest = -1;
  private told = -1;
  private clock = 0;
  private errorX = 0;
  private errorY = 0;
  private held: Stick = { dx: 0, dy: 0, buttons: 0 };

  constructor(readonly ground: Ground) {}

  get alive(): boolean {
    return this.row !== null;
  }

  /** The row of the newest snapshot: the ship as the server has it. */
  get authority(): Readonly<OwnRow> | null {
    return this.row;
  }

  /** The tick, with a fraction, at which the ship is shown. */
  get tick(): number {
    return this.clock;
  }

  /** Takes a snapshot's row; null: there is no ship. */
  snapshot(tick: number, row: OwnRow | null, sent: readonly Sent[]): void {
    if (!row) {
      this.forget();
      return;
    }
    const same = this.continues(tick, row);
    if (!same) this.bodies.length = 0;
    const before = same ? this.body(this.newest) : undefined;
    const start = this.bodyOf(tick, row, same);
    this.row = { ...row, tick };
    const shown = this.newest;
    this.keep(tick, start);
    this.newest = tick;
    this.advance(sent);
    while (same && this.newest < shown) this.step(this.held);
    const after = before && this.body(shown);
    if (before && after) this.compare(before, after);
    if (same) return;
    this.clock = this.newest;
    this.errorX = this.errorY = 0;
  }

  /** Steps through the inputs that were sent since. */
  advance(sent: readonly Sent[]): void {
    if (!this.row) return;
    for (const s of sent) {
      if (s.tick <= this.newest) continue;
      while (this.newest < s.tick - 1 && s.tick - this.newest < kept) this.step(this.held);
      const [dx = 0, dy = 0, , buttons = 0] = s.values;
      this.held = { dx, dy, buttons };
      if (s.tick > this.told) {
        this.told = s.tick;
        this.onTick(s.tick, s.values, this.body(this.newest)!);
      }
      this.step(this.held);
    }
  }

  /** Moves the shown tick on by dt seconds. */
  run(dt: number): void {
    const hz = this.ground.rules.hz;
    this.clock += dt * hz;
    this.clock += (this.newest + 0.5 - this.clock) * Math.min(1, dt * 4);
    this.clock = Math.min(this.newest + 1, Math.max(this.newest - 1, this.clock));
    const left = Math.exp((-3 * dt) / fade);
    this.errorX *= left;
    this.errorY *= left;
  }

  /** Returns where to show the ship, in 1/256 unit; live is what the player asks for right now. */
  shown(live: Stick): { x: number; y: number; vx: number; vy: number } | null {
    const last = this.body(this.newest);
    if (!last) return null;
    const part = this.clock - this.newest;
    const a = { ...(part < 0 ? this.body(this.newest - 1) ?? last : last) };
    const b = { ...a };
    if (part < 0) Object.assign(b, last);
    else step(b, this.newest + 1, live, this.ground);
    const f = part < 0 ? part + 1 : part;
    return { x: a.x + (b.x - a.x) * f + this.errorX, y: a.y + (b.y - a.y) * f + this.errorY, vx: b.vx, vy: b.vy };
  }

  private forget(): void {
    this.row = null;
    this.newest = -1;
    this.bodies.length = 0;
    this.errorX = this.errorY = 0;
  }

  /** Another life may have the same id, but is elsewhere. */
  private continues(tick: number, row: OwnRow): boolean {
    if (!this.row || this.row.id !== row.id || tick <= this.row.tick) return false;
    const far = (this.ground.rules.dash + 1) * (tick - this.row.tick);
    return Math.abs(row.x - this.row.x) <= far && Math.abs(row.y - this.row.y) <= far;
  }

  /** The speed is the last change: it is known from the row before, or from a prediction that was right. */
  private bodyOf(tick: number, row: OwnRow, same: boolean): Body {
    const rules = this.ground.rules;
    const b: Body = { x: row.x, y: row.y, vx: 0, vy: 0, dashAt: row.dashAt, dashUntil: dashEnd(row.dashAt, rules) };
    if (!same || !this.row) return b;
    const ticks = tick - this.row.tick;
    const was = this.body(tick);
    if (ticks > 1 && was && was.x === row.x && was.y === row.y) return { ...b, vx: was.vx, vy: was.vy };
    const vx = Math.round((row.x - this.row.x) / ticks);
    const vy = Math.round((row.y - this.row.y) / ticks);
    return { ...b, vx, vy };
  }

  private compare(before: Body, after: Body): void {
    const dx = before.x - after.x;
    const dy = before.y - after.y;
    if (dx === 0 && dy === 0) return;
    this.corrections++;
    this.onCorrection(Math.hypot(dx, dy) / 256);
    this.errorX += dx;
    this.errorY += dy;
  }

  private step(stick: Stick): void {
    const b = { ...this.body(this.newest)! };
    this.newest++;
    step(b, this.newest, stick, this.ground);
    this.keep(this.newest, b);
  }

  private keep(tick: number, b: Body): void {
    this.bodies[tick % kept] = { ...b, tick };
  }

  private body(tick: number): (Body & { tick: number }) | undefined {
    const b = this.bodies[((tick % kept) + kept) % kept];
    return b?.tick === tick ? b : undefined;
  }
}
