// The documentation that every node serves: read by day and by night, on a phone, and
// searched without another server.
import { faint, tooWide, unlabelled, unreachable } from "./basics.ts";
import { expect, story } from "./story.ts";

for (const colorScheme of ["dark", "light"] as const) {
  for (const path of ["/docs/", "/docs/concepts/snapshots", "/docs/protocol"]) {
    story(`${path}, ${colorScheme}: labels, contrast, 320 pixels`, async ({ server, open }) => {
      const page = await open(server, path, { viewport: { width: 320, height: 568 }, colorScheme });
      expect(await page.title()).toContain("metronome");
      expect(await unlabelled(page)).toEqual([]);
      expect(await faint(page)).toEqual([]);
      expect(await tooWide(page)).toEqual([]);
    });
  }
}

story("/docs/: the keyboard alone", async ({ server, open }) => {
  const page = await open(server, "/docs/run");
  expect(await unreachable(page)).toEqual([]);
});

story("the lobby leads to the documentation, and its search to a part of a page", async ({ server, open }) => {
  const page = await open(server, "/");
  await page.getByRole("contentinfo").getByRole("link", { name: "docs" }).click();
  await page.waitForURL("**/docs/");

  await page.keyboard.press("/");
  await page.keyboard.type("slack ticks");
  const first = page.locator("#found a").first();
  await expect.poll(() => first.textContent()).toContain("Slack");
  await page.keyboard.press("ArrowDown");
  expect(await first.evaluate((link) => link === document.activeElement)).toBe(true);
  await page.keyboard.press("Escape");
  expect(await page.locator("#found").isVisible()).toBe(false);

  await page.getByLabel("Search these pages").fill("private rooms");
  await expect.poll(() => first.textContent()).toContain("Private rooms");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/docs/recipes/private-rooms");
  expect(await page.locator("h1").textContent()).toBe("Private rooms");

  await page.getByLabel("Search these pages").fill("qqqq");
  await expect.poll(() => page.locator("#count").textContent()).toBe("Nothing is found");
});

story("the documentation below a path of its host", async ({ serve, open }) => {
  const server = await serve({ bots: 0, args: ["--public-url", "http://127.0.0.1:1/game"] });
  const page = await open({ url: `${server.url}/game` }, "/docs");
  await page.waitForURL("**/game/docs/");
  await page.getByRole("navigation", { name: "All pages" }).getByRole("link", { name: "Teams" }).click();
  await page.waitForURL("**/game/docs/recipes/teams");
  expect(await page.locator("h1").textContent()).toBe("Teams");
});
