// What lies and flies about: pickups and projectiles.

import type { Brush } from "./brush.ts";
import { colourOf, ok, rail, shield, white } from "./palette.ts";
import { Layer } from "./painter.ts";
import type { Picture, ShotNow } from "./picture.ts";

/** The colour of each kind of pickup; its shape says the same. */
export const pickupColours = [white, ok, shield, rail];

export function drawPickups(b: Brush, p: Picture): void {
  for (const k of p.pickups) {
    if (!b.sees(k.x, k.y, 60)) continue;
    const tint = pickupColours[k.kind] ?? white;
    if (k.there < 1) {
      b.draw(Layer.Body, `empty${k.kind}`, k.x, k.y, 0, 0.9, tint, 0.45);
      b.stretch(Layer.Body, "plain", k.x, k.y + 25, 0, 26 * k.there, 2, tint, 0.6);
      continue;
    }
    const beat = Math.sin(p.time * 2.6 + k.id);
    b.draw(Layer.Glow, "glow", k.x, k.y, 0, 1.25 + 0.12 * beat, tint, 0.26 + 0.08 * beat);
    b.draw(Layer.Body, `pickup${k.kind}`, k.x, k.y, 0, 1 + 0.035 * beat, tint, 1);
  }
}

export function drawShots(b: Brush, p: Picture): void {
  for (const s of p.shots) if (b.sees(s.x, s.y, 60)) shot(b, s);
}

function shot(b: Brush, s: ShotNow): void {
  const tint = colourOf(s.seat, s.team, s.own);
  const x = s.x - Math.cos(s.angle) * 16;
  const y = s.y - Math.sin(s.angle) * 16;
  b.stretch(Layer.Light, "flare", x, y, s.angle, 0.85, 1.1, tint, 0.85);
  b.draw(Layer.Body, "capsule", s.x, s.y, s.angle, 0.95, tint, 1);
  b.stretch(Layer.Light, "capsule", s.x, s.y, s.angle, 0.7, 0.45, white, 0.95);
}
