// The picture of the arena, from a Picture and what has just happened.

import { Brush } from "./brush.ts";
import { Follow } from "./camera.ts";
import { drawArrows } from "./draw-arrows.ts";
import { drawGround } from "./draw-ground.ts";
import { drawShips } from "./draw-ships.ts";
import { drawPickups, drawShots } from "./draw-things.ts";
import { Effects } from "./effects.ts";
import { Marks } from "./marks.ts";
import type { Painter } from "./painter.ts";
import type { Picture } from "./picture.ts";
import { Trails } from "./trails.ts";

/** More device pixels per CSS pixel than this are not worth their time. */
const sharpest = 2;

export class Scene {
  readonly follow = new Follow();
  readonly effects = new Effects();
  readonly marks = new Marks();
  readonly trails = new Trails();
  private readonly brush: Brush;

  constructor(readonly painter: Painter) {
    this.brush = new Brush(painter, this.follow.camera);
    this.follow.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.effects.calm = this.marks.calm = this.follow.calm;
    this.effects.rich = painter.card;
  }

  /** Fits the picture to a page of a size in CSS pixels. */
  resize(width: number, height: number): void {
    this.follow.resize(width, height);
    this.fit();
  }

  /** Draws with the camera as it is; after its zoom was changed by hand. */
  fit(): void {
    const most = this.painter.card ? sharpest : 1;
    this.brush.resize(Math.min(window.devicePixelRatio || 1, most));
  }

  /** Draws one frame, dt seconds after the last. */
  draw(p: Picture, dt: number): void {
    this.trails.step(p.ships, dt);
    this.effects.step(dt);
    this.marks.step(p, dt);
    this.painter.begin(this.follow.camera);
    drawGround(this.brush, p);
    drawPickups(this.brush, p);
    drawShips(this.brush, p, this.trails);
    drawShots(this.brush, p);
    this.effects.draw(this.brush);
    this.marks.draw(this.brush, p);
    drawArrows(this.brush, p);
    this.painter.end();
  }
}
