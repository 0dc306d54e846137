import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faint, tooWide, unlabelled, unreachable } from "./basics.ts";
import { play } from "./console-play.ts";
import { expect, story, type Page } from "./story.ts";

const key = "correct horse";

/** How many pixels of the first plot are drawn in the colour of a line. */
function drawn(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".plot canvas");
    const pixels = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let blue = 0;
    for (let i = 0; i < pixels.length; i += 4) if ((pixels[i + 2] ?? 0) > 180 && (pixels[i] ?? 0) < 120) blue++;
    return blue;
  });
}

story("the rooms of a node, live and sorted", async ({ server, open }) => {
  await server.ask("CreateRoom", { mode: "duel" });
  const page = await open(server, "/console");
  const rooms = page.getByRole("region", { name: "Rooms", exact: true });
  const rows = rooms.locator("tbody tr");
  await expect.poll(() => rows.count()).toBe(2);
  await expect.poll(() => rows.first().innerText()).toMatch(/ffa[\s\S]*open[\s\S]*8\/50 \(8 bots\)/);
  await rooms.getByRole("button", { name: "Seats" }).click();
  await expect.poll(() => rows.last().innerText()).toContain("8 bots");
  expect(await rooms.locator("th[aria-sort=ascending]").innerText()).toBe("Seats");
  await page.getByLabel("Filter").fill("duel");
  await expect.poll(() => rows.count()).toBe(1);
  await page.getByLabel("Filter").fill("nothing like it");
  await page.getByText("No room fits.").waitFor();
  await expect.poll(() => page.locator("#t-cpu b").innerText()).toMatch(/%/);
  await page.getByRole("region", { name: "Nodes" }).getByText("this one").waitFor();
  await expect.poll(() => page.locator("#t-players").innerText()).toContain("and 8 bots in 2 rooms");
});

story("a room tells how many look on", async ({ server, open }) => {
  const page = await open(server, "/console");
  const row = page.getByRole("region", { name: "Rooms", exact: true }).locator("tbody tr");
  await expect.poll(() => row.innerText()).toContain("(8 bots)");
  await expect.poll(() => page.locator("#t-players").innerText()).toContain("and 8 bots in 1 room");
  await page.evaluate((url) => new Promise((resolve) => (new WebSocket(url, "metronome.v1").onmessage = () => resolve(null))), `${server.url.replace("http", "ws")}/rooms/ffa?watch`);
  await expect.poll(() => row.innerText()).toContain("(8 bots, 1 spectator)");
  await page.getByRole("link", { name: "ffa", exact: true }).click();
  await expect.poll(() => page.locator("#room-line").innerText()).toContain("8 of 50 seats · 1 spectator");
});

story("a room's minutes from before anybody looked, its seats, and a seat's inputs", async ({ server, open }) => {
  const lobby = await open(server, "/");
  await expect.poll(() => lobby.evaluate(async () => ((await (await fetch("/stats")).json()) as { ticks: number }).ticks), { timeout: 20_000, interval: 500 }).toBeGreaterThan(150);
  const page = await open(server, "/console");
  await page.getByRole("link", { name: "ffa", exact: true }).click();
  await page.getByRole("heading", { name: "ffa" }).waitFor();
  await expect.poll(() => page.locator(".plot").count()).toBe(6);
  await expect.poll(() => page.locator(".plot").first().innerText()).toMatch(/p50\s+\d.* ms/);
  expect(await drawn(page), "three seconds are there at once").toBeGreaterThan(5);
  const seats = page.getByRole("region", { name: "Seats of this room" }).locator("tbody tr");
  await expect.poll(() => seats.count()).toBe(8);
  await seats.first().getByRole("link").click();
  await page.getByRole("heading", { name: /Seat 1: / }).waitFor();
  await expect.poll(async () => Number(await page.locator("#n-on-time").innerText())).toBeGreaterThan(20);
  await page.locator("#trace-said", { hasText: /Tick \d+ used/ }).waitFor();
  expect(await unlabelled(page)).toEqual([]);
  expect(await faint(page)).toEqual([]);
  expect(await unreachable(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.locator("#seat").waitFor({ state: "hidden" });
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("1");
  await page.keyboard.press("Enter");
  await page.locator("#seat").waitFor();
  await page.setViewportSize({ width: 320, height: 568 });
  await expect.poll(() => tooWide(page)).toEqual([]);
});

story("a seat whose inputs are of no use says why", async ({ server, open }) => {
  const tab = await open(server, "/");
  // Two inputs in a frame: for tick 1, long over, and for tick 2,097,151, far ahead.
  const { room } = await play(tab, server, "ann", [0x0a, 2, 0x08, 1, 0x0a, 4, 0x08, 0xff, 0xff, 0x7f]);
  const page = await open(server, `/console#room/${room}`);
  await page.getByRole("link", { name: "Seat 1, ann" }).click();
  await expect.poll(async () => Number(await page.locator("#n-early").innerText())).toBeGreaterThan(1);
  await expect.poll(async () => Number(await page.locator("#n-too-late").innerText())).toBeGreaterThan(1);
  const why = page.locator("#faults");
  await why.getByText(/^For tick 2097151, \d+ ticks ahead; a room keeps inputs for about 1s\.$/).first().waitFor();
  await why.getByText(/^Tick 1 was over, \d+ ticks ago; nothing of an input counts that is so late\.$/).first().waitFor();
  await page.locator("#trace-said", { hasText: "used no input" }).waitFor();
  await expect.poll(() => page.getByRole("region", { name: "Seats of this room" }).locator("tbody tr").filter({ hasText: "ann" }).innerText()).toMatch(/1\s+ann\s+127\.0\.0\.1\s+active/);
});

story("kick: who plays is told why", async ({ server, open }) => {
  const tab = await open(server, "/");
  const { room, ended } = await play(tab, server, "ann <b>");
  const page = await open(server, `/console#room/${room}/seat/1`);
  await page.getByRole("heading", { name: "Seat 1: ann <b>" }).waitFor();
  await page.getByRole("button", { name: "Kick" }).click();
  const dialog = page.getByRole("dialog", { name: "Kick ann <b>?" });
  await dialog.getByLabel("Reason").fill("bad language");
  await page.keyboard.press("Enter");
  expect(await ended()).toEqual({ code: 4005, reason: "bad language" });
  await page.getByText("ann <b> was kicked.").waitFor();
  await page.getByText("Nobody sits in this room.").waitFor();
  expect(server.log).toMatch(/act=kick by=console remote=127\.0\.0\.1.*bad language/);
});

story("a dialog that is cancelled does nothing", async ({ server, open }) => {
  const page = await open(server, "/console#room/ffa");
  await page.getByRole("button", { name: "Close room" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Close room" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await expect.poll(() => page.locator("#room-state").innerText()).toBe("open");
  expect(server.log).not.toContain('act="close room"');
});

story("announce, download, close: the room ends while one looks", async ({ serve, open }) => {
  const folder = await mkdtemp(join(tmpdir(), "metronome-recordings-"));
  const server = await serve({ args: ["--record", folder] });
  const tab = await open(server, "/", { expected: /ERR_|Failed to load/ });
  const { room, ended } = await play(tab, server, "ann");
  const page = await open(server, `/console#room/${room}`, { expected: /ERR_|Failed to load/ });
  await page.getByRole("button", { name: "Announce" }).click();
  await page.getByLabel("Announcement").fill("In five minutes");
  await page.keyboard.press("Enter");
  await page.getByText("Announced: In five minutes").waitFor();
  await expect.poll(() => page.locator(".plot").first().innerText(), { timeout: 15_000 }).toMatch(/p50\s+\d/);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download recording" }).click()]);
  expect(file.suggestedFilename()).toContain(room);
  expect((await readFile(await file.path())).subarray(0, 19).toString()).toBe("metronome journal 1");
  await page.getByRole("button", { name: "Close room" }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("maintenance");
  await page.getByRole("dialog").getByRole("button", { name: "Close the room" }).click();
  expect(await ended()).toEqual({ code: 4006, reason: "maintenance" });
  await page.getByText("The room has ended. What you see is how it was last.").waitFor();
  await expect.poll(() => page.getByRole("button", { name: "Announce" }).isDisabled()).toBe(true);
  await page.getByRole("link", { name: "All rooms" }).click();
  await page.getByRole("region", { name: "Rooms", exact: true }).getByRole("link", { name: "ffa" }).waitFor();
  await server.stop();
  await rm(folder, { recursive: true });
});

story("a room that never was", async ({ server, open }) => {
  const page = await open(server, "/console#room/nowhere");
  await page.getByText('No room "nowhere" is open on this node').waitFor();
  expect(await page.locator(".plot").first().isVisible()).toBe(false);
});

story("the key: none, a wrong one, the right one, kept for the tab", async ({ serve, open }) => {
  const server = await serve({ args: ["--admin-key", key] });
  const page = await open(server, "/console");
  await page.getByRole("heading", { name: "Admin key" }).waitFor();
  expect(await page.locator("#views").isVisible()).toBe(false);
  await page.getByLabel("Key").fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByText("That is not this server's admin key.").waitFor();
  expect(await unlabelled(page)).toEqual([]);
  expect(await faint(page)).toEqual([]);
  await page.getByLabel("Key").fill(key);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "ffa" }).waitFor();
  await page.reload();
  await page.getByRole("link", { name: "ffa" }).waitFor();
  const other = await open(server, "/console");
  await other.getByLabel("Key").waitFor();
});

story("many wrong keys: the page says to wait", async ({ serve, open }) => {
  const server = await serve({ args: ["--admin-key", key] });
  const page = await open(server, "/console");
  const enough = page.getByText("Too many wrong keys came from this address; wait a minute.");
  for (let guess = 0; guess < 40 && !(await enough.isVisible()); guess++) {
    await page.getByLabel("Key").fill(`guess ${guess}`); // it is hidden while the server is asked
    await page.keyboard.press("Enter");
    await page.locator("#key-trouble").waitFor();
  }
  await enough.waitFor();
});

story("a server without a key that is not open says how to set one", async ({ serve, open }) => {
  const server = await serve({ args: ["--open", "no"] });
  const page = await open(server, "/console");
  await page.getByText("this server has no admin key. Start it with --admin-key KEY").waitFor();
});

story("the server goes and comes back", async ({ server, open }) => {
  const page = await open(server, "/console#room/ffa", { expected: /ERR_|Failed to load/ });
  await page.locator("#live", { hasText: "live" }).waitFor();
  await server.kill();
  await page.getByText(/The server does not answer\. What you see is .* old\. Trying again by itself/).waitFor();
  expect(await page.locator("#live").innerText()).toBe("reconnecting");
  await server.start();
  await page.locator("#live", { hasText: "live" }).waitFor({ timeout: 20_000 });
  expect(await page.locator("#lost").isVisible()).toBe(false);
  await server.stop();
  await page.getByText(/Trying again by itself/).waitFor();
  await server.start();
  await page.locator("#live", { hasText: "live" }).waitFor({ timeout: 20_000 });
  await page.getByRole("region", { name: "Seats of this room" }).locator("tbody tr").first().waitFor();
});
