// `story` is vitest's test with a server, a browser and pages that are watched:
// a page that logs an error or asks anybody but the server fails its story.
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { expect, inject, test } from "vitest";
import { Server, type ServeOptions } from "./server.ts";

export { expect };
export type { Page, Server };

export interface OpenOptions extends BrowserContextOptions {
  /** Errors that belong to the story, such as those of a server that is gone. */
  expected?: RegExp;
  /** Other nodes that the page may talk to. */
  nodes?: Server[];
}

export interface Story {
  /** One Chromium for all stories of a file. */
  browser: Browser;
  /** Starts a server of this story's own. */
  serve: (options?: ServeOptions) => Promise<Server>;
  /** A server with 8 bots in ffa, started for this story when it asks for it. */
  server: Server;
  /** Opens a page of a server as a visitor of its own (no shared storage). */
  open: (server: Pick<Server, "url">, path: string, options?: OpenOptions) => Promise<Page>;
}

export const story = test.extend<Story>({
  browser: [
    async ({}, use) => {
      const browser = await chromium.launch({
        executablePath: inject("chromium"),
        chromiumSandbox: process.getuid?.() !== 0, // root has no sandbox
      });
      await use(browser);
      await browser.close();
    },
    { scope: "file" },
  ],

  serve: async ({}, use) => {
    const servers: Server[] = [];
    await use(async (options = {}) => {
      const server = new Server(inject("binary"), options);
      servers.push(server);
      return server.start();
    });
    await Promise.all(servers.map((server) => server.kill()));
  },

  server: async ({ serve }, use) => {
    await use(await serve({ bots: 8 }));
  },

  open: async ({ browser }, use) => {
    const watches: Watch[] = [];
    await use(async (server, path, options = {}) => {
      const { expected, nodes, ...how } = options;
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, reducedMotion: "reduce", ...how });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      watches.push(new Watch(page, [server, ...(nodes ?? [])], expected));
      await page.goto(server.url + path);
      return page;
    });
    const faults = watches.flatMap((watch) => watch.faults);
    await Promise.all(watches.map((watch) => watch.page.context().close()));
    expect(faults, "errors in the console and requests to others").toEqual([]);
  },
});

/** Collects what no page of ours may do. */
class Watch {
  readonly faults: string[] = [];

  constructor(
    readonly page: Page,
    servers: Pick<Server, "url">[],
    expected = /^$/,
  ) {
    const fault = (text: string): void => {
      if (!expected.test(text)) this.faults.push(text);
    };
    page.on("console", (message) => {
      if (message.type() === "error") fault(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => fault(`uncaught: ${error.message}`));
    const foreign = (url: string): void => {
      const { host } = new URL(url.replace(/^blob:/, "")); // of the page that made it
      if (!servers.some((server) => new URL(server.url).host === host)) this.faults.push(`asked ${url}`);
    };
    page.on("request", (request) => foreign(request.url()));
    page.on("websocket", (socket) => foreign(socket.url()));
  }
}

/** Makes the page believe that its tab is hidden, or shown again. */
export function setHidden(page: Page, hidden: boolean): Promise<void> {
  return page.evaluate((on) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => on });
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (on ? "hidden" : "visible") });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
}
