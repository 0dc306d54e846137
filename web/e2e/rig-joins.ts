// How soon a newcomer sees another ship: `make joins`. Each device size has a
// server of its own, started as `make run` does, and joins it again and again;
// the sizes run beside each other. The newcomer looks at the lobby for LOOK (1)
// seconds and touches nothing after Play. JOINS (20) per mode and size, FIRST (20)
// seconds each, MODES, SIZES.
import { clickPlay, devices, modes, observe, patience, quantile, setting, table, type Device, type Seen } from "./rig.ts";
import { expect, story, type Page } from "./story.ts";

const joins = setting("JOINS", 20);
const seconds = setting("FIRST", 20);
const look = setting("LOOK", 1);
const chosen = (all: string[], name: string): string[] => all.filter((one) => (process.env[name] ?? all.join(",")).split(",").includes(one));

/** Plays for the first seconds, then leaves, so that no ship of it stays for the next. */
async function join(page: Page, mode: string): Promise<Seen> {
  await clickPlay(page, mode);
  await page.waitForFunction((s) => (window.rig?.played ?? 0) >= s, seconds, { timeout: seconds * 1000 + patience, polling: 250 });
  const seen = await page.evaluate(() => window.rig!);
  await page.evaluate(() => window.metronome?.session.leave());
  await page.waitForFunction(() => (window.metronome?.session.state ?? "closed") === "closed");
  return seen;
}

/** What the page says when a join comes to nothing: it is printed, and not counted. */
async function failure(page: Page, fault: unknown): Promise<string> {
  const said = await page.locator("body").innerText().catch(() => "");
  return `${String(fault).split("\n")[0]}: ${said.replace(/\s+/g, " ").slice(0, 200)}`;
}

function row(mode: string, device: string, all: Seen[]): string[] {
  const said = (s: number): string => (Number.isFinite(s) ? s.toFixed(2) : "never");
  const own = all.map((s) => s.own ?? Infinity);
  const first = all.map((s) => s.other ?? Infinity);
  const share = (of: (s: Seen) => number): number => all.reduce((sum, s) => sum + of(s), 0) / (all.length * seconds);
  return [
    mode, device, String(all.length), said(quantile(own, 0.5)), said(quantile(first, 0.5)), said(quantile(first, 0.99)),
    String(first.filter((s) => s === Infinity).length), `${(share((s) => s.alone) * 100).toFixed(0)} %`, share((s) => s.frames).toFixed(0),
  ];
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
        const page = await open(server, "/healthz", { reducedMotion: "no-preference", ...device.options, expected: /./ });
        page.setDefaultTimeout(patience);
        await page.addInitScript(observe, { seconds, press: "" });
        await page.goto(server.url);
        await page.waitForTimeout(look * 1000);
        await join(page, mode).then(
          (seen) => all.push(seen),
          async (fault: unknown) => process.stdout.write(`${mode} ${device.name}, join ${n + 1}: ${await failure(page, fault)}\n`),
        );
        await page.context().close();
      }
      await server.stop();
    }
  };
  const sizes = chosen(devices.map((d) => d.name), "SIZES");
  await Promise.all(devices.filter((d) => sizes.includes(d.name)).map(lane));
  const rows = [...results].map(([name, all]) => [name.split(" "), all] as const).sort(([a], [b]) => place(a) - place(b));
  table(`Seconds from the click on Play until the own ship and another one are on the screen (never: not in ${seconds} s of play), and the share of the first ${seconds} s of play
with nobody in sight. ${sizes.length} device sizes beside each other, each with a server of its own with 20 bots; the newcomer looks at the lobby for ${look} s and touches nothing.`, [
    ["mode", "screen", "joins", "own p50", "other p50", "other p99", "never", "alone", "fps"],
    ...rows.map(([[mode, device], all]) => row(mode!, device!, all)),
  ]);
  expect(rows.every(([, all]) => all.length === joins)).toBe(true);
});
