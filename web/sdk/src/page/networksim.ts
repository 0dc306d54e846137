import type { NetworkSim } from "../api.ts";
import type { Command } from "../engine/protocol.ts";

/** The worse network of a session, which its engine makes. */
export function networkSim(send: (c: Command) => void): NetworkSim {
  const sim = {
    delayMs: 0,
    jitterMs: 0,
    set(o: { delayMs?: number; jitterMs?: number }): void {
      sim.delayMs = Math.max(0, o.delayMs ?? sim.delayMs);
      sim.jitterMs = Math.max(0, o.jitterMs ?? sim.jitterMs);
      send({ type: "network", delayMs: sim.delayMs, jitterMs: sim.jitterMs });
    },
    stall: (ms: number): void => send({ type: "stall", ms }),
  };
  return sim;
}
