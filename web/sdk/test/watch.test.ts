// A spectator: a connection without a seat.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { watch } from "../src/connect.ts";
import { closes } from "../src/net/ends.ts";
import { watchURL } from "../src/net/roomurl.ts";
import { Fields } from "../src/wire/reader.ts";
import { Rig, Socket } from "./enginerig.ts";
import { Room, clientFrame } from "./room.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const spectator = (seat = 0, finds = false): Rig => new Rig({ url: "ws://h/rooms/r?ticket=t", watch: { seat, finds } });

/** The seats that a spectator asked for, in order. */
function asked(socket: Socket): number[] {
  return socket.sent.flatMap((bytes) => {
    const seats: number[] = [];
    const f = new Fields().set(bytes);
    while (f.next()) if (f.num === 8) seats.push(f.value);
    return seats;
  });
}

/** greet opens the newest socket and welcomes a spectator. */
function greet(rig: Rig): void {
  rig.socket.onopen?.();
  rig.message(rig.room.key({ seat: 0, resume: "", resumeTicks: 0 }));
}

test("a room is watched by its URL, without what is a player's", () => {
  expect(watchURL("http://h/game/rooms/r?ticket=t&name=ann&resume=x", 0)).toBe("ws://h/game/rooms/r?watch=");
  expect(watchURL("wss://h/rooms/r", 7)).toBe("wss://h/rooms/r?watch=7");
  expect(() => watchURL("ws://h/lobby", 0)).toThrow("not the URL of a room");
});

describe("an engine that watches", () => {
  test("sends no inputs, and says now and then that it is there", async () => {
    const rig = spectator(3);
    expect(rig.socket.url).toBe("ws://h/rooms/r?watch=3");
    greet(rig);
    await rig.pass(300);
    expect(rig.state).toBe("playing");
    const frames = rig.socket.sent.map(clientFrame);
    expect(frames.flatMap((f) => f.input)).toEqual([]);
    const pings = frames.filter((f) => f.ping > 0n);
    expect(pings.length).toBe(frames.length);
    expect(pings.length).toBeGreaterThanOrEqual(5); // one every two seconds of ten
    expect(pings.length).toBeLessThanOrEqual(6);
    expect(rig.of("snapshot").length).toBe(301);
  });

  test("chooses another seat, or leaves it to the room, now and on later connections", async () => {
    const rig = spectator();
    greet(rig);
    rig.engine.command({ type: "watch", seat: 5 });
    await rig.pass(2);
    expect(asked(rig.socket)).toEqual([5]);
    rig.engine.command({ type: "watch", seat: 0 });
    await rig.pass(2);
    expect(asked(rig.socket)).toEqual([5, 0]);
    rig.engine.command({ type: "watch", seat: 9 });
    rig.socket.onclose?.({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(250);
    expect(rig.socket.url).toBe("ws://h/rooms/r?watch=9");
    greet(rig);
    await rig.pass(3);
    expect(asked(rig.socket)).toEqual([]);
  });

  test("a choice while the connection is being opened is not lost", async () => {
    const rig = spectator(1);
    rig.engine.command({ type: "watch", seat: 4 });
    greet(rig);
    await rig.pass(2);
    expect(asked(rig.socket)).toEqual([4]);
  });

  test.each(Object.entries(closes).map(([code, row]) => [Number(code), row.comeback] as const))("close code %i: %s is a new connection or the end", async (code, comeback) => {
    const rig = spectator(2);
    greet(rig);
    rig.socket.onclose?.({ code, reason: "" });
    const over = comeback === "never" || comeback === "rejoin";
    const end = rig.states.at(-1)!;
    expect(end).toMatchObject([over ? "closed" : "away", { code }]);
    expect(end[1]!.sentence).not.toMatch(/your seat\.|You are being/);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(Socket.all.map((s) => s.url)).toEqual(Array(over ? 1 : 2).fill("ws://h/rooms/r?watch=2"));
    expect(rig.of("ask")).toEqual([]);
  });

  test("a room that is gone longer than any seat would be kept is still dialed", async () => {
    const rig = spectator();
    greet(rig);
    rig.socket.onclose?.({ code: 1006, reason: "" });
    const began = Date.now();
    while (Date.now() < began + 120_000) {
      await vi.advanceTimersByTimeAsync(rig.of("retry").at(-1)!.in);
      await rig.fail();
    }
    expect([rig.state, rig.of("ask").length, new Set(Socket.all.map((s) => s.url))]).toEqual(["away", 0, new Set(["ws://h/rooms/r?watch="])]);
    greet(rig);
    expect(rig.states.at(-1)![0]).toBe("away"); // that socket was given up
    await vi.advanceTimersByTimeAsync(rig.of("retry").at(-1)!.in);
    greet(rig);
    expect(rig.state).toBe("playing");
  });

  test("another room is found when the page can, and watched as that room likes", async () => {
    const rig = spectator(6, true);
    greet(rig);
    rig.socket.onclose?.({ code: 4006, reason: "" });
    expect(rig.states.at(-1)).toMatchObject(["away", { comeback: "rejoin", sentence: "The room is over. You are being shown another one." }]);
    await vi.advanceTimersByTimeAsync(1_000);
    rig.engine.command({ type: "room", url: "ws://h/rooms/s" });
    expect(rig.socket.url).toBe("ws://h/rooms/s?watch=");
  });

  test.each([
    [401, "closed", "This server shows its rooms to its players only. Choose another one to watch."],
    [403, "closed", "This room cannot be watched, or not from this page. Choose another one to watch."],
    [404, "closed", "This room is not here any more. Choose another one to watch."],
    [503, "away", "As many watch this room as may, or the server is busy. The next attempt is in some seconds."],
  ])("a refusal with %i is said as it is for who watches", async (status, state, sentence) => {
    const rig = spectator();
    rig.answer = async () => new Response("no", { status });
    await rig.fail();
    expect(rig.states.at(-1)).toMatchObject([state, { code: status, sentence }]);
  });

  test("a hidden tab lets go and watches on when it is seen", async () => {
    const rig = spectator(6);
    greet(rig);
    rig.engine.command({ type: "hidden", hidden: true });
    await rig.pass(303);
    expect(rig.states.at(-1)).toMatchObject(["away", { name: "hidden", sentence: expect.stringContaining("watch on") }]);
    expect(rig.socket.closed).toBe(1000);
    rig.engine.command({ type: "hidden", hidden: false });
    expect(rig.socket.url).toBe("ws://h/rooms/r?watch=6");
  });

  test("leaving closes at once", () => {
    const rig = spectator();
    greet(rig);
    rig.engine.command({ type: "leave" });
    expect([rig.states.at(-1), rig.socket.closed, rig.socket.sent.map(clientFrame).filter((f) => f.leave)]).toMatchObject([["closed", { name: "bye" }], 1000, []]);
  });
});

test("without a WebSocket a session says so at once", () => {
  vi.stubGlobal("WebSocket", undefined);
  expect(() => watch("ws://h/rooms/r")).toThrow(expect.objectContaining({ name: "MetronomeError", code: "no-websocket", message: expect.stringContaining("{ WebSocket }") }));
});

describe("a session that watches", () => {
  /** Opens a session on a socket of the test's. */
  async function open(o: object = {}) {
    vi.useRealTimers();
    Socket.all = [];
    const session = watch("ws://h/rooms/r", { worker: false, WebSocket: Socket as never, fetch: (async () => new Response("gone", { status: 404 })) as never, ...o });
    await vi.waitUntil(() => Socket.all.length > 0);
    const room = new Room();
    const say = (bytes: Uint8Array): void => Socket.all.at(-1)!.onmessage!({ data: bytes.slice().buffer });
    return { session, room, say };
  }

  test("sees the world without a seat, and is told whose view it has", async () => {
    const { session, room, say } = await open({ seat: 2 });
    expect([session.spectating, session.seat, session.watched]).toEqual([true, 0, 0]);
    expect(Socket.all[0]!.url).toBe("ws://h/rooms/r?watch=2");
    const heard: number[] = [];
    session.on("watched", (e) => heard.push(e.seat));
    Socket.all[0]!.onopen!();
    room.ships.set(1, { x: 256, y: 0, aim: 0 });
    say(Uint8Array.from([...room.key({ seat: 0, resume: "" }), 14 << 3, 2]));
    await session.ready;
    expect([session.state, session.seat, session.watched, session.world.table("ship").count, session.roster.size]).toEqual(["playing", 0, 2, 1, 1]);
    room.tick++;
    say(room.frame());
    room.tick++;
    say(Uint8Array.from([...room.frame(), 14 << 3, 1]));
    expect(heard).toEqual([2, 1]);
    session.leave();
    expect(session.state).toBe("closed");
  });

  test("refuses what is for players, and says so", async () => {
    const { session } = await open();
    const spectating = expect.objectContaining({ name: "MetronomeError", code: "spectating" });
    expect(() => session.input(() => [1])).toThrow(spectating);
    expect(() => session.chat("hi")).toThrow(spectating);
    expect(() => session.command([1])).toThrow(spectating);
    session.input(null);
    session.leave();
  });

  test("that is refused says why to who waits for it", async () => {
    const { session } = await open();
    Socket.all[0]!.onclose!({ code: 1006, reason: "" });
    const sentence = "This room is not here any more. Choose another one to watch.";
    await expect(session.ready).rejects.toMatchObject({ name: "EndedError", code: "ended", message: sentence, end: { code: 404, comeback: "never", sentence } });
    expect([session.state, session.end?.sentence]).toEqual(["closed", sentence]);
  });
});
