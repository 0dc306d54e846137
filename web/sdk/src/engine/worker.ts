// The worker that an engine runs in.
import { Engine } from "./engine.ts";
import { hostOf } from "./host.ts";
import type { Command } from "./protocol.ts";

/** The state of the controls, as the page has said it last. */
let said: (Command & { type: "input" }) | null = null;

const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((e: MessageEvent<Command>) => void) | null;
};

const engine: Engine = new Engine(hostOf((r, transfer) => scope.postMessage(r, transfer), () => (said?.schema === engine.schema ? said.values : null)));

scope.onmessage = (e) => {
  if (e.data.type === "input") said = e.data;
  engine.command(e.data);
};
