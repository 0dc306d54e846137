// A session in the real renderer: drawn while one looks, and measured for a
// while.

import type { History, NetStats } from "@metronome/sdk";
import { Look } from "../play/look.ts";
import type { Painter } from "../play/painter.ts";
import type { Picture } from "../play/picture.ts";
import { rulesOf } from "../play/rules.ts";
import { Scene } from "../play/scene.ts";
import type { ArenaSession } from "../play/types.ts";
import type { Now } from "./board.ts";
import { type Result, summary } from "./figures.ts";
import { jsonBytes } from "./json.ts";

/** Seconds that are measured, after those in which engines warm up. */
export const measured = 8;
export const warm = 1.5;

/** Names are drawn up to so many ships: the sheet of names has no space for more. */
const named = 200;

/** How often the figures are counted, ms. */
const every = 500;

/** Width of a narrow page, CSS pixels. */
const narrow = 600;

export class Run {
  onNow: (n: Now) => void = () => {};
  onResult: (r: Result) => void = () => {};
  private readonly scene: Scene;
  private session: ArenaSession | null = null;
  /** Takes over as soon as it has something to draw. */
  private next: ArenaSession | null = null;
  /** The figures of the sessions before this one in the same run; null: there were none. */
  private before: { snapshots: number; stats: Pick<NetStats, "decodeMs" | "snapshotBytes"> | null } = { snapshots: 0, stats: null };
  private size: { width: number; height: number } | null = null;
  private look: Look | null = null;
  private frameMs: number[] = [];
  private began = 0;
  private over = false;
  private last = 0;
  private ships = 0;
  private counted = 0;
  private frames = 0;

  constructor(
    painter: Painter,
    private readonly stage: HTMLElement,
  ) {
    this.scene = new Scene(painter);
    const fit = () => this.scene.resize(stage.clientWidth, stage.clientHeight);
    new ResizeObserver(fit).observe(stage);
    fit();
    requestAnimationFrame(this.frame);
  }

  /** Draws another session and measures it; size is its ground, null: wherever its ships are. */
  show(session: ArenaSession, size: { width: number; height: number } | null): void {
    this.session?.leave();
    this.next?.leave();
    this.session = session;
    this.next = this.look = null;
    this.size = size;
    this.measure();
  }

  /** Goes on with a session of the same ships as soon as it has something to draw; in a hidden tab, where nothing is, at once. */
  follow(session: ArenaSession): void {
    this.next?.leave();
    this.next = session;
    if (document.hidden) this.swap();
  }

  private swap(): void {
    const { stats } = this.session!;
    this.before = { snapshots: this.before.snapshots + stats.snapshots, stats: { decodeMs: { ...stats.decodeMs }, snapshotBytes: { ...stats.snapshotBytes } } };
    this.session!.leave();
    [this.session, this.next] = [this.next, null];
  }

  measure(): void {
    this.frameMs = [];
    this.began = this.ships = 0;
    this.over = false;
    this.before = { snapshots: 0, stats: null };
  }

  private readonly frame = (now: number): void => {
    requestAnimationFrame(this.frame);
    const start = performance.now();
    const dt = Math.min(0.1, (now - this.last) / 1000);
    this.last = now;
    if (this.next && this.next.view(now).tick >= 0) this.swap();
    const view = this.session?.view(now);
    if (!view || view.tick < 0) return;
    this.draw(view, dt);
    this.count(now, performance.now() - start);
    if (now - this.counted >= every) this.tell(now);
  };

  private draw(view: ReturnType<ArenaSession["view"]>, dt: number): void {
    this.look ??= this.makeLook(this.session!);
    const p = this.look.take(view, this.session!.seat, dt, null);
    this.frameAll(p);
    this.scene.draw(p, dt);
  }

  private makeLook(session: ArenaSession): Look {
    const rules = rulesOf(session.mode, session.tickHz);
    const many = session.world.table("ship").count > named;
    const look = new Look(rules, (seat) => (many ? "" : (session.roster.get(seat)?.name ?? `ship ${seat}`)));
    if (this.size) [look.picture.width, look.picture.height] = [this.size.width, this.size.height];
    return look;
  }

  /** Puts every ship into the picture. */
  private frameAll(p: Picture): void {
    const wide = (at: (s: { x: number; y: number }) => number) => {
      const all = p.ships.map(at);
      return { lo: Math.min(...all), hi: Math.max(...all) };
    };
    const c = this.scene.follow.camera;
    const [x, y] = this.size ? [{ lo: 0, hi: this.size.width }, { lo: 0, hi: this.size.height }] : [wide((s) => s.x), wide((s) => s.y)];
    c.x = (x.lo + x.hi) / 2;
    c.y = (y.lo + y.hi) / 2;
    // On a narrow page the figures have the lower half.
    if (this.stage.clientWidth < narrow) c.y += this.stage.clientHeight / 4 / c.zoom;
    const zoom = Math.min(this.stage.clientWidth / (x.hi - x.lo + 80), this.stage.clientHeight / (y.hi - y.lo + 80));
    if (Math.abs(zoom / c.zoom - 1) < 0.15 || !Number.isFinite(zoom)) return;
    c.zoom = zoom;
    this.scene.fit();
  }

  private count(now: number, ms: number): void {
    this.frames++;
    if (this.over) return;
    if (this.began === 0) this.began = now;
    if (now - this.began < warm * 1000) return;
    this.frameMs.push(ms);
    this.ships += this.session!.world.table("ship").count;
    if (now - this.began < (warm + measured) * 1000) return;
    this.over = true;
    this.onResult(this.result(now));
  }

  private tell(now: number): void {
    const { world, stats } = this.session!;
    const fps = (1000 * this.frames) / (now - this.counted);
    if (this.counted > 0) this.onNow({ ships: world.table("ship").count, bytes: lately(stats.history.bytes), decodeMs: lately(stats.history.decodeMs), fps, json: jsonBytes(world) });
    this.counted = now;
    this.frames = 0;
  }

  private result(now: number): Result {
    // A recording that has just begun anew says little: its first snapshot holds everything.
    const s = this.before.stats ?? this.session!.stats;
    const frames = this.frameMs.length;
    const seconds = (now - this.began) / 1000 - warm;
    return {
      painter: this.scene.painter.name, frames, seconds, fps: frames / seconds, ships: this.ships / frames,
      frameMs: summary(this.frameMs), decodeMs: { mean: s.decodeMs.mean, max: s.decodeMs.max },
      snapshots: this.before.snapshots + this.session!.stats.snapshots, snapshotBytes: s.snapshotBytes.mean,
    };
  }
}

/** The mean of the last two seconds; of fewer, without the first, which holds everything. */
function lately(h: History): number {
  const from = Math.max(1, h.length - 60);
  let sum = 0;
  for (let i = from; i < h.length; i++) sum += h.at(i);
  return sum / Math.max(1, h.length - from);
}
