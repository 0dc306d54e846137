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

story("the stress view says what 200 to 1,000 ships cost, and goes on", async ({ server, open }) => {
  const page = await open(server, "/");
  await page.getByRole("link", { name: /^stress view/ }).click();
  await page.getByRole("heading", { name: "200 ships in one tab" }).waitFor();
  const ships = page.getByLabel("Ships");
  await ships.press("End");
  await page.getByRole("heading", { name: "1,000 ships in one tab" }).waitFor();
  expect(await ships.getAttribute("aria-valuetext")).toBe("1000 ships");
  const figures = page.locator(".large-figures");
  await expect.poll(() => figures.textContent()).toMatch(/^[1-9]\d\d+bytes a snapshot\d+\.\d\dms to decode it[1-9]\d*frames a second$/);
  await page.getByText(/^The same ships as JSON text: \d\d\d?,\d{3} bytes\.$/).waitFor();
  console.log(`1,000 ships: ${await figures.locator("li").evaluateAll((all) => all.map((e) => [...e.children].map((c) => c.textContent).join(" ")).join(", "))}`);
  await page.waitForFunction(() => window.benchResult?.ships === 1000, null, { timeout: 45_000 });
  // The recording is over by now, and begins again.
  await page.getByRole("heading", { name: "1,000 ships in one tab" }).waitFor();
});
