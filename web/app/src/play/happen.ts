// What happens in the world, seen and heard: the game's events, chat and
// announcements.

import { pickupColours } from "./draw-things.ts";
import type { Who } from "./feed.ts";
import type { Game } from "./game.ts";
import { isCalled, streakLine } from "./herald.ts";
import { nameOf } from "./hud.ts";
import { toward } from "./marks.ts";
import { colourOf, white } from "./palette.ts";
import type { ArenaEvent } from "./types.ts";

/** Connects a game to what its session tells. */
export function hears(g: Game): void {
  const { session, hud } = g;
  session.on("event", (e) => happen(g, e));
  session.on("chat", ({ seat, name, text }) => hud.chat.add({ ...who(g, seat), name }, text, performance.now()));
  session.on("refused", ({ reason }) => hud.toast.say(`That was refused: ${reason}.`));
  session.on("announcement", ({ text }) => {
    hud.herald.announce(text, performance.now());
    hud.chat.announce(text, performance.now());
  });
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
      if (e.fields.by === g.session.seat) g.sound.play("pickup");
      else g.sound.at("pickup", x, y);
    }
  }
}

function hit(g: Game, { victim, by, damage }: { victim: number; by: number; damage: number }): void {
  const { ships } = g.picture;
  const own = g.session.seat;
  const at = ships.find((s) => s.seat === victim);
  const from = ships.find((s) => s.seat === by);
  g.feats.hit(by, victim, damage, own);
  g.scene.trails.hurt(victim);
  if (at) {
    const angle = from ? toward(from, at) : 0;
    g.scene.effects.sparks(at.x - Math.cos(angle) * 14, at.y - Math.sin(angle) * 14, angle, tint(g, by), 10);
  }
  if (victim === own) {
    if (at && from && from !== at) g.scene.marks.hurt(by, toward(at, from), damage);
    g.scene.follow.shake(4);
    g.sound.play("hurt");
    if (!g.scene.follow.calm) flash(g.hud.hurt);
  } else if (by === own) {
    if (at) g.scene.marks.hit(victim, at.x, at.y, false);
    g.sound.play("hit");
  }
}

/** Starts the red frame again, also while it still fades. */
function flash(e: HTMLElement): void {
  for (const a of e.getAnimations()) a.cancel();
  e.animate([{ opacity: 0.8 }, { opacity: 0 }], { duration: 260, easing: "ease-out" });
}

interface Kill {
  victim: number;
  by: number;
  weapon: number;
  x: number;
  y: number;
}

function kill(g: Game, f: Kill): void {
  const [x, y] = [f.x / 256, f.y / 256];
  const now = performance.now();
  const streak = g.feats.kill(f.by, f.victim);
  g.scene.effects.explosion(x, y, tint(g, f.victim));
  g.hud.feed.kill(who(g, f.by), f.weapon, who(g, f.victim), now);
  const own = g.session.seat;
  if (f.victim === own) return lost(g, f, x, y);
  if (distance(g, x, y) < 300) g.scene.follow.shake(5);
  if (f.by !== own) {
    g.sound.at("death", x, y);
    if (isCalled(streak.row)) g.hud.herald.say(nameOf(g.session, f.by), `${streak.row} in a row`, now);
    return;
  }
  const victim = nameOf(g.session, f.victim);
  g.hud.herald.say(`You destroyed ${victim}`, streakLine(streak.row, streak.ended, victim), now);
  g.scene.marks.hit(f.victim, x, y, true);
  g.sound.play(streak.row > 1 ? "streak" : "kill");
}

/** The own ship was destroyed at a point. */
function lost(g: Game, f: Kill, x: number, y: number): void {
  const by = f.by === f.victim ? undefined : g.picture.ships.find((s) => s.seat === f.by);
  g.fate = { by: f.by === f.victim ? "your own hand" : nameOf(g.session, f.by), weapon: f.weapon, far: by ? Math.hypot(by.x - x, by.y - y) : -1, left: by?.health ?? 0 };
  g.watch.follow(f.by);
  g.scene.follow.shake(14);
  g.sound.play("death");
}

function beam(g: Game, tick: number, f: { by: number; x: number; y: number; tox: number; toy: number }): void {
  if (f.by === g.session.seat && g.fired?.drawn(tick)) return;
  g.scene.effects.beam(f.x / 256, f.y / 256, f.tox / 256, f.toy / 256, tint(g, f.by));
  g.sound.at("rail", f.x / 256, f.y / 256);
}
