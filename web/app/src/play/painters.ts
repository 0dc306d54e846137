// Which painter draws: WebGL where there is some, else Canvas2D.

import { make as el } from "../dom.ts";
import { CanvasPainter } from "./painter-canvas.ts";
import { webglPainter } from "./painter-pixi.ts";
import type { Painter } from "./painter.ts";

/** Makes the best painter that the browser has, on a canvas of its own. */
export async function makePainter(stage: HTMLElement): Promise<Painter> {
  const canvas = el("canvas", "world");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "The arena");
  stage.prepend(canvas);
  try {
    return await webglPainter(canvas);
  } catch {
    // A canvas that was asked for WebGL once gives nothing else.
    const plain = canvas.cloneNode() as HTMLCanvasElement;
    canvas.replaceWith(plain);
    return new CanvasPainter(plain);
  }
}
