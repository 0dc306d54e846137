// Pages of other origins, with an SDK of their own and with that of the node.
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type * as Sdk from "../sdk/src/index.ts";
import { type Site, siteOf } from "./site.ts";
import { expect, story } from "./story.ts";

/** A site of somebody else: an empty page with the SDK beside it. */
async function siteWithSDK(): Promise<Site> {
  const entry = fileURLToPath(new URL("../sdk/src/index.ts", import.meta.url));
  const built = await build({ configFile: false, logLevel: "error", worker: { format: "es" }, build: { write: false, target: "es2022", lib: { entry, formats: ["es"], fileName: "sdk" } } });
  const files = new Map<string, string | Uint8Array>();
  for (const made of [built].flat()) if ("output" in made) for (const f of made.output) files.set(`/${f.fileName}`, f.type === "chunk" ? f.code : f.source);
  files.set("/", `<!doctype html><title>A site</title><script type=module>import * as sdk from "/sdk.js"; window.sdk = sdk;</script>`);
  return siteOf(async (path) => files.get(path));
}

/** What a page of the site comes to that plays on a server by quick play. */
const played = ({ server, worker }: { server: string; worker: boolean }): Promise<string> => {
  const session = (window as unknown as { sdk: typeof Sdk }).sdk.quickPlay(server, { mode: "ffa", name: "ann", worker, storage: null });
  return new Promise((resolve) => {
    session.on("snapshot", (s) => s.inputTick > 0 && (session.leave(), resolve("playing")));
    session.on("retry", (r) => (session.leave(), resolve(r.end.name)));
    session.input(() => []);
  });
};

story("a page of another origin that the server allows plays there", async ({ serve, open }) => {
  const other = await siteWithSDK();
  try {
    const server = await serve({ args: ["--origin", other.url] });
    const page = await open(other, "/", { nodes: [server] });
    expect(await page.evaluate(played, { server: server.url, worker: false })).toBe("playing");
  } finally {
    other.close();
  }
});

story("a page of another origin that the server does not allow gets no seat", async ({ serve, open }) => {
  const other = await siteWithSDK();
  try {
    const server = await serve();
    const page = await open(other, "/", { nodes: [server], expected: /CORS|ERR_FAILED|40\d/ });
    expect(await page.evaluate(played, { server: server.url, worker: false })).toBe("lobby-unavailable");
  } finally {
    other.close();
  }
});

story("a page of another origin plays by the SDK that the node serves, in a worker; one of another build is led to it", async ({ serve, open }) => {
  const html = `<!doctype html><title>A site</title><script type=module>window.sdk = await import(new URLSearchParams(location.search).get("sdk"));</script>`;
  const other = await siteOf(async (path) => (path === "/" ? html : undefined));
  try {
    const server = await serve({ args: ["--origin", other.url] });
    for (const file of ["index.js", "0123456789abcdef/index.js"]) {
      const page = await open(other, `/?sdk=${server.url}/sdk/${file}`, { nodes: [server] });
      await page.waitForFunction(() => "sdk" in window);
      const worker = page.waitForEvent("worker");
      expect(await page.evaluate(played, { server: server.url, worker: true })).toBe("playing");
      expect((await worker).url()).toMatch(/^blob:/);
    }
  } finally {
    other.close();
  }
});
