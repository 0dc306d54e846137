import { homeOf, inPlay } from "./play.ts";
import { redis } from "./redis.ts";
import { expect, story, type Page, type Server } from "./story.ts";

/** What a browser logs of a server that is gone, and of its room, which no other has. */
const gone = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|WebSocket|404 .*JoinRoom/;

/** The URL of the node that a page plays on. */
const nodeOf = (page: Page): Promise<string> => page.evaluate(() => (window.metronome!.session as unknown as { seatURL: string }).seatURL.replace("ws", "http").replace(/\/rooms.*/, ""));

story.for<[string, (s: Server) => Promise<void>]>([["stops", (s) => s.stop()], ["dies", (s) => s.kill()]])("when a page's node %s, its player is in play again on another", { timeout: 90_000 }, async ([, end], { serve, open }) => {
  const store = await redis();
  try {
    const args = ["--redis", store.url, "--resume-window", "1s"];
    const first = await serve({ bots: 8, args });
    const second = await serve({ args });
    const page = await open(first, `/play?room=${await homeOf(first)}`, { nodes: [second], expected: gone });
    await inPlay(page);
    expect(await nodeOf(page)).toBe(first.url);
    await page.waitForFunction((url) => window.metronome!.session.nodes.includes(url), second.url);
    await end(first);
    // A stop moves the room, and nobody is away for longer than a frame.
    const there = (host: string) => window.metronome!.session.state === "playing" && (window.metronome!.session as unknown as { seatURL: string }).seatURL.includes(host);
    await page.waitForFunction(there, new URL(second.url).host, { timeout: 60_000 });
    expect(await nodeOf(page)).toBe(second.url);
    await inPlay(page);
    await page.waitForFunction(() => window.metronome!.session.nodes.length === 0); // there is no third
  } finally {
    await store.stop();
  }
});

story("when a lobby page's node dies, the page lists and enters the rooms of another", async ({ serve, open }) => {
  const store = await redis();
  try {
    const args = ["--redis", store.url];
    const first = await serve({ args });
    const second = await serve({ bots: 3, args });
    const page = await open(first, "/", { nodes: [second], expected: gone });
    const rooms = page.locator("#rooms li");
    await rooms.filter({ hasText: "3 bots" }).waitFor();
    await first.kill();
    await page.getByText(`You see the rooms of ${new URL(second.url).host}`).waitFor();
    await rooms.filter({ hasText: "3 bots" }).getByRole("link", { name: "Join" }).click();
    await inPlay(page);
    expect(new URL(page.url()).origin).toBe(second.url);
  } finally {
    await store.stop();
  }
});

story("who leaves a game on another node is led to that one's lobby", async ({ serve, open }) => {
  const store = await redis();
  try {
    const args = ["--redis", store.url];
    const first = await serve({ bots: 8, args });
    const second = await serve({ args });
    const page = await open(first, `/play?room=${await homeOf(first)}`, { nodes: [second], expected: gone });
    await inPlay(page);
    await page.waitForFunction((url) => window.metronome!.session.nodes.includes(url), second.url);
    await first.stop();
    await page.waitForFunction(() => window.metronome!.session.state === "away");
    await page.waitForFunction(() => window.metronome!.session.state === "playing", undefined, { timeout: 60_000 });
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByText("Leave this match?").waitFor();
    await page.getByRole("button", { name: "Leave" }).click();
    await page.waitForURL(`${second.url}/`);
  } finally {
    await store.stop();
  }
});
