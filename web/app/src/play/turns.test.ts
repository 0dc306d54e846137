import { expect, test } from "vitest";
import type { MatchNow } from "./standing.ts";
import { Turns } from "./turns.ts";
import { Phase } from "./types.ts";

const hz = 30;
const match = (phase: number, round: number, endsAt: number): MatchNow => ({ phase, round, endsAt, goal: 0, winner: 0, winnerTeam: 0, score: [0, 0, 0, 0] });

test("a match that one comes into neither begins nor ends", () => {
  expect(new Turns().see(match(Phase.Play, 3, 9000), 10, hz)).toBe(null);
  expect(new Turns().see(match(Phase.Pause, 3, 9000), 10, hz)).toBe(null);
});

test("the last five seconds are counted, each once, then it ends, three are counted, and the next begins", () => {
  const t = new Turns();
  const told: [number, string][] = [];
  const look = (m: MatchNow, from: number, to: number) => {
    for (let tick = from; tick < to; tick++) {
      const turn = t.see(m, tick, hz);
      if (turn) told.push([tick, turn]);
    }
  };
  look(match(Phase.Play, 1, 300), 0, 300);
  look(match(Phase.Pause, 1, 540), 300, 540);
  look(match(Phase.Play, 2, 9000), 540, 600);
  expect(told).toEqual([
    [150, "second"], [180, "second"], [210, "second"], [240, "second"], [270, "second"], [300, "ends"],
    [450, "second"], [480, "second"], [510, "second"], [540, "begins"],
  ]);
});

test("a match without an end is not counted", () => {
  const t = new Turns();
  expect([1, 2, 300].map((tick) => t.see(match(Phase.Play, 0, 0), tick, hz))).toEqual([null, null, null]);
});
