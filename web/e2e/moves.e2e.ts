import { faint, tooWide, unlabelled, unreachable } from "./basics.ts";
import { homeOf, inPlay } from "./play.ts";
import { redis } from "./redis.ts";
import { expect, story, type Page, type Server } from "./story.ts";

const key = "correct horse";

/** Opens a node's console at a page of it. */
async function consoleOf(open: (server: Server, path: string) => Promise<Page>, server: Server, at: string): Promise<Page> {
  const page = await open(server, `/console${at}`);
  await page.getByLabel("Key").fill(key);
  await page.keyboard.press("Enter");
  return page;
}

const rows = (page: Page, region: string) => page.getByRole("region", { name: region, exact: true }).locator("tbody tr");
const dialog = (page: Page) => page.getByRole("dialog");

/** What a page owes its visitors at a width that a phone has. */
async function owesNarrow(page: Page, { tabs = true } = {}): Promise<void> {
  await page.setViewportSize({ width: 380, height: 700 });
  await expect.poll(() => tooWide(page)).toEqual([]);
  expect(await unlabelled(page)).toEqual([]);
  expect(await faint(page)).toEqual([]);
  if (tabs) expect(await unreachable(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 720 });
}

story("the console moves a room under its players, whose net graph shows it, and goes after it", { timeout: 120_000 }, async ({ serve, open }) => {
  const store = await redis();
  try {
    const args = ["--redis", store.url, "--admin-key", key];
    const first = await serve({ bots: 3, args });
    const second = await serve({ args });
    const [here, there] = [new URL(first.url).host, new URL(second.url).host];
    const room = await homeOf(first);
    const player = await open(first, `/play?room=${room}`, { nodes: [second] });
    await inPlay(player);
    const seat = await player.evaluate(() => window.metronome!.session.seat);
    await player.keyboard.press("n");
    const graph = player.getByRole("region", { name: "Net graph" });
    await expect.poll(() => graph.locator('[data-figure="moves"]').innerText()).toBe("0");

    const page = await consoleOf(open, second, "");
    await rows(page, "Rooms").filter({ hasText: here }).getByRole("link").click();
    const facts = page.locator("#room-line");
    await expect.poll(() => facts.innerText()).toContain(here);
    const epoch = async (): Promise<number> => Number(/epoch (\d+)$/.exec(await facts.innerText())?.[1]);
    const before = await epoch();
    const watcher = await consoleOf(open, first, `#room/${room}`); // somebody else, who looks on
    await expect.poll(() => watcher.locator("#room-line").innerText()).toContain(here);
    await page.getByRole("button", { name: "Move" }).click();
    await dialog(page).getByText("Its 1 player comes after it").waitFor();
    const choice = dialog(page).getByLabel("To");
    expect(await choice.locator("option").allInnerTexts()).toEqual(["the one that fits best", expect.stringMatching(`^${there} \\(1 room, CPU `)]);
    await choice.selectOption({ index: 1 });
    await page.setViewportSize({ width: 380, height: 700 });
    expect(await dialog(page).evaluate((d) => d.scrollWidth - d.clientWidth), "pixels of the question that are cut").toBeLessThanOrEqual(0);
    await owesNarrow(page, { tabs: false }); // what is behind the dialog is out of reach
    await dialog(page).getByRole("button", { name: "Move" }).click();
    await page.getByText(`The room is at ${there} now.`).waitFor();
    await expect.poll(() => facts.innerText()).toContain(there);
    await expect.poll(epoch).toBeGreaterThan(before);
    await owesNarrow(page);

    await watcher.getByText(`The room is at ${there} now.`).waitFor();
    await expect.poll(() => watcher.locator("#room-line").innerText()).toContain(there);
    expect(await watcher.locator("#ended").isVisible()).toBe(false);

    const moved = (times: number) => player.waitForFunction((n) => window.metronome!.session.stats.moves === n && window.metronome!.session.state === "playing", times);
    await moved(1);
    await graph.getByText(new RegExp(`^Moved to ${there} in \\d+ ms\\.$`)).waitFor();
    expect(await player.evaluate(() => window.metronome!.session.seat)).toBe(seat);
    await owesNarrow(player, { tabs: false }); // the Tab key is the game's

    // Back by whichever node fits, which is the only other one; the player's page has followed by itself.
    await page.getByRole("button", { name: "Move" }).click();
    await dialog(page).getByRole("button", { name: "Move" }).click();
    await page.getByText(`The room is at ${here} now.`).waitFor();
    await moved(2);
    await graph.getByText(/ \(move 2\)\.$/).waitFor();

    await page.getByRole("link", { name: "Events" }).click();
    await page.getByLabel("What", { exact: true }).selectOption("rooms opened, ended, moved");
    await page.getByLabel("Room", { exact: true }).fill(room);
    const told = (words: RegExp) => expect.poll(() => rows(page, "Events").filter({ hasText: words }).count());
    await told(new RegExp(`moved.*to ${there} at tick`)).toBe(1);
    await told(new RegExp(`taken-over.*from ${here} at tick`)).toBe(1);
    await told(new RegExp(`moved.*to ${here} at tick`)).toBe(1);
  } finally {
    await store.stop();
  }
});

story("a move that the other node refuses says why, and the room stays", { timeout: 60_000 }, async ({ serve, open }) => {
  const store = await redis();
  try {
    const args = ["--redis", store.url, "--admin-key", key];
    const first = await serve({ args });
    const full = await serve({ args: [...args, "--max-rooms", "1"] });
    const room = await homeOf(first);
    const page = await consoleOf((server, path) => open(server, path, { expected: /429 .*MoveRoom/ }), first, `#room/${room}`);
    const facts = page.locator("#room-line");
    await expect.poll(() => facts.innerText()).toContain(new URL(first.url).host);
    await page.getByRole("button", { name: "Move" }).click();
    await dialog(page).getByLabel("To").selectOption({ index: 1 });
    await dialog(page).getByRole("button", { name: "Move" }).click();
    await dialog(page).getByText("The other node has no space for the room.").waitFor();
    expect(await dialog(page).getByRole("button", { name: "Move" }).isEnabled()).toBe(true);
    await dialog(page).getByRole("button", { name: "Cancel" }).click();
    await expect.poll(() => facts.innerText()).toContain(new URL(first.url).host);
    expect(full.log).not.toContain(room);
  } finally {
    await store.stop();
  }
});
