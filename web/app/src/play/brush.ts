// A painter with the sheets in hand: pieces by name, lines, and labels of a
// constant size on the screen.

import { type Camera, sees } from "./camera.ts";
import { Labels } from "./labels.ts";
import { white } from "./palette.ts";
import { Layer, type Painter } from "./painter.ts";
import { Atlas, type Frame } from "./sheet.ts";

export class Brush {
  private atlas: Atlas | null = null;
  private labels: Labels | null = null;
  private frames = new Map<string, Frame>();
  private plain: Frame | null = null;
  private band: Frame | null = null;

  constructor(
    readonly painter: Painter,
    readonly camera: Camera,
  ) {}

  /** Fits the sheets to the page: drawings are as sharp as the screen. */
  resize(ratio: number): void {
    const { width, height, zoom } = this.camera;
    this.painter.resize(width, height, ratio);
    const pixels = Math.min(4, Math.max(1, zoom * ratio * (this.painter.card ? 2 : 1.2)));
    if (this.atlas && this.labels?.ratio === ratio && Math.abs(pixels / this.atlas.pixels - 1) < 0.12) return;
    this.atlas = new Atlas(pixels);
    this.labels = new Labels(ratio);
    this.frames.clear();
    this.plain = this.atlas.frame("plain");
    this.band = this.atlas.frame("band");
    this.painter.use(this.atlas, this.labels);
  }

  sees(x: number, y: number, radius: number): boolean {
    return sees(this.camera, x, y, radius);
  }

  draw(layer: Layer, name: string, x: number, y: number, angle: number, size: number, tint: number, alpha: number): void {
    this.painter.sprite(layer, this.frame(name), x, y, angle, size, size, tint, alpha);
  }

  stretch(layer: Layer, name: string, x: number, y: number, angle: number, sx: number, sy: number, tint: number, alpha: number): void {
    this.painter.sprite(layer, this.frame(name), x, y, angle, sx, sy, tint, alpha);
  }

  /** A filled rectangle from its corner. */
  rect(layer: Layer, x: number, y: number, w: number, h: number, tint: number, alpha: number): void {
    this.painter.sprite(layer, this.plain!, x + w / 2, y + h / 2, 0, w, h, tint, alpha);
  }

  /** A line of a width in units. */
  line(layer: Layer, x0: number, y0: number, x1: number, y1: number, width: number, tint: number, alpha: number): void {
    const dx = x1 - x0;
    const dy = y1 - y0;
    this.painter.sprite(layer, this.plain!, (x0 + x1) / 2, (y0 + y1) / 2, Math.atan2(dy, dx), Math.hypot(dx, dy), width, tint, alpha);
  }

  /** A line that is soft across: width is that of the whole glow. */
  soft(layer: Layer, x0: number, y0: number, x1: number, y1: number, width: number, tint: number, alpha: number): void {
    const dx = x1 - x0;
    const dy = y1 - y0;
    this.painter.sprite(layer, this.band!, (x0 + x1) / 2, (y0 + y1) / 2, Math.atan2(dy, dx), Math.hypot(dx, dy) / 4, width / 16, tint, alpha);
  }

  /** A text around a point, as large on any screen. */
  label(text: string, x: number, y: number, alpha: number): void {
    const size = 1 / this.camera.zoom;
    this.painter.sprite(Layer.Label, this.labels!.frame(text), x, y, 0, size, size, white, alpha);
  }

  /** The width in units of a line of so many CSS pixels. */
  pixels(n: number): number {
    return n / this.camera.zoom;
  }

  private frame(name: string): Frame {
    let f = this.frames.get(name);
    if (!f) this.frames.set(name, (f = this.atlas!.frame(name)));
    return f;
  }
}
