// The whole world in a corner, or what is near in a large one. Own is a
// triangle, teams differ in form, ends of the screen are a thin frame.

import type { Camera } from "./camera.ts";
import { make as el } from "../dom.ts";
import { pickupColours } from "./draw-things.ts";
import { colourOf, css, edge } from "./palette.ts";
import type { Picture, ShipNow } from "./picture.ts";

/** Of a world larger than this only so many units around the ship are shown. */
const widest = 4200;
const around = 3072;

export class Minimap {
  readonly root = el("canvas", "minimap");
  private readonly context = this.root.getContext("2d")!;

  constructor() {
    this.root.setAttribute("role", "img");
    this.root.setAttribute("aria-label", "Map");
  }

  draw(p: Picture, camera: Camera): void {
    const size = this.root.clientWidth;
    if (size === 0) return;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const pixels = Math.round(size * ratio);
    if (this.root.width !== pixels) this.root.width = this.root.height = pixels;
    const c = this.context;
    const whole = Math.max(p.width, p.height) <= widest;
    const side = whole ? Math.max(p.width, p.height) : around;
    const x0 = whole ? 0 : camera.x - side / 2;
    const y0 = whole ? 0 : camera.y - side / 2;
    const k = pixels / side;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, pixels, pixels);
    c.setTransform(k, 0, 0, k, -x0 * k, -y0 * k);
    this.ground(c, p, 1 / k);
    this.things(c, p, ratio / k);
    c.strokeStyle = "rgba(232,237,245,0.5)";
    c.lineWidth = 1 / k;
    const [w, h] = [camera.width / camera.zoom, camera.height / camera.zoom];
    c.strokeRect(camera.x - w / 2, camera.y - h / 2, w, h);
  }

  private ground(c: CanvasRenderingContext2D, p: Picture, pixel: number): void {
    c.fillStyle = css(edge);
    c.globalAlpha = 0.75;
    for (const w of p.walls) c.fillRect(w.x, w.y, Math.max(w.w, 1.5 * pixel), Math.max(w.h, 1.5 * pixel));
    c.globalAlpha = 1;
    c.strokeStyle = css(edge);
    c.lineWidth = 2 * pixel;
    c.strokeRect(0, 0, p.width, p.height);
  }

  private things(c: CanvasRenderingContext2D, p: Picture, pixel: number): void {
    for (const k of p.pickups) {
      if (k.there < 1) continue;
      c.fillStyle = css(pickupColours[k.kind] ?? 0xffffff);
      c.fillRect(k.x - pixel, k.y - pixel, 2 * pixel, 2 * pixel);
    }
    for (const s of p.ships) if (!s.own) dot(c, s, 2.2 * pixel);
    if (p.own) arrow(c, p.own, 5 * pixel);
  }
}

function dot(c: CanvasRenderingContext2D, s: ShipNow, r: number): void {
  c.fillStyle = css(colourOf(s.seat, s.team, false));
  c.beginPath();
  if (s.team === 2) {
    for (const [x, y] of [[0, -1.4], [1.4, 0], [0, 1.4], [-1.4, 0]] as const) c.lineTo(s.x + x * r, s.y + y * r);
  } else c.arc(s.x, s.y, r, 0, 7);
  c.fill();
}

function arrow(c: CanvasRenderingContext2D, s: ShipNow, r: number): void {
  c.fillStyle = css(colourOf(s.seat, s.team, true));
  c.beginPath();
  for (const [turn, long] of [[0, 1.3], [2.5, 1], [-2.5, 1]] as const) c.lineTo(s.x + Math.cos(s.aim + turn) * r * long, s.y + Math.sin(s.aim + turn) * r * long);
  c.fill();
}
