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
const plays: Record<string, (first: Page, second: Page) => Promise<void>> = {
  "arena-lite": async (first, second) => {
    await moves(first);
    await moves(second);
  },
  empty: async (first, second) => {
    await moves(first);
    await moves(second);
  },
  board: async (first) => {
    const stones = () => first.locator("button.side1, button.side2").count();
    for (let given = 0; given < 2; given++) {
      await first.getByText("It is your turn.").waitFor({ timeout: 20_000 });
      const before = await stones();
      await first.getByLabel(`column ${given + 3}, line 1`).click();
      await expect.poll(stones).toBeGreaterThan(before);
    }
  },
  market: async (first, second) => {
    await moves(first);
    await first.getByText("and 0 pieces").waitFor();
    await first.getByRole("button", { name: "Buy 10" }).click();
    await first.getByText("and 10 pieces").waitFor();
    await second.getByText("buys 10 at").first().waitFor(); // the other hears of it
  },
};

story.for(Object.keys(plays))("a game that begins as %s is played by bots and two tabs", { timeout: 300_000 }, async (template, { open }) => {
  const folder = await mkdtemp(join(tmpdir(), "metronome-kit-"));
  const dir = join(folder, "tag");
  const began = performance.now();
  await run(inject("binary"), ["new", dir, "--template", template, "--metronome", join(import.meta.dirname, "../..")]);
  await run("go", ["build", "."], { cwd: dir });
  const built = performance.now();
  const server = new Server(join(dir, "tag"), { bots: template === "board" ? 1 : 6 });
  try {
    await server.start();
    const pages = [await open(server, "/"), await open(server, "/")] as const;
    await plays[template]!(...pages);
    console.log(`${template}: ${((built - began) / 1000).toFixed(1)} s to a built game, ${((performance.now() - built) / 1000).toFixed(1)} s more until two tabs had played`);
    await run("go", ["test", "./..."], { cwd: dir });
  } finally {
    await server.kill();
    await rm(folder, { recursive: true });
  }
});
