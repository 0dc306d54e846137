import { expect, it } from "vitest";
import { Arms } from "./arms.ts";
import { Ground } from "./ground.ts";
import { Look } from "./look.ts";
import { Own } from "./own.ts";
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

function look() {
  const rules = rulesOf("ffa", 30);
  const own = new Own(new Ground(rules));
  const arms = new Arms(rules);
  return { own, arms, look: new Look(rules, own, arms, (seat) => `seat ${seat}`) };
}

const still = { dx: 0, dy: 0, buttons: 0 };
const u = 256;

it("takes ships in units and radians, and who is safe still", () => {
  const { look: l } = look();
  const p = l.take(view(100.5, { ship: [{ id: 4, seat: 7, x: 10 * u, y: 20 * u, aim: 64, health: 90, shield: 5, team: 2, safeuntil: 101 }] }), 1, 0.016, 0, still);
  expect(p.ships).toMatchObject([{ id: 4, seat: 7, x: 10, y: 20, aim: Math.PI / 2, health: 90, shield: 5, team: 2, safe: true, own: false, name: "seat 7" }]);
  expect(p.own).toBeNull();
});

it("shows the own ship ahead of the view", () => {
  const { look: l, own } = look();
  own.snapshot(110, { id: 4, x: 30 * u, y: 20 * u, dashAt: 0 }, []);
  const p = l.take(view(105, { ship: [{ id: 4, seat: 1, x: 10 * u, y: 20 * u }] }), 1, 0, 1.5, still);
  expect(p.own).toMatchObject({ x: 30, y: 20, aim: 1.5 });
});

it("knows a projectile's direction from its second frame on, and draws the own ones ahead", () => {
  const { look: l, own } = look();
  own.snapshot(110, { id: 4, x: 30 * u, y: 20 * u, dashAt: 0 }, []);
  const shots = (x: number) => ({ shot: [{ id: 1, seat: 2, x: x * u, y: 500 * u }, { id: 2, seat: 1, x: x * u, y: 600 * u }] });
  expect(l.take(view(105, shots(100)), 1, 0, 0, still).shots).toEqual([]);
  const [other, mine] = l.take(view(106, shots(130)), 1, 0, 0, still).shots;
  expect(other).toMatchObject({ x: 130, y: 500, angle: 0, own: false });
  expect(mine).toMatchObject({ x: 130 + 4 * 30, y: 600, angle: 0, own: true });
});

it("takes a row that got the id of another for a new one", () => {
  const { look: l } = look();
  const at = (tick: number, x: number, life: number) =>
    l.take(view(tick, { ship: [{ id: 3, life, seat: 2, x: x * u, y: 0 }], shot: [{ id: 1, life, seat: 2, x: x * u, y: 500 * u }] }), 1, 0.1, 0, still);
  at(105, 100, 1);
  expect(at(106, 130, 1)).toMatchObject({ ships: [{ life: 1, vx: 0.3 * 300 }], shots: [{ angle: 0 }] });
  expect(at(107, 160, 2)).toMatchObject({ ships: [{ life: 2, vx: 0 }], shots: [] });
});

it("shows a shot at once and gives it up to the server's own", () => {
  const { look: l, own, arms } = look();
  own.snapshot(110, { id: 4, x: 30 * u, y: 20 * u, dashAt: 0 }, []);
  own.onTick = (tick, values, before) => arms.tick(tick, values, before);
  own.advance([{ tick: 111, values: [0, 0, 0, 1] }]);
  expect(l.take(view(105, {}), 1, 0, 0, still).shots).toMatchObject([{ own: true, y: 20 }]);
  expect(l.take(view(111, {}), 1, 0, 0, still).shots).toEqual([]);
});

it("tells how far a pickup is from being back", () => {
  const { look: l } = look();
  const at = (tick: number) => l.take(view(tick, { pickup: [{ id: 1, kind: 2, backat: 1000 }] }), 1, 0, 0, still).pickups[0]!.there;
  expect(at(1000)).toBe(1);
  expect(at(775)).toBeCloseTo(0.5, 2);
  expect(at(550)).toBeCloseTo(0, 2);
});
