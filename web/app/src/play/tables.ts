// The own rows of the newest snapshot, and whether the tables are the arena's.

import type { Schema } from "@metronome/sdk";
import { arenaKinds } from "./arena.gen.ts";
import type { ArenaWorld } from "./types.ts";

/** The fields of an input, in the order in which this page gives and predicts them. */
const inputs = ["dx", "dy", "aim", "buttons"];

/** Returns whether a server's game has all that this page reads and sends. */
export function fits(schema: Schema): boolean {
  return inputs.every((name, i) => schema.input[i]?.name === name) && Object.entries(arenaKinds).every(([name, columns]) => {
    const table = schema.tables.find((t) => t.name === name);
    return Object.keys(columns).every((c) => table?.columns.some((have) => have.name === c));
  });
}

/** Returns whether a server's game is the arena, of whatever version. */
export function isArena(schema: Schema): boolean {
  return schema.tables.some((t) => t.name === "ship");
}

/** Returns where a seat's ship is, in 1/256 unit; null while it is dead. */
export function ownShip(world: ArenaWorld, seat: number): { x: number; y: number } | null {
  const t = world.table("ship");
  const i = t.column("seat").indexOf(seat);
  if (i < 0 || i >= t.count) return null;
  return { x: t.column("x")[i]!, y: t.column("y")[i]! };
}

/** Returns when a seat's ship comes back. */
export function ownPlayer(world: ArenaWorld, seat: number): { respawnAt: number } {
  const t = world.table("player");
  const i = t.column("seat").indexOf(seat);
  const o = i < 0 ? -1 : t.ownIds.indexOf(t.ids[i]!);
  return { respawnAt: o < 0 ? 0 : (t.own("respawnat")[o] ?? 0) };
}
