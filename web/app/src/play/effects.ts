// What is there for a moment: sparks, rings, flashes, debris, beams. Bounded:
// when all places are taken the oldest gives way.

import type { Brush } from "./brush.ts";
import { white } from "./palette.ts";
import { Layer } from "./painter.ts";

interface Effect {
  shape: string;
  layer: Layer;
  x: number;
  y: number;
  vx: number;
  vy: number;
  angle: number;
  spin: number;
  /** Seconds lived and to live. */
  age: number;
  life: number;
  /** Size at the beginning and at the end. */
  from: number;
  to: number;
  tint: number;
  alpha: number;
  /** Where a beam ends; else unused. */
  toX: number;
  toY: number;
}

const most = 700;

export class Effects {
  private readonly all: Effect[] = [];
  private next = 0;
  /** Fewer pieces for a painter that is slow. */
  rich = true;
  /** Nothing flashes over more than a ship's size. */
  calm = false;

  step(dt: number): void {
    for (const e of this.all) {
      if (e.age >= e.life) continue;
      e.age += dt;
      e.x += e.vx * dt;
      e.y += e.vy * dt;
      const slow = Math.exp(-dt * 3.2);
      e.vx *= slow;
      e.vy *= slow;
      e.angle += e.spin * dt;
    }
  }

  draw(b: Brush): void {
    for (const e of this.all) if (e.age < e.life) drawEffect(b, e);
  }

  /** A projectile met something at a point, coming along an angle. */
  sparks(x: number, y: number, angle: number, tint: number, many: number): void {
    const n = this.rich ? many : Math.ceil(many / 3);
    for (let i = 0; i < n; i++) {
      const a = angle + Math.PI + (Math.random() - 0.5) * 2.4;
      const v = 120 + Math.random() * 300;
      const e = this.add("spark", Layer.Light, x, y, 0.18 + Math.random() * 0.22, i % 3 === 0 ? white : tint);
      e.vx = Math.cos(a) * v;
      e.vy = Math.sin(a) * v;
      e.angle = a;
      e.from = 1;
      e.to = 0.2;
    }
    this.flash(x, y, tint, 0.7, 0.12);
  }

  explosion(x: number, y: number, tint: number): void {
    if (!this.calm) {
      this.flash(x, y, white, 2.6, 0.16);
      this.flash(x, y, tint, 4.2, 0.5);
    }
    this.ringOut(x, y, tint, 0.4, 4.6, 0.6, "wave");
    this.ringOut(x, y, white, 0.2, 2.6, 0.32, "ring");
    const n = this.rich ? 38 : 10;
    for (let i = 0; i < n; i++) this.fling("spark", x, y, 130 + Math.random() * 420, 0.35 + Math.random() * 0.45, i % 4 === 0 ? white : tint, Layer.Light);
    for (let i = 0; i < (this.rich ? 9 : 4); i++) this.fling("shard", x, y, 50 + Math.random() * 190, 0.7 + Math.random() * 0.7, tint, Layer.Body);
  }

  beam(x: number, y: number, toX: number, toY: number, tint: number): void {
    const e = this.add("beam", Layer.Light, x, y, 0.55, tint);
    e.toX = toX;
    e.toY = toY;
    this.flash(x, y, tint, 1.6, 0.18);
    this.sparks(toX, toY, Math.atan2(toY - y, toX - x), tint, 12);
    const long = Math.hypot(toX - x, toY - y);
    const step = this.rich ? 26 : 90;
    for (let d = 30; d < long; d += step) {
      const dot = this.add("dot", Layer.Light, x + ((toX - x) * d) / long, y + ((toY - y) * d) / long, 0.5 + Math.random() * 0.5, tint);
      const a = d * 0.045;
      dot.vx = Math.cos(a) * 26;
      dot.vy = Math.sin(a) * 26;
      dot.from = 0.75;
      dot.to = 0.1;
    }
  }

  /** Somebody took a pickup. */
  taken(x: number, y: number, tint: number): void {
    this.ringOut(x, y, tint, 0.5, 1.7, 0.4, "ring");
    for (let i = 0; i < 8; i++) this.fling("dot", x, y, 70 + Math.random() * 60, 0.45, tint, Layer.Light);
  }

  muzzle(x: number, y: number, angle: number, tint: number): void {
    this.flash(x + Math.cos(angle) * 22, y + Math.sin(angle) * 22, tint, 0.55, 0.07);
  }

  private flash(x: number, y: number, tint: number, size: number, life: number): void {
    const e = this.add("glow", Layer.Light, x, y, life, tint);
    e.from = size;
    e.to = size * 0.6;
  }

  private ringOut(x: number, y: number, tint: number, from: number, to: number, life: number, shape: string): void {
    const e = this.add(shape, Layer.Light, x, y, life, tint);
    e.from = from;
    e.to = to;
    e.alpha = 0.9;
  }

  private fling(shape: string, x: number, y: number, speed: number, life: number, tint: number, layer: Layer): void {
    const a = Math.random() * Math.PI * 2;
    const e = this.add(shape, layer, x, y, life, tint);
    e.vx = Math.cos(a) * speed;
    e.vy = Math.sin(a) * speed;
    e.angle = a;
    e.spin = shape === "shard" ? (Math.random() - 0.5) * 12 : 0;
    e.from = 1;
    e.to = shape === "shard" ? 0.7 : 0.25;
  }

  private add(shape: string, layer: Layer, x: number, y: number, life: number, tint: number): Effect {
    const e = (this.all[this.next] ??= {} as Effect);
    this.next = (this.next + 1) % most;
    return Object.assign(e, { shape, layer, x, y, life, tint, vx: 0, vy: 0, angle: 0, spin: 0, age: 0, from: 1, to: 1, alpha: 1, toX: 0, toY: 0 });
  }
}

function drawEffect(b: Brush, e: Effect): void {
  const part = e.age / e.life;
  const left = 1 - part;
  if (e.shape === "beam") {
    b.soft(Layer.Light, e.x, e.y, e.toX, e.toY, 34 * left, e.tint, 0.75 * left);
    b.soft(Layer.Light, e.x, e.y, e.toX, e.toY, 10, e.tint, left);
    b.line(Layer.Light, e.x, e.y, e.toX, e.toY, 2.4 * left, white, left ** 0.6);
    return;
  }
  if (!b.sees(e.x, e.y, 120)) return;
  b.draw(e.layer, e.shape, e.x, e.y, e.angle, e.from + (e.to - e.from) * (1 - left * left), e.tint, e.alpha * left);
}
