import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hunt, inPlay, seatOf } from "./play.ts";
import { expect, story, type Page, type Server } from "./story.ts";

/** What a browser logs of a server that is away. */
const away = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|WebSocket/;

interface Standing {
  seat: number;
  room: string;
  tick: number;
  kills: number;
  deaths: number;
}

/** Which match a page is in, and how it stands. */
const standing = (page: Page): Promise<Standing> =>
  page.evaluate(() => {
    const { session } = window.metronome!;
    const players = session.world.table("player");
    const at = players.column("seat").indexOf(session.seat);
    return { seat: session.seat, room: session.room, tick: session.world.tick, kills: players.column("kills")[at]!, deaths: players.column("deaths")[at]! };
  });

story.for<[string, (s: Server) => Promise<void>]>([["is stopped", (s) => s.stop()], ["is killed", (s) => s.kill()]])(
  "a server of its own that %s and starts again has the match, the seat and the score",
  { timeout: 120_000 },
  async ([, end], { serve, open }) => {
    const state = await mkdtemp(join(tmpdir(), "metronome-state-"));
    try {
      const server = await serve({ args: ["--state", state] });
      const ann = await open(server, "/play?room=ffa", { expected: away });
      const ben = await open(server, "/play?room=ffa", { expected: away });
      await inPlay(ann);
      await inPlay(ben);
      await hunt(ann, await seatOf(ben));
      await expect.poll(async () => (await standing(ann)).kills, { timeout: 60_000 }).toBeGreaterThan(0);
      await ann.evaluate(() => window.metronome!.session.input(() => [0, 0, 0, 0]));
      const hit = (await standing(ann)).tick;
      await expect.poll(async () => (await standing(ann)).tick - hit).toBeGreaterThan(30); // more than a kill may lose
      const before = [await standing(ann), await standing(ben)];
      await end(server);
      await ann.waitForFunction(() => window.metronome!.session.state === "away");
      await server.start();
      for (const [i, page] of [ann, ben].entries()) {
        await page.waitForFunction(() => window.metronome!.session.state === "playing", undefined, { timeout: 60_000 });
        const after = await standing(page);
        expect(after.tick).toBeGreaterThan(before[i]!.tick - 30);
        expect({ ...after, tick: 0 }).toEqual({ ...before[i]!, tick: 0 });
      }
      expect(server.log).toContain("room restored");
    } finally {
      await rm(state, { recursive: true, force: true });
    }
  },
);
