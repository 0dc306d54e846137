// The game of the tutorial as it is after a step: the folders are held to the text by a test of the server's.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Server } from "./server.ts";
import type { Page } from "./story.ts";

/** Builds the game of a step, and has something done while it runs with eight bots. */
export async function atStep(step: string, what: (server: Server) => Promise<void>): Promise<void> {
  const out = await mkdtemp(join(tmpdir(), "metronome-tutorial-"));
  const dir = fileURLToPath(new URL(`../../docs/tutorial/${step}`, import.meta.url));
  const server = new Server(join(out, "tag"), { bots: 8, cwd: dir });
  try {
    await promisify(execFile)("go", ["build", "-o", join(out, "tag"), "."], { cwd: dir });
    await what(await server.start());
  } finally {
    await server.kill();
    await rm(out, { recursive: true });
  }
}

/** Waits until the page of a step has something to show: dots, and once bots play by the rules, from the fourth step on, who has caught whom. */
export async function plays(page: Page, step: string): Promise<void> {
  await page.locator("#says").filter({ hasText: Number(step) >= 4 ? "has caught" : /Move with|has caught/ }).waitFor({ timeout: 60_000 });
  await page.waitForFunction(() => {
    const canvas = document.querySelector("canvas")!;
    return canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
  });
}
