import { expect, test } from "vitest";
import { heard } from "./sound.ts";

test("what is near is loud, and what is far is not heard", () => {
  expect(heard(0, 0)).toEqual({ volume: 1, pan: 0 });
  expect(heard(0, 550).volume).toBeCloseTo(0.25);
  expect(heard(0, -2000).volume).toBe(0);
});

test("what is at the right is heard at the right, never in one ear alone", () => {
  expect(heard(350, 0).pan).toBeCloseTo(0.4);
  expect(heard(-350, 100).pan).toBeCloseTo(-0.4);
  expect(Math.abs(heard(-5000, 0).pan)).toBeLessThan(1);
});
