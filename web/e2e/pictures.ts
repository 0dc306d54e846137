// Takes the pictures of docs/img from a server with bots: `make screenshots`.
// They are WebP, as PNG files of these scenes are three times as large.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { clickPlay } from "./rig.ts";
import { story, type Page } from "./story.ts";
import { atStep, plays } from "./tutorial.ts";

const folder = fileURLToPath(new URL("../../docs/img", import.meta.url));
await mkdir(folder, { recursive: true });

/** Keeps what a page shows; the browser makes a WebP of it, on a page of its own that may do so. */
async function take(page: Page, name: string): Promise<void> {
  const png = (await page.screenshot()).toString("base64");
  const desk = await page.context().newPage();
  const webp = await desk.evaluate(async (from) => {
    const image = new Image();
    image.src = `data:image/png;base64,${from}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d")!.drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.85).split(",")[1]!;
  }, png);
  await desk.close();
  await writeFile(join(folder, `${name}.webp`), Buffer.from(webp, "base64"));
}

/** Flies to whoever is nearest and fires, until there is something to see: so many ships on the screen, one less after every 15 s of waiting. */
async function fight(page: Page, ships: number): Promise<void> {
  await page.waitForFunction(() => window.metronome);
  await page.evaluate(() => {
    const press = (code: string, on: boolean): void => void dispatchEvent(new KeyboardEvent(on ? "keydown" : "keyup", { code }));
    const stage = document.querySelector("canvas")!;
    window.metronome!.onFrame = (_, { own, ships }) => {
      if (!own) return;
      const far = (s: { x: number; y: number }): number => Math.hypot(s.x - own.x, s.y - own.y);
      const prey = ships.filter((s) => !s.own && (s.team === 0 || s.team !== own.team)).sort((a, b) => far(a) - far(b))[0];
      if (!prey) return;
      const [dx, dy] = [prey.x - own.x, prey.y - own.y];
      press("KeyD", dx > 150);
      press("KeyA", dx < -150);
      press("KeyS", dy > 150);
      press("KeyW", dy < -150);
      press("Space", far(prey) < 500);
      const aim = { clientX: innerWidth / 2 + dx, clientY: innerHeight / 2 + dy, pointerType: "mouse", bubbles: true };
      stage.dispatchEvent(new PointerEvent("pointermove", aim));
    };
  });
  await page.waitForFunction(
    (enough) => {
      const { picture, frames } = window.metronome!;
      const own = picture.own;
      if (!own || own.health < 50 || frames < 60) return false;
      const zoom = Math.sqrt((innerWidth * innerHeight) / (1300 * 800)); // as camera.ts
      const seen = (s: { x: number; y: number }): boolean =>
        Math.abs(s.x - own.x) * zoom < innerWidth * 0.4 && Math.abs(s.y - own.y) * zoom < innerHeight * 0.35;
      const ships = Math.max(enough - Math.floor(performance.now() / 15_000), 2);
      return picture.ships.filter(seen).length >= ships && picture.shots.filter(seen).length >= 3;
    },
    ships,
    { polling: "raf", timeout: 60_000 },
  );
}

/** A visitor who was here before and has a name. */
const known = (url: string) => ({ cookies: [], origins: [{ origin: url, localStorage: [{ name: "metronome.name", value: "you" }] }] });

// What who has never been here sees, not one moment that was waited for: the click
// on Play in the lobby, and the picture within five seconds of it.
story("play, as a newcomer sees it", async ({ serve, open }) => {
  const server = await serve({ bots: 20 });
  const page = await open(server, "/", { reducedMotion: "no-preference" });
  await clickPlay(page, "ffa");
  await page.waitForFunction(() => (window.metronome?.picture.own && window.metronome.frames > 30) || performance.now() > 4500, null, { timeout: 60_000 });
  await take(page, "play-desktop");
});

story("play, on a phone", async ({ serve, open }) => {
  const server = await serve({ bots: 31, args: ["--mode", "teams"] });
  const page = await open(server, "/play?mode=teams", {
    storageState: known(server.url), viewport: { width: 390, height: 720 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1.5,
  });
  await fight(page, 3);
  await take(page, "play-phone");
});

story("the net graph", async ({ serve, open }) => {
  const server = await serve({ bots: 45 });
  const page = await open(server, "/play?room=ffa", { storageState: known(server.url) });
  await page.waitForFunction(() => window.metronome?.session.state === "playing");
  await page.keyboard.press("KeyN");
  await page.getByLabel("Added delay").fill("75");
  await page.getByLabel("Added jitter").fill("20");
  await fight(page, 4);
  await take(page, "netgraph");
});

story("the lobby", async ({ serve, open }) => {
  const server = await serve({ bots: 20 });
  for (const mode of ["teams", "duel", "open"]) await server.ask("CreateRoom", { mode });
  const page = await open(server, "/", { viewport: { width: 1280, height: 800 } });
  await page.locator("#rooms li").filter({ hasText: "20 bots" }).waitFor();
  await page.getByLabel("Your name").fill("you");
  await take(page, "lobby");
});

story("the console", async ({ serve, open }) => {
  const server = await serve({ bots: 45 });
  const page = await open(server, "/console#room/ffa/seat/1", { viewport: { width: 1280, height: 800 } });
  await page.locator("#plots canvas").first().waitFor();
  // A room of its plots' age, not one that has just begun.
  const minutes = 1.5;
  await page.waitForFunction((tick) => Number(/tick ([\d,]+)/.exec(document.body.innerText)?.[1]?.replaceAll(",", "")) > tick, minutes * 60 * 30, {
    timeout: minutes * 60_000 * 1.5,
  });
  await take(page, "console");
});

for (const step of ["1", "2", "5"]) {
  story(`the tutorial, step ${step}`, ({ open }) =>
    atStep(step, async (server) => {
      const page = await open(server, "/", { viewport: { width: 640, height: 420 } });
      await plays(page, step);
      await take(page, `tutorial-${step}`);
    }));
}
