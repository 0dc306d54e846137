// How soon a newcomer sees another ship: `make joins`. Each device size has a
// server of its own, started as `make run` does, and joins it again and again;
// the sizes run beside each other. The newcomer touches nothing after Play.
// JOINS (20) per mode and size, FIRST (20) seconds each, MODES, SIZES.
import { clickPlay, devices, modes, observe, quantile, setting, table, type Device, type Seen } from "./rig.ts";
import { expect, story, type Page } from "./story.ts";

const joins = setting("JOINS", 20);
const seconds = setting("FIRST", 20);
const chosen = (all: string[], name: string): string[] => all.filter((one) => (process.env[name] ?? all.join(",")).split(",").includes(one));

/** Plays for the first seconds, then leaves, so that no ship of it stays for the next. */
async function join(page: Page, mode: string): Promise<Seen> {
  await clickPlay(page, mode);
  await page.waitForFunction((s) => (window.rig?.now ?? 0) >= s, seconds, { timeout: (seconds + 40) * 1000, polling: 250 });
  const seen = await page.evaluate(() => window.rig!);
  await page.evaluate(() => window.metronome?.session.leave());
  await page.waitForFunction(() => (window.metronome?.session.state ?? "closed") === "closed");
  return seen;
}

function row(mode: string, device: string, all: Seen[]): string[] {
  // Who never saw anybody did not in so many seconds, or more.
  const first = all.map((s) => s.other ?? Infinity);
  const said = (s: number): string => (Number.isFinite(s) ? s.toFixed(2) : `> ${seconds}`);
  const alone = all.reduce((sum, s) => sum + s.alone, 0) / (all.length * seconds);
  const frames = all.reduce((sum, s) => sum + s.frames, 0) / (all.length * seconds);
  const never = first.filter((s) => s === Infinity).length;
  return [mode, device, String(all.length), said(quantile(first, 0.5)), said(quantile(first, 0.99)), `${(alone * 100).toFixed(0)} %`, String(never), frames.toFixed(0)];
}

const place = ([mode, size]: string[]): number => modes.indexOf(mode!) * devices.length + devices.findIndex((d) => d.name === size);

story("joins", async ({ serve, open }) => {
  const results = new Map<string, Seen[]>();
  const lane = async (device: Device): Promise<void> => {
    for (const mode of chosen(modes, "MODES")) {
      const server = await serve({ bots: 20 });
      const all: Seen[] = [];
      results.set(`${mode} ${device.name}`, all);
      for (let n = 0; n < joins; n++) {
        const page = await open(server, "/healthz", { reducedMotion: "no-preference", ...device.options, expected: /favicon/ });
        await page.addInitScript(observe, { seconds, press: "" });
        await page.goto(server.url);
        all.push(await join(page, mode));
        await page.context().close();
      }
      await server.stop();
    }
  };
  const sizes = chosen(devices.map((d) => d.name), "SIZES");
  await Promise.all(devices.filter((d) => sizes.includes(d.name)).map(lane));
  const rows = [...results].map(([name, all]) => [name.split(" "), all] as const).sort(([a], [b]) => place(a) - place(b));
  table(`Seconds from the click on Play until another ship is on the screen, and the share of the first ${seconds} s with nobody in sight.\n${sizes.length} device sizes beside each other, each with a server of its own with 20 bots; the newcomer touches nothing.`, [
    ["mode", "screen", "joins", "p50", "p99", "alone", "never", "fps"],
    ...rows.map(([[mode, device], all]) => row(mode!, device!, all)),
  ]);
  expect(rows.every(([, all]) => all.length === joins)).toBe(true);
});
