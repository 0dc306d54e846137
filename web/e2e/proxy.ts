// A reverse proxy that has a server below a path of its own host, as a web server
// in front of several sites would.
import { createServer, request, type IncomingMessage, type Server as HttpServer } from "node:http";
import { connect, type AddressInfo } from "node:net";

export class PrefixProxy {
  /** Where the server is found, without a slash at the end. */
  url = "";
  /** Paths outside the prefix that were asked for. */
  readonly strays: string[] = [];
  private upstream = "";
  private readonly server: HttpServer;

  private constructor(private readonly prefix: string) {
    this.server = createServer((asked, answer) => {
      const path = this.inside(asked);
      if (path === null) {
        answer.writeHead(404).end("outside the prefix\n");
        return;
      }
      const onward = request(this.upstream + path, { method: asked.method, headers: asked.headers }, (from) => {
        answer.writeHead(from.statusCode ?? 502, from.headers);
        from.pipe(answer);
      });
      onward.on("error", () => answer.destroy());
      answer.on("close", () => onward.destroy());
      asked.pipe(onward);
    });
    this.server.on("upgrade", (asked: IncomingMessage, socket) => {
      const path = this.inside(asked);
      if (path === null) {
        socket.destroy();
        return;
      }
      const to = new URL(this.upstream);
      const onward = connect(Number(to.port), to.hostname, () => {
        const head = asked.rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join("");
        onward.write(`GET ${path} HTTP/1.1\r\n${head}\r\n`);
        onward.pipe(socket).pipe(onward);
      });
      for (const end of [socket, onward]) end.on("error", () => {}).on("close", () => (socket.destroy(), onward.destroy()));
    });
  }

  static async listen(prefix: string): Promise<PrefixProxy> {
    const proxy = new PrefixProxy(prefix);
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    proxy.url = `http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}${prefix}`;
    return proxy;
  }

  /** Passes on to the server at a URL. */
  to(upstream: string): void {
    this.upstream = upstream;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private inside(asked: IncomingMessage): string | null {
    const path = asked.url ?? "";
    if (path.startsWith(`${this.prefix}/`)) return path.slice(this.prefix.length);
    this.strays.push(path);
    return null;
  }
}
