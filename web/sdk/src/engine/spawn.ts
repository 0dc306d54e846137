/** Makes the engine's worker. Bundlers find its script by just these words. May throw, or make one that only reports an error. */
export function spawnWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}
