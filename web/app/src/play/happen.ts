// What happens in the world, seen and heard: the game's events, chat and
// announcements.

import { pickupColours } from "./draw-things.ts";
import type { Who } from "./feed.ts";
import type { Game } from "./game.ts";
import { nameOf } from "./hud.ts";
import { colourOf, white } from "./palette.ts";
import type { ArenaEvent } from "./types.ts";

/** Connects a game to what its session tells. */
export function hears(g: Game): void {
  const { session, hud } = g;
  session.on("event", (e) => happen(g, e));
  session.on("chat", ({ seat, name, text }) => hud.chat.add({ ...who(g, seat), name }, text, performance.now()));
  session.on("refused", ({ reason }) => hud.toast.say(`That was refused: ${reason}.`));
  session.on("announcement", ({ text }) => hud.chat.announce(text, performance.now()));
}

function who(g: Game, seat: number): Who {
  const team = g.hud.lines.find((l) => l.seat === seat)?.team ?? 0;
  return { seat, team, name: nameOf(g.session, seat), own: seat === g.session.seat };
}

function tint(g: Game, seat: number): number {
  const w = who(g, seat);
  return colourOf(w.seat, w.team, w.own);
}

function distance(g: Game, x: number, y: number): number {
  const c = g.scene.follow.camera;
  return Math.hypot(x - c.x, y - c.y);
}

function happen(g: Game, e: ArenaEvent): void {
  switch (e.name) {
    case "hit":
      return hit(g, e.fields);
    case "kill":
      return kill(g, e.fields);
    case "beam":
      return beam(g, e.tick, e.fields);
    case "taken": {
      const [x, y] = [e.fields.x / 256, e.fields.y / 256];
      g.scene.effects.taken(x, y, pickupColours[e.fields.kind] ?? white);
      g.sound.play("pickup", e.fields.by === g.session.seat ? 0 : distance(g, x, y));
    }
  }
}

function hit(g: Game, { victim, by }: { victim: number; by: number }): void {
  const at = g.picture.ships.find((s) => s.seat === victim);
  g.scene.trails.hurt(victim);
  if (at) {
    const from = g.picture.ships.find((s) => s.seat === by);
    const angle = from ? Math.atan2(at.y - from.y, at.x - from.x) : 0;
    g.scene.effects.sparks(at.x - Math.cos(angle) * 14, at.y - Math.sin(angle) * 14, angle, tint(g, by), 10);
  }
  if (victim === g.session.seat) {
    g.scene.follow.shake(4);
    g.sound.play("hurt");
    flash(g.hud.hurt);
  } else if (by === g.session.seat) g.sound.play("hit");
}

/** Starts the red frame again, also while it still fades. */
function flash(e: HTMLElement): void {
  for (const a of e.getAnimations()) a.cancel();
  e.animate([{ opacity: 0.8 }, { opacity: 0 }], { duration: 260, easing: "ease-out" });
}

function kill(g: Game, f: { victim: number; by: number; weapon: number; x: number; y: number }): void {
  const [x, y] = [f.x / 256, f.y / 256];
  g.scene.effects.explosion(x, y, tint(g, f.victim));
  g.hud.feed.kill(who(g, f.by), f.weapon, who(g, f.victim), performance.now());
  const seat = g.session.seat;
  if (f.victim === seat) {
    g.fate = { by: nameOf(g.session, f.by), weapon: f.weapon };
    g.watch.follow(f.by);
    g.scene.follow.shake(14);
  } else if (distance(g, x, y) < 300) g.scene.follow.shake(5);
  g.sound.play(f.victim === seat ? "death" : f.by === seat ? "kill" : "death", f.victim === seat || f.by === seat ? 0 : distance(g, x, y) + 300);
}

function beam(g: Game, tick: number, f: { by: number; x: number; y: number; tox: number; toy: number }): void {
  if (f.by === g.session.seat && g.arms?.drawn(tick)) return;
  g.scene.effects.beam(f.x / 256, f.y / 256, f.tox / 256, f.toy / 256, tint(g, f.by));
  g.sound.play("rail", distance(g, f.x / 256, f.y / 256));
}
