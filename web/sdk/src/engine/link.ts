// The way from the page to its engine.
import type { ConnectOptions } from "../api.ts";
import type { Host } from "./engine.ts";
import { hostOf } from "./host.ts";
import type { Command, Report } from "./protocol.ts";
import { spawnWorker } from "./spawn.ts";

export interface Link {
  /** The engine calls for samples; else the page sends "input" when they change. */
  readonly pulls: boolean;
  send(c: Command): void;
  /** No more reports come. */
  close(): void;
}

export type Connector = (onReport: (r: Report) => void, sample: Host["sample"]) => Link;

let warned = false;

/** warn says once a page that the engine is on its thread. */
function warn(why: string): void {
  if (!warned) console.warn(`metronome: no worker can be made, so that the page's own thread does its work (${why}). { worker: false } says so from the start.`);
  warned = true;
}

/** An engine in a worker; should none be made or not load, as under a policy that forbids it or from a file, one on this thread. */
export function workerLink(o: ConnectOptions): Connector {
  return (onReport, sample) => {
    let worker: Worker;
    try {
      worker = spawnWorker();
    } catch (fault) {
      warn(String(fault));
      return localLink(o)(onReport, sample);
    }
    const early: Command[] = [];
    let heard = false;
    let link: Link = {
      pulls: false,
      send(c) {
        if (!heard) early.push(c);
        worker.postMessage(c);
      },
      close: () => worker.terminate(),
    };
    worker.onmessage = (e: MessageEvent<Report>) => {
      if (!heard) {
        heard = true;
        early.length = 0;
      }
      onReport(e.data);
    };
    worker.onerror = (e) => {
      if (heard) throw e.error ?? new Error(e.message);
      heard = true;
      worker.terminate();
      warn(e.message || "its script did not load");
      link = localLink(o)(onReport, sample);
      for (const c of early.splice(0)) link.send(c);
    };
    return {
      get pulls() {
        return link.pulls;
      },
      send: (c) => link.send(c),
      close: () => link.close(),
    };
  };
}

/** An engine on this thread. It is loaded when needed, so that a page with a worker does not carry it. */
export function localLink(o: ConnectOptions): Connector {
  return (onReport, sample) => {
    const early: Command[] = [];
    let closed = false;
    let send = (c: Command): void => void early.push(c);
    void import("./engine.ts").then(({ Engine }) => {
      if (closed) return;
      const engine = new Engine(hostOf((r) => closed || onReport(r), sample, o));
      send = (c) => engine.command(c);
      for (const c of early.splice(0)) send(c);
    });
    return {
      pulls: true,
      send: (c) => send(c),
      close: () => {
        closed = true;
      },
    };
  };
}
