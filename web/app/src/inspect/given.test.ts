import { expect, test } from "vitest";
import { Kind } from "@metronome/sdk";
import { numbersIn } from "./given.ts";
import { valueText } from "./tables.ts";

test("a list is numbers with something between", () => {
  expect(numbersIn(" 1 2,3,\n-4 ")).toEqual([1, 2, 3, -4]);
  expect(numbersIn("")).toEqual([]);
});

test("values are shown in the game's units", () => {
  expect(valueText({ kind: Kind.FIXED }, 1.5)).toBe("1.50");
  expect(valueText({ kind: Kind.ANGLE }, Math.PI)).toBe("180°");
  expect(valueText({ kind: Kind.BOOL }, 1)).toBe("yes");
  expect(valueText({ kind: Kind.UINT8 }, 7)).toBe("7");
  expect(valueText({ kind: Kind.UINT8 }, undefined)).toBe("");
});
