import { expect, story } from "./story.ts";

story("200 ships are drawn and counted; the figures are printed, not judged", async ({ server, open }) => {
  const page = await open(server, "/bench");
  await page.waitForFunction(() => window.benchResult !== undefined, null, { timeout: 45_000 });
  const r = (await page.evaluate(() => window.benchResult))!;
  console.log(
    `${r.ships} ships, ${r.painter}, ${r.fps.toFixed(0)} fps: main thread per frame mean ${r.frameMs.mean.toFixed(2)} ms, p99 ${r.frameMs.p99.toFixed(2)}, ` +
      `max ${r.frameMs.max.toFixed(2)}; decode per snapshot mean ${r.decodeMs.mean.toFixed(3)} ms, max ${r.decodeMs.max.toFixed(3)}; ${r.snapshotBytes.toFixed(0)} bytes`,
  );
  expect(r.ships).toBe(200);
  expect(r.frames).toBeGreaterThan(0);
  expect(r.snapshots).toBeGreaterThan(100);
});
