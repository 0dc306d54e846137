// The game of README.md, its rules and its page, from what stands there.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Server } from "./server.ts";
import { expect, story, type Page } from "./story.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

/** The first block of a language in a text of Markdown. */
function block(text: string, language: string): string {
  const found = new RegExp("```" + language + "\\n([^]*?)```").exec(text);
  if (!found) throw new Error(`README.md has no block of ${language}`);
  return found[1]!;
}

/** Where a canvas has a color: the first pixel's column, or -1. */
const columnOf = (page: Page, [r, g, b]: [number, number, number]): Promise<number> =>
  page.evaluate(
    ([r, g, b]) => {
      const canvas = document.querySelector("canvas")!;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0; at < data.length; at += 4) if (data[at] === r && data[at + 1] === g && data[at + 2] === b) return (at / 4) % canvas.width;
      return -1;
    },
    [r, g, b] as const,
  );

story("the game of the README: two tabs see each other move", { timeout: 120_000 }, async ({ open }) => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const page = block(readme, "html");
  expect(page.split("\n").length).toBeLessThan(61);
  const folder = await mkdtemp(join(tmpdir(), "metronome-readme-"));
  const server = new Server(join(folder, "roll"), { cwd: folder });
  try {
    await mkdir(join(folder, "web"));
    await writeFile(join(folder, "main.go"), block(readme, "go"));
    await writeFile(join(folder, "web/index.html"), page);
    await run("go", ["build", "-o", join(folder, "roll"), join(folder, "main.go")], { cwd: root });
    await server.start();
    const [ann, ben] = [await open(server, "/"), await open(server, "/")];
    const [orange, blue]: [number, number, number][] = [[255, 165, 0], [70, 130, 180]];
    const start = 400; // all begin in the middle
    await ann.keyboard.down("KeyD");
    await expect.poll(() => columnOf(ann, orange!)).toBeGreaterThan(start + 20); // the own one
    await expect.poll(() => columnOf(ben, blue!)).toBeGreaterThan(start + 20); // the other sees it
    await ann.keyboard.up("KeyD");
    await ben.keyboard.down("KeyA");
    await expect.poll(() => columnOf(ann, blue!)).toBeLessThan(start - 20);
  } finally {
    await server.kill();
    await rm(folder, { recursive: true });
  }
});
