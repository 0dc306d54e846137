import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type * as Sdk from "../sdk/src/index.ts";
import { expect, story } from "./story.ts";

/** A site of somebody else: an empty page with the SDK beside it. */
async function site(): Promise<HttpServer> {
  const entry = fileURLToPath(new URL("../sdk/src/index.ts", import.meta.url));
  const built = await build({ configFile: false, logLevel: "error", worker: { format: "es" }, build: { write: false, target: "es2022", lib: { entry, formats: ["es"], fileName: "sdk" } } });
  const files = new Map<string, string | Uint8Array>();
  for (const made of [built].flat()) if ("output" in made) for (const f of made.output) files.set(`/${f.fileName}`, f.type === "chunk" ? f.code : f.source);
  files.set("/", `<!doctype html><title>A site</title><link rel=icon href=data:,><script type=module>import * as sdk from "/sdk.js"; window.sdk = sdk;</script>`);
  const server = createServer((asked, answer) => {
    const file = files.get(asked.url ?? "");
    answer.writeHead(file === undefined ? 404 : 200, { "Content-Type": asked.url === "/" ? "text/html" : "text/javascript" }).end(file);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const urlOf = (s: HttpServer): string => `http://127.0.0.1:${(s.address() as AddressInfo).port}`;

/** What a page of the site comes to that plays on a server by quick play. */
const played = (server: string): Promise<string> => {
  const session = (window as unknown as { sdk: typeof Sdk }).sdk.quickPlay(server, { mode: "ffa", name: "ann", worker: false, storage: null });
  return new Promise((resolve) => {
    session.on("snapshot", (s) => s.inputTick > 0 && (session.leave(), resolve("playing")));
    session.on("retry", (r) => (session.leave(), resolve(r.end.name)));
    session.input(() => []);
  });
};

story("a page of another origin that the server allows plays there", async ({ serve, open }) => {
  const other = await site();
  try {
    const server = await serve({ args: ["--origin", urlOf(other)] });
    const page = await open({ url: urlOf(other) }, "/", { nodes: [server] });
    expect(await page.evaluate(played, server.url)).toBe("playing");
  } finally {
    other.close();
    other.closeAllConnections();
  }
});

story("a page of another origin that the server does not allow gets no seat", async ({ serve, open }) => {
  const other = await site();
  try {
    const server = await serve();
    const page = await open({ url: urlOf(other) }, "/", { nodes: [server], expected: /CORS|ERR_FAILED|40\d/ });
    expect(await page.evaluate(played, server.url)).toBe("lobby-unavailable");
  } finally {
    other.close();
    other.closeAllConnections();
  }
});
