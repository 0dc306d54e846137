// Takes a picture of every state of the pages on every size, into bin/screens
// with an index.html: `make screenshots`. A state that cannot be reached is named
// there and ends nothing. STATES=play,menu takes only these.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { clickPlay } from "./rig.ts";
import { story, type OpenOptions, type Page, type Server } from "./story.ts";

const folder = fileURLToPath(new URL("../../bin/screens", import.meta.url));
const chosen = process.env["STATES"]?.split(",");
if (!chosen) await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });

const touch = { hasTouch: true, isMobile: true };
const sizes: { name: string; options: OpenOptions }[] = [
  { name: "1280x720", options: { viewport: { width: 1280, height: 720 } } },
  { name: "390x844", options: { viewport: { width: 390, height: 844 }, ...touch } },
  { name: "320x568", options: { viewport: { width: 320, height: 568 }, ...touch } },
  { name: "844x390", options: { viewport: { width: 844, height: 390 }, ...touch } },
];

/** How long a state may take to come, ms. */
const patience = 60_000;

interface State {
  name: string;
  /** What one looks at; for the contact sheet. */
  title: string;
  /** Where it begins; by quick play in the lobby when there is none. */
  path?: string;
  /** Arguments of its server. */
  args?: string[];
  bots?: number;
  /** Brings the page there. */
  reach?: (page: Page, server: Server) => Promise<unknown>;
}

const playing = (page: Page): Promise<unknown> => page.waitForFunction(() => window.metronome?.session.state === "playing" && window.metronome.picture.own);
const later = (page: Page, ms: number): Promise<unknown> => page.waitForFunction((until) => performance.now() > until, ms, { polling: 100 });

/** Clicks on a button by its name, through the menu where it is folded away. */
async function press(page: Page, name: RegExp): Promise<void> {
  const wanted = page.getByRole("button", { name }).first();
  if (!(await wanted.isVisible())) await page.getByRole("button", { name: /menu/i }).first().click();
  await wanted.click();
}

/** Removes the page's own player, as an operator does. */
async function kick(page: Page, server: Server): Promise<void> {
  const body = await page.evaluate(() => {
    const { session } = window.metronome!;
    return { room: session.room, seat: session.seat, name: session.roster.get(session.seat)!.name, reason: "bad language" };
  });
  await fetch(`${server.url}/metronome.v1.ConsoleService/KickSeat`, {
    method: "POST", headers: { "Content-Type": "application/json", "Connect-Protocol-Version": "1" }, body: JSON.stringify(body),
  });
  await page.waitForFunction(() => window.metronome!.session.state === "closed");
}

/** The end of a room's only match, as its engine reports it. */
function end(page: Page): Promise<void> {
  return page.evaluate(() => {
    const { session } = window.metronome!;
    const seats = [...session.roster.keys()].filter((s) => s !== session.seat).slice(0, 5);
    const lines = [session.seat, ...seats].map((seat, i) => ({ seat, team: 0, place: i === 0 ? 2 : i === 1 ? 1 : i + 1, values: [9 - i, 3 + i] }));
    (session as unknown as { report(r: object): void }).report({ type: "end", reason: "the match is over", lines });
  });
}

const states: State[] = [
  { name: "lobby", title: "The lobby", path: "/", reach: async (page, server) => {
    for (const mode of ["teams", "duel", "open"]) await server.ask("CreateRoom", { mode });
    await page.getByText("Duel").first().waitFor();
    await later(page, 4000);
  } },
  { name: "start", title: "The start screen", path: "/play", reach: (page) => later(page, 4000) },
  { name: "play", title: "In play, within five seconds of the click on Play", reach: (page) => later(page, 3500) },
  { name: "teams", title: "Two teams, after ten seconds", path: "/play?mode=teams", args: ["--mode", "teams"], reach: (page) => playing(page).then(() => later(page, 10_000)) },
  { name: "duel", title: "A duel, at its beginning", path: "/play?mode=duel", reach: (page) => playing(page).then(() => later(page, 6000)) },
  { name: "open", title: "The open world", path: "/play?mode=open", reach: (page) => playing(page).then(() => later(page, 6000)) },
  { name: "scores", title: "The scoreboard", reach: (page) => press(page, /scores/i) },
  { name: "menu", title: "The menu", reach: (page) => page.getByRole("button", { name: /menu/i }).first().click({ timeout: 5000 }) },
  { name: "chat", title: "Saying something", reach: async (page) => {
    await press(page, /chat/i);
    await page.keyboard.type("good game");
  } },
  { name: "netgraph", title: "The net graph", reach: (page) => press(page, /net ?graph/i).then(() => later(page, 9000)) },
  { name: "dead", title: "Destroyed, waiting to be back", reach: (page) => page.waitForFunction(() => window.metronome!.picture.own === null, null, { timeout: 90_000 }) },
  { name: "results", title: "Between two matches", args: ["--param", "seconds=10"], reach: (page) => page.getByRole("region", { name: /result/i }).waitFor({ timeout: 60_000 }) },
  { name: "end", title: "The end of a room's only match", reach: (page) => end(page).then(() => page.getByRole("dialog").first().waitFor()) },
  { name: "gone", title: "The server is gone", reach: (page, server) => server.kill().then(() => page.getByText(/back|again|lost|gone/i).first().waitFor()) },
  { name: "kicked", title: "Removed by an operator", reach: (page, server) => kick(page, server).then(() => page.getByText("bad language").waitFor()) },
  { name: "spectating", title: "Spectating a live match", path: "/play?room=ffa&watch", reach: (page) => page.waitForFunction(() => (window.metronome?.picture.ships.length ?? 0) > 1).then(() => later(page, 6000)) },
  { name: "noseat", title: "A mode that is not there", path: "/play?mode=nonsense", reach: (page) => page.getByRole("heading").first().waitFor().then(() => later(page, 4000)) },
  { name: "404", title: "A page that is not there", path: "/nothing" },
  { name: "console", title: "Console: the overview", path: "/console", reach: (page) => page.getByText("ffa").first().waitFor().then(() => later(page, 6000)) },
  { name: "console-room", title: "Console: a room and a seat", path: "/console#room/ffa/seat/1", reach: (page) => page.locator("#plots canvas").first().waitFor().then(() => later(page, 12_000)) },
  { name: "console-events", title: "Console: events", path: "/console#events", reach: (page) => later(page, 5000) },
  { name: "console-audit", title: "Console: the audit", path: "/console#audit", reach: (page) => later(page, 4000) },
];

const missed: string[] = [];

story.for(states.filter((s) => !chosen || chosen.includes(s.name)))("$name", async (state, { serve, open }) => {
  for (const size of sizes) {
    const server = await serve({ bots: state.bots ?? 20, args: state.args ?? [] });
    const page = await open(server, state.path ?? "/", { ...size.options, reducedMotion: "no-preference", expected: /./ });
    page.setDefaultTimeout(patience);
    try {
      if (state.path === undefined) {
        await clickPlay(page, "ffa");
        await playing(page);
      }
      await state.reach?.(page, server);
    } catch (fault) {
      missed.push(`${state.name} on ${size.name}: ${String(fault).split("\n")[0]}`);
    }
    await page.screenshot({ path: join(folder, `${state.name}-${size.name}.png`) }).catch(() => missed.push(`${state.name} on ${size.name}: no picture of it came`));
    await page.context().close();
    await server.kill();
  }
  await writeFile(join(folder, "index.html"), sheet());
});

/** All pictures, a row for each state. */
function sheet(): string {
  const text = (s: string): string => s.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const rows = states.map((s) => `<h2>${text(s.title)}</h2>\n<p>${sizes.map((z) => `<a href="${s.name}-${z.name}.png"><img src="${s.name}-${z.name}.png" alt="${text(s.title)}, ${z.name}" height="300" loading="lazy"></a>`).join("\n")}</p>`);
  const faults = missed.length ? `<h2>Not reached</h2>\n<ul>${missed.map((m) => `<li>${text(m)}</li>`).join("\n")}</ul>` : "";
  return `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>metronome: every state</title>\n<style>body { background: #222; color: #ddd; font: 16px sans-serif } p { display: flex; gap: 8px; overflow-x: auto }</style>\n<h1>Every state on every size</h1>\n${faults}\n${rows.join("\n")}\n</html>\n`;
}
