import { expect, test } from "vitest";
import { bytes, drains, health, ms, sentence, span, ticks, when } from "./words.ts";

const room = { id: "a", tickHz: 30, taken: 5, inputs: 100, unused: 0, lateUsP99: 100 };

test.each([
  [{}, "ok", "in time"],
  [{ taken: 0, inputs: 0 }, "idle", "empty"],
  [{ unused: 5 }, "ok", "in time"],
  [{ unused: 6 }, "warn", "inputs unused"],
  [{ inputs: 10, unused: 6 }, "ok", "in time"],
  [{ backlogged: 2, unused: 90 }, "warn", "2 backlogged"],
  [{ lateUsP99: 16_666 }, "ok", "in time"],
  [{ lateUsP99: 16_667, backlogged: 2 }, "bad", "ticks late"],
  [{ ticksLost: 3, lateUsP99: 50_000 }, "bad", "3 ticks lost"],
])("a room with %o is %s: %s", (change, mood, word) => {
  expect(health({ ...room, ...change })).toEqual({ mood, word });
});

test("figures", () => {
  expect([ms(0), ms(40), ms(1234), ms(250_000), ms(undefined)]).toEqual(["0 ms", "0.04 ms", "1.2 ms", "250 ms", "–"]);
  expect([bytes(0), bytes(999), bytes(1000), bytes(45_600), bytes(1_234_567)]).toEqual(["0 B", "999 B", "1.0 kB", "46 kB", "1.2 MB"]);
  expect([span(0), span(61), span(3700), span(90_000)]).toEqual(["0 s", "1 min 1 s", "1 h 1 min", "1 d 1 h"]);
  expect([ticks(3, 30), ticks(90, 30), ticks(undefined, 0)]).toEqual(["3 ticks", "3 s", "0 ticks"]);
  expect([sentence(""), sentence("that is so"), sentence("Done!")]).toEqual(["", "That is so.", "Done!"]);
});

test("times sort as they read", () => {
  expect([when(undefined), when("0")]).toEqual(["–", "–"]);
  expect(when("1764236400")).toMatch(/^2025-11-2[678] \d\d:\d\d:00$/);
  expect(when(1764236400)).toBe(when("1764236400"));
});

test("a drain says whom it ends", () => {
  expect(drains(1, 2)).toContain("now 1 room with 2 players,");
  expect(drains(2, 1)).toContain("now 2 rooms with 1 player,");
});
