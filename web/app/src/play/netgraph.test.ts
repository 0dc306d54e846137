import { expect, test } from "vitest";
import { missWords, moveWords } from "./netgraph.ts";

test("a move in words", () => {
  expect(moveWords({ moves: 0, lastMove: null })).toBe("");
  expect(moveWords({ moves: 1, lastMove: { url: "ws://10.0.0.2:8080/rooms/r-1", ms: 38.4 } })).toBe("Moved to 10.0.0.2:8080 in 38 ms.");
  expect(moveWords({ moves: 3, lastMove: { url: "wss://play.example/metronome-1/rooms/r", ms: 7 } })).toBe("Moved to play.example/metronome-1 in 7 ms (move 3).");
});

test("what was guessed wrongly, the last three", () => {
  expect(missWords([])).toBe("");
  const one = { table: "ship", column: "y", row: 3, count: 1, last: 0.0196, most: 0.0196 };
  const many = { table: "shot", column: "made", row: 1_000_001, count: 12, last: 1, most: 1 };
  expect(missWords([one, many, { ...one, column: "x", count: 2, last: 0.5, most: 120.4 }, one])).toBe(
    "ship 3 y 0.02\nshot 1000001 made 1 (12 times, up to 1)\nship 3 x 0.5 (2 times, up to 120)",
  );
});
