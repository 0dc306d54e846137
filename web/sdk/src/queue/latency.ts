// How far away the regions are in which matches may be played.
import { LobbyError } from "../errors.ts";
import { type CallOptions, Caller } from "../net/call.ts";
import { list } from "../net/json.ts";
import { type Queue, queueOf } from "./types.ts";

/** How often a region is asked: the first time opens the connection and does not count. */
const asked = 4;
/** How long a region may take in all, ms: one that takes longer is not known. */
const probeWithin = 3_000;
/** The longest round trip that a server takes, ms. */
const longest = 10_000;

export interface QueueOptions extends CallOptions {
  /** Base URLs of further nodes, which are asked when the server does not answer; at most 8. */
  nodes?: readonly string[];
}

/** The queues of a server, in its own order; none of one that has no queues. Fails with LobbyError. */
export async function listQueues(server: string, o: QueueOptions = {}): Promise<Queue[]> {
  const caller = callerOf(server, o);
  try {
    return list((await caller.call("MatchService/ListQueues", {}))["queue"]).map(queueOf);
  } catch (fault) {
    if (fault instanceof LobbyError && fault.code === "unimplemented") return [];
    throw fault;
  }
}

export function callerOf(server: string, o: QueueOptions): Caller {
  const caller = new Caller(server, o);
  caller.servers.learn(o.nodes ?? []);
  return caller;
}

/** Round trips to a queue's regions, ms, by name; a region that did not answer is left out. It takes at most three seconds. */
export async function measureLatency(regions: Queue["regions"], ask: typeof fetch = (input, init) => fetch(input, init)): Promise<Record<string, number>> {
  const measured = await Promise.all(regions.map(async ({ name, probe }) => [name, probe === "" ? Infinity : await roundTrip(probe, ask)] as const));
  return Object.fromEntries(measured.filter(([, ms]) => ms <= longest).map(([name, ms]) => [name, Math.round(ms)]));
}

/** The shortest of some round trips, ms; Infinity: none came to an end. */
async function roundTrip(url: string, ask: typeof fetch): Promise<number> {
  const signal = AbortSignal.timeout(probeWithin);
  let best = Infinity;
  try {
    for (let i = 0; i < asked; i++) {
      const began = performance.now();
      await (await ask(url, { signal, cache: "no-store", mode: "cors", credentials: "omit" })).arrayBuffer();
      if (i > 0) best = Math.min(best, performance.now() - began);
    }
  } catch {
    // Those that came to an end count.
  }
  return best;
}
