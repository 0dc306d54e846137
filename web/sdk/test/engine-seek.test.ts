// How an engine finds the room of its seat when that goes on at another node.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Rig, Socket } from "./enginerig.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const others = ["http://b", "http://c"];
const json = (o: object, status = 200): Response => new Response(JSON.stringify(o), { status, headers: { "Content-Type": "application/json" } });

/** Nodes that say something of every room; what is not named cannot be reached. */
function knowing(rig: Rig, nodes: Record<string, object | null>): string[] {
  const asked: string[] = [];
  rig.answer = async (url = "") => {
    const server = Object.keys(nodes).find((n) => url.startsWith(n));
    if (!url.endsWith("/FindRoom") || server === undefined) throw new TypeError("fetch failed");
    asked.push(server);
    return nodes[server] ? json(nodes[server]) : json({ code: "not_found" }, 404);
  };
  return asked;
}

/** The node of a player is gone, who has tried once to take the seat back there. */
async function cutOff(nodes: Record<string, object | null>, refused = ""): Promise<Rig> {
  const rig = new Rig().play(false, others);
  knowing(rig, nodes);
  rig.socket.onclose?.({ code: 1006, reason: "" });
  if (refused) {
    const answer = rig.answer;
    rig.answer = async (url = "") => (url.includes("/rooms/") ? new Response(refused, { status: Number(refused) }) : answer(url));
  }
  await vi.advanceTimersByTimeAsync(250);
  await rig.fail();
  await vi.advanceTimersByTimeAsync(20);
  return rig;
}

const tried = (): string[] => Socket.all.map((s) => s.url);

test("a room goes on where another node says", async () => {
  const rig = await cutOff({ "http://b": null, "http://c": { url: "ws://c/rooms/r", epoch: "2", kept: true } });
  expect(tried().at(-1)).toBe("ws://c/rooms/r?resume=token");
  rig.play(true, others);
  expect(rig.state).toBe("playing");
});

test("a node that has the room no more sends nobody away", async () => {
  await cutOff({ "http://h": null, "http://b": { url: "ws://b/rooms/r", epoch: "2" } }, "404");
  expect(tried().at(-1)).toBe("ws://b/rooms/r?resume=token");
});

test("the newest owner counts", async () => {
  await cutOff({ "http://h": { url: "ws://h/rooms/r", epoch: "1", kept: true }, "http://b": { url: "ws://b/rooms/r", epoch: "3" }, "http://c": { url: "ws://c/rooms/r", epoch: "2" } });
  expect(tried().at(-1)).toBe("ws://b/rooms/r?resume=token");
});

test("while nobody has the room yet, it is asked for again soon", async () => {
  const rig = await cutOff({ "http://b": { epoch: "2", kept: true }, "http://c": null });
  expect(rig.of("retry").at(-1)).toMatchObject({ in: 100, end: { name: "room-sought", comeback: "resume" } });
  knowing(rig, { "http://b": { url: "ws://b/rooms/r", epoch: "3" } });
  await vi.advanceTimersByTimeAsync(100);
  await rig.fail();
  await vi.advanceTimersByTimeAsync(20);
  expect(tried().at(-1)).toBe("ws://b/rooms/r?resume=token");
});

test("while nobody answers, the seat waits", async () => {
  const rig = await cutOff({});
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rig.of("retry").at(-1)).toMatchObject({ end: { name: "room-sought" } });
});

test("a room that nobody knows is over", async () => {
  const rig = await cutOff({ "http://h": null, "http://b": null, "http://c": null }, "404");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rig.of("ask")).toMatchObject([{ end: { code: 404 } }]);
});

test("who leaves meanwhile is not brought back", async () => {
  const rig = new Rig().play(false, others);
  let answer = (_: Response): void => undefined;
  rig.answer = (url = "") => (url.endsWith("/FindRoom") ? new Promise((done) => { answer = done; }) : Promise.reject(new TypeError("fetch failed")));
  rig.socket.onclose?.({ code: 1006, reason: "" });
  await vi.advanceTimersByTimeAsync(250);
  await rig.fail();
  const before = tried().length;
  rig.engine.command({ type: "leave" });
  answer(json({ url: "ws://b/rooms/r", epoch: "2" }));
  await vi.advanceTimersByTimeAsync(5_000);
  expect([rig.state, tried().length]).toEqual(["closed", before]);
});

test("after a long silence other nodes are asked first: the room's own may stand still", async () => {
  const rig = new Rig().play(false, others);
  const asked = knowing(rig, { "http://b": { url: "ws://b/rooms/r", epoch: "2" } });
  await vi.advanceTimersByTimeAsync(10_100);
  expect(rig.state).toBe("away");
  await vi.advanceTimersByTimeAsync(300);
  expect(asked).toEqual(["http://b"]);
  expect(tried()).toEqual(["ws://h/rooms/r?ticket=t", "ws://b/rooms/r?resume=token"]);
});

test("what was known of one room says nothing of the next", async () => {
  const rig = await cutOff({ "http://b": { url: "ws://b/rooms/r", epoch: "9" } });
  rig.play(true, others);
  rig.socket.onclose?.({ code: 4006, reason: "" }); // over; another room, which is older
  await vi.advanceTimersByTimeAsync(2_000);
  rig.engine.command({ type: "room", url: "ws://h/rooms/s?ticket=u" });
  rig.play(false, others);
  knowing(rig, { "http://c": { url: "ws://c/rooms/s", epoch: "5" } });
  rig.socket.onclose?.({ code: 1006, reason: "" });
  await vi.advanceTimersByTimeAsync(250);
  await rig.fail();
  await vi.advanceTimersByTimeAsync(20);
  expect(tried().at(-1)).toBe("ws://c/rooms/s?resume=token");
});
