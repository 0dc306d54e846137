// How right the prediction of the own rows is: `make predicted`. First a ship that
// nobody disturbs, MINUTES (10) long, at 200 ± 30 ms: it turns, fires and dashes. Then
// FIGHT minutes (5) of two that fight in a room with eight bots, one predicted by the
// room's rules in WebAssembly, one by functions of the page (sdk/test/arena).
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { pilot, roomURL, type Pilot } from "./predict.ts";
import { quantile, setting, table } from "./rig.ts";
import { expect, story, type Page } from "./story.ts";

const minutes = setting("MINUTES", 10);
const fight = setting("FIGHT", 5);

/** The page's functions, as a text that puts them into window.prediction. */
async function port(): Promise<string> {
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const entry = "the page's functions";
  const text = `import { shipPort } from ${JSON.stringify(here("../sdk/test/arena/port.ts"))};
    window.prediction = shipPort(() => ({ mode: "ffa", tickHz: 30, params: { seconds: 0, kills: 0, weapons: "all" } }));`;
  const bundled = await rolldown({
    input: entry,
    resolve: { alias: { "@metronome/sdk": here("../sdk/src/predict/step.ts") } },
    plugins: [{ name: "entry", resolveId: (id) => (id === entry ? id : null), load: (id) => (id === entry ? text : null) }],
  });
  const { output } = await bundled.generate({ format: "iife" });
  return output[0].code;
}

/** What a stretch of play came to. */
interface Stretch {
  ticks: number;
  /** Inputs that the room could not use, and frames that were lost. */
  disturbed: number;
  corrections: Pilot["corrections"];
  wrong: string[];
  meanMs: number;
  maxMs: number;
}

/** Has a pilot play for so many ticks by what `stick` says. */
async function play(page: Page, ticks: number, stick: (tick: number) => number[]): Promise<Stretch> {
  await page.evaluate((code) => { window.pilot!.stick = (0, eval)(code); }, `(${stick.toString()})`);
  return page.evaluate(async (ticks) => {
    const p = window.pilot!;
    const { stats } = p;
    const frame = (): Promise<void> => new Promise((done) => (p.onFrame = done));
    const trouble = (): number => stats.dropped + stats.gaps + stats.reconnects;
    const counts = (): Map<string, number> => new Map(stats.mispredictions.map((m) => [`${m.table}.${m.column}`, m.count]));
    const [tick, disturbed, corrections, before] = [stats.tick, trouble(), p.corrections.length, counts()];
    while (stats.tick < tick + ticks) await frame();
    const wrong = [...counts()].map(([name, n]) => [name, n - (before.get(name) ?? 0)] as const).filter(([, n]) => n > 0).map(([name, n]) => `${name} ${n}`);
    return {
      ticks: stats.tick - tick, disturbed: trouble() - disturbed, corrections: p.corrections.slice(corrections), wrong, meanMs: stats.predictMs.mean, maxMs: stats.predictMs.max,
    };
  }, ticks);
}

/** Turns about four times in three seconds, fires, and dashes now and then. Runs in the page. */
function wander(tick: number): number[] {
  const turn = Math.floor(tick / 23) * 2.4;
  return [Math.round(127 * Math.cos(turn)), Math.round(127 * Math.sin(turn)), (tick * 331) & 65535, (tick % 40 < 8 ? 1 : 0) | (tick % 97 === 0 ? 4 : 0)];
}

/** Goes for the nearest ship in zigzag, and shoots at it with all it has. Runs in the page. */
function chase(tick: number): number[] {
  const { ship, foes } = window.pilot!;
  if (!ship) return [0, 0, 0, 0];
  let [near, least] = [{ x: 0, y: 0 }, Infinity];
  for (const f of foes) {
    const d = Math.hypot(f.x - ship.x, f.y - ship.y);
    if (d < least) [near, least] = [f, d];
  }
  const way = Math.atan2(near.y - ship.y, near.x - ship.x);
  const turn = way + (tick % 40 < 20 ? 0.7 : -0.7) + (least < 150 ? 1.6 : 0);
  return [Math.round(127 * Math.cos(turn)), Math.round(127 * Math.sin(turn)), Math.round((way / Math.PI) * 32768) & 65535, 3 | (tick % 90 === 0 ? 4 : 0)];
}

const slow = async (page: Page): Promise<void> => {
  await page.evaluate(() => window.pilot!.network(100, 30));
  await expect.poll(() => page.evaluate(() => window.pilot!.stats.rttMs), { timeout: 20_000 }).toBeGreaterThan(180);
};

function row(name: string, all: Stretch[], of: string): string[] {
  const corrections = all.flatMap((s) => s.corrections).filter((c) => of === "" || c.table === of).map((c) => c.amount);
  const ticks = all.reduce((n, s) => n + s.ticks, 0);
  const units = (v: number): string => (corrections.length === 0 ? "" : v.toFixed(2));
  const wrong = all.flatMap((s) => s.wrong);
  return [
    name, of || "all", String(ticks), String(all.reduce((n, s) => n + s.disturbed, 0)), String(corrections.length), ((corrections.length / ticks) * 1800).toFixed(3),
    units(quantile(corrections, 0.5)), units(quantile(corrections, 0.99)), units(Math.max(...corrections)),
    all.at(-1)!.meanMs.toFixed(2), Math.max(...all.map((s) => s.maxMs)).toFixed(2), wrong.filter((w) => of === "" || w.startsWith(`${of}.`)).join(", ") || "none",
  ];
}

const head = ["who", "rows", "ticks", "disturbed", "corrections", "a minute", "p50", "p99", "most", "ms", "worst", "columns that were wrong, how often"];

story("nobody disturbs it", async ({ server, open }) => {
  const page = await open(server, "/inspect");
  await pilot(server, page, await roomURL(server, "ffa"));
  await slow(page);
  await play(page, 150, wander);
  const all: Stretch[] = [];
  for (let n = 0; n < minutes * 6; n++) all.push(await play(page, 300, wander));
  const quiet = all.filter((s) => s.disturbed === 0);
  table(`A ship alone for ${minutes} minutes at 200 ± 30 ms, in stretches of ten seconds; disturbed: inputs that came too late for the room, lost frames. Amounts are in units.`, [
    head, row("alone", all, ""), row(`${quiet.length} of ${all.length} undisturbed`, quiet, ""),
  ]);
  expect(all.length).toBe(minutes * 6);
});

story("two fight, one predicted by the rules and one by functions of the page", async ({ server, open }) => {
  const [wasm, page] = [await open(server, "/inspect"), await open(server, "/inspect")];
  await page.evaluate(await port());
  const rooms = new Set<string>();
  for (const p of [wasm, page]) {
    const { join } = await server.ask<{ join: { url: string } }>("QuickPlay", { mode: "ffa", name: "fighter" });
    rooms.add(new URL(join.url).pathname);
    await pilot(server, p, join.url);
    await slow(p);
  }
  expect(rooms.size).toBe(1);
  const [by, of] = await Promise.all([wasm, page].map((p) => play(p, fight * 1800, chase)));
  table(`Two that fight for ${fight} minutes at 200 ± 30 ms, in one room with eight bots. Amounts are in units.`, [
    head, row("WebAssembly", [by!], "ship"), row("functions", [of!], "ship"), row("WebAssembly", [by!], "shot"),
  ]);
  expect(by!.ticks).toBeGreaterThanOrEqual(fight * 1800);
});
