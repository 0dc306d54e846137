import { expect, it } from "vitest";
import type { Camera } from "./camera.ts";
import { arrowsOf } from "./draw-arrows.ts";
import { emptyPicture, type ShipNow } from "./picture.ts";

const camera: Camera = { x: 1000, y: 1000, zoom: 0.5, width: 800, height: 400 }; // sees 1600 x 800 units

const ship = (seat: number, x: number, y: number, team = 0): ShipNow =>
  ({ id: seat, seat, team, x, y, vx: 0, vy: 0, aim: 0, health: 100, shield: 60, safe: false, own: seat === 1, name: "" });

function picture(...ships: ShipNow[]) {
  return { ...emptyPicture(), ships, own: ships.find((s) => s.own) ?? null };
}

it("points from the edge at who is out of sight, and at nobody else", () => {
  const [arrow, ...more] = arrowsOf(picture(ship(1, 1000, 1000), ship(2, 1100, 1000), ship(3, 3000, 1000)), camera);
  expect(more).toEqual([]);
  expect(arrow).toMatchObject({ ship: { seat: 3 }, x: 1000 + (400 - 22) / 0.5, y: 1000, angle: 0 });
});

it("stays inside the picture whatever the direction", () => {
  const around = Array.from({ length: 64 }, (_, i) => ship(2, 1000 + 2500 * Math.cos(i / 10), 1000 + 2500 * Math.sin(i / 10)));
  for (const s of around) {
    const [a] = arrowsOf(picture(ship(1, 1000, 1000), s), camera);
    expect(Math.abs(a!.x - 1000)).toBeLessThan(800);
    expect(Math.abs(a!.y - 1000)).toBeLessThan(400);
  }
});

it("shows the four nearest, the nearer the larger", () => {
  const arrows = arrowsOf(picture(ship(1, 1000, 1000), ...[6, 3, 5, 2, 4].map((n) => ship(n, 1000 + 900 * n, 1000))), camera);
  expect(arrows.map((a) => a.ship.seat)).toEqual([2, 3, 4, 5]);
  expect(arrows[0]!.size).toBeGreaterThan(arrows[1]!.size);
});

it("leaves out the own team, and points nowhere without a ship", () => {
  expect(arrowsOf(picture(ship(1, 1000, 1000, 2), ship(2, 4000, 1000, 2)), camera)).toEqual([]);
  expect(arrowsOf(picture(ship(2, 4000, 1000)), camera)).toEqual([]);
});
