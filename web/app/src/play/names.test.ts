import { expect, it } from "vitest";
import { cutName, friendlyName } from "./names.ts";

it("makes every name from 0 up to 1", () => {
  expect(friendlyName(0)).toBe("quiet badger");
  expect(friendlyName(0.99999)).toBe("witty wren");
});

it.each([
  ["  ann ", "ann"],
  ["a".repeat(32), "a".repeat(32)],
  ["a".repeat(33), "a".repeat(32)],
  ["ü".repeat(17), "ü".repeat(16)],
  [`${"a".repeat(31)}ü`, "a".repeat(31)],
  ["<b>", "<b>"],
])("cuts %s to %s", (name, cut) => expect(cutName(name)).toBe(cut));
