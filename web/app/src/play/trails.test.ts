import { expect, it } from "vitest";
import type { ShipNow } from "./picture.ts";
import { points, Trails } from "./trails.ts";

const ship = (id: number, x: number, seat = id) => ({ id, seat, x, y: 0 }) as ShipNow;

it("keeps where a ship was, and no more than it needs", () => {
  const t = new Trails();
  for (let i = 0; i < 60; i++) t.step([ship(1, i * 10)], 0.05);
  const trail = t.of(1)!;
  expect(trail.count).toBe(points);
  expect(trail.xs[trail.head]).toBe(590);
});

it("draws no line from one life to the next", () => {
  const t = new Trails();
  for (let i = 0; i < 5; i++) t.step([ship(1, i)], 0.05);
  t.step([ship(1, 3000)], 0.05);
  expect(t.of(1)!.count).toBe(1 + 1);
  t.step([ship(1, 3000, 9)], 0.01);
  expect(t.of(1)!.count).toBe(1);
});

it("forgets who is gone, and lets hits fade", () => {
  const t = new Trails();
  t.step([ship(1, 0), ship(2, 0)], 0.05);
  t.hurt(2);
  expect(t.of(2)!.hurt).toBe(1);
  t.step([ship(2, 0)], 0.1);
  expect(t.of(1)).toBeUndefined();
  expect(t.of(2)!.hurt).toBeCloseTo(0.6);
});
