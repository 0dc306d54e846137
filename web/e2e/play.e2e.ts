import { faint, tooWide, unlabelled, unreachable } from "./basics.ts";
import { hunt, inPlay, privateRoom, seatOf, shipOn } from "./play.ts";
import { expect, setHidden, story } from "./story.ts";

/** What a browser says by itself when its server goes away. */
const gone = /ERR_|WebSocket|Failed to load|503|502|404/;

story("a name, one click, and in play", async ({ server, open }) => {
  const page = await open(server, "/play");
  await page.getByLabel("Your name").fill("ann");
  await page.getByRole("button", { name: "Play" }).click();
  await inPlay(page);
  await page.keyboard.down("Tab");
  await page.getByRole("cell", { name: "ann you" }).waitFor();
  await page.keyboard.up("Tab");
  expect(await page.getByRole("cell", { name: "ann you" }).count()).toBe(0);
  expect(await unlabelled(page)).toEqual([]);
  expect(await faint(page)).toEqual([]);
});

story("on a phone of 320 pixels nothing sticks out and the menu is reached by keyboard", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa", { viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true });
  await inPlay(page);
  expect(await tooWide(page)).toEqual([]);
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("button", { name: /Net graph/ }).click();
  expect(await tooWide(page)).toEqual([]);
  expect(await faint(page)).toEqual([]);
  await page.evaluate(() => window.metronome!.session.leave());
  await page.getByRole("button", { name: "Play again" }).waitFor();
  expect(await unreachable(page)).toEqual([]);
});

story("two tabs see each other move", async ({ server, open }) => {
  const path = await privateRoom(server, "ffa");
  const ann = await open(server, path);
  const ben = await open(server, path);
  await Promise.all([inPlay(ann), inPlay(ben)]);
  const seat = await seatOf(ann);
  await ben.waitForFunction((s) => window.metronome!.picture.ships.some((o) => o.seat === s), seat);
  const before = (await shipOn(ben, seat))!;
  // Towards the middle there is room to fly; aslant, as walls are slid along.
  const keys = [before.x < 2048 ? "KeyD" : "KeyA", before.y < 2048 ? "KeyS" : "KeyW"];
  for (const key of keys) await ann.keyboard.down(key);
  await ben.waitForFunction(([s, from]) => {
    const now = window.metronome!.picture.ships.find((o) => o.seat === s) ?? from;
    return Math.hypot(now.x - from.x, now.y - from.y) > 100;
  }, [seat, before] as const);
  for (const key of keys) await ann.keyboard.up(key);
  // Both come to rest at the same place, to the unit.
  await expect.poll(async () => {
    const [here, there] = [await shipOn(ann, seat), await shipOn(ben, seat)];
    return here && there ? Math.hypot(here.x - there.x, here.y - there.y) : 99;
  }).toBeLessThan(0.01);
  expect(await ann.evaluate(() => window.metronome!.session.stats.corrections)).toBeLessThan(5);
});

story("a kill shows in both tabs, and who died is back by itself", async ({ serve, open }) => {
  const server = await serve({ args: ["--mode", "duel"] });
  const ann = await open(server, "/play?mode=duel");
  const ben = await open(server, "/play?mode=duel");
  await Promise.all([inPlay(ann), inPlay(ben)]);
  const [a, b] = [await seatOf(ann), await seatOf(ben)];
  await hunt(ann, b);
  await hunt(ben, a);
  await Promise.all([ann, ben].map((page) => page.locator(".feed li").first().waitFor({ timeout: 45_000 })));
  const said = async (page: typeof ann) => (await page.locator(".feed li").first().textContent())!;
  expect([await said(ann), await said(ben)].filter((t) => t.startsWith("you"))).toHaveLength(1);
  await Promise.all([inPlay(ann), inPlay(ben)]);
});

story("chat arrives as text and nothing else", async ({ server, open }) => {
  const path = await privateRoom(server, "ffa");
  const ann = await open(server, path);
  const ben = await open(server, path);
  await Promise.all([inPlay(ann), inPlay(ben)]);
  await ann.keyboard.press("Enter");
  await ann.getByLabel("Say to everybody").fill("<img src=x onerror=alert(1)> hello");
  await ann.keyboard.press("Enter");
  await ben.getByText("<img src=x onerror=alert(1)> hello").waitFor();
  expect(await ben.locator(".chat img").count()).toBe(0);
});

story("the server restarts: the page says so and is back in play by itself", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa", { expected: gone });
  await inPlay(page);
  await server.stop();
  await page.locator(".banner").waitFor();
  expect(await page.locator(".banner").textContent()).toMatch(/restart|reached|lost/);
  await server.start();
  await page.waitForFunction(() => window.metronome!.session.state === "playing", null, { timeout: 40_000 });
  await page.locator(".banner").waitFor({ state: "hidden" });
  await inPlay(page);
});

story("a hidden tab lets go of its seat and is back in step when it is seen again", async ({ server, open }) => {
  const page = await open(server, "/play?mode=ffa&hiddenAfter=300");
  await inPlay(page);
  const seat = await seatOf(page);
  await setHidden(page, true);
  await page.waitForFunction(() => window.metronome!.session.state === "away");
  const tick = await page.evaluate(() => window.metronome!.session.world.tick);
  await setHidden(page, false);
  await page.waitForFunction((t) => window.metronome!.session.state === "playing" && window.metronome!.session.world.tick > t, tick);
  await inPlay(page);
  expect(await seatOf(page)).toBe(seat);
});

story("a tab that slept for so long that its seat is gone gets another", async ({ serve, open }) => {
  const server = await serve({ args: ["--resume-window", "1s"] });
  const page = await open(server, "/play?mode=ffa&hiddenAfter=300", { expected: /401/ });
  const other = await open(server, "/play?mode=ffa");
  await Promise.all([inPlay(page), inPlay(other)]);
  const seat = await seatOf(page);
  await setHidden(page, true);
  await other.waitForFunction((s) => !window.metronome!.session.roster.has(s), seat);
  await setHidden(page, false);
  await page.waitForFunction(() => window.metronome!.session.state === "playing");
  await inPlay(page);
});

story("without WebGL it is drawn on a canvas and played all the same", async ({ server, open }) => {
  const page = await open(server, "/play");
  await page.addInitScript(() => {
    const get = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
      return kind.startsWith("webgl") || kind === "webgpu" ? null : Reflect.apply(get, this, [kind, ...rest]);
    } as typeof get;
  });
  await page.goto(`${server.url}/play?mode=ffa`);
  await inPlay(page);
  expect(await page.evaluate(() => window.metronome!.painter)).toBe("canvas");
  await page.getByText("No WebGL here").waitFor();
  const x = await page.evaluate(() => window.metronome!.picture.own!.x);
  await page.keyboard.down(x < 2048 ? "KeyD" : "KeyA");
  await page.waitForFunction((was) => Math.abs((window.metronome!.picture.own?.x ?? was) - was) > 100, x);
});

story("a room that is full says so", async ({ serve, open }) => {
  const server = await serve({ args: ["--mode", "duel"] });
  await Promise.all([inPlay(await open(server, "/play?room=duel")), inPlay(await open(server, "/play?room=duel"))]);
  const page = await open(server, "/play?room=duel", { expected: /429|503/ });
  await page.getByText("The room is full").waitFor();
  await page.getByRole("button", { name: "Back to the lobby" }).waitFor();
});

story("a code that never was, and a room that ended", async ({ server, open }) => {
  const wrong = await open(server, "/play?code=ZZZZZ", { expected: /404/ });
  await wrong.getByText("No room has the code ZZZZZ").waitFor();
  await wrong.getByRole("button", { name: "Back to the lobby" }).waitFor();
  const ended = await open(server, "/play?room=long-gone", { expected: /404/ });
  await ended.getByText("That room has ended").waitFor();
  await ended.getByRole("button", { name: "Retry" }).waitFor();
});
