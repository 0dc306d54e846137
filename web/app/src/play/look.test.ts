import { expect, it } from "vitest";
import { Look } from "./look.ts";
import { rulesOf } from "./rules.ts";
import type { ArenaView } from "./types.ts";

type Rows = Record<string, number>[];

/** A view whose tables hold these rows; a column that a row lacks is 0. */
function view(tick: number, tables: Record<string, Rows>): ArenaView {
  const table = (name: string) => {
    const rows = tables[name] ?? [];
    return {
      name,
      count: rows.length,
      ids: Uint32Array.from(rows, (r) => r["id"] ?? 0),
      lives: Uint32Array.from(rows, (r) => r["life"] ?? r["id"] ?? 0),
      column: (c: string) => Float64Array.from(rows, (r) => r[c] ?? 0),
      index: (id: number) => rows.findIndex((r) => r["id"] === id),
    };
  };
  return { tick, seen: 0, table } as unknown as ArenaView;
}

const look = () => new Look(rulesOf("ffa", 30), (seat) => `seat ${seat}`);

const u = 256;

it("takes ships in units and radians, and who is safe still", () => {
  const l = look();
  const p = l.take(view(100.5, { ship: [{ id: 4, seat: 7, x: 10 * u, y: 20 * u, aim: 64, health: 90, shield: 5, team: 2, safeuntil: 101 }] }), 1, 0.016, 0);
  expect(p.ships).toMatchObject([{ id: 4, seat: 7, x: 10, y: 20, aim: Math.PI / 2, health: 90, shield: 5, team: 2, safe: true, own: false, name: "seat 7" }]);
  expect(p.own).toBeNull();
});

it("shows the own ship where it is in the view, pointing where the player points", () => {
  const l = look();
  const at = (x: number, aim: number | null) => l.take(view(105, { ship: [{ id: 4, life: 9, seat: 1, x: x * u, y: 20 * u, aim: 64 }] }), 1, 0.1, aim).own;
  expect(at(10, 1.5)).toMatchObject({ x: 10, y: 20, aim: 1.5, own: true, vx: 0 });
  expect(at(20, null)).toMatchObject({ x: 20, aim: Math.PI / 2, vx: 0.3 * 100 });
});

it("knows a projectile's direction from its second frame on", () => {
  const l = look();
  const shots = (x: number) => ({ ship: [{ id: 4, seat: 1 }], shot: [{ id: 1, seat: 2, x: x * u, y: 500 * u }, { id: 2, seat: 1, x: x * u, y: 600 * u }] });
  expect(l.take(view(105, shots(100)), 1, 0, null).shots).toEqual([]);
  const [other, mine] = l.take(view(106, shots(130)), 1, 0, null).shots;
  expect(other).toMatchObject({ x: 130, y: 500, angle: 0, own: false });
  expect(mine).toMatchObject({ x: 130, y: 600, angle: 0, own: true });
});

it("shows an own projectile that the view has as it will be at once, along the aim", () => {
  const l = look();
  const p = l.take(view(105, { ship: [{ id: 4, seat: 1 }], shot: [{ id: 1, seat: 2, x: 0, y: 0 }, { id: 2, seat: 1, x: 7 * u, y: 0 }] }), 1, 0, 0.5);
  expect(p.shots).toMatchObject([{ x: 7, angle: 0.5, own: true }]);
});

it("takes a row that got the id of another for a new one", () => {
  const l = look();
  const at = (tick: number, x: number, life: number) =>
    l.take(view(tick, { ship: [{ id: 3, life, seat: 2, x: x * u, y: 0 }], shot: [{ id: 1, life, seat: 2, x: x * u, y: 500 * u }] }), 1, 0.1, 0);
  at(105, 100, 1);
  expect(at(106, 130, 1)).toMatchObject({ ships: [{ life: 1, vx: 0.3 * 300 }], shots: [{ angle: 0 }] });
  expect(at(107, 160, 2)).toMatchObject({ ships: [{ life: 2, vx: 0 }], shots: [] });
});

it("tells how far a pickup is from being back", () => {
  const l = look();
  const at = (tick: number) => l.take(view(tick, { pickup: [{ id: 1, kind: 2, backat: 1000 }] }), 1, 0, 0).pickups[0]!.there;
  expect(at(1000)).toBe(1);
  expect(at(775)).toBeCloseTo(0.5, 2);
  expect(at(550)).toBeCloseTo(0, 2);
});
