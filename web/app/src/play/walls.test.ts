import { expect, it } from "vitest";
import { rulesOf } from "./rules.ts";
import { free } from "./walls.ts";

const walls = [{ x0: 200_000, y0: 200_000, x1: 210_000, y1: 300_000 }];

it.each([
  [190_000, 250_000, 20_000, 0, 0.5], // half way to the wall
  [190_000, 100_000, 20_000, 0, 1], // beside it
  [190_000, 250_000, -20_000, 0, 1], // away from it
  [1000, 100_000, -2000, 0, 0.5], // out of the world
])("of the way from (%d, %d) by (%d, %d) is free: %d", (x, y, dx, dy, part) => expect(free(walls, rulesOf("ffa", 30), x, y, dx, dy)).toBe(part));
