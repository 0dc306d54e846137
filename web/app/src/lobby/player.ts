// What the pages pass on to each other in this browser: the player's name and
// a seat that was reserved on one page and is taken on the next.
import type { Join } from "@metronome/sdk";

const nameKey = "metronome.name";
const joinKey = "metronome.join";

/** The longest name, bytes of UTF-8: the server cuts longer ones. */
export const maxName = 32;

/** The name of the last time, or "". */
export function storedName(storage: Storage | null = local()): string {
  return storage?.getItem(nameKey) ?? "";
}

export function storeName(name: string, storage: Storage | null = local()): void {
  storage?.setItem(nameKey, name);
}

/** A name that the server takes: no control characters, at most maxName bytes, no cut letter. */
export function cleanName(typed: string): string {
  let name = "";
  for (const letter of typed.replace(/[\p{C}\s]+/gu, " ").trim()) {
    if (new TextEncoder().encode(name + letter).length > maxName) break;
    name += letter;
  }
  return name.trim();
}

/** Leaves a reserved seat for the play page in this tab. */
export function handOver(join: Join, storage: Storage | null = session()): void {
  storage?.setItem(joinKey, JSON.stringify(join));
}

/** The seat left for a room, once and while its ticket is good; else null. */
export function takeOver(room: { id?: string; code?: string }, now = Date.now(), storage: Storage | null = session()): Join | null {
  const left = storage?.getItem(joinKey);
  storage?.removeItem(joinKey);
  if (!left) return null;
  try {
    const join = JSON.parse(left) as Join;
    const same = room.id ? join.room.id === room.id : Boolean(room.code) && join.room.code === room.code;
    return same && join.expiresUnix * 1000 > now ? join : null;
  } catch {
    return null; // written by something else
  }
}

/** Storage may be forbidden, which is no reason not to play. */
function local(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

function session(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
