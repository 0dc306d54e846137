import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Comeback } from "../src/api.ts";
import { LobbyError } from "../src/lobby.ts";
import { closeEnd, closes, comebackOf, hiddenEnd, lobbyEnd, refusedEnd, unreachableEnd } from "../src/net/ends.ts";
import { Retry } from "../src/net/retry.ts";
import { bare, roomIdOf, roomURL, serverOf } from "../src/net/roomurl.ts";
import { moves } from "../src/net/states.ts";
import { limits } from "../src/wire/limits.ts";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), "utf8");

test("the close codes are those of docs/close-codes.json", () => {
  const table = JSON.parse(read("docs/close-codes.json")) as { code: number; name: string; comeback: Comeback }[];
  expect(Object.keys(closes).map(Number)).toEqual(table.map((r) => r.code));
  for (const r of table) expect(closeEnd(r.code, "why")).toMatchObject({ code: r.code, name: r.name, comeback: r.comeback, reason: "why" });
});

test("a code that never was may resume", () => {
  expect(closeEnd(4999, "")).toMatchObject({ code: 4999, name: "code-4999", comeback: "resume" });
});

test("refusals have the comeback of docs/PROTOCOL.md", () => {
  const want: [number, Comeback][] = [
    [400, "never"], [401, "rejoin"], [403, "rejoin"], [404, "rejoin"], [405, "never"], [409, "rejoin"], [410, "rejoin"],
    [429, "rejoin-later"], [500, "rejoin-later"], [502, "rejoin-later"], [503, "rejoin-later"],
  ];
  for (const [status, comeback] of want) expect(refusedEnd(status, "").comeback, String(status)).toBe(comeback);
});

test("a lobby's errors have the comeback of client/comeback.go", () => {
  const want: [string, Comeback][] = [
    ["invalid_argument", "never"], ["unimplemented", "never"], ["permission_denied", "never"], ["unauthenticated", "never"],
    ["not_found", "rejoin"], ["failed_precondition", "rejoin"], ["resource_exhausted", "rejoin-later"], ["unavailable", "rejoin-later"], ["internal", "rejoin-later"],
  ];
  for (const [code, comeback] of want) expect(lobbyEnd(new LobbyError(code, "", 400)).comeback, code).toBe(comeback);
});

test("every end says in a sentence what happened and what to do", () => {
  const ends = [...Object.keys(closes).map((c) => closeEnd(Number(c), "")), ...[400, 401, 403, 404, 409, 429, 500].map((s) => refusedEnd(s, "")),
    unreachableEnd(""), hiddenEnd, ...["not_found", "unavailable", "invalid_argument", "permission_denied", "resource_exhausted"].map((c) => lobbyEnd(new LobbyError(c, "", 0)))];
  for (const end of ends) {
    expect(end.sentence, end.name).toMatch(/^[A-Z].*\.$/);
    expect(end.sentence.split(/(?<=\.) /).length, end.name).toBe(2);
  }
  expect(new Set(Object.values(closes).map((r) => r.sentence)).size).toBe(Object.keys(closes).length);
});

test("without a token nobody resumes", () => {
  expect(comebackOf(closeEnd(1006, ""), false)).toBe("rejoin-later");
  expect(comebackOf(closeEnd(1006, ""), true)).toBe("resume");
  expect(comebackOf(closeEnd(4005, ""), false)).toBe("never");
});

test("the transitions are those of client/state.go", () => {
  const table = /var moves = .*?\{\n(.*?)\n\}/s.exec(read("client/state.go"))![1]!;
  const want = Object.fromEntries([...table.matchAll(/(\w+):\s*\{(.*?)\}/g)].map((m) => [m[1]!.toLowerCase(), m[2] === "" ? [] : m[2]!.toLowerCase().split(", ")]));
  expect(moves).toEqual(want);
});

test("the limits are those of docs/PROTOCOL.md", () => {
  const text = read("docs/PROTOCOL.md");
  for (const [name, value] of Object.entries(limits)) expect(new RegExp(`\\| \`${name}\` \\| (\\d+) \\|`).exec(text)?.[1], name).toBe(String(value));
});

const spans: [Exclude<Comeback, "never">, [number, number][]][] = [
  ["resume", [[0, 250], [250, 500], [500, 1000], [1000, 2000], [2000, 4000], [2000, 4000]]],
  ["rejoin", [[0, 1000], [500, 1000], [1000, 2000], [2000, 4000]]],
  ["rejoin-later", [[2000, 4000], [2000, 4000], [4000, 8000]]],
];

test.each(spans)("pauses before attempts to %s are those of client/retry.go", (comeback, want) => {
  const early = new Retry();
  const late = new Retry();
  expect(want.map(() => [early.after(comeback, 0), late.after(comeback, 1)])).toEqual(want);
  early.succeeded();
  expect(early.after(comeback, 0)).toBe(want[0]![0]);
  for (let i = 0; i < 100; i++) expect(late.after(comeback, 0.999)!).toBeLessThanOrEqual(60_000);
  expect(new Retry().after("never", 0.5)).toBeNull();
});

test.each([
  ["ws://h:1/rooms/r", "ann", "", "ws://h:1/rooms/r?name=ann"],
  ["http://h/rooms/r", "", "", "ws://h/rooms/r"],
  ["https://h/rooms/r?ticket=t", "ann", "", "wss://h/rooms/r?ticket=t"],
  ["wss://h/rooms/r?ticket=t", "", "a b", "wss://h/rooms/r?resume=a+b"],
])("%s with name %j and token %j opens %s", (room, name, token, want) => {
  expect(roomURL(room, name, token)).toBe(want);
});

test("what is no room's URL is refused without its query", () => {
  for (const url of ["ftp://h/rooms/r", "ws://h/lobby?ticket=secret", "no url"]) expect(() => roomURL(url, "", "")).toThrow();
  expect(() => roomURL("ws://h/lobby?ticket=secret", "", "")).not.toThrow("secret");
  expect([bare("ws://h/rooms/r?ticket=t#x"), serverOf("wss://h:2/rooms/r"), roomIdOf("ws://h/rooms/a%20b?x=1")]).toEqual(["ws://h/rooms/r", "https://h:2", "a b"]);
});
