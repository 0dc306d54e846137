// What this tab keeps of a search and a party over a reload: the proofs by which
// they are taken up again.
import type { Kept } from "@metronome/sdk";

const entryKey = "metronome.entry";
const partyKey = "metronome.party";

/** The entry that waits, with its queue; null: none. */
export function keptEntry(storage: Storage | null = session()): (Kept & { queue: string }) | null {
  const kept = read(entryKey, storage);
  return kept && typeof kept["queue"] === "string" ? { id: String(kept["id"]), token: String(kept["token"]), queue: kept["queue"] } : null;
}

/** The party that one is in, and the entry of it that is over; null: none. */
export function keptParty(storage: Storage | null = session()): (Kept & { over: string }) | null {
  const kept = read(partyKey, storage);
  return kept ? { id: String(kept["id"]), token: String(kept["token"]), over: String(kept["over"] ?? "") } : null;
}

/** Keeps an entry; null: there is none any more. */
export const keepEntry = (entry: (Kept & { queue: string }) | null, storage: Storage | null = session()): void => write(entryKey, entry, storage);

/** Keeps a party; null: one is in none any more. */
export const keepParty = (party: (Kept & { over: string }) | null, storage: Storage | null = session()): void => write(partyKey, party, storage);

function read(key: string, storage: Storage | null): Record<string, unknown> | null {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(key) ?? "null");
    return typeof kept === "object" && kept !== null && "id" in kept && "token" in kept ? (kept as Record<string, unknown>) : null;
  } catch {
    return null; // written by something else
  }
}

function write(key: string, kept: object | null, storage: Storage | null): void {
  try {
    if (kept) storage?.setItem(key, JSON.stringify(kept));
    else storage?.removeItem(key);
  } catch {
    // Storage is full: a reload begins anew.
  }
}

/** Storage may be forbidden, which is no reason not to play. */
function session(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
