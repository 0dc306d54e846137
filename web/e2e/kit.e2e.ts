// Games that are begun with 'metronome new', as somebody does who has Go and nothing else.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject } from "vitest";
import { Server } from "./server.ts";
import { expect, story, type Page } from "./story.ts";

const run = promisify(execFile);

/** What the canvas shows, as one number. */
const drawn = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const canvas = document.querySelector("canvas")!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, at) => (sum + value * (at % 9973)) % 1e9, 0);
  });

/** Waits until something on the canvas has moved. */
async function moves(page: Page): Promise<void> {
  const before = await drawn(page);
  await expect.poll(() => drawn(page), { timeout: 20_000 }).not.toBe(before);
}

/** What each template's page does with a bot and, for two tabs, with each other. */
const plays: Record<string, (tab: () => Promise<Page>) => Promise<void>> = {
  "arena-lite": async (tab) => {
    for (const page of [await tab(), await tab()]) await moves(page);
  },
  empty: async (tab) => {
    for (const page of [await tab(), await tab()]) await moves(page);
  },
  board: async (tab) => {
    const first = await tab();
    const stones = () => first.locator("button.side1, button.side2").count();
    for (let given = 0; given < 2; given++) {
      await first.getByText("It is your turn.").waitFor({ timeout: 20_000 });
      const before = await stones();
      await first.getByLabel(`column ${given + 3}, line 1`).click();
      await expect.poll(stones).toBeGreaterThan(before);
    }
    const second = await tab(); // the bot gives up its seat
    await expect.poll(stones).toBe(0);
    const turn = await first.getByText("It is your turn.").isVisible();
    await (turn ? first : second).getByLabel("column 4, line 1").click();
    await expect.poll(() => second.locator("button.side1, button.side2").count()).toBe(1);
  },
  market: async (tab) => {
    const [first, second] = [await tab(), await tab()];
    await moves(first);
    await first.getByText("and 0 pieces").waitFor();
    await first.getByRole("button", { name: "Buy 10" }).click();
    await first.getByText("and 10 pieces").waitFor();
    await second.getByText("buys 10 at").first().waitFor(); // the other hears of it
  },
};

/** What the rules of a template move at once: the table of its own row, and the column to watch while it is steered along X. */
const predicted: Record<string, readonly [table: string, column: string]> = { "arena-lite": ["ship", "at.x"], empty: ["ball", "x"] };

/** Has the page play beside its own game in a private room, 200 ms away, and answers after how many frames the own row moves, six times, and how often it was put right. */
const steer = (page: Page, [table, column]: readonly [string, string]) =>
  page.evaluate(async ({ table, column }) => {
    const { connect, Lobby } = await (0, eval)("import('/sdk/index.js')") as typeof import("../sdk/src/index.ts");
    const { url } = await new Lobby(location.origin).create({ mode: "tag", private: true });
    const session = connect(url, { storage: null });
    let dx = 0;
    session.input(() => ({ dx }));
    const frame = (): Promise<number> => new Promise((done) => requestAnimationFrame((now) => {
      const view = session.view(now);
      done(view.tick < 0 ? NaN : (view.rows(table).find((r) => r["owner"] === session.seat)?.[column] ?? NaN));
    }));
    session.network.set({ delayMs: 100, jitterMs: 0 });
    const { stats } = session;
    while (stats.predicting !== "wasm" || !(stats.rttMs > 180)) await frame();
    for (let [quiet, last] = [0, -1]; quiet < 90; last = stats.dropped) { // until inputs are early enough for the longer way
      await frame();
      quiet = stats.dropped === last ? quiet + 1 : 0;
    }
    const frames: number[] = [];
    const [before, trouble] = [stats.corrections, stats.dropped + stats.gaps];
    for (let n = 0; n < 6; n++) {
      dx = 0;
      for (let i = 0; i < 60; i++) await frame();
      const was = await frame();
      dx = n % 2 ? -100 : 100;
      let count = 1;
      while (Math.abs((await frame()) - was) < 0.01 && count < 60) count++;
      frames.push(count);
    }
    session.leave();
    return { frames, disturbed: stats.dropped + stats.gaps - trouble, corrections: stats.corrections - before };
  }, { table, column });

story.for(Object.keys(plays))("a game that begins as %s is played by bots and two tabs", { timeout: 300_000 }, async (template, { open }) => {
  const folder = await mkdtemp(join(tmpdir(), "metronome-kit-"));
  const dir = join(folder, "tag");
  const began = performance.now();
  await run(inject("binary"), ["new", dir, "--template", template, "--metronome", join(import.meta.dirname, "../..")]);
  if (predicted[template]) await run("go", ["run", ".", "wasm"], { cwd: dir });
  await run("go", ["build", "."], { cwd: dir });
  const built = performance.now();
  const server = new Server(join(dir, "tag"), { bots: template === "board" ? 1 : 6 });
  try {
    await server.start();
    const tab = (): Promise<Page> => open(server, "/");
    await plays[template]!(tab);
    console.log(`${template}: ${((built - began) / 1000).toFixed(1)} s to a built game, ${((performance.now() - built) / 1000).toFixed(1)} s more until two tabs had played`);
    if (predicted[template]) {
      const seen = await steer(await tab(), predicted[template]);
      console.log(`${template}: the own row moved in frame ${seen.frames.join(" ")} at 200 ms; ${seen.corrections} corrections, ${seen.disturbed} inputs or frames lost`);
      expect(Math.min(...seen.frames)).toBeLessThanOrEqual(2);
      expect(seen.frames.filter((n) => n <= 2).length).toBeGreaterThan(3); // a busy machine may hold one up
      if (seen.disturbed === 0) expect(seen.corrections).toBe(0);
    }
    await run("go", ["test", "./..."], { cwd: dir });
  } finally {
    await server.kill();
    await rm(folder, { recursive: true });
  }
});
