import type { Timers } from "../net/delayline.ts";
import type { Host } from "./engine.ts";
import type { Report } from "./protocol.ts";

/** ms since 1970, never going back: the same clock in page and worker. */
export const commonNow = (): number => performance.timeOrigin + performance.now();

export const timers: Timers = {
  now: commonNow,
  after(ms, f) {
    const timer = setTimeout(f, ms);
    return () => clearTimeout(timer);
  },
};

/** The world as an engine finds it in a browser, a worker or Node. */
export function hostOf(
  report: (r: Report, transfer: ArrayBuffer[]) => void,
  sample: Host["sample"],
  o: { WebSocket?: Host["WebSocket"]; fetch?: typeof fetch } = {},
): Host {
  return {
    ...timers,
    random: Math.random,
    report,
    sample,
    WebSocket: o.WebSocket ?? globalThis.WebSocket,
    fetch: o.fetch ?? ((input, init) => fetch(input, init)),
  };
}
