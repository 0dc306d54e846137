import { expect, it } from "vitest";
import { wayOf } from "./entry.ts";

it.each([
  ["", null],
  ["?", null],
  ["?mode=", { kind: "mode", mode: "" }],
  ["?mode=ffa", { kind: "mode", mode: "ffa" }],
  ["?room=a%2Fb", { kind: "room", id: "a/b" }],
  ["?code=ABCDE", { kind: "code", code: "ABCDE" }],
  ["?mode=ffa&room=x", { kind: "room", id: "x" }],
])("%s", (search, way) => expect(wayOf(search)).toEqual(way));
