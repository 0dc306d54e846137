import { homeOf, hunt, inPlay, seatOf } from "./play.ts";
import { redis } from "./redis.ts";
import { expect, story, type Page } from "./story.ts";

/** What a browser logs of a server that is away, and of a node that has the room no more. */
const away = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|WebSocket|404/;

/** Which match a page is in, where, and how it stands. */
const standing = (page: Page) =>
  page.evaluate(() => {
    const { session } = window.metronome!;
    const players = session.world.table("player");
    const at = players.column("seat").indexOf(session.seat);
    return { seat: session.seat, room: session.room, tick: session.world.tick, kills: players.column("kills")[at]!, deaths: players.column("deaths")[at]! };
  });

story("a match goes on at another node when its own dies, with seats and scores", { timeout: 120_000 }, async ({ serve, open }) => {
  const store = await redis();
  try {
    const args = ["--redis", store.url, "--survive", "strict"];
    const first = await serve({ args });
    const second = await serve({ args });
    const room = await homeOf(first);
    const ann = await open(first, `/play?room=${room}`, { expected: away, nodes: [second] });
    const ben = await open(first, `/play?room=${room}`, { expected: away, nodes: [second] });
    await inPlay(ann);
    await inPlay(ben);
    await hunt(ann, await seatOf(ben));
    await expect.poll(async () => (await standing(ann)).kills, { timeout: 60_000 }).toBeGreaterThan(0);
    await ann.evaluate(() => window.metronome!.session.input(() => [0, 0, 0, 0]));
    for (const page of [ann, ben]) await page.waitForFunction((url) => window.metronome!.session.nodes.includes(url), second.url);
    const before = [await standing(ann), await standing(ben)];
    await first.kill();
    for (const [i, page] of [ann, ben].entries()) {
      await page.waitForFunction(() => window.metronome!.session.stats.moves === 1 && window.metronome!.session.state === "playing");
      const after = await standing(page);
      expect(after.tick).toBeGreaterThanOrEqual(before[i]!.tick);
      expect({ ...after, tick: 0 }).toEqual({ ...before[i]!, tick: 0 });
    }
    expect(second.log).toContain("a room whose node has died goes on here");
  } finally {
    await store.stop();
  }
});
