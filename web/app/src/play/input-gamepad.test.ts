import { expect, it } from "vitest";
import { Blaster, Dash, Rail } from "./controls.ts";
import { read } from "./input-gamepad.ts";

const pad = (axes: number[], ...down: number[]) => ({
  axes,
  buttons: Array.from({ length: 17 }, (_, i) => ({ pressed: down.includes(i), touched: false, value: down.includes(i) ? 1 : 0 })),
});

it("rests when its sticks nearly do", () => {
  expect(read(pad([0.1, -0.1, 0.05, 0]))).toEqual({ moveX: 0, moveY: 0, aim: null, buttons: 0 });
});

it("flies, aims and fires", () => {
  const d = read(pad([1, 0, 0, 1], 7, 6, 0));
  expect(d).toEqual({ moveX: 1, moveY: 0, aim: Math.PI / 2, buttons: Blaster | Rail | Dash });
});
