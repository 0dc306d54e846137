import { expect, test } from "vitest";
import { Buttons } from "../src/page/buttons.ts";

test("buttons are taken while they are down, and once when they were tapped", () => {
  const b = new Buttons();
  expect(b.take()).toBe(0);
  b.press(1);
  b.release(1);
  b.press(6);
  b.release(2);
  expect([b.held, b.take(), b.take(), b.held]).toEqual([4, 7, 4, 4]);
  b.press(4); // a key that repeats
  b.release(4);
  expect([b.take(), b.take()]).toEqual([4, 0]);
});

test("without the focus nothing is down", () => {
  const b = new Buttons();
  b.press(3);
  b.clear();
  b.release(1);
  expect([b.held, b.take()]).toEqual([0, 0]);
});
