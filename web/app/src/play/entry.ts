// How somebody comes in: by quick play, a room's id, or the code of a private
// room, as the page's address says.

import { connect, Lobby, quickPlay, type ConnectOptions } from "@metronome/sdk";
import { takeOver } from "../lobby/player.ts";
import type { Arena } from "./arena.gen.ts";
import type { ArenaSession } from "./types.ts";

export type Way = { kind: "mode"; mode: string } | { kind: "room"; id: string } | { kind: "code"; code: string };

/** Reads the address; null: it does not say, so ask. */
export function wayOf(search: string): Way | null {
  const q = new URLSearchParams(search);
  const [mode, id, code] = [q.get("mode"), q.get("room"), q.get("code")];
  if (code) return { kind: "code", code };
  if (id) return { kind: "room", id };
  return mode === null ? null : { kind: "mode", mode };
}

/** Asks for a seat; fails with LobbyError where a room or code is not there. */
export async function enter(way: Way, name: string, options: ConnectOptions): Promise<ArenaSession> {
  const o = { ...options, name, angles: ["ship.aim"], lobby: location.origin };
  if (way.kind === "mode") return quickPlay<Arena>(location.origin, way.mode ? { ...o, mode: way.mode } : o);
  const by = way.kind === "room" ? { id: way.id } : { code: way.code };
  const join = takeOver(by) ?? (await new Lobby(location.origin).join(by, name));
  return connect<Arena>(join.url, o);
}
