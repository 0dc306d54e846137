// How somebody comes in: by quick play, a room's id, or the code of a private
// room, as the page's address says.

import { connect, Lobby, quickPlay, watch, type ConnectOptions } from "@metronome/sdk";
import { base } from "../base.ts";
import { takeOver } from "../lobby/player.ts";
import type { Arena } from "./arena.gen.ts";
import type { ArenaSession } from "./types.ts";

export type Way = { kind: "mode"; mode: string; avoid: string[] } | { kind: "room"; id: string } | { kind: "code"; code: string };

/** Reads the address; null: it does not say, so ask. */
export function wayOf(search: string): Way | null {
  const q = new URLSearchParams(search);
  const [mode, id, code] = [q.get("mode"), q.get("room"), q.get("code")];
  if (code) return { kind: "code", code };
  if (id) return { kind: "room", id };
  return mode === null ? null : { kind: "mode", mode, avoid: q.getAll("avoid").slice(-maxAvoid) };
}

/** How many rooms quick play can be asked to avoid. */
const maxAvoid = 8;

/** The address of quick play that leads to another room than one; search: what this page's address says. */
export function elsewhere(mode: string, room: string, search: string): string {
  const avoid = new URLSearchParams(search).getAll("avoid").filter((id) => id !== room);
  return `play?${new URLSearchParams([["mode", mode], ...[...avoid, room].slice(-maxAvoid).map((id) => ["avoid", id])])}`;
}

/** Watches a public room without a seat: on the node that lists it, else on this page's own. */
export async function spectate(id: string, options: ConnectOptions): Promise<ArenaSession> {
  const listed = await new Lobby(base()).list({ pageSize: 200 }).catch(() => null);
  const node = listed?.rooms.find((room) => room.id === id)?.node || base();
  return watch<Arena>(`${node.replace(/^http/, "ws")}/rooms/${encodeURIComponent(id)}`, { ...options, angles: ["ship.aim"] });
}

/** Asks for a seat; fails with LobbyError where a room or code is not there. */
export async function enter(way: Way, name: string, options: ConnectOptions): Promise<ArenaSession> {
  const o = { ...options, name, angles: ["ship.aim"], lobby: base() };
  if (way.kind === "mode") return quickPlay<Arena>(base(), { ...o, mode: way.mode, avoid: way.avoid });
  const by = way.kind === "room" ? { id: way.id } : { code: way.code };
  const join = takeOver(by) ?? (await new Lobby(base()).join(by, name));
  return connect<Arena>(join.url, o);
}
