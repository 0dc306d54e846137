import { expect, test } from "vitest";
import { pages, parse, place } from "./route.ts";

const none = { page: "", room: "", node: "", seat: 0, at: 0 } as const;

test.each([
  [none, "#"],
  [{ ...none, room: "ffa" }, "#room/ffa"],
  [{ ...none, room: "a/b c", seat: 12 }, "#room/a%2Fb%20c/seat/12"],
  [{ ...none, room: "ffa", node: "n/1" }, "#room/ffa/on/n%2F1"],
  [{ ...none, room: "ffa", node: "n1", seat: 3 }, "#room/ffa/on/n1/seat/3"],
  [{ ...none, room: "audit" }, "#room/audit"],
  [{ ...none, page: "history", at: 1764240000 }, "#history/1764240000"],
  ...pages.map((page) => [{ ...none, page }, `#${page}`] as const),
] as const)("%o is at %s", (at, hash) => {
  expect(place(at)).toBe(hash);
  expect(parse(hash)).toEqual(at);
});

test.each(["", "#room/", "#room/%", "#room/a/seat/", "#room/a/seat/123456", "#room/a/on/", "#history/x", "#something", "#audits", "#moderation/x"])("%s is the overview", (hash) => {
  expect(parse(hash)).toEqual(none);
});
