import { expect, test } from "vitest";
import { Marks, toward } from "./marks.ts";
import { emptyPicture, type Picture, type ShipNow } from "./picture.ts";

const ship = (seat: number, x: number, y: number): ShipNow => ({ id: seat, life: seat, seat, team: 0, x, y, vx: 0, vy: 0, aim: 0, health: 1, shield: 0, safe: false, own: seat === 1, name: "" });

function picture(...ships: ShipNow[]): Picture {
  return { ...emptyPicture(), ships, own: ships.find((s) => s.own) ?? null };
}

test("a direction is that from the own ship to the shooter", () => {
  expect(toward({ x: 0, y: 0 }, { x: 5, y: 0 })).toBe(0);
  expect(toward({ x: 2, y: 2 }, { x: 2, y: -8 })).toBeCloseTo(-Math.PI / 2);
  expect(toward({ x: 3, y: 3 }, { x: 3, y: 3 })).toBe(0);
});

test("the direction follows a shooter who is seen, and stays when not", () => {
  const m = new Marks();
  m.hurt(2, 0, 10);
  m.step(picture(ship(1, 0, 0), ship(2, 0, 100)), 0.1);
  expect(m.directions).toEqual([{ by: 2, angle: Math.PI / 2 }]);
  m.step(picture(ship(1, 0, 0)), 0.1);
  expect(m.directions).toEqual([{ by: 2, angle: Math.PI / 2 }]);
});

test("one shooter has one direction, six are shown, and none for a ship that is gone", () => {
  const m = new Marks();
  for (let i = 0; i < 3; i++) m.hurt(2, i, 10);
  expect(m.directions).toEqual([{ by: 2, angle: 2 }]);
  for (let by = 3; by < 10; by++) m.hurt(by, 0, 10);
  expect(m.directions.map((d) => d.by)).toEqual([4, 5, 6, 7, 8, 9]);
  m.step(picture(), 0.1);
  expect(m.directions).toEqual([]);
});

test("a direction fades away by itself", () => {
  const m = new Marks();
  m.hurt(2, 1, 10);
  m.step(picture(ship(1, 0, 0)), 1);
  expect(m.directions).toHaveLength(1);
  m.step(picture(ship(1, 0, 0)), 1);
  expect(m.directions).toEqual([]);
});
