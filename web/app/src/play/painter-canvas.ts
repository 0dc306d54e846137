// The Canvas2D painter, for browsers without WebGL. It draws the same sprites;
// a tinted copy of a piece is made once and kept.

import type { Camera } from "./camera.ts";
import { css, ground, white } from "./palette.ts";
import { adds, Layer, layers, type Painter } from "./painter.ts";
import type { Frame, Sheet } from "./sheet.ts";

/** Tinted copies kept at most; over it all are forgotten. */
const most = 1500;

export class CanvasPainter implements Painter {
  readonly name = "canvas";
  readonly card = false;
  private readonly context: CanvasRenderingContext2D;
  private atlas: Sheet | null = null;
  private labels: Sheet | null = null;
  private readonly copies = new Map<number, HTMLCanvasElement>();
  private camera: Camera | null = null;
  private ratio = 1;
  /** What was asked for, by layer: drawn from the ground up at the end. */
  private readonly asked: { frames: Frame[]; values: number[] }[] = Array.from({ length: layers }, () => ({ frames: [], values: [] }));

  constructor(private readonly canvas: HTMLCanvasElement) {
    const c = canvas.getContext("2d", { alpha: false });
    if (!c) throw new Error("this browser cannot draw on a canvas");
    this.context = c;
  }

  use(atlas: Sheet, labels: Sheet): void {
    this.atlas = atlas;
    this.labels = labels;
    this.copies.clear();
  }

  resize(width: number, height: number, ratio: number): void {
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
  }

  begin(camera: Camera): void {
    this.camera = camera;
    const c = this.context;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.globalCompositeOperation = "source-over";
    c.globalAlpha = 1;
    c.fillStyle = css(ground);
    c.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  sprite(layer: Layer, f: Frame, x: number, y: number, angle: number, sx: number, sy: number, tint: number, alpha: number): void {
    if (alpha <= 0.02) return;
    this.asked[layer]!.frames.push(f);
    this.asked[layer]!.values.push(x, y, angle, sx, sy, tint, alpha);
  }

  end(): void {
    this.asked.forEach(({ frames, values: v }, layer) => {
      this.context.globalCompositeOperation = adds(layer as Layer) ? "lighter" : "source-over";
      for (let i = 0, at = 0; i < frames.length; i++, at += 7) {
        this.draw(layer, frames[i]!, v[at]!, v[at + 1]!, v[at + 2]!, v[at + 3]!, v[at + 4]!, v[at + 5]!, v[at + 6]!);
      }
      frames.length = 0;
      v.length = 0;
    });
  }

  destroy(): void {
    this.copies.clear();
  }

  private draw(layer: number, f: Frame, x: number, y: number, angle: number, sx: number, sy: number, tint: number, alpha: number): void {
    const c = this.context;
    const camera = this.camera!;
    const z = camera.zoom * this.ratio;
    const cos = Math.cos(angle) * z * f.unit;
    const sin = Math.sin(angle) * z * f.unit;
    const dx = (x - camera.x) * z + this.canvas.width / 2;
    const dy = (y - camera.y) * z + this.canvas.height / 2;
    c.setTransform(cos * sx, sin * sx, -sin * sy, cos * sy, dx, dy);
    c.globalAlpha = Math.min(1, alpha);
    if (f.plain) {
      c.fillStyle = css(tint);
      c.fillRect(-f.w / 2, -f.h / 2, f.w, f.h);
    } else if (layer === Layer.Label) {
      c.drawImage(this.labels!.canvas, f.x, f.y, f.w, f.h, -f.w / 2, -f.h / 2, f.w, f.h);
    } else {
      c.drawImage(this.copy(f, tint), -f.w / 2, -f.h / 2);
    }
  }

  private copy(f: Frame, tint: number): HTMLCanvasElement {
    const key = f.id * 0x1000000 + tint;
    let copy = this.copies.get(key);
    if (!copy) {
      if (this.copies.size >= most) this.copies.clear();
      copy = tinted(this.atlas!.canvas, f, tint);
      this.copies.set(key, copy);
    }
    return copy;
  }
}

function tinted(sheet: HTMLCanvasElement, f: Frame, tint: number): HTMLCanvasElement {
  const copy = document.createElement("canvas");
  copy.width = f.w;
  copy.height = f.h;
  const c = copy.getContext("2d")!;
  c.drawImage(sheet, f.x, f.y, f.w, f.h, 0, 0, f.w, f.h);
  if (tint !== white) {
    c.globalCompositeOperation = "multiply";
    c.fillStyle = css(tint);
    c.fillRect(0, 0, f.w, f.h);
    c.globalCompositeOperation = "destination-in";
    c.drawImage(sheet, f.x, f.y, f.w, f.h, 0, 0, f.w, f.h);
  }
  return copy;
}
