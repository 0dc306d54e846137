import { inPlay, privateRoom, seatOf } from "./play.ts";
import { expect, story, type Page } from "./story.ts";

/** The most that a ship flies without a dash, units per second. */
const full = 300;

/** Makes a page's ship fly at full speed, turning about twice a second, without a dash or a shot. */
function roam(page: Page): Promise<void> {
  return page.evaluate(() => {
    window.metronome!.session.input((tick) => {
      const turn = Math.floor(tick / 15) * 2.4;
      return [Math.round(127 * Math.cos(turn)), Math.round(127 * Math.sin(turn)), 0, 0];
    });
  });
}

/** Returns the largest step of a seat's ship from one frame to the next, as part of what full speed allows for the frame's time. */
function largestStep(page: Page, seat: number, frames: number): Promise<number> {
  return page.evaluate(
    ({ seat, frames, full }) =>
      new Promise((resolve) => {
        const m = window.metronome!;
        let was: { x: number; y: number; now: number } | null = null;
        let [worst, seen] = [0, 0];
        m.onFrame = (now, picture) => {
          const s = picture.ships.find((o) => o.seat === seat);
          if (s && was) {
            worst = Math.max(worst, Math.hypot(s.x - was.x, s.y - was.y) / (full * Math.max((now - was.now) / 1000, 1 / 120)));
            seen++;
          }
          was = s ? { x: s.x, y: s.y, now } : null;
          if (seen < frames) return;
          m.onFrame = null;
          resolve(worst);
        };
      }),
    { seat, frames, full },
  );
}

story("with 150 ± 40 ms added, other ships move without jumps and the net graph shows it", async ({ server, open }) => {
  const path = await privateRoom(server, "ffa");
  const pilot = await open(server, path, { viewport: { width: 320, height: 240 } });
  const page = await open(server, path);
  await Promise.all([inPlay(pilot), inPlay(page)]);
  await roam(pilot);
  await page.keyboard.press("KeyN");
  await page.getByRole("region", { name: "Net graph" }).waitFor();
  await page.evaluate(() => window.metronome!.session.network.set({ delayMs: 150, jitterMs: 40 }));
  const figure = (name: string) => page.locator(`[data-figure="${name}"]`).textContent();
  await expect.poll(async () => parseFloat((await figure("round trip")) ?? "0"), { timeout: 20_000 }).toBeGreaterThan(220);
  // The view has found its delay: it stays the same for a while.
  await page.waitForFunction(() => {
    const s = window.metronome!.session.stats.history.delayTicks;
    if (s.length < 90) return false;
    const last = Array.from({ length: 60 }, (_, i) => s.at(s.length - 60 + i));
    return Math.max(...last) - Math.min(...last) < 0.5;
  });
  const worst = await largestStep(page, await seatOf(pilot), 400);
  console.log(`largest step of a ship between two of 400 frames: ${worst.toFixed(2)} of what its speed allows`);
  expect(worst).toBeGreaterThan(0.5);
  expect(worst).toBeLessThan(1.5);
  expect(parseFloat((await figure("jitter")) ?? "0")).toBeGreaterThan(1);
  expect(parseFloat((await figure("view delay")) ?? "0")).toBeGreaterThan(1);
});

story("a connection that stalls: the own ship is put right and the net graph counts it", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa");
  await inPlay(page);
  await page.keyboard.press("KeyN");
  await page.getByRole("region", { name: "Net graph" }).waitFor();
  await page.keyboard.down("KeyW");
  await page.getByRole("button", { name: "Stall for 1 s" }).click();
  for (const key of ["KeyD", "KeyS", "KeyA"]) {
    await page.keyboard.down(key);
    await page.waitForFunction((t) => window.metronome!.frames > t + 8, await page.evaluate(() => window.metronome!.frames));
    await page.keyboard.up(key);
  }
  await expect.poll(async () => Number(await page.locator('[data-figure="corrections"]').textContent()), { timeout: 20_000 }).toBeGreaterThan(0);
  await page.keyboard.up("KeyW");
  // At rest the ship is where the server has it.
  await expect.poll(() => page.evaluate(() => {
    const m = window.metronome!.picture;
    return m.own && m.ghost ? Math.hypot(m.own.x - m.ghost.x, m.own.y - m.ghost.y) : 99;
  }), { timeout: 20_000 }).toBeLessThan(0.05);
});
