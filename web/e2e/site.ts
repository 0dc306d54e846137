// A site of somebody else, at an origin of its own.
import { readFile } from "node:fs/promises";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const kinds: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".map": "application/json" };

/** Answers a path of the site, without its query; undefined: there is nothing. */
export type Files = (path: string) => Promise<string | Uint8Array | undefined>;

export interface Site {
  readonly url: string;
  close(): void;
}

/** Serves files at a free port of this machine. */
export async function siteOf(files: Files): Promise<Site> {
  const server: HttpServer = createServer((asked, answer) => {
    const path = new URL(asked.url ?? "/", "http://site").pathname;
    void files(path).then((file) => {
      const icon = path === "/favicon.ico"; // browsers ask for one, and note that there is none
      answer.writeHead(file !== undefined ? 200 : icon ? 204 : 404, { "Content-Type": kinds[extname(path) || ".html"] ?? "application/octet-stream" }).end(file);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The files of a folder. */
export const folderOf = (folder: string): Files => (path) => readFile(join(folder, path.endsWith("/") ? `${path}index.html` : path)).catch(() => undefined);
