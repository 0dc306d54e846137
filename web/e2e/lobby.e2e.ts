import { faint, tooWide, unlabelled, unreachable } from "./basics.ts";
import { expect, story, type Page } from "./story.ts";

const row = (page: Page, text: string) => page.locator("#rooms li").filter({ hasText: text });
const trouble = (page: Page) => page.locator("#trouble");

interface Made {
  join: { room: { id: string; code: string } };
}

story("a name and one click", async ({ server, open }) => {
  const page = await open(server, "/");
  await page.getByLabel("Your name").fill("ann");
  await page.getByRole("radio", { name: "Two teams" }).check();
  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForURL("**/play?mode=teams");
  await page.goto(server.url);
  expect(await page.getByLabel("Your name").inputValue()).toBe("ann");
});

story("a mode is a picture, a sentence, and how many play it", async ({ server, open }) => {
  const page = await open(server, "/");
  const card = page.locator("#modes .mode").filter({ hasText: "Free for all" });
  await card.filter({ hasText: "8 bots" }).filter({ hasText: "Everyone against everyone." }).waitFor();
  expect(await page.locator("#modes .mode").filter({ hasText: "be the first" }).count()).toBe(3);
  expect(await page.locator("#modes").textContent()).not.toContain("Hz");
  const pictures = page.locator("#modes img");
  await expect.poll(() => pictures.evaluateAll((all) => all.map((i) => (i as HTMLImageElement).naturalWidth > 0))).toEqual([true, true, true, true]);
  expect(new Set(await pictures.evaluateAll((all) => all.map((i) => (i as HTMLImageElement).src))).size).toBe(4);
});

story("what the page refers to is there: face, icons, manifest, picture for links", async ({ server, open }) => {
  const page = await open(server, "/");
  await expect.poll(() => page.evaluate(() => document.fonts.check('700 20px "Chakra Petch"') && [...document.fonts].some((f) => f.status === "loaded"))).toBe(true);
  const found = await page.evaluate(async () => {
    const manifest = document.querySelector<HTMLLinkElement>("link[rel=manifest]")!.href;
    const said = (await (await fetch(manifest)).json()) as { icons: { src: string; type: string }[] };
    const image = document.querySelector<HTMLMetaElement>("meta[property='og:image']")!.content;
    const touch = document.querySelector<HTMLLinkElement>("link[rel=apple-touch-icon]")!.href;
    const urls = [...said.icons.map((i) => new URL(i.src, manifest).href), new URL(image, location.href).href, touch];
    return Promise.all(urls.map(async (url) => `${(await fetch(url)).status} ${(await fetch(url)).headers.get("content-type")}`));
  });
  expect(found).toEqual(["200 image/png", "200 image/png", "200 image/jpeg", "200 image/png"]);
});

story.for([{ width: 1280, height: 720 }, { width: 320, height: 568 }])("an address that leads to nothing has a way back, in %j", async (viewport, { server, open }) => {
  const page = await open(server, "/nothing/at/all", { viewport, expected: /404/ });
  await page.getByRole("heading", { name: "Nothing flies here" }).waitFor();
  expect(await page.evaluate(() => getComputedStyle(document.querySelector("main")!).display)).toBe("grid"); // its style was found from there
  expect([...(await unlabelled(page)), ...(await faint(page)), ...(await tooWide(page)), ...(await unreachable(page))]).toEqual([]);
  await page.getByRole("link", { name: "To the lobby" }).click();
  await page.waitForURL(`${server.url}/`);
  const plain = await fetch(`${server.url}/nothing/at/all`);
  expect([plain.status, plain.headers.get("content-type")]).toEqual([404, "text/plain; charset=utf-8"]);
});

story("the keyboard alone", async ({ server, open }) => {
  const page = await open(server, "/");
  await page.getByRole("radio", { name: "Free for all" }).waitFor();
  await page.keyboard.type("bob"); // the name has the focus
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/play?mode=teams");
});

story("the list lives and is filtered", async ({ server, open }) => {
  const page = await open(server, "/");
  await row(page, "Free for all").waitFor();
  expect(await page.locator("#summary").textContent()).toContain("in 1 room");

  const duel = await server.ask<Made>("CreateRoom", { mode: "duel" });
  const { id } = duel.join.room;
  await row(page, id).getByRole("link", { name: "Join" }).waitFor();
  expect(await row(page, id).getByRole("link", { name: "Watch" }).getAttribute("href")).toBe(`play?room=${id}&watch`); // it takes no seat
  await row(page, "Free for all").getByRole("link", { name: "Watch" }).focus();
  await server.ask("JoinRoom", { id });
  await row(page, id).filter({ hasText: "2 / 2" }).waitFor();
  expect(await row(page, id).getByText("Full").getAttribute("href")).toBe(null);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Watch"); // kept through the updates

  await page.getByLabel("with a free seat").check();
  await row(page, id).waitFor({ state: "detached" });
  await page.getByLabel("with a free seat").uncheck();
  await page.locator("#filter-mode").selectOption("Duel");
  await row(page, id).waitFor();
  await row(page, "Free for all").waitFor({ state: "detached" });
  await page.locator("#filter-mode").selectOption("Open world");
  await page.getByText("No room fits.").waitFor();
});

story.for([{ width: 1280, height: 720 }, { width: 390, height: 844 }])("a game that no page draws is listed and not offered, in %j", async (viewport, { serve, open }) => {
  const server = await serve({ bots: 3, args: ["--mode", "exchange"] }); // the server's first mode is drawn, its own room is not
  const page = await open(server, "/", { viewport });
  const mode = (await server.ask<{ room: { mode: string }[] }>("ListRooms", {})).room[0]!.mode;
  expect(mode).toBe("exchange");
  const undrawn = page.locator("#rooms li").first();
  await undrawn.getByText("No page draws this game: play it in the inspector, with a client or bots.").waitFor();
  expect(await undrawn.getByRole("link").evaluateAll((all) => all.map((a) => new URL((a as HTMLAnchorElement).href).pathname))).toEqual(["/inspect", "/inspect"]);
  await page.getByRole("radio", { name: "Free for all" }).waitFor();
  const said = (await (await fetch(`${server.url}/info`)).json()) as { modes: { name: string; game: string }[] };
  const drawn = said.modes.filter((m) => m.game === "arena").map((m) => m.name);
  expect(drawn.length).toBeLessThan(said.modes.length);
  expect(await page.locator("#modes input").evaluateAll((all) => all.map((i) => (i as HTMLInputElement).value))).toEqual(drawn);
  expect(await page.locator("#create-mode option").evaluateAll((all) => all.map((o) => (o as HTMLOptionElement).value))).toEqual(drawn);
  expect(await page.locator("#filter-mode option").count()).toBe(1 + said.modes.length);
  expect([...(await unlabelled(page)), ...(await faint(page)), ...(await tooWide(page)), ...(await unreachable(page))]).toEqual([]);
  await page.goto(`${server.url}/play?mode=exchange`);
  await page.getByRole("heading", { name: "Another game" }).waitFor();
  await page.getByRole("button", { name: "Back to the lobby" }).click();
  await page.waitForURL(`${server.url}/`);
});

story("a room of the list is joined", async ({ server, open }) => {
  const page = await open(server, "/");
  await row(page, "Free for all").getByRole("link", { name: "Join" }).click();
  await page.waitForURL("**/play?room=ffa");
});

story("a room of the list is watched", async ({ server, open }) => {
  const page = await open(server, "/");
  await row(page, "Free for all").getByRole("link", { name: "Watch" }).click();
  await page.getByRole("status").filter({ hasText: "Watching" }).waitFor();
  expect(await page.evaluate(() => [window.metronome!.session.spectating, window.metronome!.session.seat, window.metronome!.picture.own])).toEqual([true, 0, null]);
  const listed = async () => (await server.ask<{ room: { taken: number; bots: number; spectators: number }[] }>("ListRooms", {})).room;
  await expect.poll(async () => (await listed()).map((r) => [r.taken - r.bots, r.spectators])).toEqual([[0, 1]]);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.waitForFunction(() => window.metronome?.session.state === "playing" && !window.metronome.session.spectating);
});

story("behind the first screen a match is played, for who has not asked for less motion", async ({ server, open }) => {
  const page = await open(server, "/", { reducedMotion: "no-preference" });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.locator("#live.on canvas").waitFor();
  await expect.poll(async () => (await server.ask<{ room: { taken: number; spectators: number }[] }>("ListRooms", {})).room.map((r) => [r.taken, r.spectators])).toEqual([[8, 1]]);
  expect(asked.some((path) => path.includes("backdrop"))).toBe(true);

  const calm = await open(server, "/");
  const calmly: string[] = [];
  calm.on("request", (request) => calmly.push(new URL(request.url()).pathname));
  await calm.reload();
  await row(calm, "Free for all").waitFor();
  await calm.locator("#modes .mode").filter({ hasText: "8 bots" }).waitFor();
  expect(await calm.locator("#live canvas").count()).toBe(0);
  expect(calmly.filter((path) => /backdrop-.*js|painters|worker/.test(path))).toEqual([]);
});

story("a private room: code, link and a friend", async ({ server, open }) => {
  const page = await open(server, "/", { permissions: ["clipboard-read", "clipboard-write"] });
  await page.locator("#create-mode").selectOption("Duel");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("heading", { name: "Your room is open" }).waitFor();
  const code = await page.getByLabel("Code", { exact: true }).inputValue();
  expect(code).toMatch(/^[A-Z2-9]{6}$/);
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("The link is copied.").waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(`${server.url}/play?code=${code}`);
  expect(await row(page, "Duel").count()).toBe(0); // not listed

  const friend = await open(server, "/");
  await friend.getByLabel("Code or link").fill(`${code.slice(0, 3).toLowerCase()} ${code.slice(3)}`);
  await friend.getByRole("button", { name: "Join", exact: true }).click();
  await friend.waitForURL(`**/play?code=${code}`);
  await page.getByRole("link", { name: "Enter the room" }).click();
  await page.waitForURL(`**/play?code=${code}`);
  for (const tab of [page, friend]) await tab.waitForFunction(() => window.metronome?.session.state === "playing"); // in a room of two
});

story("what a private room's maker sees can be read and reached", async ({ server, open }) => {
  const page = await open(server, "/"); // in a story of its own: looking takes longer than a seat is held on a slow machine
  await page.getByRole("radio", { name: "Duel" }).waitFor();
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("heading", { name: "Your room is open" }).waitFor();
  expect([...(await unlabelled(page)), ...(await faint(page)), ...(await unreachable(page))]).toEqual([]);
});

story("a public room is entered at once", async ({ server, open }) => {
  const page = await open(server, "/");
  await page.locator("#create-mode").selectOption("Duel");
  await page.getByLabel("private").uncheck();
  await page.getByRole("button", { name: "Open" }).click();
  await page.waitForURL("**/play?room=*");
});

story("a room is made as the form says, and what is refused stands at its field", async ({ server, open }) => {
  const page = await open(server, "/", { expected: /400/ });
  const seconds = page.getByLabel("Seconds of a match");
  await seconds.waitFor();
  expect([await seconds.inputValue(), await page.getByLabel("Weapons").inputValue()]).toEqual(["300", "all"]);
  await page.locator("#create-mode").selectOption("Duel");
  expect(await page.getByLabel("Kills that end").inputValue()).not.toBe("30"); // each mode has defaults of its own
  await page.getByLabel("private").uncheck();
  await page.getByLabel("Weapons").selectOption("rail");
  await seconds.fill("9000");
  await page.getByLabel("Kills that end").fill("");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByText("9000 does not fit: this needs a number from 0 to 7200.").waitFor();
  await page.getByText("This needs a number from 0 to 65000.").waitFor();
  expect(await seconds.evaluate((e) => [e === document.activeElement, e.getAttribute("aria-invalid")])).toEqual([true, "true"]);
  expect(await page.locator("#create-trouble").isVisible()).toBe(false);
  expect([...(await unlabelled(page)), ...(await faint(page)), ...(await tooWide(page))]).toEqual([]);
  await seconds.fill("60");
  await page.getByLabel("Kills that end").fill("5");
  await page.getByRole("button", { name: "Open" }).click();
  await page.waitForURL("**/play?room=*");
  await page.waitForFunction(() => window.metronome?.session.state === "playing");
  expect(await page.evaluate(() => window.metronome!.session.params)).toEqual({ seconds: 60, kills: 5, weapons: "rail" });
});

story("codes and links that lead nowhere", async ({ server, open }) => {
  const page = await open(server, "/", { expected: /404/ });
  const says = page.locator("#join-trouble");
  for (const [typed, sentence] of [
    ["", "Type the code"],
    ["hello", "That is no code"],
    ["ABC234", "No room has the code ABC234."],
    [`${server.url}/play?code=nope`, "That link has a broken code"],
    ["https://elsewhere.example/play?code=ABC234", "That room is on another server: elsewhere.example"],
  ] as const) {
    await page.getByLabel("Code or link").fill(typed);
    await page.getByLabel("Code or link").press("Enter");
    await says.filter({ hasText: sentence }).waitFor();
  }
  expect(await says.getByRole("link").getAttribute("href")).toBe("https://elsewhere.example/play?code=ABC234");
  expect(await page.getByLabel("Code or link").getAttribute("aria-invalid")).toBe("false");
});

story("a link with somebody's old ticket leads to its room", async ({ server, open }) => {
  const page = await open(server, "/");
  await page.getByLabel("Code or link").fill(`${server.url.replace("http", "ws")}/rooms/ffa?ticket=spent.long.ago`);
  await page.getByLabel("Code or link").press("Enter");
  await page.waitForURL("**/play?room=ffa");
});

story("a server without space for another room", async ({ serve, open }) => {
  const server = await serve({ args: ["--max-rooms", "1"] });
  const page = await open(server, "/", { expected: /429/ });
  await page.getByRole("radio", { name: "Duel" }).waitFor();
  await page.getByRole("button", { name: "Open" }).click();
  await page.locator("#create-trouble").filter({ hasText: /no node has space for another room/i }).waitFor();
});

story("the server goes and comes back", async ({ server, open }) => {
  const page = await open(server, "/", { expected: /ERR_CONNECTION_REFUSED|ERR_SOCKET|ERR_EMPTY|503/, viewport: { width: 320, height: 568 } });
  await row(page, "Free for all").waitFor();
  await server.kill();
  await trouble(page).filter({ hasText: "The server does not answer." }).waitFor();
  expect([...(await faint(page)), ...(await tooWide(page))]).toEqual([]);
  await page.getByRole("button", { name: "Open" }).click();
  await page.locator("#create-trouble").filter({ hasText: "does not answer" }).waitFor();
  await server.start();
  await trouble(page).waitFor({ state: "hidden" });
  await row(page, "Free for all").waitFor();
});

story("a page that was opened while the server was away", async ({ server, open }) => {
  const page = await open(server, "/", { expected: /ERR_FAILED/ });
  await page.route("**/info", (route) => route.abort());
  await page.reload();
  await trouble(page).filter({ hasText: "does not answer" }).waitFor();
  await page.unroute("**/info");
  await page.getByRole("radio", { name: "Duel" }).waitFor();
});

story("without JavaScript the page still says something", async ({ server, open }) => {
  const page = await open(server, "/", { javaScriptEnabled: false });
  await page.locator("noscript .notice").filter({ hasText: "metronome rooms --server URL" }).waitFor();
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});
