// Own rows ahead of the room, by the game's own Go in WebAssembly.
import { pilot, roomURL, undisturbed } from "./predict.ts";
import { expect, story } from "./story.ts";

story("what a player does is in the next frame, at 200 ± 30 ms, and in a world without others never put right", async ({ server, open }) => {
  const page = await open(server, "/inspect");
  await pilot(server, page, await roomURL(server, "ffa"));
  await page.evaluate(() => window.pilot!.network(100, 30));
  await expect.poll(() => page.evaluate(() => window.pilot!.stats.rttMs), { timeout: 20_000 }).toBeGreaterThan(180);
  // Frames from the stick's push to the ship's first move, again and again.
  const frames = await page.evaluate(async () => {
    const p = window.pilot!;
    const frame = () => new Promise<void>((done) => (p.onFrame = done));
    const counts: number[] = [];
    for (let n = 0; n < 12; n++) {
      p.stick = [0, 0, 0, 0];
      for (let i = 0; i < 30; i++) await frame();
      const was = { ...p.ship! };
      const way = n * 0.9;
      p.stick = [Math.round(127 * Math.cos(way)), Math.round(127 * Math.sin(way)), 0, 0];
      let count = 0;
      do {
        await frame();
        count++;
      } while (Math.hypot(p.ship!.x - was.x, p.ship!.y - was.y) < 0.01 && count < 60);
      counts.push(count);
    }
    return counts;
  });
  console.log(`frames from the stick to the ship's move: ${frames.join(" ")}`);
  expect(Math.max(...frames)).toBeLessThanOrEqual(2);
  // A shot is there in the next frame too, and goes on as the room's without another one. On a busy machine an input may come too
  // late: then the room has it fired later, and that is no fault of the prediction.
  const fire = (aim: number) => undisturbed(page, async (aim) => {
    const p = window.pilot!;
    const frame = () => new Promise<void>((done) => (p.onFrame = done));
    p.stick = [0, 0, aim, 0];
    for (let i = 0; i < 60 || p.shots.length > 0; i++) await frame();
    p.stick = [0, 0, aim, 1];
    let count = 0;
    do {
      await frame();
      count++;
    } while (p.shots.length === 0 && count < 60);
    p.stick = [0, 0, aim, 0];
    const ids = new Set<number>();
    const [first] = p.shots;
    const [dx, dy] = [Math.cos((aim / 32768) * Math.PI), Math.sin((aim / 32768) * Math.PI)];
    const way = (s: { x: number; y: number }) => s.x * dx + s.y * dy;
    let [most, back, last] = [0, 0, way(first!)];
    while (p.shots.length > 0) {
      most = Math.max(most, p.shots.length);
      const it = p.shots.find((s) => s.life === first!.life);
      if (!it) break;
      ids.add(it.id);
      back = Math.max(back, last - way(it));
      last = way(it);
      await frame();
    }
    return { count, most, ids: ids.size, back, left: p.shots.length };
  }, aim);
  // One that hits a wall before the room answers has no other id.
  let shot = await fire(0);
  for (let n = 1; n < 8 && shot.ids < 2; n++) shot = await fire(8192 * n);
  console.log(`a shot: in frame ${shot.count}, ${shot.ids} ids in one life, ${shot.most} drawn at once, ${shot.back.toFixed(2)} units back at most`);
  expect(shot.count).toBeLessThanOrEqual(2);
  expect(shot.ids).toBe(2); // the prediction's own, and the room's
  expect(shot.most).toBe(1);
  expect(shot.back).toBeLessThan(0.01);
  expect(shot.left).toBe(0);
  // Nothing disturbs it: what was predicted is what comes.
  const flown = await undisturbed(page, async () => {
    const { stats } = window.pilot!;
    const frame = () => new Promise<void>((done) => (window.pilot!.onFrame = done));
    window.pilot!.stick = null;
    const before = { tick: stats.tick, corrections: stats.corrections, wrong: JSON.stringify(stats.mispredictions) };
    while (stats.tick < before.tick + 300) await frame();
    const wrong = stats.mispredictions.filter((m) => m.column !== "ammo");
    return { corrections: stats.corrections - before.corrections, wrong: JSON.stringify(wrong) === before.wrong ? [] : wrong, ms: { ...stats.predictMs } };
  });
  console.log(`over 300 ticks: ${flown.corrections} corrections, ${JSON.stringify(flown.wrong)}, ${flown.ms.mean.toFixed(2)} ms a frame, ${flown.ms.max.toFixed(2)} at most`);
  expect(flown.corrections).toBe(0);
  expect(flown.wrong).toEqual([]);
});
