import { expect, it } from "vitest";
import { Bolts } from "./bolts.ts";
import { rulesOf } from "./rules.ts";

it("fly until the server's picture shows them", () => {
  const rules = rulesOf("ffa", 30);
  const bolts = new Bolts(rules);
  for (const tick of [1, 6, 11]) bolts.fire(tick, 1000, 2000, Math.PI / 2);
  expect(bolts.flying[0]).toMatchObject({ tick: 1, x: 1000, y: 2000, vy: rules.bolt });
  bolts.reached(6);
  expect(bolts.flying.map((b) => b.tick)).toEqual([11]);
});
