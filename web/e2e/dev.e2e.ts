// 'dev': a game that is changed while two browsers play it.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject } from "vitest";
import { expect, story, type Page } from "./story.ts";

const run = promisify(execFile);

/** What a browser logs of a server that is away for a moment. */
const away = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_SOCKET_NOT_CONNECTED|WebSocket/;

/** A port that nobody listens on. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Which seat a page has, and its ship's score. */
const standing = (page: Page): Promise<{ seat: number; score: number; tick: number; bonus: boolean }> =>
  page.evaluate(() => {
    const { session } = window as unknown as { session: import("@metronome/sdk").Session };
    const ships = session.world.table("ship");
    const at = ships.column("owner").indexOf(session.seat);
    const bonus = session.schema?.tables.find((t) => t.name === "ship")?.columns.some((c) => c.name === "bonus") ?? false;
    return { seat: session.seat, score: ships.column("score")[at]!, tick: session.world.tick, bonus };
  });

/** Has a page fly to the nearest ship that flies, and shoot at it. */
const hunt = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { session } = window as unknown as { session: import("@metronome/sdk").Session };
    session.input(() => {
      const ships = session.world.table("ship");
      const [x, y, owner, down] = ["at.x", "at.y", "owner", "down"].map((name) => ships.values(name)) as [Float64Array, Float64Array, Float64Array, Float64Array];
      const me = owner.indexOf(session.seat);
      let [dx, dy, nearest] = [0, 0, Infinity];
      for (let i = 0; i < ships.count; i++) {
        const far = Math.hypot(x[i]! - x[me]!, y[i]! - y[me]!);
        if (i !== me && down[i] === 0 && far < nearest) [dx, dy, nearest] = [x[i]! - x[me]!, y[i]! - y[me]!, far];
      }
      const aim = Math.round((Math.atan2(dy, dx) / (2 * Math.PI)) * 65536) & 65535;
      return { dx: Math.sign(dx) * 60, dy: Math.sign(dy) * 60, aim, fire: 1 };
    });
  });

story("a game is changed, gets a column, and does not build for a while, under two who play it", { timeout: 300_000 }, async ({ open }) => {
  const folder = await mkdtemp(join(tmpdir(), "metronome-dev-"));
  const dir = join(folder, "tag");
  await run(inject("binary"), ["new", dir, "--metronome", join(import.meta.dirname, "../..")]);
  const page = join(dir, "web/index.html");
  await writeFile(page, (await readFile(page, "utf8")).replace("const says", "window.session = session;\n  const says"));
  await run("go", ["build", "-o", join(folder, "play"), "."], { cwd: dir });
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(join(folder, "play"), ["dev", "--", "serve", "--listen", new URL(url).host, "--bots", "4", "--state", "state"], {
    cwd: dir,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const out of [child.stdout, child.stderr]) out.setEncoding("utf8").on("data", (text: string) => (said += text));
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const rules = join(dir, "game/game.go");
  const change = async (from: string, to: string): Promise<void> => writeFile(rules, (await readFile(rules, "utf8")).replace(from, to));
  const inPlay = (times: number) => expect.poll(() => said.match(/the changed rules are in play/g)?.length ?? 0, { timeout: 60_000, message: said }).toBe(times);
  try {
    await expect.poll(() => said, { timeout: 120_000 }).toContain("is running: open");
    const [ann, ben] = [await open({ url }, "/", { expected: away }), await open({ url }, "/", { expected: away })];
    for (const p of [ann, ben]) await p.waitForFunction(() => (window as unknown as { session: { state: string } }).session.state === "playing");
    const before = [await standing(ann), await standing(ben)];

    await change("by.Score++", "by.Score += 100"); // the rule
    await inPlay(1);
    for (const [i, p] of [ann, ben].entries()) {
      await expect.poll(async () => (await standing(p)).tick, { timeout: 30_000 }).toBeGreaterThan(before[i]!.tick);
      const now = await standing(p);
      expect(now.seat).toBe(before[i]!.seat);
      expect(now.score).toBeGreaterThanOrEqual(before[i]!.score);
    }
    await hunt(ann);
    const score = async () => (await standing(ann)).score;
    await expect.poll(score, { timeout: 60_000 }).toBeGreaterThan(99);

    await change("	Score uint16", "	Bonus uint8\n	Score uint16"); // a column
    await inPlay(2);
    await expect.poll(async () => (await standing(ann)).bonus, { timeout: 30_000 }).toBe(true);
    expect((await standing(ann)).seat).toBe(before[0]!.seat);
    expect(await score()).toBeGreaterThan(99); // it is kept

    await change("package game\n", "package game\n\nthis is no Go\n"); // a fault
    await ann.locator("#dev-error").getByText("syntax error").waitFor({ timeout: 30_000 });
    const broken = (await standing(ann)).tick;
    await expect.poll(async () => (await standing(ann)).tick).toBeGreaterThan(broken + 10); // the old game plays on
    await change("\n\nthis is no Go", "");
    await inPlay(3);
    await ann.locator("#dev-error").waitFor({ state: "detached", timeout: 30_000 });

    await writeFile(page, (await readFile(page, "utf8")).replace("<main>", '<main><p id="fresh">fresh</p>')); // the page
    await ben.locator("#fresh").waitFor({ timeout: 30_000 });
    await ben.waitForFunction(() => (window as unknown as { session: { state: string } }).session.state === "playing");
    expect((await standing(ben)).seat).toBe(before[1]!.seat);
    console.log(said.match(/dev: the changed .*/g)?.join("\n"));
  } finally {
    child.kill("SIGTERM");
    await gone;
    await rm(folder, { recursive: true, force: true });
  }
});
