// Each of the examples, built from the packed SDK: scripts/examples makes the folder and runs this.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Session } from "../sdk/src/index.ts";
import { folderOf, siteOf } from "./site.ts";
import { expect, story } from "./story.ts";

const built = process.env["EXAMPLES"] ?? "";

/** Whether another ship than one's own is at another place than when this was asked first. */
const otherMoved = (): boolean => {
  const page = window as unknown as { session?: Session; seen?: Map<number, string> };
  const view = page.session?.view();
  if (!view || view.tick < 0) return false;
  const seen = (page.seen ??= new Map());
  return view.rows("ship").some((ship) => {
    const at = `${ship["x"]} ${ship["y"]}`;
    const was = seen.get(ship.life) ?? at;
    seen.set(ship.life, was);
    return ship["seat"] !== page.session!.seat && at !== was;
  });
};

story.for(["plain", "vite", "webpack", "phaser", "three", "react"])("%s: another ship moves, in the rows and on the screen", async (name, { serve, open }) => {
  const dist = join(built, name, "dist");
  const site = await siteOf(folderOf(existsSync(join(dist, "index.html")) ? dist : join(built, name)));
  try {
    const server = await serve({ bots: 20, args: ["--origin", site.url] });
    const page = await open(site, `/?server=${server.url}`, { nodes: [server] });
    await page.waitForFunction(otherMoved);
    const screen = page.locator("canvas, svg");
    const before = await screen.screenshot();
    await expect.poll(async () => before.equals(await screen.screenshot())).toBe(false);
    expect(page.workers().length).toBe(1);
  } finally {
    site.close();
  }
});

story("node: another ship moves, in lines of text", async ({ serve }) => {
  const server = await serve({ bots: 20 });
  const { stdout, stderr } = await promisify(execFile)("node", ["main.js", server.url], { cwd: join(built, "node") });
  const places = new Map<string, Set<string>>();
  for (const [, ship, at] of stdout.matchAll(/^tick \d+: ship (\d+) at (.*)$/gm)) places.set(ship!, (places.get(ship!) ?? new Set()).add(at!));
  expect(Math.max(...[...places.values()].map((all) => all.size)), stdout + stderr).toBeGreaterThan(1);
});
