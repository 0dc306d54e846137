// What a server tells as a stream: Connect's JSON, each message in an envelope of
// one byte of flags, four of length, and the message.
import { LobbyError } from "../errors.ts";
import { type Caller, errorIn, nextAfter, patience, refusal, unreachable } from "./call.ts";
import { object } from "./json.ts";
import { pauses } from "./retry.ts";

/** The longest message that is read, bytes. */
const most = 1 << 20;
/** The flag of the last message, in which an error may be. */
const last = 0x02;

export type Said = Record<string, unknown>;

/** Reads a body's messages. Fails with LobbyError when the last one has an error, or never came. */
export async function* messages(body: ReadableStream<Uint8Array>): AsyncGenerator<Said> {
  const reader = body.getReader();
  let held = new Uint8Array(0);
  try {
    for (;;) {
      const length = held.length < 5 ? -1 : new DataView(held.buffer, held.byteOffset).getUint32(1);
      if (length > most) throw new LobbyError("internal", "the server sent a message that is too long", 200);
      if (length >= 0 && held.length >= 5 + length) {
        const flags = held[0]!;
        const said = parse(held.subarray(5, 5 + length));
        held = held.subarray(5 + length);
        if ((flags & last) === 0) {
          yield said;
          continue;
        }
        if (said["error"]) throw errorIn(object(said["error"]), 200);
        return;
      }
      const { done, value } = await reader.read();
      if (done) throw new LobbyError("unavailable", "the server's answer ended too early", 0);
      const more = new Uint8Array(held.length + value.length);
      more.set(held);
      more.set(value, held.length);
      held = more;
    }
  } finally {
    await reader.cancel().catch(() => {}); // it is over, whatever becomes of it
  }
}

function parse(bytes: Uint8Array): Said {
  try {
    return object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new LobbyError("internal", "the server sent what is no JSON", 200);
  }
}

function envelope(request: object): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(request));
  const bytes = new Uint8Array(5 + json.length);
  new DataView(bytes.buffer).setUint32(1, json.length);
  bytes.set(json, 5);
  return bytes;
}

export interface Watching {
  method: string;
  request: object;
  /** How long nothing may come, ms: the server says something more often. */
  silence: number;
  /** Takes a message; true: it was the last that is wanted. */
  heard: (said: Said) => boolean;
  /** Another attempt follows after so long, ms; it is the attempt-th since something came. */
  dropped: (e: { in: number; attempt: number; error: LobbyError }) => void;
  signal: AbortSignal;
}

/** What passes by itself; everything else that a server says is its last word. */
const passing = ["unavailable", "resource_exhausted", "unknown", "internal", "aborted", "deadline_exceeded"];

/**
 * Watches until heard has what it wants, over as many streams, of as many nodes, as it takes; returns when signal is aborted.
 * Fails with LobbyError when a server says that there is nothing to watch.
 */
export async function keepWatching(caller: Caller, w: Watching): Promise<void> {
  let attempt = 0;
  while (!w.signal.aborted) {
    try {
      const heard = (said: Said): boolean => {
        attempt = 0;
        return w.heard(said);
      };
      if (await watchOnce(caller, { ...w, heard })) return;
    } catch (fault) {
      if (w.signal.aborted) return;
      if (!(fault instanceof LobbyError)) throw fault;
      if (!passing.includes(fault.code)) throw fault;
      const within = pauseBefore(++attempt, Math.random(), fault.retryAfterMs);
      w.dropped({ in: within, attempt, error: fault });
      await rest(within, w.signal);
    }
  }
}

/** How long to wait before an attempt, ms: as who has a seat that waits, since an entry is not kept for longer. random is 0 to below 1. */
export function pauseBefore(attempt: number, random: number, asked = 0): number {
  const { low, high, step, most } = pauses["seat-waits"];
  const [from, to] = attempt === 1 ? [low, high] : [0.5, 1].map((part) => part * Math.min(step * 2 ** (attempt - 2), most));
  return (asked > 0 ? asked : from!) + random * (to! - from!);
}

/** One stream; true: heard has what it wants. */
async function watchOnce(caller: Caller, w: Watching): Promise<boolean> {
  const [server = "", ...others] = caller.servers.order();
  const one = new AbortController();
  const stop = (): void => one.abort();
  w.signal.addEventListener("abort", stop);
  let timer = setTimeout(stop, others.length > 0 ? nextAfter : patience);
  try {
    const response = await caller.fetch(`${server}/metronome.v1.${w.method}`, {
      method: "POST",
      headers: { "Content-Type": "application/connect+json", ...caller.headers },
      body: envelope(w.request),
      signal: one.signal,
    });
    if (!response.ok || !response.body) throw await refusal(response);
    for await (const said of messages(response.body)) {
      clearTimeout(timer);
      timer = setTimeout(stop, w.silence);
      caller.servers.note(server, true);
      if (w.heard(said)) return true;
    }
    throw new LobbyError("unavailable", "the server tells no more", 0);
  } catch (fault) {
    const error = fault instanceof LobbyError ? fault : unreachable(fault);
    if (error.code === "unavailable") caller.servers.note(server, false);
    throw error;
  } finally {
    clearTimeout(timer);
    w.signal.removeEventListener("abort", stop);
    one.abort();
  }
}

/** Waits, ms, or until signal is aborted. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
