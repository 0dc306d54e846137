import { inPlay } from "./play.ts";
import { expect, story } from "./story.ts";

/** The most that a ship flies without a dash, units per second, and with one. */
const full = 300;
const dash = 900;

story("with 150 ± 40 ms added, other ships move without jumps and the net graph shows it", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa");
  await inPlay(page);
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
  const steps = await page.evaluate(
    ({ full, dash }) =>
      new Promise<{ worst: number; steps: number }>((resolve) => {
        const m = window.metronome!;
        const was = new Map<number, { x: number; y: number; seat: number }>();
        let [last, worst, steps] = [0, 0, 0];
        m.onFrame = (now, picture) => {
          const dt = (now - last) / 1000;
          for (const s of picture.ships) {
            const b = was.get(s.id);
            const far = b ? Math.hypot(s.x - b.x, s.y - b.y) : 0;
            // A step beyond any flight is another life; a fast one may be a dash.
            if (b && b.seat === s.seat && last > 0 && !s.own && far < 200 + dash * dt) {
              const allowed = far > 1.2 * full * dt && far <= 1.5 * dash * dt ? dash : full;
              worst = Math.max(worst, far / (allowed * Math.max(dt, 1 / 120)));
              steps++;
            }
            was.set(s.id, { x: s.x, y: s.y, seat: s.seat });
          }
          last = now;
          if (steps < 1500) return;
          m.onFrame = null;
          resolve({ worst, steps });
        };
      }),
    { full, dash },
  );
  console.log(`largest step of a ship: ${steps.worst.toFixed(2)} of what its speed allows, over ${steps.steps} steps`);
  expect(steps.worst).toBeLessThan(1.5);
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
