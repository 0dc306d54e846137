// Coming to the arena's page without a room, or with one that is not there.
import { faint, tooWide, unlabelled, unreachable } from "./basics.ts";
import { inPlay } from "./play.ts";
import { expect, story, type Page } from "./story.ts";

const basics = async (page: Page): Promise<string[]> => [...(await unlabelled(page)), ...(await faint(page)), ...(await tooWide(page)), ...(await unreachable(page))];

story("a name, a mode and Play", async ({ server, open }) => {
  const page = await open(server, "/play");
  await page.getByRole("radio", { name: "Two teams" }).check();
  expect(await basics(page)).toEqual([]);
  await page.getByLabel("Your name").fill("ann");
  await page.getByRole("button", { name: "Play" }).click();
  await inPlay(page);
  expect(await page.evaluate(() => [window.metronome!.session.mode, location.search, localStorage.getItem("metronome.name")])).toEqual(["teams", "?mode=teams", "ann"]);
});

story.for([{ width: 1280, height: 720 }, { width: 320, height: 568 }])("a mode that there is not: it says so, and offers those that there are, in %j", async (viewport, { server, open }) => {
  const page = await open(server, "/play?mode=nonsense", { viewport, expected: /400/ });
  await page.getByRole("alert").filter({ hasText: 'This server has no mode "nonsense".' }).waitFor();
  await page.getByRole("radio", { name: "Duel" }).check();
  expect(await page.getByText("The game is over").count()).toBe(0);
  expect(await basics(page)).toEqual([]);
  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForURL("**/play?mode=duel");
  await inPlay(page);
});

story("a room that is not there: no seat, and no canvas without a picture", async ({ server, open }) => {
  const page = await open(server, "/play?room=gone", { expected: /404/ });
  await page.getByRole("heading", { name: "No seat" }).waitFor();
  await expect.poll(() => page.locator("canvas").count()).toBe(0);
  await page.getByRole("button", { name: "Back to the lobby" }).click();
  await page.waitForURL(`${server.url}/`);
});
