import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Rig } from "./enginerig.ts";
import * as pb from "./gen/metronome/v1/play_pb.ts";
import { clientFrame, schema } from "./room.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const turns = { ...schema, input: [] };

/** rest has a rig play in a room that rests, of a game without inputs. */
function rest(rig = new Rig(), resumed = false): Rig {
  rig.socket.onopen?.();
  rig.message(rig.room.key({ rests: true, tickHz: 20, resumed, schema: create(pb.SchemaSchema, turns as never) }));
  return rig;
}

/** answer has the room step after a pause, ms. */
async function answer(rig: Rig, ms: number, more: Partial<pb.ServerFrame> = {}): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  rig.room.tick += Math.max(1, Math.round(ms / 50));
  rig.message(rig.room.frame(more));
}

test("nothing is sent but a ping every 20 s, and no input ever", async () => {
  const rig = rest();
  await vi.advanceTimersByTimeAsync(100);
  for (let i = 0; i < 60; i++) await answer(rig, 5_000);
  const frames = rig.socket.sent.map((b) => clientFrame(b));
  expect([frames.length, frames.filter((f) => f.ping > 0n).length, frames.flatMap((f) => f.input)]).toEqual([16, 16, []]);
  expect(rig.of("sent")).toEqual([]);
});

test("between pings the engine sleeps", async () => {
  const rig = rest();
  await vi.advanceTimersByTimeAsync(100);
  const beats = vi.spyOn(rig.engine as unknown as { beat(): void }, "beat");
  await vi.advanceTimersByTimeAsync(59_000);
  expect(beats.mock.calls.length).toBeLessThan(6);
});

test("a room that says nothing is lost after a minute, not after ten seconds", async () => {
  const rig = rest();
  await vi.advanceTimersByTimeAsync(59_900);
  expect(rig.state).toBe("playing");
  await vi.advanceTimersByTimeAsync(200);
  expect(rig.states.at(-1)).toMatchObject(["away", { code: 1006 }]);
});

test("a connection without a welcome is lost after ten seconds, also on the way back to a room that rests", async () => {
  const rig = rest();
  rig.socket.onclose?.({ code: 1006, reason: "" });
  await vi.advanceTimersByTimeAsync(200);
  rig.socket.onopen?.();
  expect(rig.state).toBe("connecting");
  await vi.advanceTimersByTimeAsync(10_100);
  expect(rig.state).toBe("away");
});

test("what waits goes out within a tick, and notices are acked as soon", async () => {
  const rig = rest();
  await vi.advanceTimersByTimeAsync(7_000);
  const before = rig.socket.sent.length;
  rig.engine.command({ type: "order", id: 1, values: [3], list: [] });
  rig.engine.command({ type: "chat", text: "one" });
  rig.engine.command({ type: "chat", text: "two" });
  await vi.advanceTimersByTimeAsync(110);
  const frames = rig.socket.sent.slice(before).map((b) => clientFrame(b));
  expect(frames.map((f) => [f.command.map((c) => c.number), f.chat])).toEqual([[[1], "one"], [[], "two"]]);
  await answer(rig, 30, { notice: [create(pb.NoticeSchema, { number: 4, body: { case: "announcement", value: "your turn" } })] });
  await vi.advanceTimersByTimeAsync(60);
  expect(clientFrame(rig.socket.sent.at(-1)!).noticeAck).toBe(4);
});

test("orders do not go out faster than ticks", async () => {
  const rig = rest();
  await vi.advanceTimersByTimeAsync(1_000);
  const before = rig.socket.sent.length;
  for (let id = 1; id <= 10; id++) {
    rig.engine.command({ type: "order", id, values: [], list: [] });
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(rig.socket.sent.length - before).toBeLessThanOrEqual(4);
  await vi.advanceTimersByTimeAsync(60);
  expect(rig.socket.sent.slice(before).flatMap((b) => clientFrame(b).command.map((c) => c.number))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("a gap asks for keyframes soon, and ticks slept through are no backlog", async () => {
  const rig = rest();
  await answer(rig, 40_000);
  expect(rig.of("snapshot").at(-1)).toMatchObject({ backlog: 0, gaps: 0 });
  rig.room.tick++;
  rig.room.frame(); // lost
  await answer(rig, 50);
  await vi.advanceTimersByTimeAsync(60);
  expect(clientFrame(rig.socket.sent.at(-1)!).resync).toBe(true);
});

test("a hidden tab keeps its connection", async () => {
  const rig = rest();
  rig.engine.command({ type: "hidden", hidden: true });
  await vi.advanceTimersByTimeAsync(30_000);
  await answer(rig, 0);
  await vi.advanceTimersByTimeAsync(20_000);
  rig.engine.command({ type: "hidden", hidden: false });
  expect([rig.state, rig.socket.closed]).toEqual(["playing", undefined]);
});

test("a room that ticks is pinged often again after one that rests", async () => {
  const rig = rest();
  rig.socket.onclose?.({ code: 4006, reason: "" });
  await vi.advanceTimersByTimeAsync(2_000);
  rig.engine.command({ type: "room", url: "ws://h/rooms/s?ticket=u" });
  rig.play();
  await rig.pass(100);
  expect(rig.socket.sent.filter((b) => clientFrame(b).ping > 0n).length).toBe(2);
  expect(rig.socket.inputs.length).toBeGreaterThan(90);
});

test("the welcome says params, teams and bots, and an end its lines", () => {
  const rig = new Rig();
  rig.socket.onopen?.();
  rig.message(rig.room.key({
    rests: true, param: [create(pb.ParamSchema, { name: "stake", value: "50" })],
    roster: [create(pb.RosterSchema, { seat: 2, name: "Bot 1", presence: 2, team: 7, bot: true })],
  }));
  expect(rig.of("welcome")[0]).toMatchObject({
    rests: true, params: [{ name: "stake", value: "50" }], roster: [{ seat: 2, name: "Bot 1", presence: "active", team: 7, bot: true }],
  });
  rig.room.tick++;
  const line = [create(pb.OutcomeLineSchema, { seat: 2, team: 7, place: 1, value: [-5n] })];
  rig.message(rig.room.frame({ notice: [create(pb.NoticeSchema, { number: 1, body: { case: "end", value: create(pb.MatchEndSchema, { reason: "over", line }) } })] }));
  expect(rig.of("end")).toEqual([{ type: "end", reason: "over", lines: [{ seat: 2, team: 7, place: 1, values: [-5] }] }]);
});
