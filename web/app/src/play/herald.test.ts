import { expect, test } from "vitest";
import { isCalled, streakLine } from "./herald.ts";

test("a first kill is no streak", () => {
  expect(streakLine(1, 0, "bob")).toBe("");
});

test("kills in a row are counted, and a streak that was ended is named", () => {
  expect(streakLine(3, 4, "bob")).toBe("3 in a row");
  expect(streakLine(3, 6, "bob")).toBe("3 in a row · ended bob's 6");
  expect(streakLine(1, 5, "bob")).toBe("ended bob's 5");
});

test("others' streaks are called at every fifth", () => {
  expect([0, 1, 4, 5, 6, 10].map(isCalled)).toEqual([false, false, false, true, false, true]);
});
