import { expect, it } from "vitest";
import { Ground } from "./ground.ts";
import { rulesOf } from "../../../app/src/play/rules.ts";

const ground = new Ground(rulesOf("ffa", 30));
ground.walls = [{ x0: 200_000, y0: 200_000, x1: 210_000, y1: 300_000 }];
const r = ground.rules.radius;

it.each([
  [190_000, 250_000, 20_000, 200_000 - r], // up to the wall
  [200_000 - r, 250_000, 5, 200_000 - r], // at it: no further
  [200_000 - r, 250_000, -5, 200_000 - r - 5], // and away
  [190_000, 200_000 - r, 20_000, 210_000], // along its corner it is free
  [r + 10, 10_000, -500, r], // the edge of the world
])("from (%d, %d) by %d along X it comes to %d", (x, y, vx, to) => expect(ground.slideX(x, y, vx)).toBe(to));
