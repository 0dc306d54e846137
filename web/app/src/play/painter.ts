// The only thing that the arena asks of a graphics library: draw this piece of
// a sheet there. Two painters do it, one with WebGL and one with Canvas2D.

import type { Camera } from "./camera.ts";
import type { Frame, Sheet } from "./sheet.ts";

/** From the ground up. Glow and Light add to what is below them. */
export const Layer = { Ground: 0, Glow: 1, Body: 2, Light: 3, Label: 4 } as const;
export type Layer = (typeof Layer)[keyof typeof Layer];
export const layers = 5;

export function adds(layer: Layer): boolean {
  return layer === Layer.Glow || layer === Layer.Light;
}

export interface Painter {
  readonly name: "webgl" | "canvas";
  /** A graphics card draws, and not the processor that has everything else to do: the picture may be a rich one. */
  readonly card: boolean;
  /** Takes the sheets to draw from: again when the size of the page has changed. */
  use(atlas: Sheet, labels: Sheet): void;
  /** Width and height in CSS pixels, ratio in device pixels per CSS pixel. */
  resize(width: number, height: number, ratio: number): void;
  begin(camera: Camera): void;
  /**
   * Draws a frame around (x, y) in world units: angle in radians, sizes as
   * factors of the frame's own, tint as 0xRRGGBB (white for labels), alpha 0 to 1.
   */
  sprite(layer: Layer, frame: Frame, x: number, y: number, angle: number, sx: number, sy: number, tint: number, alpha: number): void;
  end(): void;
  destroy(): void;
}
