import { inPlay } from "./play.ts";
import { expect, story } from "./story.ts";

story("watching takes no seat: whose view it is, the next one, and a seat when one wants to play", async ({ server, open }) => {
  const page = await open(server, "/play?room=ffa&watch");
  await page.getByText(/^Watching \S/).waitFor();
  expect(await page.evaluate(() => [window.metronome!.session.seat, window.metronome!.session.spectating])).toEqual([0, true]);
  expect(await page.locator(".vitals, .chat-form, .stick").evaluateAll((all) => all.some((e) => e.checkVisibility()))).toBe(false);
  await page.waitForFunction(() => window.metronome!.session.watched > 0);
  const first = await page.evaluate(() => window.metronome!.session.watched);
  await page.getByRole("button", { name: "Next" }).click();
  await page.waitForFunction((seat) => window.metronome!.session.watched !== seat, first);
  await page.keyboard.press("Enter");
  expect(await page.getByLabel("Say to everybody").isVisible()).toBe(false);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.waitForURL("**/play?room=ffa");
  await inPlay(page);
});
