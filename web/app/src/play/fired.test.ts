import { expect, it } from "vitest";
import { Fired } from "./fired.ts";
import { rulesOf } from "./rules.ts";

const rules = rulesOf("ffa", 30);

/** Notes what is fired while a ship's row goes through these: life, blasterat, railat. */
function fire(rows: ([number, number, number] | null)[]): { fired: Fired; shots: string[] } {
  const fired = new Fired(rules);
  const shots: string[] = [];
  fired.onBlaster = (tick) => shots.push(`blaster ${tick}`);
  fired.onRail = (tick) => shots.push(`rail ${tick}`);
  for (const r of rows) fired.see(r ? { life: r[0], x: 0, y: 0, blasterat: r[1], railat: r[2] } : null);
  return { fired, shots };
}

it("hears each shot once, with its tick", () => {
  expect(fire([[1, 0, 0], [1, 105, 0], [1, 105, 0], [1, 110, 165]]).shots).toEqual(["blaster 100", "blaster 105", "rail 120"]);
});

it("hears nothing when a shot moves by a tick, or a ship comes", () => {
  expect(fire([[1, 105, 0], [1, 106, 0], [2, 130, 200], null, [2, 160, 300]]).shots).toEqual([]);
});

it("hears a shot again that was taken back", () => {
  expect(fire([[1, 50, 0], [1, 105, 0], [1, 50, 0], [1, 107, 0]]).shots).toEqual(["blaster 100", "blaster 102"]);
});

it("knows its own beams again, once", () => {
  const { fired } = fire([[1, 0, 0], [1, 0, 145]]);
  expect([fired.drawn(120), fired.drawn(102), fired.drawn(102)]).toEqual([false, true, false]);
});
