import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EntryError, LobbyError, listQueues, matchmake, type MatchmakeOptions, type Matchmaking, measureLatency, resumeMatchmaking } from "../src/index.ts";
import { keepWatching, messages, pauseBefore } from "../src/net/stream.ts";
import { Deployment, enveloped } from "./queuerig.ts";
import { randomOf } from "./random.ts";

const entry = "quick.1";
const waiting = { entry, queue: "quick", state: "waiting", waitedMs: 10, size: 3, reason: [{ cause: "few", others: 2, text: "Two more are needed." }], member: [{ name: "ann", you: true }] };
const join = { room: { id: "r", mode: "duel" }, url: "ws://n/rooms/r?ticket=t", expiresUnix: "99" };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => {
  vi.useRealTimers();
});

function start(d: Deployment, o: MatchmakeOptions = {}): { m: Matchmaking; states: string[] } {
  d.answers["Enqueue"] ??= { status: waiting, memberToken: "secret" };
  const m = matchmake("http://a", "quick", { fetch: d.fetch, latency: {}, ...o });
  const states: string[] = [];
  m.on("state", (e) => states.push(`${e.was}>${e.state}`));
  return { m, states };
}

test("from the queue to a seat: every state is told, and the match is a URL to connect to", async () => {
  const d = new Deployment();
  const { m, states } = start(d, { name: "ann", roles: ["tank"], latency: { eu: 20 }, token: "jwt" });
  const progress: number[] = [];
  m.on("progress", (s) => progress.push(s.waitedMs));
  const w = await d.watch();
  expect(d.calls[0]).toMatchObject({ method: "Enqueue", request: { queue: "quick", name: "ann", role: ["tank"], latency: { eu: 20 }, party: "", stay: false } });
  expect(d.calls[0]!.headers["Authorization"]).toBe("Bearer jwt");
  expect(w.request).toEqual({ entry, memberToken: "secret" });
  expect(m.kept).toEqual({ id: entry, token: "secret" });
  w.say({ status: { ...waiting, waitedMs: 2000, estimateMs: 900, window: 50 } });
  w.say({ status: { ...waiting, state: "offered", match: { id: "m", seats: 2, accepted: 1, untilMs: 8000 } } });
  w.say({ status: { ...waiting, state: "opening" } });
  w.say({ status: { ...waiting, state: "open", join } });
  expect(await m.match).toMatchObject({ url: join.url, room: { id: "r" }, expiresUnix: 99 });
  expect(states).toEqual([">waiting", "waiting>offered", "offered>opening", "opening>open"]);
  expect(progress).toEqual([10, 2000, 10, 10, 10]);
  await vi.waitFor(() => expect(w.gone).toBe(true));
});

test("what a status does not say is not made up", async () => {
  const d = new Deployment();
  const { m } = start(d);
  await d.watch();
  expect(m.status).toEqual({
    entry, queue: "quick", state: "waiting", final: false, waitedMs: 10, estimateMs: -1, window: Infinity, latencyMs: Infinity, size: 3, party: "", why: "", match: null,
    reasons: [{ cause: "few", others: 2, text: "Two more are needed." }], members: [{ name: "ann", you: true, accepted: "", came: false, team: 0, role: "" }],
  });
  m.detach();
});

test.each(["canceled", "expired", "declined", "absent", "lost", "closed", "played"])("an entry that ends as %s is an error of that code", async (state) => {
  const d = new Deployment();
  const { m } = start(d);
  (await d.watch()).say({ status: { ...waiting, state, final: true } });
  const fault = await m.match.catch((e: unknown) => e);
  expect(fault).toBeInstanceOf(EntryError);
  expect(fault).toMatchObject({ code: state, status: { state } });
  expect((fault as EntryError).message).toMatch(/^[A-Z].*\.$/);
});

test("why it ended is what the server says", async () => {
  const d = new Deployment();
  const { m } = start(d);
  (await d.watch()).say({ status: { ...waiting, state: "expired", final: true, why: "nobody came for 60 s" } });
  await expect(m.match).rejects.toThrow("Nobody came for 60 s. Queue again, or choose another queue.");
});

test("a watch that is dropped is opened again, also on another node, and nothing is enqueued twice", async () => {
  const d = new Deployment();
  const { m } = start(d, { nodes: ["http://b"] });
  const dropped: number[] = [];
  m.on("trouble", (e) => dropped.push(e.attempt));
  (await d.watch()).drop();
  await vi.waitFor(() => expect(dropped).toEqual([1]));
  d.down.add("a");
  await vi.advanceTimersByTimeAsync(250);
  const second = await d.watch(2);
  expect(second.server).toBe("b");
  second.say({ status: waiting });
  await vi.waitFor(() => expect(m.status?.waitedMs).toBe(10));
  second.drop();
  await vi.waitFor(() => expect(dropped.at(-1)).toBe(1)); // it had come: the pauses begin anew
  d.down.add("b");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(dropped.length).toBeGreaterThan(4);
  d.down.clear();
  await vi.advanceTimersByTimeAsync(4_000);
  (await d.watch(3)).say({ status: { ...waiting, state: "open", join } });
  expect((await m.match).url).toBe(join.url);
  expect(d.asked("Enqueue").length).toBe(1);
  expect(new Set(d.asked("WatchEntry").map((r) => JSON.stringify(r))).size).toBe(1);
});

test("a watch that says nothing for six seconds is opened again", async () => {
  const d = new Deployment();
  const { m } = start(d);
  const first = await d.watch();
  first.say({ status: waiting });
  await vi.waitFor(() => expect(m.status?.state).toBe("waiting"));
  await vi.advanceTimersByTimeAsync(5_900);
  expect(first.gone).toBe(false);
  await vi.advanceTimersByTimeAsync(400);
  await d.watch(2);
  expect(first.gone).toBe(true);
  m.detach();
});

test.each(["not_found", "permission_denied", "unauthenticated", "invalid_argument"])("a watch that is refused with %s is the end", async (code) => {
  const d = new Deployment();
  const { m } = start(d);
  (await d.watch()).refuse(code);
  await expect(m.match).rejects.toMatchObject({ name: "LobbyError", code });
});

test.each(["unavailable", "resource_exhausted", "internal"])("a watch that ends with %s goes on later", async (code) => {
  const d = new Deployment();
  const { m } = start(d);
  (await d.watch()).refuse(code);
  await vi.advanceTimersByTimeAsync(250);
  await d.watch(2);
  m.detach();
});

test("who may not enqueue learns why", async () => {
  const d = new Deployment();
  d.answers["Enqueue"] = { status: 404, body: { code: "not_found", message: "no queue of that name" } };
  await expect(start(d).m.match).rejects.toMatchObject({ code: "not_found", message: "no queue of that name" });
  expect(d.watches).toEqual([]);
});

test("cancel takes it out, or finds that the match is open", async () => {
  const d = new Deployment();
  d.answers["CancelEntry"] = { status: { ...waiting, state: "canceled", final: true } };
  const { m } = start(d);
  const w = await d.watch();
  expect(await m.cancel()).toBe(true);
  await expect(m.match).rejects.toMatchObject({ code: "canceled" });
  expect(d.asked("CancelEntry")).toEqual([{ entry, memberToken: "secret" }]);
  await vi.waitFor(() => expect(w.gone).toBe(true));

  const late = new Deployment();
  late.answers["CancelEntry"] = { status: { ...waiting, state: "open", join } };
  const { m: other } = start(late);
  expect(await other.cancel()).toBe(false);
  expect((await other.match).url).toBe(join.url);
});

test("aborting the signal cancels, also before the entry is there", async () => {
  for (const early of [true, false]) {
    const d = new Deployment();
    d.answers["CancelEntry"] = { status: { ...waiting, state: "canceled", final: true } };
    const stop = new AbortController();
    if (early) stop.abort();
    const { m } = start(d, { signal: stop.signal });
    if (!early) await d.watch();
    stop.abort();
    await expect(m.match).rejects.toMatchObject({ code: "canceled" });
    expect(d.asked("CancelEntry").length).toBe(1);
  }
});

test("accepting says so, and an offer that is over is an error of that call alone", async () => {
  const d = new Deployment();
  d.answers["AcceptMatch"] = (r) => (r["yes"] ? { status: { ...waiting, state: "offered" } } : { status: 400, body: { code: "failed_precondition", message: "nothing is offered any more" } });
  const { m } = start(d);
  await d.watch();
  await m.accept();
  expect(m.status?.state).toBe("offered");
  await expect(m.accept(false)).rejects.toBeInstanceOf(LobbyError);
  expect(d.asked("AcceptMatch").map((r) => r["yes"])).toEqual([true, false]);
  m.detach();
});

test("an entry is taken up again by what was kept", async () => {
  const d = new Deployment();
  const m = resumeMatchmaking("http://a", { id: entry, token: "secret" }, { fetch: d.fetch });
  const w = await d.watch();
  expect(w.request).toEqual({ entry, memberToken: "secret" });
  w.say({ status: { ...waiting, state: "open", join } });
  expect((await m.match).url).toBe(join.url);
  expect(d.asked("Enqueue")).toEqual([]);
});

test("a party is enqueued by its leader's token", async () => {
  const d = new Deployment();
  d.answers["Enqueue"] = { status: waiting }; // members have their tokens already
  const { m } = start(d, { party: { code: "ABC234", kept: { id: "ABC234", token: "leader" } } });
  const w = await d.watch();
  expect(d.asked("Enqueue")[0]).toMatchObject({ party: "ABC234", memberToken: "leader" });
  expect(w.request["memberToken"]).toBe("leader");
  m.detach();
});

test("latency is measured where the queue has regions", async () => {
  const d = new Deployment();
  d.answers["ListQueues"] = { queue: [{ name: "other", region: [{ name: "us", probeUrl: "http://us/probe" }] }, { name: "quick", region: [{ name: "eu", probeUrl: "http://eu/probe" }, { name: "ap" }] }] };
  const probed: string[] = [];
  const ask = (async (url: unknown, init: RequestInit) => {
    if (!String(url).includes("probe")) return d.fetch(String(url), init);
    probed.push(String(url));
    return new Response("ok");
  }) as typeof fetch;
  const { m } = start(d, { fetch: ask, latency: undefined as unknown as Record<string, number> });
  await d.watch();
  expect(probed).toEqual(Array(4).fill("http://eu/probe"));
  expect(Object.keys(d.asked("Enqueue")[0]!["latency"] as object)).toEqual(["eu"]);
  m.detach();
});

test("a region that does not answer is left out, and the first round trip of one does not count", async () => {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const takes: Record<string, number[]> = { "http://near": [300, 20, 12, 15], "http://far": [80, 80, 80, 80] };
  const ask = (async (url: unknown) => {
    const ms = takes[String(url)]?.shift();
    if (ms === undefined) throw new TypeError("fetch failed");
    now += ms;
    return new Response("ok");
  }) as typeof fetch;
  // One after the other: the clock is one.
  const near = await measureLatency([{ name: "near", probe: "http://near" }, { name: "none", probe: "" }], ask);
  const far = await measureLatency([{ name: "far", probe: "http://far" }, { name: "gone", probe: "http://gone" }], ask);
  expect([near, far]).toEqual([{ near: 12 }, { far: 80 }]);
  vi.restoreAllMocks();
});

test("queues are listed with all their fields; a server of before queues has none", async () => {
  const d = new Deployment();
  d.answers["ListQueues"] = { queue: [{ name: "quick", mode: "duel", team: [{ name: "a", least: 1, most: 2 }], role: [{ name: "tank" }], partyMost: 2, acceptSeconds: 10, limitSeconds: 60, waiting: 4, estimateMs: 0 }, {}] };
  const [first, second] = await listQueues("http://a", { fetch: d.fetch });
  expect(first).toEqual({
    name: "quick", title: "quick", mode: "duel", teams: [{ name: "a", least: 1, most: 2 }], roles: [{ name: "tank", title: "tank" }], partyMost: 2, acceptSeconds: 10,
    limitSeconds: 60, regions: [], waiting: 4, estimateMs: 0,
  });
  expect(second!.estimateMs).toBe(-1);
  d.answers["ListQueues"] = { status: 404, body: {} };
  expect(await listQueues("http://a", { fetch: d.fetch })).toEqual([]);
  d.answers["ListQueues"] = { status: 503, body: { code: "unavailable" } };
  await expect(listQueues("http://a", { fetch: d.fetch })).rejects.toMatchObject({ code: "unavailable" });
});

test("messages are read however the network cuts them", async () => {
  const { random: next, seed } = randomOf();
  const sent = Array.from({ length: 40 }, (_, i) => ({ i, text: "ä".repeat(Math.floor(next() * 300)) }));
  const parts = [...sent.map((m) => enveloped(m)), enveloped({}, 2)];
  const bytes = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  parts.reduce((at, p) => (bytes.set(p, at), at + p.length), 0);
  const body = new ReadableStream<Uint8Array>({
    start(c) {
      for (let at = 0; at < bytes.length; ) {
        const n = 1 + Math.floor(next() * 200);
        c.enqueue(bytes.slice(at, at + n));
        at += n;
      }
      c.close();
    },
  });
  const got: unknown[] = [];
  for await (const m of messages(body)) got.push(m);
  expect(got, `METRONOME_SEED=${seed}`).toEqual(sent);
});

test.each([
  ["ends without its last message", [], "unavailable"],
  ["ends in a message", [enveloped({ a: 1 }).slice(0, 8)], "unavailable"],
  ["is too long", [new Uint8Array([0, 0x7f, 0xff, 0xff, 0xff])], "internal"],
  ["is no JSON", [new Uint8Array([0, 0, 0, 0, 1, 0x7b])], "internal"],
])("a stream that %s is an error", async (_, chunks, code) => {
  const body = new ReadableStream<Uint8Array>({ start: (c) => (chunks.forEach((b) => c.enqueue(b)), c.close()) });
  await expect(messages(body).next()).rejects.toMatchObject({ code });
});

test("what a listener throws while watching is not the server's fault", async () => {
  const d = new Deployment();
  const stop = new AbortController();
  const { callerOf } = await import("../src/queue/latency.ts");
  const watching = keepWatching(callerOf("http://a", { fetch: d.fetch }), {
    method: "MatchService/WatchEntry", request: {}, silence: 1000, signal: stop.signal, dropped: () => {}, heard: () => {
      throw new LobbyError("not_found", "gone", 404);
    },
  });
  (await d.watch()).say({});
  await expect(watching).rejects.toThrow("gone");
});

test("pauses grow from none to four seconds, and are never less than was asked for", () => {
  expect([1, 2, 3, 4, 5, 6, 60].map((n) => pauseBefore(n, 0))).toEqual([0, 250, 500, 1000, 2000, 2000, 2000]);
  expect([1, 2, 3, 4, 5, 6, 60].map((n) => pauseBefore(n, 1))).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000]);
  expect(pauseBefore(1, 0, 9_000)).toBe(9_000);
});
