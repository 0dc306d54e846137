import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Ground } from "./ground.ts";
import { dashEnd, step, type Body } from "./predict.ts";
import { rulesOf } from "../../../app/src/play/rules.ts";

interface Vector {
  mode: string;
  rules: Record<string, number>;
  walls: [number, number, number, number][];
  start: { Tick: number; X: number; Y: number; VX: number; VY: number; DashAt: number };
  holds: [number, number, number, number, number, number, number, number, number][];
}

const file = new URL("../../../../sim/arena/testdata/predict.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vector[];

class Fnv {
  sum = 0x811c9dc5;
  add(n: number): void {
    for (let shift = 0; shift < 32; shift += 8) {
      this.sum = Math.imul(this.sum ^ ((n >> shift) & 255), 0x01000193) >>> 0;
    }
  }
}

describe.each(vectors)("a ship in $mode", (v) => {
  it("has the server's rules", () => {
    expect(rulesOf(v.mode, v.rules["hz"]!)).toEqual(v.rules);
  });

  it("flies as the server says, integer for integer", () => {
    const rules = rulesOf(v.mode, v.rules["hz"]!);
    const ground = new Ground(rules);
    ground.walls = v.walls.map(([x, y, w, h]) => ({ x0: x, y0: y, x1: x + w, y1: y + h }));
    const s = v.start;
    let b: Body = { x: s.X, y: s.Y, vx: s.VX, vy: s.VY, dashAt: s.DashAt, dashUntil: dashEnd(s.DashAt, rules) };
    let tick = s.Tick;
    const sum = new Fnv();
    for (const [ticks, dx, dy, buttons, x, y, vx, vy, hash] of v.holds) {
      for (let i = 0; i < ticks; i++) {
        step(b, ++tick, { dx, dy, buttons }, ground);
        for (const n of [b.x, b.y, b.vx, b.vy, b.dashAt]) sum.add(n);
      }
      expect({ tick, x: b.x, y: b.y, vx: b.vx, vy: b.vy, hash: sum.sum }).toEqual({ tick, x, y, vx, vy, hash });
      // As if it were taken from the wire anew.
      b = { ...b, dashUntil: dashEnd(b.dashAt, rules) };
    }
    expect(tick - s.Tick).toBeGreaterThan(3000);
  });
});
