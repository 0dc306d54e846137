import { faint, tooWide, unlabelled, unreachable } from "./basics.ts";
import { hunt, inPlay, seatOf } from "./play.ts";
import { queueFor, roomOf, withQueues } from "./queues.ts";
import { expect, story, type Page } from "./story.ts";

const faults = async (page: Page): Promise<string[]> => [...(await unlabelled(page)), ...(await faint(page)), ...(await tooWide(page)), ...(await unreachable(page))];

/** A clock that shows so many seconds, below ten, or more: a machine that is busy skips some. */
const waited = (least: number): RegExp => new RegExp(`0:(0[${least}-9]|[1-5]\\d)`);

story("a server without queues shows none and loads nothing for them", async ({ server, open }) => {
  const page = await open(server, "/");
  await page.locator("#rooms li").first().waitFor();
  await page.waitForFunction(() => performance.getEntriesByType("resource").some((e) => e.name.endsWith("/ListQueues")));
  expect(await page.locator("#queues").isVisible()).toBe(false);
  expect(await page.getByRole("link", { name: "Match" }).count()).toBe(0);
  expect(await page.evaluate(() => performance.getEntriesByType("resource").filter((e) => /\/match-[\w-]+\.(js|css)$/.test(e.name)).length)).toBe(0);
});

story("two browsers queue, meet in one room, play, see the result, and queue again", { timeout: 180_000 }, ({ serve, open }) =>
  withQueues(serve, async (server) => {
    const ann = await open(server, "/");
    const bob = await open(server, "/");
    await queueFor(ann, "ann", "Quick duel");
    await ann.getByText("only you").waitFor();
    await queueFor(bob, "bob", "Quick duel");
    for (const page of [ann, bob]) await page.waitForURL("**/play?room=*&queue=duel");
    for (const page of [ann, bob]) await inPlay(page);
    expect(await roomOf(ann)).toBe(await roomOf(bob));
    expect(new Set([await seatOf(ann), await seatOf(bob)]).size).toBe(2);
    await ann.waitForFunction(() => [...window.metronome!.session.roster.values()].some((p) => p.name === "bob"));
    await hunt(ann, await seatOf(bob));
    await hunt(bob, await seatOf(ann));
    for (const page of [ann, bob]) {
      await page.getByRole("dialog", { name: "End of the match" }).waitFor({ timeout: 60_000 });
      const again = page.getByRole("button", { name: "Queue again" });
      expect(await again.evaluate((b) => b === document.activeElement)).toBe(true);
    }
    const first = await roomOf(ann);
    for (const page of [ann, bob]) await page.getByRole("button", { name: "Queue again" }).press("Enter");
    for (const page of [ann, bob]) await page.waitForURL("**/play?room=*&queue=duel");
    for (const page of [ann, bob]) await inPlay(page);
    expect(await roomOf(ann)).toBe(await roomOf(bob));
    expect(await roomOf(ann)).not.toBe(first);
  }),
);

story("a search is seen and left, by the keyboard alone", ({ serve, open }) =>
  withQueues(serve, async (server) => {
    const page = await open(server, "/");
    const find = page.getByRole("button", { name: "Find a match in Quick duel" });
    await find.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Looking for a match: Quick duel" }).waitFor();
    await page.locator(".reason", { hasText: /\.$/ }).waitFor(); // what blocks, as a sentence
    await page.locator(".waited", { hasText: waited(2) }).waitFor();
    await expect.poll(() => page.title()).toMatch(/^0:\d\d in the queue/);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter"); // the one button that there is
    await page.getByText("You left the queue").waitFor();
    expect(await find.evaluate((b) => b === document.activeElement)).toBe(true);
    expect(await page.title()).toBe("metronome: play");
  }),
);

story("an entry is taken up again after a reload, and is canceled when its tab is closed", ({ serve, open }) =>
  withQueues(serve, async (server) => {
    const ann = await open(server, "/");
    await queueFor(ann, "ann", "Quick duel");
    await ann.locator(".waited", { hasText: waited(3) }).waitFor();
    const entry = await ann.evaluate(() => sessionStorage.getItem("metronome.entry"));
    await ann.reload();
    await ann.getByRole("heading", { name: "Looking for a match: Quick duel" }).waitFor();
    await ann.locator(".waited", { hasText: waited(3) }).waitFor(); // its waiting time is kept
    expect(await ann.evaluate(() => sessionStorage.getItem("metronome.entry"))).toBe(entry);
    const other = await open(server, "/");
    const card = other.locator(".queue").filter({ hasText: "Quick duel" });
    await card.getByText("1 waits").waitFor();
    await ann.close();
    await card.getByText("nobody waits now").waitFor({ timeout: 30_000 });
  }),
);

story("who declines is out, who accepted waits on, and two who accept play", { timeout: 120_000 }, ({ serve, open }) =>
  withQueues(serve, async (server) => {
    const [ann, bob, cid] = [await open(server, "/"), await open(server, "/"), await open(server, "/")];
    await queueFor(ann, "ann", "Sworn duel");
    await queueFor(bob, "bob", "Sworn duel");
    const offer = (page: Page) => page.getByRole("dialog", { name: "Match found" });
    for (const page of [ann, bob]) await offer(page).waitFor();
    expect(await offer(ann).getByRole("button", { name: "Accept" }).evaluate((b) => b === document.activeElement)).toBe(true);
    await ann.keyboard.press("Escape"); // no way to decline by accident
    await ann.keyboard.press("Enter");
    await offer(ann).getByText("You are in. 1 of 2 have accepted.").waitFor();
    await offer(bob).getByText("1 of 2 have accepted").waitFor();
    await offer(bob).getByRole("button", { name: "Decline" }).click();
    await bob.locator("#queues > .notice.bad").waitFor();
    await ann.getByRole("heading", { name: "Looking for a match: Sworn duel" }).waitFor();
    await queueFor(cid, "cid", "Sworn duel");
    for (const page of [ann, cid]) await offer(page).getByRole("button", { name: "Accept" }).click();
    for (const page of [ann, cid]) await inPlay(page);
    expect(await roomOf(ann)).toBe(await roomOf(cid));
  }),
);

story("a party by its link: ready marks, the leader starts, both are led into one room", { timeout: 120_000 }, ({ serve, open }) =>
  withQueues(serve, async (server) => {
    const ann = await open(server, "/");
    await ann.getByLabel("Your name").fill("ann");
    await ann.getByRole("button", { name: "Make a party" }).click();
    const link = await ann.getByLabel("Link", { exact: true }).first().inputValue();
    expect(link).toMatch(new RegExp(`^${server.url}/\\?party=[A-Z2-9]{6}$`));
    expect(await ann.getByRole("button", { name: "Find a match in Quick duel" }).isDisabled()).toBe(true); // it takes no parties
    const bob = await open(server, link.slice(server.url.length));
    await bob.getByLabel("Your name").fill("bob");
    await bob.getByRole("button", { name: "Join the party" }).click();
    const party = (page: Page) => page.getByRole("region", { name: "Party" });
    await party(bob).getByText("bob (you)").waitFor();
    await party(ann).getByText("bob is not ready.").waitFor();
    await bob.reload(); // a member's reconnect
    await party(bob).getByText("bob (you)").waitFor();
    expect(await bob.getByRole("button", { name: "Find a match in Pairs" }).isDisabled()).toBe(true); // the leader starts
    await party(bob).getByRole("button", { name: "I am ready" }).click();
    await party(ann).getByText("Everybody is ready: find a match.").waitFor();
    await ann.getByRole("button", { name: "Find a match in Pairs" }).click();
    for (const page of [ann, bob]) await page.waitForURL("**/play?room=*&queue=pair");
    for (const page of [ann, bob]) await inPlay(page);
    expect(await roomOf(ann)).toBe(await roomOf(bob));
  }),
);

story("a code that leads to no party is told beside its field", ({ serve, open }) =>
  withQueues(serve, async (server) => {
    const page = await open(server, "/?party=ABC234", { expected: /404|400/ });
    await page.getByRole("button", { name: "Join the party" }).click();
    await page.getByRole("region", { name: "Party" }).getByRole("alert").waitFor();
    await page.getByLabel("Party code or link").fill("what?");
    await page.keyboard.press("Enter");
    await page.getByText("That is no code").waitFor();
    expect(new URL(page.url()).search).toBe(""); // a reload does not try again
  }),
);

story.for([{ width: 1280, height: 720 }, { width: 320, height: 568 }, { width: 844, height: 390 }])("queues, a search and a party owe what every page owes, in %j", (viewport, { serve, open }) =>
  withQueues(serve, async (server) => {
    const page = await open(server, "/", { viewport });
    await page.locator("#queues .queue").first().waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole("button", { name: "Make a party" }).click();
    await page.locator("#party-code").waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole("button", { name: "Leave the party" }).click();
    await page.getByRole("button", { name: "Find a match in Sworn duel" }).click();
    await page.getByRole("button", { name: "Leave the queue" }).waitFor();
    expect(await faults(page)).toEqual([]);
    const other = await open(server, "/");
    await queueFor(other, "bob", "Sworn duel");
    const dialog = page.getByRole("dialog", { name: "Match found" });
    await dialog.waitFor();
    expect([...(await faint(page)), ...(await tooWide(page))]).toEqual([]);
    const box = (await dialog.boundingBox())!;
    expect([box.x >= 0, box.y >= 0, box.x + box.width <= viewport.width, box.y + box.height <= viewport.height]).toEqual([true, true, true, true]);
  }),
);
