import { expect, test } from "vitest";
import { ownLine, type Stand } from "./podium.ts";

const stand = (seat: number, place: number, kills: number, deaths: number): Stand => ({ seat, team: 0, name: `p${seat}`, own: seat === 1, place, kills, deaths });

test("the own line says place, kills, deaths and the longest streak", () => {
  expect(ownLine([stand(2, 1, 9, 0), stand(1, 2, 7, 1)], 4)).toBe("You: place 2 of 2 · 7 kills · 1 death · 4 in a row");
  expect(ownLine([stand(1, 1, 1, 0)], 1)).toBe("You: place 1 of 1 · 1 kill · 0 deaths");
});

test("who has no place is told so, and who did not play is told nothing", () => {
  expect(ownLine([stand(1, 0, 0, 2)], 0)).toBe("You: no place · 0 kills · 2 deaths");
  expect(ownLine([stand(2, 1, 1, 0)], 0)).toBe("");
});
