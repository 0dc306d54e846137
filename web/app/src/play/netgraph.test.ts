import { expect, test } from "vitest";
import { moveWords } from "./netgraph.ts";

test("a move in words", () => {
  expect(moveWords({ moves: 0, lastMove: null })).toBe("");
  expect(moveWords({ moves: 1, lastMove: { url: "ws://10.0.0.2:8080/rooms/r-1", ms: 38.4 } })).toBe("Moved to 10.0.0.2:8080 in 38 ms.");
  expect(moveWords({ moves: 3, lastMove: { url: "wss://play.example/metronome-1/rooms/r", ms: 7 } })).toBe("Moved to play.example/metronome-1 in 7 ms (move 3).");
});
