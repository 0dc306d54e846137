import { expect, it } from "vitest";
import { emptyPicture, type ShipNow } from "./picture.ts";
import { Watch } from "./watch.ts";

function picture(...seats: number[]) {
  const p = emptyPicture();
  p.ships = seats.map((seat) => ({ seat, own: seat === 1, x: seat * 10, y: 0 }) as ShipNow);
  return p;
}

it("goes round all ships but the own, both ways", () => {
  const w = new Watch();
  const p = picture(5, 1, 3, 9);
  const seen: (number | undefined)[] = [];
  for (let i = 0; i < 4; i++) {
    w.next(p, 1);
    seen.push(w.ship(p)?.seat);
  }
  w.next(p, -1);
  seen.push(w.ship(p)?.seat);
  expect(seen).toEqual([3, 5, 9, 3, 9]);
});

it("stays where it was when who it followed is gone", () => {
  const w = new Watch();
  w.follow(5);
  expect(w.place(picture(1, 5))).toMatchObject({ x: 50 });
  expect(w.place(picture(1, 3))).toBeNull();
});

it("is dragged inside the world until it follows again", () => {
  const w = new Watch();
  const p = picture(1, 3);
  w.drag({ x: 100, y: 100 }, -500, 20, p);
  expect(w.place(p)).toEqual({ x: 0, y: 120 });
  w.drag({ x: 7, y: 7 }, 30, 0, p);
  expect(w.place(p)).toEqual({ x: 30, y: 120 });
  w.next(p, 1);
  expect(w.place(p)).toMatchObject({ seat: 3 });
});

it("goes on to who is out of view where that is known", () => {
  const w = new Watch();
  w.follow(9);
  w.next(picture(5, 9), 1, [5, 9, 40]);
  expect(w.seat).toBe(40);
  w.next(picture(5, 9), 1, [5, 9, 40]);
  expect(w.seat).toBe(5);
});
