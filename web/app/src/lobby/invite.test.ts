import { describe, expect, it } from "vitest";
import { partyCode, readInvite } from "./invite.ts";

const here = new URL("http://play.example:8080/");
const read = (typed: string) => readInvite(typed, here);

it.each([
  ["https://h/game/play?code=abc234", { kind: "code", code: "ABC234" }],
  ["wss://h/game/rooms/a%20b?ticket=t", { kind: "room", id: "a b" }],
  ["h/game/rooms/ffa", { kind: "room", id: "ffa" }],
  ["https://h/play?room=x", { kind: "elsewhere", host: "h", url: "https://h/play?room=x" }],
])("below a path, %s", (typed, want) => {
  expect(readInvite(typed, new URL("https://h/game/"))).toEqual(want);
});

describe("what is pasted into the field", () => {
  it.each([
    ["ABC234", "ABC234"],
    [" abc-234 ", "ABC234"],
    ["abc 234", "ABC234"],
    ["http://play.example:8080/play?code=abc234", "ABC234"],
    ["https://play.example:8080/play?code=ABC234&x=1", "ABC234"],
    ["play.example:8080/play?code=ABC234", "ABC234"],
  ])("%s is a code", (typed, code) => {
    expect(read(typed)).toEqual({ kind: "code", code });
  });

  it.each([
    ["http://play.example:8080/play?room=ffa", "ffa"],
    ["ws://play.example:8080/rooms/a%20b?ticket=long.ago", "a b"],
    ["play.example:8080/rooms/ffa", "ffa"],
  ])("%s is a room", (typed, id) => {
    expect(read(typed)).toEqual({ kind: "room", id });
  });

  it.each([
    ["https://other.example/play?code=ABC234", "other.example", "https://other.example/play?code=ABC234"],
    ["wss://other.example/rooms/x?ticket=t", "other.example", "https://other.example/play?room=x"],
    ["http://play.example:8080/game/play?code=ABC234", "play.example:8080/game", "http://play.example:8080/game/play?code=ABC234"],
    ["wss://other.example/game/rooms/x?ticket=t", "other.example/game", "https://other.example/game/play?room=x"],
    ["other.example/game/play?room=x", "other.example/game", "http://other.example/game/play?room=x"],
    ["ws://other.example:1/rooms/x", "other.example:1", "http://other.example:1/play?room=x"],
  ])("%s is elsewhere", (typed, host, url) => {
    expect(read(typed)).toEqual({ kind: "elsewhere", host, url });
  });

  it.each(["", "  ", "ABC23", "ABC2345", "ABC230", "ABCI34", "hello there", "javascript:alert(1)", "http://", "<b>ABC</b>",
    "http://play.example:8080/", "http://play.example:8080/play?code=1", "http://play.example:8080/rooms/%E0%A4%A"])("%j is nothing", (typed) => {
    expect(read(typed)).toMatchObject({ kind: "nothing", sentence: expect.stringMatching(/\.$|\)\.$/) });
  });
});

it.each([
  ["abc-234", "ABC234"], ["https://h/game/?party=abc234&x=1", "ABC234"], ["h/?a=1&party=ABC234#top", "ABC234"],
  ["", ""], ["hello", ""], ["https://h/play?code=ABC234", ""], ["https://h/?party=%%%", ""],
])("a party's code in %s", (typed, want) => {
  expect(partyCode(typed)).toBe(want);
});
