// The benchmark page: 200 ships in the real renderer, fed through the real
// mirror. `/bench?room=ID` or `?mode=…` measures a live room instead.

import { connect } from "@metronome/sdk";
import type { Arena } from "../play/arena.gen.ts";
import { Arms } from "../play/arms.ts";
import { button, make as el } from "../dom.ts";
import { enter, wayOf } from "../play/entry.ts";
import { Ground } from "../play/ground.ts";
import { Look } from "../play/look.ts";
import { Own } from "../play/own.ts";
import { makePainter } from "../play/painters.ts";
import type { Picture } from "../play/picture.ts";
import { rulesOf } from "../play/rules.ts";
import { Scene } from "../play/scene.ts";
import type { ArenaSession } from "../play/types.ts";
import { lines, type Result, summary } from "./figures.ts";
import { framesOf, player } from "./recording.ts";

/** Seconds that are measured, after those in which engines warm up. */
const measured = 8;
const warm = 1.5;

declare global {
  interface Window {
    /** The benchmark's result once it is there. */
    benchResult?: Result;
  }
}

const still = { dx: 0, dy: 0, buttons: 0 };

async function recorded(): Promise<ArenaSession> {
  const file = await (await fetch(new URL("./crowd.bin", import.meta.url))).arrayBuffer();
  const socket = player(framesOf(file), 1000 / 30, () => {});
  return connect<Arena>("ws://recording/rooms/crowd", { worker: false, WebSocket: socket, storage: null, hiddenAfter: Infinity, angles: ["ship.aim"] });
}

/** Runs until enough was measured and resolves with what it was. */
class Run {
  private readonly frameMs: number[] = [];
  private look: Look | null = null;
  private began = 0;
  private last = 0;
  private ships = 0;
  private readonly scene: Scene;

  constructor(
    private readonly session: ArenaSession,
    painter: Awaited<ReturnType<typeof makePainter>>,
    private readonly stage: HTMLElement,
    private readonly done: (r: Result) => void,
  ) {
    this.scene = new Scene(painter);
    const fit = () => this.scene.resize(stage.clientWidth, stage.clientHeight);
    new ResizeObserver(fit).observe(stage);
    fit();
    requestAnimationFrame(this.frame);
  }

  private readonly frame = (now: number): void => {
    const start = performance.now();
    const dt = Math.min(0.1, (now - this.last) / 1000);
    this.last = now;
    const view = this.session.view(now);
    if (view.tick >= 0) this.draw(view, dt);
    const ms = performance.now() - start;
    if (view.tick >= 0) this.count(now, ms);
    if (this.began === 0 || now - this.began < (warm + measured) * 1000) requestAnimationFrame(this.frame);
    else this.done(this.result(now));
  };

  private draw(view: ReturnType<ArenaSession["view"]>, dt: number): void {
    this.look ??= this.makeLook();
    const p = this.look.take(view, this.session.seat, dt, 0, still);
    this.frameAll(p);
    this.scene.draw(p, dt);
  }

  private makeLook(): Look {
    const rules = rulesOf(this.session.mode, this.session.tickHz);
    const own = new Own(new Ground(rules));
    return new Look(rules, own, new Arms(rules), (seat) => this.session.roster.get(seat)?.name ?? `ship ${seat}`);
  }

  /** Puts every ship into the picture. */
  private frameAll(p: Picture): void {
    const wide = (at: (s: { x: number; y: number }) => number) => {
      const all = p.ships.map(at);
      return { lo: Math.min(...all), hi: Math.max(...all) };
    };
    const c = this.scene.follow.camera;
    const [x, y] = this.session.mode === "crowd" ? [{ lo: 0, hi: 1600 }, { lo: 0, hi: 900 }] : [wide((s) => s.x), wide((s) => s.y)];
    c.x = (x.lo + x.hi) / 2;
    c.y = (y.lo + y.hi) / 2;
    const zoom = Math.min(this.stage.clientWidth / (x.hi - x.lo + 80), this.stage.clientHeight / (y.hi - y.lo + 80));
    if (Math.abs(zoom / c.zoom - 1) < 0.15 || !Number.isFinite(zoom)) return;
    c.zoom = zoom;
    this.scene.fit();
  }

  private count(now: number, ms: number): void {
    if (this.began === 0) this.began = now;
    if (now - this.began < warm * 1000) return;
    this.frameMs.push(ms);
    this.ships += this.session.world.table("ship").count;
  }

  private result(now: number): Result {
    const s = this.session.stats;
    const frames = this.frameMs.length;
    const seconds = (now - this.began) / 1000 - warm;
    return {
      painter: this.scene.painter.name, frames, seconds, fps: frames / seconds, ships: this.ships / frames,
      frameMs: summary(this.frameMs), decodeMs: { mean: s.decodeMs.mean, max: s.decodeMs.max },
      snapshots: s.snapshots, snapshotBytes: s.snapshotBytes.mean,
    };
  }
}

function report(stage: HTMLElement): (r: Result) => void {
  const box = el("section", "panel report");
  const text = el("p", "", `Measuring for ${warm + measured} seconds. Keep this tab in front.`);
  const list = el("dl", "figure");
  box.append(el("h1", "", "200 ships"), text, list, button("Run again", "", () => location.reload()));
  stage.append(box);
  return (r) => {
    window.benchResult = r;
    text.textContent = `${r.frames} frames and ${r.snapshots} snapshots in ${r.seconds.toFixed(1)} s.`;
    for (const [name, value] of lines(r)) {
      const row = el("div");
      row.append(el("dt", "", name), el("dd", "", value));
      list.append(row);
    }
  };
}

async function main(): Promise<void> {
  const stage = el("main", "stage");
  document.body.append(stage);
  const done = report(stage);
  const way = wayOf(location.search);
  const [session, painter] = await Promise.all([way ? enter(way, "bench", {}) : recorded(), makePainter(stage)]);
  new Run(session, painter, stage, (r) => {
    session.leave();
    done(r);
  });
}

void main();
