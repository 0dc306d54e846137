import { expect, test } from "vitest";
import { LobbyError } from "../src/errors.ts";
import { Lobby } from "../src/lobby.ts";

/** A lobby whose server answers what the test says. */
function lobbyOf(status: number, body: unknown): { lobby: Lobby; asked: [string, unknown][] } {
  const asked: [string, unknown][] = [];
  const answer = async (url: unknown, init?: RequestInit): Promise<Response> => {
    asked.push([String(url), JSON.parse(String(init?.body))]);
    if (status === 0) throw new TypeError("fetch failed");
    return new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
  };
  return { lobby: new Lobby("http://h/", { fetch: answer as typeof fetch }), asked };
}

test("rooms are listed with all their fields", async () => {
  const room = { id: "a", mode: "ffa", seats: 50, taken: 3, bots: 2, fillers: 1, spectators: 7, state: "open", metadata: { map: "cross" }, node: "http://n", createdUnix: "1700000000", tickHz: 30 };
  const { lobby, asked } = lobbyOf(200, { room: [room, {}], nextPage: "p" });
  const got = await lobby.list({ mode: "ffa", withFreeSeat: true });
  expect(asked).toEqual([["http://h/metronome.v1.LobbyService/ListRooms", { mode: "ffa", withFreeSeat: true }]]);
  expect(got.next).toBe("p");
  expect(got.rooms[0]).toEqual({ ...room, code: "", private: false, createdUnix: 1700000000 });
  expect(got.rooms[1]).toEqual({ id: "", mode: "", code: "", seats: 0, taken: 0, bots: 0, fillers: 0, spectators: 0, state: "", metadata: {}, private: false, node: "", createdUnix: 0, tickHz: 0 });
});

test("seats are asked for by id, by code, and in a new room", async () => {
  const { lobby, asked } = lobbyOf(200, { join: { room: { id: "a" }, url: "wss://h/rooms/a?ticket=t", expiresUnix: "9" } });
  expect(await lobby.join({ id: "a" }, "ann")).toMatchObject({ url: "wss://h/rooms/a?ticket=t", expiresUnix: 9, room: { id: "a" } });
  await lobby.join({ code: "ABCD" });
  await lobby.create({ mode: "duel", private: true });
  await lobby.create({ params: { seconds: 60, weapons: "rail", fog: false } });
  await lobby.quickPlay();
  expect(asked.map((a) => [a[0].replace(/.*\//, ""), a[1]])).toEqual([
    ["JoinRoom", { id: "a", name: "ann" }], ["JoinRoom", { code: "ABCD", name: "" }], ["CreateRoom", { mode: "duel", private: true }],
    ["CreateRoom", { params: { seconds: "60", weapons: "rail", fog: "false" } }], ["QuickPlay", {}],
  ]);
});

test.each([
  [404, { code: "not_found", message: "no such room" }, "not_found", "no such room"],
  [502, "<html>bad gateway", "unavailable", ""], [404, "404 page not found", "unimplemented", ""], [429, "", "resource_exhausted", ""], [418, "", "unknown", ""],
  [0, "", "unavailable", "cannot be reached"], [200, "[]", "internal", "without a room"], [200, { join: { url: "javascript:alert(1)" } }, "internal", "without a room"],
])("an answer %i %j is the error %s", async (status, body, code, message) => {
  const fault = await lobbyOf(status, body).lobby.quickPlay().catch((e: unknown) => e);
  expect(fault).toBeInstanceOf(LobbyError);
  expect(fault).toMatchObject({ code, status });
  expect((fault as LobbyError).message).toContain(message);
});
