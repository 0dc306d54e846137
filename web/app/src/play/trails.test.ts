import { expect, it } from "vitest";
import type { ShipNow } from "./picture.ts";
import { points, Trails } from "./trails.ts";

const ship = (id: number, x: number, life = id) => ({ id, life, seat: id, x, y: 0 }) as ShipNow;

it("keeps where a ship was, and no more than it needs", () => {
  const t = new Trails();
  for (let i = 0; i < 60; i++) t.step([ship(1, i * 10)], 0.05);
  const trail = t.of(ship(1, 0))!;
  expect(trail.count).toBe(points);
  expect(trail.xs[trail.head]).toBe(590);
});

it("draws no line from one life to the next", () => {
  const t = new Trails();
  for (let i = 0; i < 5; i++) t.step([ship(1, i)], 0.05);
  expect(t.of(ship(1, 0))!.count).toBe(1 + 5);
  t.step([ship(1, 4, 9)], 0.01); // right where the one before was
  expect([t.of(ship(1, 0)), t.of(ship(1, 0, 9))!.count]).toEqual([undefined, 1]);
});

it("forgets who is gone, and lets hits fade", () => {
  const t = new Trails();
  t.step([ship(1, 0), ship(2, 0)], 0.05);
  t.hurt(2);
  expect(t.of(ship(2, 0))!.hurt).toBe(1);
  t.step([ship(2, 0)], 0.1);
  expect(t.of(ship(1, 0))).toBeUndefined();
  expect(t.of(ship(2, 0))!.hurt).toBeCloseTo(0.6);
});
