import { expect, it } from "vitest";
import { order, place, placeAmong, places } from "./standing.ts";

const p = (seat: number, kills: number, deaths: number) => ({ seat, team: 0, kills, deaths });

it("puts more kills first, then fewer deaths, then the lower seat", () => {
  const sorted = [p(3, 1, 0), p(1, 2, 5), p(2, 2, 4), p(4, 1, 0)].sort(order);
  expect(sorted.map((x) => x.seat)).toEqual([2, 1, 3, 4]);
});

it("gives equals the same place", () => {
  const all = [p(1, 5, 1), p(2, 3, 0), p(3, 3, 0), p(4, 3, 1)];
  expect(all.map((x) => place(all, x))).toEqual([1, 2, 2, 4]);
  expect(places(all)).toEqual([1, 2, 2, 4]);
});

it("knows a place in a large world only for the best", () => {
  const best = [{ seat: 900, kills: 9 }, { seat: 4, kills: 7 }, { seat: 5, kills: 7 }];
  expect(placeAmong(best, { seat: 5, kills: 7 })).toBe(2);
  expect(placeAmong(best, { seat: 900, kills: 9 })).toBe(1);
  expect(placeAmong(best, { seat: 6, kills: 2 })).toBe(0);
});
