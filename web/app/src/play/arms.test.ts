import { expect, it } from "vitest";
import { Arms } from "./arms.ts";
import { rulesOf } from "./rules.ts";

const here = { x: 1000, y: 2000, vx: 0, vy: 0, dashAt: 0, dashUntil: 0 };
const rules = rulesOf("ffa", 30);

it("fires the blaster as often as it is ready", () => {
  const arms = new Arms(rules);
  for (let tick = 1; tick <= 11; tick++) arms.tick(tick, [0, 0, 16384, 1], here);
  expect(arms.bolts.map((b) => b.tick)).toEqual([1, 6, 11]);
  expect(Math.round(arms.bolts[0]!.vy)).toBe(rules.bolt);
  arms.reached(6);
  expect(arms.bolts.map((b) => b.tick)).toEqual([11]);
});

it("fires the rail while there is ammo, and knows its own beams again", () => {
  const arms = new Arms(rules);
  let fired = 0;
  arms.onRail = () => fired++;
  arms.tick(1, [0, 0, 0, 2], here);
  expect(fired).toBe(0);
  arms.snapshot({ tick: 1, blasterAt: 0, railAt: 0, ammo: 1 });
  arms.tick(2, [0, 0, 0, 2], here);
  arms.tick(60, [0, 0, 0, 2], here);
  expect(fired).toBe(1);
  expect(arms.drawn(2)).toBe(true);
  expect(arms.drawn(2)).toBe(false);
});

it("believes the server only once it has seen the last shot", () => {
  const arms = new Arms(rules);
  arms.tick(10, [0, 0, 0, 1], here);
  arms.snapshot({ tick: 9, blasterAt: 0, railAt: 0, ammo: 0 });
  arms.tick(11, [0, 0, 0, 1], here);
  expect(arms.bolts).toHaveLength(1);
  arms.snapshot({ tick: 10, blasterAt: 0, railAt: 0, ammo: 0 });
  arms.tick(12, [0, 0, 0, 1], here);
  expect(arms.bolts).toHaveLength(2);
});

it("is quiet in the pause", () => {
  const arms = new Arms(rules);
  arms.allowed = false;
  arms.tick(1, [0, 0, 0, 3], here);
  expect(arms.bolts).toEqual([]);
});
