import { expect, it } from "vitest";
import { elsewhere, wayOf } from "./entry.ts";

it.each([
  ["", null],
  ["?", null],
  ["?mode=", { kind: "mode", mode: "", avoid: [] }],
  ["?mode=ffa", { kind: "mode", mode: "ffa", avoid: [] }],
  ["?mode=ffa&avoid=a%26b&avoid=c", { kind: "mode", mode: "ffa", avoid: ["a&b", "c"] }],
  ["?room=a%2Fb", { kind: "room", id: "a/b" }],
  ["?code=ABCDE", { kind: "code", code: "ABCDE" }],
  ["?mode=ffa&room=x", { kind: "room", id: "x" }],
])("%s", (search, way) => expect(wayOf(search)).toEqual(way));

it("who was removed from a room is sent to another", () => {
  expect(elsewhere("ffa", "a&b", "?room=a%26b")).toBe("play?mode=ffa&avoid=a%26b");
  let search = "";
  for (let i = 0; i < 20; i++) search = elsewhere("ffa", `r${i % 12}`, search).replace(/^play/, "");
  expect(wayOf(search)).toEqual({ kind: "mode", mode: "ffa", avoid: ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"] });
});
