import { faint, tooWide, unlabelled, unreachable } from "./basics.ts";
import { inPlay, seatOf } from "./play.ts";
import { expect, story, type Page } from "./story.ts";

/** Has the page's session hear what its engine would report of a notice. */
function hear(page: Page, report: object): Promise<void> {
  return page.evaluate((r) => (window.metronome!.session as unknown as { report(r: object): void }).report(r), report);
}

/** An end with three lines: the page's own seat is second, bob has left. */
function ending(seat: number): object {
  return {
    type: "end", reason: "the match is over", lines: [
      { seat, team: 0, place: 2, values: [7, 3, 4, 310, 42, 512] }, { seat: seat + 1, team: 0, place: 1, values: [12, 1, 6, 540, 38, 0] }, { seat: 40, team: 0, place: 0, values: [0, 9, 0, 20, 5, 0] },
    ],
  };
}

story.for([{ width: 1280, height: 720 }, { width: 390, height: 844 }])("the end of a match is shown in %j, and leads to another room", async (viewport, { server, open }) => {
  const page = await open(server, "/play?mode=ffa", { viewport });
  await inPlay(page);
  const seat = await seatOf(page);
  await hear(page, ending(seat));
  const dialog = page.getByRole("dialog", { name: "End of the match" });
  await dialog.getByRole("heading", { name: / wins$/ }).waitFor();
  const again = dialog.getByRole("button", { name: "Play again" });
  expect(await again.evaluate((b) => b === document.activeElement)).toBe(true);
  expect(await dialog.locator("tbody tr").allTextContents()).toEqual([expect.stringMatching(/^1\..*121654038 %0$/), expect.stringMatching(/^2\..*you73431042 %512$/), expect.stringMatching(/^–player 40090205 %0$/)]);
  const podium = dialog.getByRole("list", { name: "The best three" });
  expect(await podium.getByRole("listitem").allTextContents()).toEqual([expect.stringMatching(/12 kills1$/), expect.stringMatching(/^you7 kills2$/)]);
  // Both ships are drawn.
  const inked = await podium.locator("canvas").evaluateAll((all) => all.map((c) => {
    const { width, height } = c as HTMLCanvasElement;
    return (c as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height).data.filter((v, i) => i % 4 === 3 && v > 0).length / (width * height);
  }));
  expect(inked.map((part) => part > 0.1 && part < 0.9)).toEqual([true, true]);
  await dialog.getByText("You: place 2 of 3 · 7 kills · 3 deaths").waitFor();
  const heads = ["Place", "Player", "Kills", "Deaths", "Streak", "Damage", "Accuracy", "Best rail"];
  expect(await dialog.locator("th").allTextContents()).toEqual(heads);
  // A narrow page leaves out what the places do not go by.
  expect(await dialog.locator("th:visible").count()).toBe(viewport.width < 640 ? 4 : heads.length);
  expect([...(await unlabelled(page)), ...(await faint(page)), ...(await tooWide(page)), ...(await unreachable(page))]).toEqual([]);
  await page.waitForFunction(() => window.metronome!.session.state === "closed"); // it has left, and looks for no room by itself
  expect(await page.getByRole("heading", { name: "You have left" }).count()).toBe(0);
  await again.press("Enter");
  await page.waitForURL("**/play?mode=ffa");
  await inPlay(page);
  expect(await page.evaluate(() => window.metronome!.session.matchEnd)).toBe(null);
});

story("an order that was refused is told for a moment", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa");
  await inPlay(page);
  await hear(page, { type: "refused", number: 3, reason: "stake is 101, want -100 to 100" });
  const toast = page.getByText("That was refused: stake is 101, want -100 to 100.");
  await toast.waitFor();
  await toast.waitFor({ state: "hidden" });
});
