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
 * Has a page fly up to the ship of a seat and fire at it, until the page's
 * session closes. Everything else is left to the game.
 */
export function hunt(page: Page, seat: number): Promise<void> {
  return page.evaluate((target) => {
    const m = window.metronome!;
    const spun = (n: number) => Math.round((n / (2 * Math.PI)) * 65536) & 0xffff;
    let [vital, hurt] = [0, 0];
    m.session.input(() => {
      const own = m.picture.own;
      const it = m.picture.ships.find((s) => s.seat === target);
      if (!own || !it) return [0, 0, 0, 0];
      const [dx, dy] = [it.x - own.x, it.y - own.y];
      const far = Math.hypot(dx, dy);
      const now = performance.now();
      if (far > 400 || it.health + it.shield < vital) hurt = now;
      vital = it.health + it.shield;
      if (now - hurt < 1500) {
        const k = far > 160 ? 127 / Math.max(1, far) : 0;
        return [Math.round(dx * k), Math.round(dy * k), spun(Math.atan2(dy, dx)), 1];
      }
      // A wall is between them: along it, for seconds the one way, then the other. By the
      // clock and the compass, so that two who hunt each other come out at the same end.
      const turn = Math.floor(Date.now() / 4000) % 2 === 0 ? 1 : -1;
      const side = -dy > 0 || (dy === 0 && dx > 0) ? turn : -turn;
      const k = 90 / Math.max(1, far);
      return [Math.round((dx - side * dy) * k), Math.round((dy + side * dx) * k), spun(Math.atan2(dy, dx)), 1];
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
