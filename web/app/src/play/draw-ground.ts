// The ground: far clouds and stars, the grid, the edge of the world, and the
// walls, which rise from the depth up to where the ships fly.

import type { Brush } from "./brush.ts";
import { beyond, clouds, edge, line, wallLine, wallSide, wallTop, white } from "./palette.ts";
import { Layer } from "./painter.ts";
import type { Picture, WallNow } from "./picture.ts";

const small = 128;
const large = 512;

export function drawGround(b: Brush, p: Picture): void {
  cloud(b);
  stars(b, 0.35, 173, 0.4);
  stars(b, 0.6, 211, 0.6);
  grid(b, p);
  outside(b, p);
  for (const w of p.walls) if (near(b, w)) sides(b, w);
  for (const w of p.walls) if (near(b, w)) wall(b, w);
}

/** Soft spots of colour here and there, so far down that they hardly move. A processor would take long over them. */
function cloud(b: Brush): void {
  if (!b.painter.card) return;
  const c = b.camera;
  const depth = 0.18;
  const step = 900;
  const halfW = c.width / 2 / c.zoom + step;
  const halfH = c.height / 2 / c.zoom + step;
  for (let y = Math.floor((c.y * depth - halfH) / step); y <= (c.y * depth + halfH) / step; y++) {
    for (let x = Math.floor((c.x * depth - halfW) / step); x <= (c.x * depth + halfW) / step; x++) {
      const h = mix(x, y, step);
      if (h & 0x100000) continue;
      const at = { x: (x + (h & 255) / 256) * step + c.x * (1 - depth), y: (y + ((h >> 8) & 255) / 256) * step + c.y * (1 - depth) };
      const size = 9 + ((h >> 16) & 3);
      if (b.sees(at.x, at.y, size * 32)) b.draw(Layer.Ground, "glow", at.x, at.y, 0, size, clouds[h % clouds.length]!, 0.75);
    }
  }
}

/** Dots that move slower than the ground, as if far below it. */
function stars(b: Brush, depth: number, step: number, alpha: number): void {
  const c = b.camera;
  const halfW = c.width / 2 / c.zoom;
  const halfH = c.height / 2 / c.zoom;
  // A star at s is seen at c + (s - c * depth).
  const x0 = Math.floor((c.x * depth - halfW) / step);
  const y0 = Math.floor((c.y * depth - halfH) / step);
  const x1 = Math.ceil((c.x * depth + halfW) / step);
  const y1 = Math.ceil((c.y * depth + halfH) / step);
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      const h = mix(x, y, step);
      const sx = (x + (h & 255) / 256) * step;
      const sy = (y + ((h >> 8) & 255) / 256) * step;
      const bright = ((h >> 16) & 15) / 15;
      b.draw(Layer.Ground, "dot", sx + c.x * (1 - depth), sy + c.y * (1 - depth), 0, 0.22 + 0.3 * bright, 0x8fa6cf, alpha * (0.3 + 0.7 * bright));
    }
  }
}

function mix(x: number, y: number, seed: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

function grid(b: Brush, p: Picture): void {
  const c = b.camera;
  const x0 = Math.max(0, c.x - c.width / 2 / c.zoom);
  const x1 = Math.min(p.width, c.x + c.width / 2 / c.zoom);
  const y0 = Math.max(0, c.y - c.height / 2 / c.zoom);
  const y1 = Math.min(p.height, c.y + c.height / 2 / c.zoom);
  const thin = b.pixels(1);
  for (let x = Math.ceil(x0 / small) * small; x <= x1; x += small) {
    b.rect(Layer.Ground, x - thin / 2, y0, thin, y1 - y0, line, x % large === 0 ? 1 : 0.6);
  }
  for (let y = Math.ceil(y0 / small) * small; y <= y1; y += small) {
    b.rect(Layer.Ground, x0, y - thin / 2, x1 - x0, thin, line, y % large === 0 ? 1 : 0.6);
  }
  for (let x = Math.ceil(x0 / large) * large; x <= x1; x += large) {
    for (let y = Math.ceil(y0 / large) * large; y <= y1; y += large) b.draw(Layer.Ground, "plus", x, y, 0, 1, edge, 0.8);
  }
}

/** Beyond the edge there is nothing: dark, with one strong line around the world. */
function outside(b: Brush, p: Picture): void {
  const far = 2500;
  b.rect(Layer.Ground, -far, -far, p.width + 2 * far, far, beyond, 0.8);
  b.rect(Layer.Ground, -far, p.height, p.width + 2 * far, far, beyond, 0.8);
  b.rect(Layer.Ground, -far, 0, far, p.height, beyond, 0.8);
  b.rect(Layer.Ground, p.width, 0, far, p.height, beyond, 0.8);
  frame(b, 0, 0, p.width, p.height, 2.5, edge, 1);
  frame(b, -9, -9, p.width + 18, p.height + 18, 1, edge, 0.4);
}

function frame(b: Brush, x: number, y: number, w: number, h: number, width: number, tint: number, alpha: number): void {
  const t = Math.max(width, b.pixels(1));
  b.rect(Layer.Ground, x - t / 2, y - t / 2, w + t, t, tint, alpha);
  b.rect(Layer.Ground, x - t / 2, y + h - t / 2, w + t, t, tint, alpha);
  b.rect(Layer.Ground, x - t / 2, y, t, h, tint, alpha);
  b.rect(Layer.Ground, x + w - t / 2, y, t, h, tint, alpha);
}

/** A wall shows its side in at most so many slices, so many pixels apart, and how much smaller the lowest looks. */
const depths = 5;
const apart = 7;
const shrink = 0.05;

/** The farther a wall is from the middle of the picture, the more of its side is seen. */
function slicesOf(b: Brush, w: WallNow): number {
  const { x, y, zoom } = b.camera;
  const far = Math.max(Math.abs(w.x - x), Math.abs(w.x + w.w - x), Math.abs(w.y - y), Math.abs(w.y + w.h - y));
  return Math.min(depths, Math.ceil((far * shrink * zoom) / apart));
}

function near(b: Brush, w: WallNow): boolean {
  return b.sees(w.x + w.w / 2, w.y + w.h / 2, Math.max(w.w, w.h));
}

/** The slices of a wall below its top, from the lowest up: what is lower looks smaller, around the middle of the picture. */
function sides(b: Brush, w: WallNow): void {
  const { x, y } = b.camera;
  const slices = slicesOf(b, w);
  for (let i = 0; i < slices; i++) {
    const k = 1 - shrink * (1 - i / slices);
    b.rect(Layer.Ground, x + (w.x - x) * k, y + (w.y - y) * k, w.w * k, w.h * k, wallSide, 1);
    if (i === 0) frame(b, x + (w.x - x) * k, y + (w.y - y) * k, w.w * k, w.h * k, 1, beyond, 1);
  }
}

/** Below this zoom lines are so close to each other that they are a grey. */
const fine = 0.4;

/** The top is exactly where the wall stops a ship. */
function wall(b: Brush, w: WallNow): void {
  b.rect(Layer.Ground, w.x, w.y, w.w, w.h, wallTop, 1);
  if (b.camera.zoom >= fine) hatch(b, w);
  frame(b, w.x, w.y, w.w, w.h, 2.4, edge, 1);
  // Light comes from the top left.
  b.rect(Layer.Ground, w.x, w.y - 1.2, w.w, 2.4, white, 0.55);
  b.rect(Layer.Ground, w.x - 1.2, w.y, 2.4, w.h, white, 0.35);
}

/** Diagonals from the bottom left to the top right, cut off at the sides. */
function hatch(b: Brush, w: WallNow): void {
  const step = 30;
  const inset = 7;
  const x0 = w.x + inset;
  const y0 = w.y + inset;
  const x1 = w.x + w.w - inset;
  const y1 = w.y + w.h - inset;
  for (let s = Math.ceil((x0 + y0) / step) * step; s < x1 + y1; s += step) {
    const ax = Math.max(x0, s - y1);
    const bx = Math.min(x1, s - y0);
    if (bx - ax > 2) b.line(Layer.Ground, ax, s - ax, bx, s - bx, 3, wallLine, 0.8);
  }
}
