// What the rigs have in common: a newcomer who opens the lobby, presses Play
// and is watched frame by frame. They measure and judge nothing.
import { loadavg } from "node:os";
import type { BrowserContextOptions } from "playwright-core";
import type { Page } from "./story.ts";

/** What a page of the game saw since the click on Play; all times are seconds after it, null: not yet. */
export interface Seen {
  /** The own ship was drawn for the first time. */
  own: number | null;
  /** It was drawn elsewhere than at first, with a key held from its first frame on. */
  moved: number | null;
  /** Another ship was on the screen for the first time. */
  other: number | null;
  /** How long the own ship has been there, and how much of that nobody else was on the screen, up to the seconds that are watched. */
  played: number;
  alone: number;
  /** Frames in that time. */
  frames: number;
}

declare global {
  interface Window {
    rig?: Seen;
  }
}

export interface Device {
  name: string;
  options: BrowserContextOptions;
}

const touch = { hasTouch: true, isMobile: true };

export const devices: Device[] = [
  { name: "1280x720", options: { viewport: { width: 1280, height: 720 } } },
  { name: "390x844", options: { viewport: { width: 390, height: 844 }, ...touch } },
  { name: "320x568", options: { viewport: { width: 320, height: 568 }, ...touch } },
];

/** How long a page may take for one thing on a machine that has other work, ms. */
export const patience = 120_000;

export const modes = ["ffa", "teams", "duel", "open"];

/**
 * Runs in each page before its own code: notes when Play was clicked and what
 * each frame shows. Another ship is on the screen when its middle is. Who has
 * no ship looks at where it was.
 */
export function observe(o: { seconds: number; press: string }): void {
  const key = "rig.click";
  addEventListener(
    "click",
    (e) => {
      const on = e.target instanceof Element ? e.target.closest("button, a, label, input") : null;
      if (on && /^play\b/i.test((on.textContent || "").trim())) sessionStorage[key] ??= performance.timeOrigin + performance.now();
    },
    true,
  );
  let first: { x: number; y: number } | null = null;
  let at: { x: number; y: number } | null = null;
  const frame = (): void => {
    requestAnimationFrame(frame);
    const click = Number(sessionStorage[key] ?? NaN);
    const m = window.metronome;
    if (!(click > 0) || (window.rig && window.rig.played >= o.seconds)) return;
    const now = (performance.timeOrigin + performance.now() - click) / 1000;
    const seen = (window.rig ??= { own: null, moved: null, other: null, played: 0, alone: 0, frames: 0 });
    const playing = m?.session.state === "playing" && m.session.seat > 0;
    const own = playing ? m.picture.own : null;
    if (own) {
      at = { x: own.x, y: own.y };
      seen.own ??= now;
      if (!first) {
        first = at;
        if (o.press) dispatchEvent(new KeyboardEvent("keydown", { code: o.press }));
      }
      if (Math.hypot(own.x - first.x, own.y - first.y) > 2) seen.moved ??= now;
    }
    const zoom = Math.max(Math.sqrt((innerWidth * innerHeight) / (1300 * 800)), innerWidth / 1900, innerHeight / 1900); // as camera.ts
    const visible = (s: { x: number; y: number; own: boolean }): boolean =>
      at !== null && !s.own && Math.abs(s.x - at.x) * zoom < innerWidth / 2 && Math.abs(s.y - at.y) * zoom < innerHeight / 2;
    const alone = !(playing && m.picture.ships.some(visible));
    if (!alone) seen.other ??= now;
    if (seen.own === null) return;
    const played = Math.min(now - seen.own, o.seconds);
    if (alone) seen.alone += played - seen.played;
    seen.played = played;
    seen.frames++;
  };
  requestAnimationFrame(frame);
}

/** Chooses a mode in the lobby and clicks on Play, there and, if the next page asks again, on that one. */
export async function clickPlay(page: Page, mode: string): Promise<void> {
  const choice = page.locator(`input[name="mode"][value="${mode}"]`);
  await choice.waitFor({ state: "attached" });
  await choice.check({ force: true });
  await page.getByRole("button", { name: /^play\b/i }).first().click();
  await page.waitForURL("**/play?**");
}

/** The value that a part of the numbers is not above, nearest rank; NaN of none. */
export function quantile(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN;
}

/** Prints rows under each other, the first one being the head. */
export function table(title: string, rows: string[][]): void {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((r) => r[i]!.length)));
  const lines = rows.map((r) => r.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "));
  process.stdout.write(`\n${title}\n${lines.join("\n")}\nload of this machine (1, 5, 15 min): ${loadavg().map((l) => l.toFixed(1)).join(", ")}\n\n`);
}

/** A number from the environment. */
export function setting(name: string, usual: number): number {
  return Number(process.env[name] ?? usual);
}
