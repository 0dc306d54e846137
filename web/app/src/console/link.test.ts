import { expect, test } from "vitest";
import { ApiError } from "./api.ts";
import { verdict } from "./link.ts";

test.each([
  ["unauthenticated", "the console needs this server's admin key", false, { kind: "key", wrong: false }],
  ["unauthenticated", "that is not this server's admin key", false, { kind: "key", wrong: true }],
  ["resource_exhausted", "too many wrong keys came from this address; wait a minute", false, { kind: "key", wrong: true }],
  ["permission_denied", "this server has no admin key", false, { kind: "closed" }],
  ["not_found", "the room has ended", true, { kind: "ended" }],
])("%s, %s: not asked again by itself", (code, sentence, ofRoom, want) => {
  expect(verdict(new ApiError(code, sentence), ofRoom)).toEqual({ sentence, ...want });
});

test.each([
  ["unavailable", true],
  ["internal", true],
  ["aborted", true],
  ["not_found", false],
])("%s: asked again", (code, ofRoom) => {
  expect(verdict(new ApiError(code, ""), ofRoom)).toBeNull();
});
