// What the same world would be as JSON text, to compare.

import type { ArenaWorld } from "../play/types.ts";

const columns = {
  ship: ["x", "y", "aim", "health", "shield", "team", "seat", "safeuntil"],
  shot: ["x", "y", "seat"],
} as const;

/** Returns the bytes of all ships and shots of a world, each as a JSON object with its id and its columns by name. */
export function jsonBytes(world: ArenaWorld): number {
  const ship = world.table("ship");
  const shot = world.table("shot");
  const all = [
    rows(ship.count, ship.ids, columns.ship, (c) => ship.column(c)),
    rows(shot.count, shot.ids, columns.shot, (c) => shot.column(c)),
  ];
  return new TextEncoder().encode(JSON.stringify(all)).length;
}

function rows<C extends string>(count: number, ids: ArrayLike<number>, names: readonly C[], column: (c: C) => ArrayLike<number>): Record<string, number>[] {
  const read = names.map((name) => [name, column(name)] as const);
  return Array.from({ length: count }, (_, i) => ({ id: ids[i]!, ...Object.fromEntries(read.map(([name, values]) => [name, values[i]!])) }));
}
