import { expect, test } from "vitest";
import { pages, parse, place } from "./route.ts";

test.each([
  [{ page: "", room: "", seat: 0 }, "#"],
  [{ page: "", room: "ffa", seat: 0 }, "#room/ffa"],
  [{ page: "", room: "a/b c", seat: 12 }, "#room/a%2Fb%20c/seat/12"],
  [{ page: "", room: "audit", seat: 0 }, "#room/audit"],
  ...pages.map((page) => [{ page, room: "", seat: 0 }, `#${page}`] as const),
] as const)("%o is at %s", (at, hash) => {
  expect(place(at)).toBe(hash);
  expect(parse(hash)).toEqual(at);
});

test.each(["", "#room/", "#room/%", "#room/a/seat/", "#room/a/seat/123456", "#something", "#audits", "#moderation/x"])("%s is the overview", (hash) => {
  expect(parse(hash)).toEqual({ page: "", room: "", seat: 0 });
});
