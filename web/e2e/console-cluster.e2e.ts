import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faint, tooWide, unlabelled, unreachable } from "./basics.ts";
import { play } from "./console-play.ts";
import { redis } from "./redis.ts";
import { expect, story, type Page } from "./story.ts";

const rows = (page: Page, region: string) => page.getByRole("region", { name: region, exact: true }).locator("tbody tr");

/** What every page of the console owes its visitors, on a desk and on a phone. */
async function owes(page: Page): Promise<void> {
  expect(await unlabelled(page)).toEqual([]);
  expect(await faint(page)).toEqual([]);
  expect(await unreachable(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 568 });
  await expect.poll(() => tooWide(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 720 });
}

story("the table of rooms fits a desk: no column is cut at 1280", async ({ server, open }) => {
  await server.ask("CreateRoom", { mode: "duel", private: true });
  const page = await open(server, "/console");
  await expect.poll(() => rows(page, "Rooms").count()).toBe(2);
  await expect.poll(() => rows(page, "Rooms").first().innerText()).toMatch(/ MB|kB/);
  for (const region of ["Rooms", "Nodes"]) {
    const cut = await page.getByRole("region", { name: region, exact: true }).evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(cut, `pixels of ${region} that are cut`).toBeLessThanOrEqual(0);
  }
  await owes(page);
});

story("one console for all nodes: find, watch, kick, announce and lock on another; then it hangs", { timeout: 120_000 }, async ({ serve, open }) => {
  const store = await redis();
  try {
    const args = ["--redis", store.url];
    const first = await serve({ bots: 2, args: [...args, "--admin-key", "correct horse"] });
    const second = await serve({ bots: 3, args: [...args, "--admin-key", "another horse"] });
    const page = await open(first, "/console");
    await page.getByLabel("Key").fill("correct horse");
    await page.keyboard.press("Enter");
    await expect.poll(() => rows(page, "Nodes").count()).toBe(2);
    await expect.poll(() => rows(page, "Rooms").count(), { timeout: 15_000 }).toBe(2);
    await expect.poll(() => page.locator("#t-players").innerText()).toContain("and 5 bots in 2 rooms");
    await owes(page);

    await page.getByRole("link", { name: "Players" }).click();
    await page.getByLabel("Name or user").fill("nobody like it");
    await page.keyboard.press("Enter");
    await page.getByText("Nobody of that name sits in a room.").waitFor();
    const other = new URL(second.url).host;
    await page.getByLabel("Name or user").fill("o"); // of the names Grave, Largo and Lento
    await page.keyboard.press("Enter");
    const there = rows(page, "Players found").filter({ hasText: other });
    await expect.poll(() => there.count()).toBe(2);
    await owes(page);
    const name = await there.first().getByRole("link").innerText();
    await there.first().getByRole("link").click();
    await page.getByRole("heading", { name: new RegExp(`^Seat \\d+: ${name}$`) }).waitFor();
    await page.locator("#trace-said", { hasText: /Tick \d+ used/ }).waitFor();
    await expect.poll(() => page.locator("#room-line").innerText()).toContain(other);
    await page.getByRole("button", { name: "Kick" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Kick" }).click();
    await page.getByText(`${name} was kicked.`).waitFor();
    expect(second.log).toMatch(/act=kick by=console remote=127\.0\.0\.1/);
    await page.getByRole("button", { name: "Lock" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Lock" }).click();
    await page.getByText("The room is locked.").waitFor();
    await expect.poll(() => page.locator("#room-state").innerText()).toBe("locked");

    await page.getByRole("link", { name: "Rooms", exact: true }).click();
    await page.getByRole("button", { name: "Announce to all" }).click();
    await page.getByLabel("Announcement").fill("Back in five");
    await page.keyboard.press("Enter");
    await page.getByText("Announced to 2 rooms: Back in five.").waitFor();

    await page.getByRole("link", { name: "Events" }).click();
    await expect.poll(() => rows(page, "Events").filter({ hasText: "kicked (4005)" }).count()).toBe(1);
    await page.getByLabel("Text").fill(name);
    await expect.poll(() => rows(page, "Events").filter({ hasText: "announce" }).count()).toBe(0);
    await owes(page);
    await rows(page, "Events").filter({ hasText: "kicked" }).getByRole("link").click();
    await page.getByRole("heading", { name: "History" }).waitFor();
    expect(page.url()).toMatch(/#history\/\d+$/);
    await expect.poll(() => page.locator("#history-plots .plot").count()).toBe(9);
    await expect.poll(() => page.locator("#history-plots .plot").first().innerText()).toMatch(/bots\s+[45]/);
    await page.getByLabel("each node").check();
    await expect.poll(() => page.locator("#history-plots .plot").first().innerText()).toContain(other);
    await page.getByRole("button", { name: "Zoom out" }).click();
    await owes(page);

    // It is listed until its lease ends, six seconds after its last beat.
    await page.getByRole("link", { name: "Players" }).click();
    await page.getByLabel("Name or user").focus();
    second.freeze();
    await page.keyboard.press("Enter");
    await page.getByText(`Without ${other}: that node does not answer.`).waitFor();
    await page.getByRole("link", { name: "Rooms", exact: true }).click();
    await rows(page, "Nodes").filter({ hasText: other }).getByText("does not answer").waitFor();
    await expect.poll(() => page.locator("#live").innerText()).toBe("live");
    second.thaw();
  } finally {
    await store.stop();
  }
});

story("an ended room and its recording; zooming by dragging, kept over a reload", async ({ serve, open }) => {
  const folder = await mkdtemp(join(tmpdir(), "metronome-recordings-"));
  const server = await serve({ args: ["--record", folder] });
  const tab = await open(server, "/", { expected: /ERR_|Failed to load/ });
  const { room, ended } = await play(tab, server, "ann");
  const page = await open(server, `/console#room/${room}`, { expected: /ERR_|Failed to load/ });
  await page.getByRole("button", { name: "Close room" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Close the room" }).click();
  await ended();
  await page.getByRole("link", { name: "Ended" }).click();
  const row = rows(page, "Ended rooms").filter({ hasText: room });
  await expect.poll(() => row.innerText()).toContain("room-ended (4006)");
  const [file] = await Promise.all([page.waitForEvent("download"), row.getByRole("button", { name: "Download" }).click()]);
  expect(file.suggestedFilename()).toContain(room);
  await owes(page);
  await row.getByRole("link").click();
  const plot = page.locator("#history-plots .plot").first();
  await expect.poll(() => plot.innerText()).toMatch(/players\s+\d/);
  const figures = async (): Promise<string> => (await page.locator("#history-plots .u-legend .u-value").allInnerTexts()).join(" ");
  expect(await figures(), "of all plots, at once").not.toContain("–");
  await plot.locator(".u-over").hover();
  await page.mouse.move(2, 2);
  expect(await figures(), "when the pointer has left").not.toContain("–");
  await page.getByRole("button", { name: "10 min" }).click();
  expect(await page.getByRole("button", { name: "10 min" }).getAttribute("aria-pressed")).toBe("true");
  const area = await plot.locator(".u-over").boundingBox();
  if (!area) throw new Error("no plot");
  await page.mouse.move(area.x + area.width * 0.5, area.y + 30);
  await page.mouse.down();
  await page.mouse.move(area.x + area.width * 0.8, area.y + 40, { steps: 5 });
  await page.mouse.up();
  await page.getByText(/ and [23] min \d+ s on/).waitFor();
  await page.reload();
  await expect.poll(() => page.locator("#history-plots .plot").first().innerText(), { timeout: 15_000 }).toMatch(/players\s+\d/);
  await server.stop();
  await rm(folder, { recursive: true });
});
