// In place of spawn.ts where the SDK's files are a server's own, which pages of
// other origins may load: /sdk/ of every node. A bundler would read more into
// import.meta.url than is meant here.

/** The address of a script that imports the worker's; "": none was needed yet. It is kept, as each session makes a worker. */
let relay = "";

/**
 * Makes the engine's worker. A page may make none of another origin's script, but may import one in a worker of its own, if the
 * server lets its origin in. May throw, or make one that only reports an error.
 */
export function spawnWorker(): Worker {
  const script = new URL("./worker.js", import.meta.url);
  if (script.origin === location.origin) return new Worker(script, { type: "module" });
  relay ||= URL.createObjectURL(new Blob([`import ${JSON.stringify(script.href)};`], { type: "text/javascript" }));
  return new Worker(relay, { type: "module" });
}
