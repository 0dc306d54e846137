import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Comeback, End } from "../src/api.ts";
import { LobbyError } from "../src/errors.ts";
import { closeEnd, closes, hiddenEnd, lobbyEnd, refusedEnd, unreachableEnd } from "../src/net/ends.ts";
import { comebackOf, pauses, Retry, retryAfterMs } from "../src/net/retry.ts";
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

const seconds = (ms: number): string => String(ms / 1000);

test("pauses are those of docs/PROTOCOL.md", () => {
  const table = read("docs/PROTOCOL.md").split("| first | step | most |\n|---|---|---|---|---|\n")[1]!.split("\n");
  Object.entries(pauses).forEach(([cause, p], i) => {
    expect(table[i], cause).toMatch(new RegExp(`\\| ${seconds(p.low)} to ${seconds(p.high)} s \\| ${seconds(p.step)} s \\| ${seconds(p.most)} s \\|$`));
  });
});

const lobby = (code: string, status: number, retryAfter = 0): End => lobbyEnd(new LobbyError(code, "", status, retryAfter));

const spans: [string, End, boolean, Comeback, [number, number][]][] = [
  ["lost", closeEnd(1006, ""), true, "resume", [[0, 250], [250, 500], [500, 1000], [1000, 2000], [2000, 4000], [2000, 4000]]],
  ["unreachable", unreachableEnd(""), true, "resume", [[0, 250], [250, 500]]],
  ["unreachable, no seat", unreachableEnd(""), false, "rejoin-later", [[500, 3500], [1000, 2000], [2000, 4000], [4000, 8000], [5000, 10_000], [5000, 10_000]]],
  ["restart", closeEnd(4007, ""), true, "rejoin-later", [[500, 3500], [1000, 2000]]],
  ["no lobby", lobby("unavailable", 0), false, "rejoin-later", [[500, 3500], [1000, 2000]]],
  ["stale", closeEnd(4010, ""), true, "rejoin", [[0, 250], [500, 1000]]],
  ["stale token", refusedEnd(401, ""), true, "rejoin", [[0, 250], [500, 1000], [1000, 2000]]],
  ["node without the room", refusedEnd(404, ""), true, "rejoin", [[0, 250], [500, 1000]]],
  ["room over", closeEnd(4006, ""), true, "rejoin", [[0, 1000], [500, 1000], [1000, 2000], [2000, 4000]]],
  ["room over, says the lobby", lobby("not_found", 404), false, "rejoin", [[0, 1000], [500, 1000]]],
  ["busy", refusedEnd(503, ""), false, "rejoin-later", [[2000, 4000], [2000, 4000], [4000, 8000]]],
  ["busy, seat waits", refusedEnd(503, ""), true, "resume", [[2000, 4000], [2000, 4000]]],
  ["busy lobby", lobby("resource_exhausted", 429), false, "rejoin-later", [[2000, 4000]]],
  ["asked to wait", refusedEnd(429, "", 9_000), false, "rejoin-later", [[9000, 11_000], [9000, 11_000], [9000, 13_000]]],
  ["asked to wait by the lobby", lobby("resource_exhausted", 429, 9_000), false, "rejoin-later", [[9000, 11_000]]],
];

test.each(spans)("pauses after %s", (_, end, canResume, comeback, want) => {
  const early = new Retry();
  const late = new Retry();
  expect(comebackOf(end, canResume)).toBe(comeback);
  expect(want.map(() => [early.after(end, canResume, 0), late.after(end, canResume, 1)])).toEqual(want);
  early.succeeded();
  expect([early.after(end, canResume, 0), early.attempts]).toEqual([want[0]![0], 1]);
  for (let i = 0; i < 100; i++) expect(late.after(end, canResume, 0.999)!).toBeLessThanOrEqual(70_000);
  expect(new Retry().after(closeEnd(4005, ""), true, 0.5)).toBeNull();
});

test("each cause has its own pauses", () => {
  const r = new Retry();
  for (let i = 0; i < 10; i++) r.after(closeEnd(1006, ""), true, 1);
  expect([r.after(refusedEnd(401, ""), true, 1), r.after(unreachableEnd(""), false, 1)]).toEqual([250, 3500]);
  const stale = [];
  for (let i = 0; i < 5; i++) {
    r.after(closeEnd(1006, ""), true, 1);
    stale.push(r.after(closeEnd(4010, ""), true, 1));
  }
  expect(stale).toEqual([1000, 2000, 4000, 8000, 16_000]);
});

test("Retry-After is seconds or a date, and at most a minute", () => {
  const now = Date.UTC(2030, 0, 2, 3, 4, 5);
  const want: [string | null, number][] = [
    [null, 0], ["", 0], ["0", 0], ["1", 1_000], [" 7 ", 7_000], ["60", 60_000], ["61", 60_000], ["9".repeat(400), 60_000], ["-1", 0], ["1.5", 0], ["soon", 0],
    [new Date(now + 9_000).toUTCString(), 9_000], [new Date(now - 9_000).toUTCString(), 0], [new Date(now + 3_600_000).toUTCString(), 60_000],
  ];
  for (const [header, ms] of want) expect(retryAfterMs(header, now), String(header)).toBe(ms);
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

test.each([
  ["ws://h/rooms/r", "http://h", "r"], ["wss://h/game/rooms/r?ticket=t", "https://h/game", "r"], ["ws://h/a/b/rooms/r%201", "http://h/a/b", "r 1"],
  ["ws://h/rooms/eu/rooms/r", "http://h/rooms/eu", "r"], ["ws://h/rooms/", "http://h", ""],
])("%s is of the server %s", (room, server, id) => {
  expect([serverOf(room), roomIdOf(room)]).toEqual([server, id]);
});
