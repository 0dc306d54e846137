import { LobbyError } from "@metronome/sdk";
import { expect, it } from "vitest";
import { sentence } from "./sentences.ts";

it.each([
  ["unavailable", "", 0, "The server does not answer"],
  ["resource_exhausted", "Too Many Requests", 429, "Wait a few seconds"],
  ["resource_exhausted", "the room is full", 429, "The room is full. Pick another room"],
  ["not_found", "no such room", 404, "That room has ended"],
  ["failed_precondition", "locked", 400, "no new players"],
  ["unavailable", "this node is stopping; try another", 503, "this node is stopping"],
  ["invalid_argument", "unknown mode", 400, "unknown mode"],
  ["internal", "boom", 500, "boom"],
  ["unknown", "", 502, "unknown"],
])("%s %j %d", (code, message, status, says) => {
  const text = sentence(new LobbyError(code, message, status));
  expect(text).toContain(says);
  expect(text).toMatch(/^[A-Z].*\.$/);
});

it("names the code that nobody has", () => {
  expect(sentence(new LobbyError("not_found", "", 404), "ABC234")).toContain("ABC234");
});

it("has one for what is no answer of the lobby", () => {
  expect(sentence(new TypeError("x is undefined"))).toContain("Reload");
});
