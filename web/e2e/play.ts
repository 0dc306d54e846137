// What the stories of the arena page have in common.
import { expect, type Page, type Server } from "./story.ts";

/** Resolves when the page is in play and has drawn its own ship. */
export async function inPlay(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const m = window.metronome;
    return m?.session.state === "playing" && m.frames > 5 && m.picture.own !== null;
  });
}

/** Where a seat's ship was last drawn on a page, in units; null: nowhere. */
export function shipOn(page: Page, seat: number): Promise<{ x: number; y: number } | null> {
  return page.evaluate((s) => {
    const ship = window.metronome!.picture.ships.find((o) => o.seat === s);
    return ship ? { x: ship.x, y: ship.y } : null;
  }, seat);
}

export function seatOf(page: Page): Promise<number> {
  return page.evaluate(() => window.metronome!.session.seat);
}

/** The id of a node's own room, not of that of another node. */
export async function homeOf(server: Server): Promise<string> {
  const own = async () => (await server.ask<{ room?: { id: string; node: string }[] }>("ListRooms", {})).room?.find((r) => r.node === server.url);
  await expect.poll(async () => (await own()) !== undefined).toBe(true);
  return (await own())!.id;
}

/** Makes a private room of a mode and returns the path that leads into it. */
export async function privateRoom(server: { ask<T>(method: string, body: object): Promise<T> }, mode: string): Promise<string> {
  const made = await server.ask<{ join: { room: { code: string } } }>("CreateRoom", { mode, private: true, name: "maker" });
  expect(made.join.room.code).not.toBe("");
  return `/play?code=${made.join.room.code}`;
}

/**
 * Has a page fly up to the ship of a seat, round the walls, and fire at it, until
 * the page's session closes. Everything else is left to the game.
 */
export function hunt(page: Page, seat: number): Promise<void> {
  return page.evaluate((target) => {
    const m = window.metronome!;
    const spun = (n: number) => Math.round((n / (2 * Math.PI)) * 65536) & 0xffff;
    const [cell, margin] = [40, 20]; // units; a ship's radius is 16
    const free = (x: number, y: number): boolean => {
      const { picture } = m;
      return x > margin && y > margin && x < picture.width - margin && y < picture.height - margin &&
        !picture.walls.some((w) => x > w.x - margin && x < w.x + w.w + margin && y > w.y - margin && y < w.y + w.h + margin);
    };
    const clear = (from: { x: number; y: number }, dx: number, dy: number): boolean => {
      const steps = Math.ceil(Math.hypot(dx, dy) / 8);
      for (let i = 1; i < steps; i++) if (!free(from.x + (dx * i) / steps, from.y + (dy * i) / steps)) return false;
      return true;
    };
    /** Where to go next from a place on the shortest way to another, over cells that are free. */
    const next = (from: { x: number; y: number }, to: { x: number; y: number }): { x: number; y: number } => {
      const wide = Math.ceil(m.picture.width / cell);
      const at = (p: { x: number; y: number }): number => Math.floor(p.y / cell) * wide + Math.floor(p.x / cell);
      const middle = (c: number): { x: number; y: number } => ({ x: ((c % wide) + 0.5) * cell, y: (Math.floor(c / wide) + 0.5) * cell });
      const [start, seen, queue] = [at(from), new Set([at(to)]), [at(to)]];
      for (const c of queue) {
        for (const n of [c - 1, c + 1, c - wide, c + wide]) {
          if (n === start) return middle(c);
          const { x, y } = middle(n);
          if (seen.has(n) || !free(x, y)) continue;
          seen.add(n);
          queue.push(n);
        }
      }
      return to;
    };
    m.session.input(() => {
      const own = m.picture.own;
      const it = m.picture.ships.find((s) => s.seat === target);
      if (!own || !it) return [0, 0, 0, 0];
      const [dx, dy] = [it.x - own.x, it.y - own.y];
      const near = clear(own, dx, dy);
      const goal = near ? it : next(own, it);
      const [gx, gy] = [goal.x - own.x, goal.y - own.y];
      const k = near && Math.hypot(dx, dy) < 160 ? 0 : 127 / Math.max(1, Math.hypot(gx, gy));
      return [Math.round(gx * k), Math.round(gy * k), spun(Math.atan2(dy, dx)), 1];
    });
  }, seat);
}

/** Has a page note the inputs that it sends from now on; read them with sent(). */
export function noteInputs(page: Page): Promise<void> {
  return page.evaluate(() => {
    const w = window as unknown as { sent: number[][]; hears?: boolean };
    w.sent = [];
    if (w.hears) return;
    w.hears = true;
    // Each as the engine says that it sent it: on a page that draws slowly many are used before a frame sees them pending.
    const session = window.metronome!.session as unknown as { report(r: { type: string; values?: number[] }): void };
    const report = session.report.bind(session);
    session.report = (r) => {
      if (r.type === "sent") w.sent.push([...r.values!]);
      report(r);
    };
  });
}

/** The inputs that were noted, oldest first: dx, dy, aim, buttons. */
export function sent(page: Page): Promise<number[][]> {
  return page.evaluate(() => (window as unknown as { sent: number[][] }).sent);
}
