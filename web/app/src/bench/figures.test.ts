import { expect, it } from "vitest";
import { percentile, summary } from "./figures.ts";

it("finds percentiles", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(percentile(hundred, 0)).toBe(1);
  expect(percentile(hundred, 0.5)).toBe(51);
  expect(percentile(hundred, 0.99)).toBe(100);
  expect(percentile([], 0.5)).toBe(0);
});

it("sums up", () => {
  expect(summary([2, 1, 3])).toEqual({ mean: 2, p99: 3, max: 3 });
  expect(summary([])).toEqual({ mean: 0, p99: 0, max: 0 });
});
