import { expect, test } from "vitest";
import { parse, place } from "./route.ts";

test.each([
  [{ room: "", seat: 0 }, "#"],
  [{ room: "ffa", seat: 0 }, "#room/ffa"],
  [{ room: "a/b c", seat: 12 }, "#room/a%2Fb%20c/seat/12"],
])("%o is at %s", (at, hash) => {
  expect(place(at)).toBe(hash);
  expect(parse(hash)).toEqual(at);
});

test.each(["", "#room/", "#room/%", "#room/a/seat/", "#room/a/seat/123456", "#something"])("%s is the overview", (hash) => {
  expect(parse(hash)).toEqual({ room: "", seat: 0 });
});
