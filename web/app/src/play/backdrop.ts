// A match that nobody here plays, behind a page's words: watched without a seat
// and drawn by the arena's own painter. It costs what half of the frames cost,
// and gives up where that is too much.

import { watch } from "@metronome/sdk";
import type { Arena } from "./arena.gen.ts";
import { pickupColours } from "./draw-things.ts";
import { Look } from "./look.ts";
import { liveliest } from "./liveliest.ts";
import { makePainter } from "./painters.ts";
import type { Painter } from "./painter.ts";
import { colourOf, white } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { rulesOf } from "./rules.ts";
import { Scene } from "./scene.ts";
import { fits } from "./tables.ts";
import type { ArenaEvent, ArenaSession } from "./types.ts";

/** The least time between two frames, s. */
const pause = 1 / 40;
/** How long one ship is followed before a livelier place is looked for, s. */
const stay = 9;
/** More than this for a frame in the mean is not worth a picture behind words, ms. */
const dear = 14;

export class Backdrop {
  private readonly scene: Scene;
  private readonly resizes: ResizeObserver;
  private readonly sights: IntersectionObserver;
  private look: Look | null = null;
  private seat = 0;
  private since = Infinity;
  private last = 0;
  private cost = 0;
  private frames = 0;
  private seen = true;
  private over = false;

  /** onShown: there is something to see. onOver: no more is to come. */
  private constructor(
    private readonly root: HTMLElement,
    private readonly session: ArenaSession,
    painter: Painter,
    private readonly onShown: () => void,
    private readonly onOver: () => void,
  ) {
    this.scene = new Scene(painter);
    this.resizes = new ResizeObserver(() => this.scene.resize(root.clientWidth, root.clientHeight));
    this.resizes.observe(root);
    this.sights = new IntersectionObserver(([entry]) => (this.seen = entry?.isIntersecting ?? true));
    this.sights.observe(root);
    session.on("welcome", () => this.begin());
    session.on("state", ({ state }) => state === "closed" && this.stop());
    session.on("event", (e) => this.happen(e));
    if (session.schema) this.begin();
    requestAnimationFrame(this.frame);
  }

  /** Shows a public room in an element, which gets a canvas. url: ws://HOST/rooms/ROOM. */
  static async show(root: HTMLElement, url: string, onShown: () => void, onOver: () => void): Promise<Backdrop> {
    const painter = await makePainter(root);
    const session = watch<Arena>(url, { angles: ["ship.aim"], hiddenAfter: 5000 });
    return new Backdrop(root, session, painter, onShown, onOver);
  }

  /** Ends it and takes its canvas away. */
  stop(): void {
    if (this.over) return;
    this.over = true;
    this.resizes.disconnect();
    this.sights.disconnect();
    this.session.leave();
    this.scene.painter.destroy();
    this.root.querySelector("canvas")?.remove();
    this.onOver();
  }

  private begin(): void {
    if (!this.session.schema || !fits(this.session.schema)) return this.stop();
    const rules = rulesOf(this.session.mode, this.session.tickHz);
    this.look = new Look(rules, (seat) => this.session.roster.get(seat)?.name ?? "");
  }

  private readonly frame = (now: number): void => {
    if (this.over) return;
    requestAnimationFrame(this.frame);
    const dt = (now - this.last) / 1000;
    if (!this.seen || dt < pause) return;
    this.last = now;
    const view = this.session.view(now);
    if (!this.look || view.tick < 0) return;
    const began = performance.now();
    const step = Math.min(dt, 0.1);
    const picture = this.look.take(view, 0, step, null);
    this.aim(picture, step);
    this.scene.draw(picture, step);
    if (++this.frames === 1) this.onShown();
    this.cost += (performance.now() - began - this.cost) / Math.min(this.frames, 60);
    if (this.frames > 60 && this.cost > dear) this.stop();
  };

  private aim(p: Picture, dt: number): void {
    this.since += dt;
    const watched = this.session.watched;
    // Where the room shows all of the ground, the liveliest place; else the view that there is.
    if (this.since > stay || !p.ships.some((s) => s.seat === this.seat)) {
      const next = liveliest(p.ships) ?? p.ships.find((s) => s.seat === watched);
      if (next) [this.seat, this.since] = [next.seat, 0];
    }
    const ship = p.ships.find((s) => s.seat === this.seat);
    if (!ship) return;
    const c = this.scene.follow.camera;
    const soft = this.frames < 2 ? 1 : 1 - Math.exp(-dt * 2.2);
    this.scene.follow.put(c.x + (ship.x - c.x) * soft, c.y + (ship.y - c.y) * soft, 1);
  }

  private happen(e: ArenaEvent): void {
    if (!this.look || !this.seen) return;
    const { effects, trails } = this.scene;
    const { ships } = this.look.picture;
    const tint = (seat: number): number => colourOf(seat, ships.find((s) => s.seat === seat)?.team ?? 0, false);
    switch (e.name) {
      case "hit":
        return trails.hurt(e.fields.victim);
      case "kill":
        return effects.explosion(e.fields.x / 256, e.fields.y / 256, tint(e.fields.victim));
      case "beam":
        return effects.beam(e.fields.x / 256, e.fields.y / 256, e.fields.tox / 256, e.fields.toy / 256, tint(e.fields.by));
      case "taken":
        return effects.taken(e.fields.x / 256, e.fields.y / 256, pickupColours[e.fields.kind] ?? white);
    }
  }
}
