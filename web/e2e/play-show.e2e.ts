import { faint, tooWide, unlabelled } from "./basics.ts";
import { hunt, inPlay, privateRoom, seatOf } from "./play.ts";
import { expect, story, type Page } from "./story.ts";

story.for([{ width: 1280, height: 720 }, { width: 320, height: 568 }])("the card says what the connection does and opens the net graph, which explains itself, in %j", async (viewport, { server, open }) => {
  const page = await open(server, "/play?mode=ffa", { viewport });
  await inPlay(page);
  const card = page.locator(".netcard .card");
  await expect.poll(() => card.textContent()).toMatch(/^\d+ players · [1-9]\d* bytes a tick · \d+ corrections? · \d+ ms/);
  await card.click();
  const graph = page.getByRole("region", { name: "Net graph" });
  await graph.waitFor();
  expect(await card.getAttribute("aria-expanded")).toBe("true");
  // By keyboard, by pointer and by tap: every figure has its sentence.
  await graph.getByRole("button", { name: /^slack/ }).focus();
  await graph.getByText(/^How early your inputs reach the server/).waitFor();
  await graph.getByRole("button", { name: /^decode/ }).hover();
  await graph.getByText(/^What your computer needs/).waitFor();
  for (const figure of await graph.getByRole("list", { name: "Figures of the connection" }).getByRole("button").all()) {
    await figure.click();
    expect(await graph.locator(".what").textContent()).toMatch(/\.$/);
    expect(await figure.getAttribute("aria-description")).toBe(await graph.locator(".what").textContent());
  }
  expect([...(await unlabelled(page)), ...(await faint(page)), ...(await tooWide(page))]).toEqual([]);
  await card.click();
  await graph.waitFor({ state: "hidden" });
});

story("200 ms can be felt: the server's ghost trails behind until the button is pressed again", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa");
  await inPlay(page);
  const feel = page.getByRole("button", { name: "Feel 200 ms" });
  const legend = page.getByText(/where the server last had your ship/);
  expect(await legend.isVisible()).toBe(false);
  expect(await page.evaluate(() => window.metronome!.picture.ghost)).toBe(null);
  await feel.click();
  await legend.waitFor();
  expect(await feel.getAttribute("aria-pressed")).toBe("true");
  await page.keyboard.down("KeyD");
  await page.waitForFunction(() => {
    const { picture, session } = window.metronome!;
    const { ghost, own } = picture;
    return session.stats.lastRttMs > 150 && ghost && own && Math.hypot(ghost.x - own.x, ghost.y - own.y) > 20;
  });
  await page.keyboard.up("KeyD");
  await feel.click();
  await legend.waitFor({ state: "hidden" });
  await page.waitForFunction(() => window.metronome!.picture.ghost === null && window.metronome!.session.stats.lastRttMs < 150);
  expect(await page.evaluate(() => window.metronome!.session.network.delayMs + window.metronome!.session.network.jitterMs)).toBe(0);
});

story("what the server announces stands in the middle for a while, and in the chat", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa");
  await inPlay(page);
  await page.evaluate(() => (window.metronome!.session as unknown as { report(r: object): void }).report({ type: "announcement", text: "Maintenance at nine." }));
  await page.locator(".announcement").getByText("Maintenance at nine.").waitFor();
  await page.locator(".chat").getByText("Maintenance at nine.").waitFor();
  await page.locator(".announcement").waitFor({ state: "hidden" });
});

story("a kill is called out to who made it, and who lost a ship is told by whom and how", async ({ server, open }) => {
  const path = await privateRoom(server, "ffa");
  const [ann, ben] = [await open(server, path), await open(server, path, { viewport: { width: 640, height: 480 } })];
  await Promise.all([inPlay(ann), inPlay(ben)]);
  // Both hunt, so that they meet also when one of them is drawn too slowly to aim.
  await Promise.all([hunt(ann, await seatOf(ben)), hunt(ben, await seatOf(ann))]);
  const calls = (page: Page): Promise<void> => page.locator(".call").getByText(/^You destroyed /).waitFor({ timeout: 60_000 });
  const lost = (page: Page): Promise<void> => page.locator(".respawn").getByText(/^with the blaster, from \d+ units, \d+ hull left$/).waitFor({ timeout: 60_000 });
  await Promise.any([Promise.all([calls(ann), lost(ben)]), Promise.all([calls(ben), lost(ann)])]);
});
