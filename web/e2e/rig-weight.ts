// What the first visit weighs and how soon the own ship flies: `make weight`.
// Each run is a new visitor with nothing cached. The network is slowed for what
// is loaded; Chromium slows no WebSocket. RUNS (5) each, the medians are shown.
import type { CDPSession } from "playwright-core";
import { clickPlay, observe, patience, quantile, setting, table, type Seen } from "./rig.ts";
import { story, type Page } from "./story.ts";

const runs = setting("RUNS", 5);

interface Conditions {
  name: string;
  /** How many times slower the main thread is. */
  cpu: number;
  /** Of the network, if it is slowed: bits per second, and ms. */
  rate?: number;
  latency?: number;
}

const conditions: Conditions[] = [
  { name: "as it is", cpu: 1 },
  { name: "6 x CPU", cpu: 6 },
  { name: "1.6 Mbit/s, 150 ms", cpu: 1, rate: 1.6e6, latency: 150 },
];

/** Counts what a page loads, bytes as they cross the network, by URL. */
async function weigh(cdp: CDPSession): Promise<Map<string, number>> {
  const [urls, bytes] = [new Map<string, string>(), new Map<string, number>()];
  cdp.on("Network.requestWillBeSent", (e) => urls.set(e.requestId, e.request.url));
  cdp.on("Network.loadingFinished", (e) => {
    const url = urls.get(e.requestId);
    if (url) bytes.set(url, (bytes.get(url) ?? 0) + e.encodedDataLength);
  });
  await cdp.send("Network.enable");
  await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
  return bytes;
}

async function slow(cdp: CDPSession, c: Conditions): Promise<void> {
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: c.cpu });
  if (!c.rate) return;
  const throughput = c.rate / 8;
  await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: c.latency ?? 0, downloadThroughput: throughput, uploadThroughput: throughput });
}

const kilobytes = (n: number): string => `${(n / 1000).toFixed(1)} KB`;

/** Loads a page as the first one of a visit, until the network rests for a moment. */
async function pageWeight(page: Page, url: string, ready: () => boolean): Promise<string[][]> {
  const bytes = await weigh(await page.context().newCDPSession(page));
  await page.goto(url, { waitUntil: "load" });
  await page.waitForFunction(ready);
  await page.waitForLoadState("networkidle");
  const path = new URL(url).pathname;
  const kind = (name: string): string => /\.(\w+)$/.exec(name)?.[1] ?? (name === path ? "html" : "answers");
  const kinds = new Map<string, number>();
  for (const [of, n] of bytes) {
    const k = kind(new URL(of).pathname);
    kinds.set(k, (kinds.get(k) ?? 0) + n);
  }
  const all = [...kinds.values()].reduce((a, b) => a + b, 0);
  return [[path, "all", kilobytes(all)], ...[...kinds].sort((a, b) => b[1] - a[1]).map(([k, n]) => [path, k, kilobytes(n)])];
}

story("weight", async ({ serve, open }) => {
  const server = await serve({ bots: 20 });
  const rows = [["page", "what", "bytes"]];
  const blank = async (): Promise<Page> => {
    const page = await open(server, "/healthz", { expected: /favicon/ });
    page.setDefaultTimeout(patience);
    return page;
  };
  rows.push(...(await pageWeight(await blank(), `${server.url}/`, () => !document.querySelector<HTMLButtonElement>("button.primary")?.disabled)));
  rows.push(...(await pageWeight(await blank(), `${server.url}/play?mode=ffa`, () => window.metronome?.picture.own != null)));
  table("What the first visit loads, compressed, with heads; the WebSocket is not in it", rows);

  const times = [["conditions", "", "own ship drawn", "it flies"]];
  for (const c of conditions) {
    const all: Seen[] = [];
    for (let n = 0; n < runs; n++) {
      const page = await blank();
      await page.addInitScript(observe, { seconds: 60, press: n % 2 ? "KeyD" : "KeyS" });
      await page.goto(server.url);
      const cdp = await page.context().newCDPSession(page);
      await weigh(cdp);
      await slow(cdp, c);
      await clickPlay(page, "ffa");
      await page.waitForFunction(() => window.rig?.moved != null);
      all.push(await page.evaluate(() => window.rig!));
      await page.context().close();
    }
    const median = (of: (s: Seen) => number | null): string => `${quantile(all.map((s) => of(s) ?? NaN), 0.5).toFixed(2)} s`;
    times.push([c.name, "", median((s) => s.own), median((s) => s.moved)]);
  }
  table(`From the click on Play in the lobby, with a key held as soon as there is a ship; median of ${runs}`, times);
});
