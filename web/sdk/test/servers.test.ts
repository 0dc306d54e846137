import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Lobby } from "../src/lobby.ts";

/** What a server does when it is asked: a status with a body, no answer at all, or a connection that is refused. */
type Does = { status: number; body: unknown } | "hangs" | "refuses";

const seat = { status: 200, body: { join: { room: { id: "r" }, url: "ws://x/rooms/r", expiresUnix: "1" } } };
const says = (status: number, code: string): Does => ({ status, body: { code, message: "so it is" } });
const proxy = (status: number): Does => ({ status, body: "<html>" });

/** Servers by their names, as http://NAME; asked are the names in turn. */
function deployment(servers: Record<string, Does>): { lobby: Lobby; asked: string[] } {
  const asked: string[] = [];
  const answer = async (url: unknown, init?: RequestInit): Promise<Response> => {
    const name = /^http:\/\/([^/]*)/.exec(String(url))![1]!;
    asked.push(name);
    const does = servers[name]!;
    if (does === "refuses") throw new TypeError("fetch failed");
    if (does === "hangs") return new Promise((_, reject) => init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason as Error)));
    return new Response(typeof does.body === "string" ? does.body : JSON.stringify(does.body), { status: does.status });
  };
  return { lobby: new Lobby("http://a/", { fetch: answer as typeof fetch }), asked };
}

beforeEach(() => {
  vi.useFakeTimers();
  // AbortSignal.timeout has a clock of its own.
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const c = new AbortController();
    setTimeout(() => c.abort(new Error("too late")), ms);
    return c.signal;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test.each<[string, Does]>([
  ["cannot be reached", "refuses"], ["is behind a proxy that says 502", proxy(502)], ["is behind one that says 503", proxy(503)], ["is behind one that says 504", proxy(504)],
  ["is not ready", says(503, "unavailable")],
])("when a server %s, the next is asked, and stays the one to ask", async (_, does) => {
  const { lobby, asked } = deployment({ a: does, b: does, c: seat });
  lobby.learn(["http://b", "http://c"]);
  expect(lobby.server).toBe("http://a");
  expect((await lobby.quickPlay()).url).toBe("ws://x/rooms/r");
  await lobby.join({ id: "r" });
  expect(asked).toEqual(["a", "b", "c", "c"]);
  expect(lobby.server).toBe("http://c");
});

test.each<[string, Does]>([
  ["no such room", says(404, "not_found")], ["full", says(429, "resource_exhausted")], ["a fault", says(500, "internal")], ["not allowed", proxy(403)], ["too busy", proxy(429)],
])("a server that answers with a no (%s) is not asked past", async (_, does) => {
  const { lobby, asked } = deployment({ a: does, b: seat });
  lobby.learn(["http://b"]);
  await expect(lobby.quickPlay()).rejects.toMatchObject({ name: "LobbyError" });
  expect(asked).toEqual(["a"]);
  expect(lobby.server).toBe("http://a");
});

test("a server that hangs has five seconds while there is another, the last one ten", async () => {
  const { lobby, asked } = deployment({ a: "hangs", b: "hangs" });
  lobby.learn(["http://b"]);
  const failed = lobby.quickPlay().catch((fault: unknown) => fault);
  await vi.advanceTimersByTimeAsync(4_999);
  expect(asked).toEqual(["a"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual(["a", "b"]);
  let over = false;
  void failed.then(() => (over = true));
  await vi.advanceTimersByTimeAsync(9_999);
  expect(over).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await failed).toMatchObject({ code: "unavailable", status: 0 });
});

test("a server that is back is asked after the one that answered, and first when that is gone", async () => {
  const servers: Record<string, Does> = { a: "refuses", b: seat };
  const { lobby, asked } = deployment(servers);
  lobby.learn(["http://b"]);
  await lobby.quickPlay();
  servers["a"] = seat;
  await lobby.quickPlay();
  servers["b"] = "refuses";
  await lobby.quickPlay();
  await lobby.quickPlay();
  expect(asked).toEqual(["a", "b", "b", "b", "a", "a"]);
});

test("a list takes the place of the one before; its own server stays", async () => {
  const { lobby, asked } = deployment({ a: "refuses", b: "refuses", c: "refuses" });
  lobby.learn(["http://b"]);
  lobby.learn(["http://c"]);
  await expect(lobby.quickPlay()).rejects.toThrow("cannot be reached");
  expect(asked).toEqual(["a", "c"]);
});

test("what is no URL of another server is left out, and a list has an end", async () => {
  const many = Array.from({ length: 20 }, (_, i) => `http://n${i}`);
  const { lobby, asked } = deployment(Object.fromEntries(["a", ...many.map((n) => n.slice(7))].map((n) => [n, "refuses" as const])));
  lobby.learn(["", "b", "javascript:alert(1)", "ws://b", "http://", "http://a/", "http://n0/", ...many]);
  await expect(lobby.quickPlay()).rejects.toThrow("cannot be reached");
  expect(asked).toEqual(["a", ...many.slice(0, 8).map((n) => n.slice(7))]);
});
