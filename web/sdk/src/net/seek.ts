// Where the room of a lost seat goes on: the twin of client/seek.go.
import type { End } from "../api.ts";
import { number, object, text } from "./json.ts";
import { roomIdOf, serverOf } from "./roomurl.ts";

/** What nodes say of a room. */
export interface Whereabouts {
  /** Empty: no node has it yet. */
  url: string;
  epoch: number;
  /** Another node takes it over when its own has died. */
  kept: boolean;
}

/** How long nodes may take, ms. */
const SEEK_WITHIN = 1_000;
/** How long others may take once one has said where the room is: it may be behind, and one that stands still says nothing. */
const REST_WITHIN = 20;

/** Whether an attempt to take a seat back has ended so that its room may have another node. */
export const mayBeElsewhere = (end: End): boolean => end.name === "unreachable" || end.name === "refused-404" || end.name === "refused-503";

/** The end of an attempt at a room that is between two nodes: it goes on soon. */
export const soughtEnd = (end: End): End => ({ ...end, name: "room-sought", comeback: "resume", sentence: "The server is gone, another one takes your room over. You are being taken back to your seat." });

/**
 * Asks a room's node and others where it is; null: none knows. What is older than a known epoch does not count. While nobody
 * answers, nobody says that the room is gone.
 */
export async function seek(ask: typeof fetch, room: string, nodes: readonly string[], known: number): Promise<Whereabouts | null> {
  const id = roomIdOf(room);
  let best: Whereabouts | null = null;
  let said = false;
  const rest = deferred();
  const asked = [...new Set([serverOf(room), ...nodes.map((n) => n.replace(/\/+$/, ""))])].map(async (server) => {
    const answer = await askOne(ask, server, id);
    said ||= answer !== null;
    if (!answer || answer.epoch === 0 || answer.epoch < known || (best && answer.epoch <= best.epoch)) return;
    best = answer;
    if (answer.url !== "" && answer.url !== room) setTimeout(rest.resolve, REST_WITHIN);
  });
  await Promise.race([Promise.allSettled(asked), rest.promise]);
  return best ?? (said ? null : { url: "", epoch: known, kept: true });
}

/** What one node says, with the epoch 0 when it knows nothing; null: it does not answer. */
async function askOne(ask: typeof fetch, server: string, id: string): Promise<Whereabouts | null> {
  try {
    const response = await ask(`${server}/metronome.v1.LobbyService/FindRoom`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ id }), signal: AbortSignal.timeout(SEEK_WITHIN),
    });
    if (response.status === 404) return { url: "", epoch: 0, kept: false };
    if (!response.ok) return null;
    const said = object(await response.json());
    return { url: text(said["url"]), epoch: number(said["epoch"]), kept: said["kept"] === true };
  } catch {
    return null;
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => { resolve = done; });
  return { promise, resolve };
}
