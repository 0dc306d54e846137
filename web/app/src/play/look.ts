// The Picture of a frame, from the SDK's view.

import { emptyPicture, Pool, type Picture, type PickupNow, type ShipNow, type ShotNow, type WallNow } from "./picture.ts";
import type { Rules } from "./rules.ts";
import type { ArenaView } from "./types.ts";

/** Units per unit on the wire. */
const unit = 1 / 256;

/** A projectile as it was seen before: its speed in units per tick is what it moved since. */
interface Flight {
  x: number;
  y: number;
  tick: number;
  vx: number;
  vy: number;
  frame: number;
}

export class Look {
  readonly picture: Picture = emptyPicture();
  private readonly ships = new Pool<ShipNow>(() => ({ id: 0, life: 0, seat: 0, team: 0, x: 0, y: 0, vx: 0, vy: 0, aim: 0, health: 0, shield: 0, safe: false, own: false, name: "" }));
  private readonly shots = new Pool<ShotNow>(() => ({ id: 0, x: 0, y: 0, angle: 0, seat: 0, team: 0, own: false }));
  private readonly pickups = new Pool<PickupNow>(() => ({ id: 0, x: 0, y: 0, kind: 0, there: 0 }));
  private readonly walls = new Pool<WallNow>(() => ({ x: 0, y: 0, w: 0, h: 0 }));
  /** By the projectile's life. */
  private readonly flights = new Map<number, Flight>();
  private readonly teams = new Map<number, number>();
  /** Ships in the frame before, by life. */
  private readonly before = new Map<number, { x: number; y: number; vx: number; vy: number; frame: number }>();
  private frame = 0;

  constructor(
    private readonly rules: Rules,
    private readonly nameOf: (seat: number) => string,
  ) {
    this.picture.width = rules.width * unit;
    this.picture.height = rules.height * unit;
  }

  /** Takes the view of a frame; dt in seconds. aim: where the own ship points, radians; null: as its row says. */
  take(view: ArenaView, seat: number, dt: number, aim: number | null): Picture {
    this.frame++;
    this.picture.time += dt;
    this.takeShips(view, seat, dt, aim);
    this.takeShots(view, seat, aim);
    this.takeGround(view);
    return this.picture;
  }

  private takeShips(view: ArenaView, seat: number, dt: number, aim: number | null): void {
    const t = view.table("ship");
    const [x, y, aims, health] = [t.column("x"), t.column("y"), t.column("aim"), t.column("health")];
    const [shield, team, seats, safe] = [t.column("shield"), t.column("team"), t.column("seat"), t.column("safeuntil")];
    this.ships.begin();
    this.picture.own = null;
    for (let i = 0; i < t.count; i++) {
      const s = this.ships.take();
      s.id = t.ids[i]!;
      s.life = t.lives[i]!;
      s.seat = seats[i]!;
      s.team = team[i]!;
      s.x = x[i]! * unit;
      s.y = y[i]! * unit;
      s.aim = s.seat === seat && aim !== null ? aim : (aims[i]! / 128) * Math.PI;
      s.health = health[i]!;
      s.shield = shield[i]!;
      s.safe = safe[i]! > view.tick;
      s.own = s.seat === seat;
      s.name = this.nameOf(s.seat);
      if (s.own) this.picture.own = s;
      this.speed(s, dt);
      this.teams.set(s.seat, s.team);
    }
    this.ships.fill(this.picture.ships);
    forget(this.before, this.frame);
  }

  /** A ship's speed as seen, a little smoothed. */
  private speed(s: ShipNow, dt: number): void {
    let b = this.before.get(s.life);
    if (!b || dt <= 0) this.before.set(s.life, (b = { x: s.x, y: s.y, vx: 0, vy: 0, frame: 0 }));
    else {
      b.vx += ((s.x - b.x) / dt - b.vx) * 0.3;
      b.vy += ((s.y - b.y) / dt - b.vy) * 0.3;
      b.x = s.x;
      b.y = s.y;
    }
    b.frame = this.frame;
    s.vx = b.vx;
    s.vy = b.vy;
  }

  private takeShots(view: ArenaView, seat: number, aim: number | null): void {
    const t = view.table("shot");
    const [x, y, seats] = [t.column("x"), t.column("y"), t.column("seat")];
    this.shots.begin();
    for (let i = 0; i < t.count; i++) {
      const f = this.flight(t.lives[i]!, x[i]! * unit, y[i]! * unit, view.tick);
      const by = seats[i]!;
      const own = by === seat && aim !== null && this.picture.own !== null;
      const moves = f.vx !== 0 || f.vy !== 0;
      // An own one that was just fired flies where the own ship points; where another one does is seen in the next frame.
      if (!moves && !own) continue;
      const s = this.shots.take();
      s.id = t.ids[i]!;
      s.x = f.x;
      s.y = f.y;
      s.angle = own && !moves ? aim : Math.atan2(f.vy, f.vx);
      s.seat = by;
      s.own = by === seat;
      s.team = this.teams.get(by) ?? 0;
    }
    this.shots.fill(this.picture.shots);
    forget(this.flights, this.frame);
  }

  private flight(life: number, x: number, y: number, tick: number): Flight {
    let f = this.flights.get(life);
    if (!f) this.flights.set(life, (f = { x, y, tick, vx: 0, vy: 0, frame: 0 }));
    else if (tick > f.tick + 0.01) {
      const k = (this.rules.bolt * unit) / Math.max(0.001, Math.hypot(x - f.x, y - f.y));
      if (k < 1000) [f.vx, f.vy] = [(x - f.x) * k, (y - f.y) * k];
      [f.x, f.y, f.tick] = [x, y, tick];
    }
    f.frame = this.frame;
    return f;
  }

  private takeGround(view: ArenaView): void {
    const w = view.table("wall");
    const [x, y, width, height] = [w.column("x"), w.column("y"), w.column("w"), w.column("h")];
    this.walls.begin();
    for (let i = 0; i < w.count; i++) Object.assign(this.walls.take(), { x: x[i]! * unit, y: y[i]! * unit, w: width[i]! * unit, h: height[i]! * unit });
    this.walls.fill(this.picture.walls);
    const p = view.table("pickup");
    const [px, py, kind, back] = [p.column("x"), p.column("y"), p.column("kind"), p.column("backat")];
    this.pickups.begin();
    for (let i = 0; i < p.count; i++) {
      const away = back[i]! - view.tick;
      const k = this.pickups.take();
      k.id = p.ids[i]!;
      k.x = px[i]! * unit;
      k.y = py[i]! * unit;
      k.kind = kind[i]!;
      k.there = away <= 0 ? 1 : Math.max(0, 0.999 - away / this.rules.pickupReturn);
    }
    this.pickups.fill(this.picture.pickups);
  }
}

/** forget lets go of what was not in a frame. */
function forget(all: Map<number, { frame: number }>, frame: number): void {
  for (const [life, one] of all) if (one.frame !== frame) all.delete(life);
}
