import { inPlay } from "./play.ts";
import { PrefixProxy } from "./proxy.ts";
import { expect, story as plain } from "./story.ts";

/** A server that is found at /game of another host; no page of it may ask for what is not below. */
const story = plain.extend<{ proxy: PrefixProxy }>({
  proxy: async ({ serve }, use) => {
    const proxy = await PrefixProxy.listen("/game");
    proxy.to((await serve({ bots: 8, args: ["--public-url", proxy.url] })).url);
    await use(proxy);
    proxy.close();
    expect(proxy.strays.filter((path) => path !== "/favicon.ico")).toEqual([]);
  },
});

story("below a path, from the lobby into play, and back", async ({ proxy, open }) => {
  const page = await open(proxy, "/");
  await page.locator("#rooms li").filter({ hasText: "Free for all" }).getByRole("link", { name: "Join" }).waitFor();
  await page.getByLabel("Your name").fill("ann");
  await page.getByRole("radio", { name: "Free for all" }).check();
  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForURL("**/game/play?mode=ffa");
  await inPlay(page);
  await page.evaluate(() => window.metronome!.session.leave());
  await page.getByRole("button", { name: "Back to the lobby" }).click();
  await page.waitForURL("**/game/");
  await page.close(); // before the proxy, which its next question would miss
});

story("below a path, the link to a room leads a friend into it", async ({ proxy, open }) => {
  const page = await open(proxy, "/play?room=ffa", { permissions: ["clipboard-read", "clipboard-write"] });
  await inPlay(page);
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(`${proxy.url}/play?room=ffa`);
  await page.goto(`${proxy.url}/`);
  await page.getByLabel("Code or link").fill(`${proxy.url}/play?room=ffa`);
  await page.getByLabel("Code or link").press("Enter");
  await page.waitForURL("**/game/play?room=ffa");
  await inPlay(page);
  await page.close();
});

story("below a path, every page has its style", async ({ proxy, open }) => {
  for (const path of ["/bench", "/console"]) {
    const page = await open(proxy, path, { expected: /403|Failed to load/ });
    await page.locator("h1").first().waitFor({ state: "attached" });
    expect(await page.locator("link[rel=stylesheet]").evaluateAll((all) => all.length > 0 && all.every((l) => (l as HTMLLinkElement).sheet !== null))).toBe(true);
  }
});
