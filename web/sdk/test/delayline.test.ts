import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { timers } from "../src/engine/host.ts";
import { DelayLine } from "../src/net/delayline.ts";
import { randomOf } from "./random.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("without delay everything passes at once", () => {
  const got: number[] = [];
  const l = new DelayLine<number>(timers, (n) => got.push(n));
  l.push(1);
  l.push(2);
  expect(got).toEqual([1, 2]);
});

test("delay and jitter keep within their bounds and the order", () => {
  const { random, seed } = randomOf();
  const got: [number, number][] = [];
  const l = new DelayLine<number>(timers, (sent) => got.push([sent, timers.now() - sent]), random);
  l.delayMs = 150;
  l.jitterMs = 40;
  for (let i = 0; i < 500; i++) {
    l.push(timers.now());
    vi.advanceTimersByTime(33);
  }
  vi.advanceTimersByTime(200);
  const delays = got.map((g) => g[1]);
  expect(got.map((g) => g[0]), `seed ${seed}`).toEqual([...got.map((g) => g[0])].sort((a, b) => a - b));
  expect(got.length).toBe(500);
  expect(Math.min(...delays), `seed ${seed}`).toBeGreaterThanOrEqual(109);
  expect(Math.max(...delays), `seed ${seed}`).toBeLessThanOrEqual(192);
  expect(Math.max(...delays) - Math.min(...delays), `seed ${seed}`).toBeGreaterThan(60);
});

test("a stall holds back what waits and what comes, then releases all in order", () => {
  const got: number[] = [];
  const l = new DelayLine<number>(timers, (n) => got.push(n));
  l.delayMs = 50;
  l.push(1);
  l.stall(1000);
  vi.advanceTimersByTime(500);
  l.push(2);
  vi.advanceTimersByTime(498);
  expect(got).toEqual([]);
  vi.advanceTimersByTime(4);
  expect(got).toEqual([1, 2]);
  l.push(3);
  vi.advanceTimersByTime(51);
  expect(got).toEqual([1, 2, 3]);
});

test("what waits is forgotten when the connection is over", () => {
  const got: number[] = [];
  const l = new DelayLine<number>(timers, (n) => got.push(n));
  l.delayMs = 50;
  l.push(1);
  l.clear();
  vi.advanceTimersByTime(1000);
  expect(got).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
