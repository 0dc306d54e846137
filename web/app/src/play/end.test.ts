import { expect, it } from "vitest";
import { byPlace, headline } from "./end.ts";

const line = (seat: number, place: number, team = 0) => ({ seat, name: seat === 9 ? "" : `p${seat}`, bot: false, team, place, fields: { kills: 0, deaths: 0, streak: 0, damage: 0, accuracy: 0, rail: 0 } });
const end = (...lines: ReturnType<typeof line>[]) => ({ reason: "", lines });

it.each([
  [end(), "The match is over"],
  [end(line(1, 0), line(2, 0)), "The match is over"],
  [end(line(1, 2), line(2, 1)), "p2 wins"],
  [end(line(7, 1), line(2, 2)), "You win"],
  [end(line(9, 1)), "player 9 wins"],
  [end(line(7, 1), line(2, 1)), "A draw"],
  [end(line(7, 1, 2), line(3, 1, 2), line(4, 3, 1)), "◆ Orange wins"],
  [end(line(7, 1, 1), line(3, 1, 2)), "A draw"],
])("the end %# is %s for seat 7", (e, says) => {
  expect(headline(e, 7)).toBe(says);
});

it("lists the best first, equal ones by seat, and who has no place last", () => {
  expect(byPlace(end(line(1, 0), line(2, 3), line(5, 1), line(4, 1))).map((l) => l.seat)).toEqual([4, 5, 2, 1]);
});
