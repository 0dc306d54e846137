// A Redis for a story whose nodes share it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

/** Starts a Redis of one story's own. */
export async function redis(): Promise<{ url: string; stop(): Promise<void> }> {
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address() as AddressInfo;
  free.close();
  const child = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", ""], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  for await (const said of child.stdout!.setEncoding("utf8")) if (String(said).includes("Ready to accept")) break;
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
