import { faint, tooWide } from "./basics.ts";
import { overlaps } from "./boxes.ts";
import { inPlay, noteInputs, sent } from "./play.ts";
import { expect, story, type Page } from "./story.ts";

const sizes = [{ width: 320, height: 568 }, { width: 390, height: 844 }, { width: 844, height: 390 }];
const touch = { hasTouch: true, isMobile: true };

/** How long a page on a busy machine may take. */
const slow = { timeout: 15_000 };

/** The bit of the rail in an input's buttons. */
const rail = 2;

/** Moves a finger on the page's canvas, or lifts it. */
function finger(page: Page, kind: "pointerdown" | "pointermove" | "pointerup", id: number, x: number, y: number): Promise<void> {
  return page.evaluate(
    ([kind, pointerId, clientX, clientY]) =>
      void document.querySelector("canvas.world")!.dispatchEvent(new PointerEvent(kind, { pointerId, clientX, clientY, pointerType: "touch", bubbles: true, cancelable: true })),
    [kind, id, x, y] as const,
  );
}

story.for(sizes)("on %j nothing lies over anything, and the sticks are there before the first touch", async (viewport, { serve, open }) => {
  const server = await serve({ bots: 16 });
  const page = await open(server, "/play?room=ffa", { viewport, ...touch });
  await inPlay(page);
  expect(await page.locator(".stick, .touch-button").evaluateAll((all) => all.map((e) => e.checkVisibility()))).toEqual([true, true, true, true]);
  await page.getByRole("button", { name: "Full screen" }).waitFor(); // offered once
  await page.evaluate(() => window.metronome!.session.chat("a line that is as long as one of the longer ones of those that people write"));
  await page.locator(".chat-log li").first().waitFor();
  await page.locator(".feed li").nth(1).waitFor({ timeout: 45_000 });
  expect(await overlaps(page)).toEqual([]);
  expect([...(await tooWide(page)), ...(await faint(page))]).toEqual([]);
  await page.getByRole("button", { name: "No", exact: true }).click();
  await page.reload();
  await inPlay(page);
  expect(await page.getByRole("button", { name: "Full screen" }).count(), "it is not offered again").toBe(0);
});

story("the aim is held while the same thumb taps the rail", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa", { viewport: sizes[1]!, ...touch });
  await inPlay(page);
  await noteInputs(page);
  await finger(page, "pointerdown", 1, 100, 700);
  await finger(page, "pointermove", 1, 150, 700); // flies to the right
  await finger(page, "pointerdown", 2, 300, 700);
  await finger(page, "pointermove", 2, 300, 660); // aims up
  await expect.poll(async () => (await sent(page)).some(([, , aim]) => aim === 49152), slow).toBe(true);
  await finger(page, "pointerup", 2, 300, 660);
  await page.evaluate(() => {
    const button = document.querySelector(".touch-button.rail")!;
    for (const kind of ["pointerdown", "pointerup"]) button.dispatchEvent(new PointerEvent(kind, { pointerType: "touch", pointerId: 3, bubbles: true }));
  });
  const beams = async () => (await sent(page)).filter(([, , , buttons]) => (buttons! & rail) !== 0);
  await expect.poll(async () => (await beams()).length, slow).toBeGreaterThan(0);
  for (const [dx, , aim] of await beams()) expect([dx! > 100, aim]).toEqual([true, 49152]);
  await finger(page, "pointerup", 1, 150, 700);
});

story.for([...sizes, { width: 1280, height: 720 }])("on %j a server that is gone leaves the map free, and the picture stands still", async (viewport, { server, open }) => {
  const page = await open(server, "/play?mode=ffa", { viewport, ...(viewport.width < 1000 ? touch : {}), expected: /ERR_|WebSocket|Failed to load/ });
  await inPlay(page);
  await server.kill();
  await page.locator(".banner").waitFor();
  expect(await overlaps(page)).toEqual([]);
  await page.getByText("On hold").waitFor();
  expect(await page.locator("canvas.world").evaluate((c) => getComputedStyle(c).filter)).toContain("saturate");
  expect(await page.locator(".stick").first().isVisible()).toBe(false);
});
