// Ships: trail, flame, hull, arcs of shield (above) and health (below), the
// ring of who cannot be hurt yet, and the name.

import type { Brush } from "./brush.ts";
import { arcSteps, type Hull } from "./shapes.ts";
import { colourOf, danger, ok, shield, white, you } from "./palette.ts";
import { Layer } from "./painter.ts";
import type { Picture, ShipNow } from "./picture.ts";
import { points, type Trail, type Trails } from "./trails.ts";

const full = { health: 100, shield: 60 };

/** Below this zoom every other bend of a trail is too small to be seen. */
const far = 0.5;

/** Returns the hull of a player: by team where there are teams. */
export function hullOf(seat: number, team: number): Hull {
  const byTeam: Hull[] = ["dart", "disc", "kite", "fork", "wedge"];
  if (team > 0) return byTeam[team] ?? "dart";
  return (["dart", "fork", "wedge"] as const)[seat % 3]!;
}

export function drawShips(b: Brush, p: Picture, trails: Trails): void {
  for (const s of p.ships) {
    if (!b.sees(s.x, s.y, 200)) continue;
    const t = trails.of(s);
    if (t) trail(b, s, t);
    ship(b, s, p.time, t);
  }
  if (p.ghost) {
    if (p.own) b.line(Layer.Light, p.ghost.x, p.ghost.y, p.own.x, p.own.y, b.pixels(1), white, 0.35);
    b.draw(Layer.Light, "ghost", p.ghost.x, p.ghost.y, p.ghost.aim, 1, white, 0.75);
  }
}

function trail(b: Brush, s: ShipNow, t: Trail): void {
  const tint = colourOf(s.seat, s.team, s.own);
  let x = s.x;
  let y = s.y;
  const stride = b.camera.zoom < far ? 2 : 1;
  for (let i = stride - 1; i < t.count; i += stride) {
    const at = (t.head - i + points) % points;
    const nx = t.xs[at]!;
    const ny = t.ys[at]!;
    const age = i / points;
    if (Math.abs(nx - x) + Math.abs(ny - y) > 0.8) {
      b.soft(Layer.Glow, x, y, nx, ny, 17 * (1 - age * 0.75), tint, 0.42 * (1 - age) ** 1.6);
    }
    x = nx;
    y = ny;
  }
}

function ship(b: Brush, s: ShipNow, time: number, t: Trail | undefined): void {
  const tint = colourOf(s.seat, s.team, s.own);
  const speed = Math.hypot(s.vx, s.vy);
  const born = t?.born ?? 1;
  b.draw(Layer.Glow, "glow", s.x, s.y, 0, s.own ? 1.5 : 1.15, tint, s.own ? 0.3 : 0.18);
  if (speed > 30) flame(b, s, speed, time, tint);
  b.draw(Layer.Body, hullOf(s.seat, s.team), s.x, s.y, s.aim, 1, tint, born);
  if (t && t.hurt > 0.02) b.draw(Layer.Light, hullOf(s.seat, s.team), s.x, s.y, s.aim, 1, white, t.hurt * 0.9);
  arcs(b, s, t?.hurt ?? 0);
  if (s.safe) b.draw(Layer.Body, "safe", s.x, s.y, time * 1.4, 1 + 0.03 * Math.sin(time * 6), s.own ? you : white, 0.85);
  if (born < 1) b.draw(Layer.Light, "ring", s.x, s.y, 0, 0.4 + 1.4 * born, tint, (1 - born) * 0.9);
  if (!s.own && s.name) b.label(s.name, s.x, s.y + 36, 0.78);
}

function flame(b: Brush, s: ShipNow, speed: number, time: number, tint: number): void {
  const away = Math.atan2(-s.vy, -s.vx);
  const long = Math.min(2.6, speed / 300) * (0.9 + 0.14 * Math.sin(time * 47 + s.seat * 3));
  const reach = 12 + 15 * long;
  const x = s.x + Math.cos(away) * reach;
  const y = s.y + Math.sin(away) * reach;
  b.stretch(Layer.Glow, "flame", x, y, away + Math.PI, long, 1.15, tint, 0.85);
  b.stretch(Layer.Glow, "flame", x - Math.cos(away) * 4 * long, y - Math.sin(away) * 4 * long, away + Math.PI, long * 0.6, 0.55, white, 0.75);
}

/** Others show their arcs once something is missing; the own ship always. */
function arcs(b: Brush, s: ShipNow, hurt: number): void {
  if (!s.own && s.health >= full.health && s.shield >= full.shield && hurt <= 0) return;
  const bright = s.own ? 1 : 0.85;
  const low = s.health <= 35;
  b.draw(Layer.Body, `shield${stepOf(s.shield, full.shield)}`, s.x, s.y, 0, 1, shield, bright);
  b.draw(Layer.Body, `health${stepOf(s.health, full.health)}`, s.x, s.y, Math.PI, 1, low ? danger : ok, bright);
  if (hurt > 0.05 && s.shield > 0) b.draw(Layer.Light, "ring", s.x, s.y, 0, 0.86 + 0.1 * hurt, shield, hurt * 0.8);
}

function stepOf(value: number, most: number): number {
  return Math.min(arcSteps, Math.max(0, Math.ceil((value / most) * arcSteps)));
}
