import { inPlay, noteInputs, sent } from "./play.ts";
import { expect, setHidden, story } from "./story.ts";

const phone = { viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true };

/** How long a page on a busy machine may take. */
const slow = { timeout: 15_000 };

/** The bit of a dash in an input's buttons. */
const dash = 4;

story("Escape opens the menu and closes it, and the ship flies on", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa");
  await inPlay(page);
  await noteInputs(page);
  const tool = page.getByRole("button", { name: /^Net graph/ });
  await page.keyboard.press("Escape");
  await tool.waitFor();
  expect(await page.evaluate(() => document.activeElement?.closest(".menu-panel") !== null)).toBe(true);
  // A letter flies, whatever has the focus.
  await page.keyboard.down("KeyD");
  await expect.poll(async () => (await sent(page)).some(([dx]) => dx === 127), slow).toBe(true);
  await page.keyboard.up("KeyD");
  await page.keyboard.press("Escape");
  await tool.waitFor({ state: "hidden" });
  await page.keyboard.down("ArrowLeft");
  await expect.poll(async () => (await sent(page)).some(([dx]) => dx === -127), slow).toBe(true);
  await page.keyboard.up("ArrowLeft");
});

story("the menu closes when the chat opens from it", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa", phone);
  await inPlay(page);
  await page.getByRole("button", { name: "Menu" }).tap();
  await page.getByRole("button", { name: /^Chat/ }).tap();
  const field = page.getByLabel("Say to everybody");
  await field.waitFor();
  await page.getByRole("button", { name: /^Chat/ }).waitFor({ state: "hidden" });
  const onTop = await field.evaluate((f) => {
    const b = f.getBoundingClientRect();
    return document.elementFromPoint(b.left + b.width / 2, b.top + b.height / 2) === f;
  });
  expect(onTop, "nothing lies over the chat's field").toBe(true);
});

story("leaving is asked once more", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa");
  await inPlay(page);
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("button", { name: "Leave" }).click();
  await page.getByText("Leave this match?").waitFor();
  await page.getByRole("button", { name: "Stay" }).click();
  await page.getByText("Leave this match?").waitFor({ state: "hidden" });
  expect(await page.evaluate(() => window.metronome!.session.state)).toBe("playing");
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("button", { name: "Leave" }).click();
  await page.getByText("Leave this match?").waitFor();
  await page.getByRole("button", { name: "Leave" }).click();
  await page.waitForURL(`${server.url}/`);
});

story("the scores go when the window loses the focus while Tab is down", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa");
  await inPlay(page);
  const scores = page.getByRole("region", { name: "Scoreboard" });
  await page.keyboard.down("Tab");
  await scores.waitFor();
  await page.evaluate(() => window.dispatchEvent(new Event("blur"))); // as Alt+Tab does: the key comes up elsewhere
  await scores.waitFor({ state: "hidden" });
  await page.keyboard.up("Tab");
});

story("the own row is in sight, with its place, however long the scores are", async ({ serve, open }) => {
  const server = await serve({ bots: 31 });
  const page = await open(server, "/play?room=ffa", { viewport: { width: 900, height: 420 } });
  await inPlay(page);
  await page.keyboard.down("Tab");
  const inSight = () => page.evaluate(() => {
    const own = document.querySelector(".scoreboard tr.own .place")?.getBoundingClientRect();
    const box = document.querySelector(".scoreboard .scroll")!;
    const b = box.getBoundingClientRect();
    return box.scrollHeight > box.clientHeight && own !== undefined && own.top >= b.top - 0.5 && own.bottom <= b.bottom + 0.5;
  });
  await expect.poll(inSight, slow).toBe(true);
  await page.evaluate(() => document.querySelector(".scoreboard .scroll")!.scrollTo(0, 9999));
  expect(await inSight()).toBe(true);
  expect(Number(await page.locator(".scoreboard tr.own .place").textContent())).toBeGreaterThan(0);
  await page.keyboard.up("Tab");
});

story("a tap shorter than a frame lasts one input, by key and by finger", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await inPlay(page);
  const dashes = async () => (await sent(page)).filter(([, , , buttons]) => (buttons! & dash) !== 0).length;
  await noteInputs(page);
  await page.evaluate(() => {
    for (const kind of ["keydown", "keyup"]) dispatchEvent(new KeyboardEvent(kind, { code: "ShiftLeft" }));
  });
  await expect.poll(dashes, slow).toBeGreaterThan(0);
  await noteInputs(page);
  await page.evaluate(() => {
    const button = document.querySelector(".touch-button.dash")!;
    for (const kind of ["pointerdown", "pointerup"]) button.dispatchEvent(new PointerEvent(kind, { pointerType: "touch", pointerId: 7, bubbles: true }));
  });
  await expect.poll(dashes, slow).toBeGreaterThan(0);
});

story("without a seat no picture is shown that nobody has drawn", async ({ server, open }) => {
  const page = await open(server, "/play?room=long-gone", { expected: /404/ });
  await page.getByRole("heading", { name: "No seat" }).waitFor();
  expect(await page.locator("canvas.world").isVisible()).toBe(false);
});

story("who comes back after the seat is gone is told so", async ({ serve, open }) => {
  const server = await serve({ args: ["--resume-window", "1s"] });
  const page = await open(server, "/play?mode=ffa&hiddenAfter=300", { expected: /401/ });
  const other = await open(server, "/play?mode=ffa");
  await Promise.all([inPlay(page), inPlay(other)]);
  const seat = await page.evaluate(() => window.metronome!.session.seat);
  await setHidden(page, true);
  await other.waitForFunction((s) => !window.metronome!.session.roster.has(s), seat);
  await setHidden(page, false);
  await page.getByText(/This tab was hidden for \d+ s, longer than a seat is kept.*your score starts again at 0/).waitFor();
  await page.getByRole("button", { name: "OK" }).click();
  await page.getByText("This tab was hidden").waitFor({ state: "hidden" });
});

story("who is alone in a room is told so, until somebody comes", async ({ serve, open }) => {
  const server = await serve({ args: ["--mode", "duel"] });
  const page = await open(server, "/play?room=duel");
  await inPlay(page);
  await page.getByText("You are alone here").waitFor();
  await page.getByRole("button", { name: "Copy link" }).waitFor();
  const other = await open(server, "/play?room=duel");
  await inPlay(other);
  await page.getByText("You are alone here").waitFor({ state: "hidden" });
});
