// The worker that an engine runs in.
import { Engine } from "./engine.ts";
import { hostOf } from "./host.ts";
import type { Command } from "./protocol.ts";

let values: number[] | null = null;

const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((e: MessageEvent<Command>) => void) | null;
};

const engine = new Engine(hostOf((r, transfer) => scope.postMessage(r, transfer), () => values));

scope.onmessage = (e) => {
  if (e.data.type === "input") values = e.data.values;
  engine.command(e.data);
};
