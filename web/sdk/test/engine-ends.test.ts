// How connections of an engine end, and how it comes back.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SnapshotReport } from "../src/engine/protocol.ts";
import { closes } from "../src/net/ends.ts";
import { create } from "@bufbuild/protobuf";
import * as pb from "./gen/metronome/v1/play_pb.ts";
import { Rig, Socket } from "./enginerig.ts";
import { clientFrame } from "./room.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const refuse = (status: number, text: string) => async (): Promise<Response> => new Response(text, { status });

describe("ends", () => {
  test.each(Object.entries(closes).map(([code, row]) => [Number(code), row.name, row.comeback] as const))("close code %i %s: %s", async (code, name, comeback) => {
    const rig = new Rig().play();
    rig.socket.onclose?.({ code, reason: "because" });
    expect(rig.states.at(-1)).toMatchObject([comeback === "never" ? "closed" : "away", { code, name, comeback, reason: "because" }]);
    await vi.advanceTimersByTimeAsync(60_000);
    const again = Socket.all.length > 1 ? Socket.all[1]!.url : rig.of("ask").length > 0 ? "ask" : "nothing";
    expect(again).toBe({ never: "nothing", resume: "ws://h/rooms/r?resume=token", rejoin: "ask", "rejoin-later": "ask" }[comeback]);
    if (comeback === "rejoin-later") expect(rig.of("retry")[0]!.in).toBe(2_000);
  });

  test.each([[1005, 1006], [1001, 1001], [4999, 4999]])("close code %i is a lost connection", (code, known) => {
    const rig = new Rig().play();
    rig.socket.onclose?.({ code, reason: "" });
    expect(rig.states.at(-1)).toMatchObject(["away", { code: known, comeback: "resume" }]);
  });

  test("a lost connection resumes and plays on", async () => {
    const rig = new Rig().play();
    await rig.pass(10);
    rig.socket.onclose?.({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(250);
    rig.play(true);
    expect(rig.states.map((s) => s[0])).toEqual(["playing", "away", "connecting", "playing"]);
    await rig.pass(10);
    expect(rig.socket.inputs.length).toBeGreaterThan(7);
    expect(rig.of("welcome").map((w) => w.resumed)).toEqual([false, true]);
  });

  test("a server that says nothing for ten seconds is lost, and its seat is kept", async () => {
    const rig = new Rig().play();
    const first = rig.socket;
    await vi.advanceTimersByTimeAsync(10_100);
    expect(rig.states.at(-1)).toMatchObject(["away", { code: 1006 }]);
    expect(first.closed).toBe(4900);
  });

  test("a server that opens and says nothing is lost", async () => {
    const rig = new Rig();
    rig.socket.onopen?.();
    await vi.advanceTimersByTimeAsync(10_001);
    expect(rig.states[0]).toMatchObject(["away", { code: 1006 }]);
  });

  const refusals: [number, string, string][] = [
    [400, "never", "closed"], [401, "rejoin", "away"], [403, "rejoin", "away"], [404, "rejoin", "away"], [429, "rejoin-later", "away"], [503, "rejoin-later", "away"],
  ];
  test.each(refusals)("a refusal with %i is asked for: %s", async (status, comeback, state) => {
    const rig = new Rig();
    rig.answer = refuse(status, "one line of text\n");
    await rig.fail();
    expect(rig.states.at(-1)).toMatchObject([state, { code: status, name: `refused-${status}`, reason: "one line of text", comeback }]);
    expect(rig.states.at(-1)![1]!.sentence).not.toBe("");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(rig.of("ask").length).toBe(comeback === "never" ? 0 : 1);
  });

  test("a room that moves is followed to where it says, soon", async () => {
    const rig = new Rig().play();
    rig.room.tick++;
    rig.message(rig.room.frame({ notice: [create(pb.NoticeSchema, { number: 1, body: { case: "moved", value: create(pb.MovedSchema, { url: "wss://there/game/rooms/r" }) } })] }));
    rig.socket.onclose?.({ code: 4013, reason: "" });
    expect(rig.of("retry").at(-1)!.in).toBeLessThanOrEqual(20);
    await vi.advanceTimersByTimeAsync(20);
    expect(rig.socket.url).toBe("wss://there/game/rooms/r?resume=token");
    rig.play(true);
    expect([rig.state, rig.of("welcome").at(-1)!.url]).toEqual(["playing", "wss://there/game/rooms/r"]);
  });

  const moves = create(pb.NoticeSchema, { number: 1, body: { case: "moved", value: create(pb.MovedSchema, { url: "wss://there/rooms/r" }) } });

  test("a move is told with the time without a frame; a lost connection and another room are none", async () => {
    const rig = new Rig().play();
    rig.socket.onclose?.({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(250);
    rig.play(true);
    await vi.advanceTimersByTimeAsync(100);
    rig.room.tick++;
    rig.message(rig.room.frame({ notice: [moves] }));
    await vi.advanceTimersByTimeAsync(7); // until it closes
    rig.socket.onclose?.({ code: 4013, reason: "" });
    await vi.advanceTimersByTimeAsync(31);
    rig.play(true);
    expect(rig.of("moved")).toEqual([{ type: "moved", url: "wss://there/rooms/r", ms: 38 }]);
    const order = rig.reports.map((r) => r.type);
    expect(order[order.indexOf("moved") - 1]).toBe("welcome");
    rig.socket.onclose?.({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(250);
    rig.play(true);
    expect(rig.of("moved").length).toBe(1);
  });

  test("who has no seat where the room goes on has not moved with it", async () => {
    const rig = new Rig().play();
    rig.room.tick++;
    rig.message(rig.room.frame({ notice: [moves] }));
    rig.socket.onclose?.({ code: 4013, reason: "" });
    await vi.advanceTimersByTimeAsync(20);
    rig.answer = refuse(401, "too old");
    await rig.fail();
    await vi.advanceTimersByTimeAsync(5_000);
    rig.engine.command({ type: "room", url: "ws://other/rooms/q" });
    rig.play(false);
    expect([rig.state, rig.of("moved")]).toEqual(["playing", []]);
  });

  test("426 means that nothing is wrong", async () => {
    const rig = new Rig();
    rig.answer = refuse(426, "upgrade");
    await rig.fail();
    expect(rig.states.at(-1)).toMatchObject(["away", { code: 1006 }]);
  });

  test("a server that is gone is tried again and again, ever more slowly", async () => {
    const rig = new Rig().play();
    rig.socket.onclose?.({ code: 1006, reason: "" });
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      pauses.push(rig.of("retry").at(-1)!.in);
      await vi.advanceTimersByTimeAsync(pauses.at(-1)!);
      await rig.fail();
    }
    expect(pauses).toEqual([125, 375, 750, 1500, 3000, 3000, 3000, 3000]);
    expect(rig.of("retry").at(-1)!.end).toMatchObject({ name: "unreachable" });
    expect(rig.states.map((s) => s[0])).toEqual(["playing", "away"]);
  });

  test("a resume that is refused becomes a new seat", async () => {
    const rig = new Rig({ resume: "old" });
    expect(rig.socket.url).toBe("ws://h/rooms/r?resume=old");
    rig.answer = refuse(401, "too old");
    await rig.fail();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(rig.of("ask")).toMatchObject([{ end: { code: 401 }, played: false }]);
    rig.engine.command({ type: "room", url: "ws://h/rooms/s?ticket=u" });
    expect(rig.socket.url).toBe("ws://h/rooms/s?ticket=u");
    rig.play();
    expect(rig.state).toBe("playing");
  });

  test("after a crash a player is soon back", async () => {
    const rig = new Rig().play();
    rig.socket.onclose?.({ code: 1006, reason: "" });
    const wait = async (): Promise<number> => {
      const pause = rig.of("retry").at(-1)!.in;
      await vi.advanceTimersByTimeAsync(pause);
      return pause;
    };
    await wait();
    await rig.fail(); // nobody is there
    await wait();
    await rig.fail();
    await wait();
    rig.answer = refuse(401, "the resume token is unknown");
    await rig.fail(); // the node is there again, and knows no seat
    expect(await wait()).toBe(125);
    expect(rig.of("ask")).toMatchObject([{ url: "ws://h/rooms/r", end: { code: 401 }, played: true }]);
    rig.engine.command({ type: "room", url: "ws://h/rooms/s?ticket=u" });
    rig.answer = async () => new Response("busy", { status: 503, headers: { "Retry-After": "7" } });
    await rig.fail();
    expect(await wait()).toBe(8_000);
    expect(rig.of("ask").length).toBe(2); // and not the old token on the new room
    rig.engine.command({ type: "room", url: "ws://h/rooms/s?ticket=v" });
    expect(rig.socket.url).toBe("ws://h/rooms/s?ticket=v");
    rig.play();
    rig.socket.onclose?.({ code: 1006, reason: "" });
    expect(await wait()).toBe(125);
  });

  test("a node that is busy does not cost the seat", async () => {
    const rig = new Rig().play();
    rig.socket.onclose?.({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(125);
    rig.answer = async () => new Response("too many connections", { status: 429, headers: { "Retry-After": "2" } });
    await rig.fail();
    expect(rig.of("retry").at(-1)).toMatchObject({ in: 3_000, attempt: 2, end: { code: 429, retryAfterMs: 2_000 } });
    rig.engine.command({ type: "hidden", hidden: true });
    rig.engine.command({ type: "hidden", hidden: false });
    await vi.advanceTimersByTimeAsync(1_900);
    expect(Socket.all.length).toBe(2); // to be looked at is no reason to ask sooner
    await vi.advanceTimersByTimeAsync(1_100);
    expect(rig.socket.url).toBe("ws://h/rooms/r?resume=token");
    expect(Socket.all.length).toBe(3);
  });

  test("a node that stays away for longer than the seat is kept is given up", async () => {
    const rig = new Rig().play();
    rig.socket.onclose?.({ code: 1006, reason: "" });
    const began = Date.now();
    while (rig.of("ask").length === 0 && Date.now() < began + 600_000) {
      await vi.advanceTimersByTimeAsync(rig.of("retry").at(-1)!.in);
      if (rig.of("ask").length === 0) await rig.fail();
    }
    expect(Date.now() - began).toBeGreaterThan(40_000);
    expect(Date.now() - began).toBeLessThan(50_000);
  });

  test("a connection that is given up before its welcome frees its seat", async () => {
    const rig = new Rig();
    const first = rig.socket;
    first.onopen?.();
    await vi.advanceTimersByTimeAsync(10_001);
    expect(first.closed).toBe(1000);
  });

  test("what was typed for one room is not said in another", async () => {
    const rig = new Rig().play();
    for (const text of ["a", "b", "c"]) rig.engine.command({ type: "chat", text });
    rig.socket.onclose?.({ code: 4006, reason: "" });
    await vi.advanceTimersByTimeAsync(500);
    rig.engine.command({ type: "room", url: "ws://h/rooms/s?ticket=u" });
    rig.play();
    await rig.pass(10);
    expect(rig.socket.sent.map((b) => clientFrame(b).chat).filter((c) => c !== "")).toEqual([]);
  });

  test("no room to be had is tried later", async () => {
    const rig = new Rig({ url: "" });
    expect(rig.of("ask")).toEqual([{ type: "ask", url: "", end: null, played: false }]);
    const end = { code: 503, name: "lobby-unavailable", reason: "", comeback: "rejoin-later", sentence: "No." } as const;
    rig.engine.command({ type: "no-room", end });
    expect(rig.states).toEqual([["away", end]]);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(rig.of("ask").length).toBe(2);
    rig.engine.command({ type: "no-room", end: { ...end, comeback: "never" } });
    expect(rig.state).toBe("closed");
  });

  test("what is no room's URL is the end", () => {
    expect(new Rig({ url: "nonsense" }).states).toMatchObject([["closed", { name: "bad-url" }]]);
  });

  test("a handshake that hangs is given up", async () => {
    const rig = new Rig();
    await vi.advanceTimersByTimeAsync(8_001);
    expect(rig.states.at(-1)).toMatchObject(["away", { name: "unreachable" }]);
  });
});

describe("a hidden tab", () => {
  test("lets go of its connection and takes its seat back when it is seen", async () => {
    const rig = new Rig().play();
    rig.engine.command({ type: "hidden", hidden: true });
    const first = rig.socket;
    await rig.pass(299);
    expect(rig.state).toBe("playing");
    await rig.pass(3);
    expect(rig.states.at(-1)).toMatchObject(["away", { name: "hidden" }]);
    expect(first.closed).toBe(4900);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(Socket.all.length).toBe(1);
    rig.engine.command({ type: "hidden", hidden: false });
    expect(rig.socket.url).toBe("ws://h/rooms/r?resume=token");
    rig.play(true);
    expect(rig.state).toBe("playing");
  });

  test("that is seen soon again notices nothing", async () => {
    const rig = new Rig().play();
    rig.engine.command({ type: "hidden", hidden: true });
    await rig.pass(90);
    rig.engine.command({ type: "hidden", hidden: false });
    await rig.pass(400);
    expect([rig.state, Socket.all.length]).toEqual(["playing", 1]);
  });

  test("does not try to come back until it is seen, then at once", async () => {
    const rig = new Rig().play();
    rig.socket.onclose?.({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(125);
    await rig.fail();
    rig.engine.command({ type: "hidden", hidden: true });
    await vi.advanceTimersByTimeAsync(10_000);
    await rig.fail();
    const tries = Socket.all.length;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(Socket.all.length).toBe(tries);
    rig.engine.command({ type: "hidden", hidden: false });
    expect(Socket.all.length).toBe(tries + 1);
  });
});

test("a worse network delays both directions and keeps them working", async () => {
  const rig = new Rig().play();
  rig.engine.command({ type: "network", delayMs: 100, jitterMs: 0 });
  await rig.pass(150);
  const last = rig.of("snapshot").at(-1) as SnapshotReport;
  expect(rig.room.tick - last.tick).toBe(3);
  expect(last.rttMs).toBe(0); // the room of this test does not answer pings
  rig.engine.command({ type: "stall", ms: 1_000 });
  const sent = rig.socket.sent.length;
  const got = rig.of("snapshot").length;
  await rig.pass(25);
  expect([rig.socket.sent.length, rig.of("snapshot").length]).toEqual([sent, got]);
  await rig.pass(8);
  expect(rig.socket.sent.length - sent).toBeGreaterThan(25);
  expect(rig.of("snapshot").at(-1)!.gaps).toBe(0);
});
