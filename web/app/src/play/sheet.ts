// A sheet is one canvas with many drawings on it: the atlas of all shapes, or
// the labels. One sheet is one texture, so that a layer is one draw call.

import { shapes } from "./shapes.ts";

/** A piece of a sheet: its place in pixels, its size in world units. */
export interface Frame {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** World units per pixel at size 1. */
  readonly unit: number;
  /** True for plain white: a painter may fill instead of copying. */
  readonly plain: boolean;
}

export interface Sheet {
  readonly canvas: HTMLCanvasElement;
  /** Grows when the canvas was drawn on. */
  version: number;
}

const atlasWidth = 2048;
const gap = 2;

/** All shapes, drawn for a number of pixels per world unit. */
export class Atlas implements Sheet {
  readonly canvas = document.createElement("canvas");
  readonly version = 1;
  private readonly frames = new Map<string, Frame>();

  constructor(readonly pixels: number) {
    const placed = this.place();
    const c = this.canvas.getContext("2d");
    if (!c) throw new Error("this browser cannot draw on a canvas");
    for (const [name, frame] of placed) {
      const shape = shapes[name];
      c.save();
      c.beginPath();
      c.rect(frame.x, frame.y, frame.w, frame.h);
      c.clip();
      if (shape) {
        c.translate(frame.x + frame.w / 2, frame.y + frame.h / 2);
        c.scale(pixels, pixels);
        shape.draw(c);
      } else {
        c.fillStyle = "#fff";
        c.fillRect(frame.x - 1, frame.y - 1, frame.w + 2, frame.h + 2);
      }
      c.restore();
    }
  }

  /** Returns a shape's frame by its name in shapes.ts; "plain" is a white square of 1 unit. */
  frame(name: string): Frame {
    const f = this.frames.get(name);
    if (!f) throw new Error(`no shape is called ${name}`);
    return f;
  }

  private place(): [string, Frame][] {
    let x = gap;
    let y = gap;
    let row = 0;
    const all: [string, Frame][] = [];
    const put = (name: string, w: number, h: number, unit: number, plain: boolean) => {
      if (x + w + gap > atlasWidth) [x, y, row] = [gap, y + row + gap, 0];
      const frame = { id: all.length, x, y, w, h, unit, plain };
      this.frames.set(name, frame);
      all.push([name, frame]);
      x += w + gap;
      row = Math.max(row, h);
    };
    put("plain", 4, 4, 1 / 4, true);
    const byHeight = Object.entries(shapes).sort((a, b) => b[1].h - a[1].h);
    for (const [name, s] of byHeight) {
      put(name, Math.ceil(2 * s.w * this.pixels), Math.ceil(2 * s.h * this.pixels), 1 / this.pixels, false);
    }
    this.canvas.width = atlasWidth;
    this.canvas.height = y + row + gap;
    return all;
  }
}
