import { expect, it } from "vitest";
import { friendlyName } from "./names.ts";

it("makes every name from 0 up to 1", () => {
  expect(friendlyName(0)).toBe("quiet badger");
  expect(friendlyName(0.99999)).toBe("witty wren");
});
