import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Rig } from "./enginerig.ts";
import { clientFrame } from "./room.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("playing", () => {
  test("a session opens with the subprotocol, welcomes, plays, and sends one input per tick", async () => {
    const rig = new Rig().play();
    expect([rig.socket.url, rig.socket.protocol, rig.socket.binaryType]).toEqual(["ws://h/rooms/r?ticket=t", "metronome.v1", "arraybuffer"]);
    expect(rig.of("welcome")[0]).toMatchObject({ seat: 1, room: "r1", mode: "ffa", tickHz: 30, resume: "token", url: "ws://h/rooms/r", roster: [{ seat: 1, name: "ann", presence: "active", team: 0, bot: false }] });
    expect(rig.state).toBe("playing");
    await rig.pass(60);
    const ticks = rig.socket.inputs.map((i) => i.tick);
    expect(ticks.length).toBeGreaterThan(56);
    expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
    expect(rig.of("sent").map((s) => s.tick)).toEqual(ticks);
    expect(rig.of("snapshot").at(-1)).toMatchObject({ tick: rig.room.tick, gaps: 0 });
  });

  test("seen is how old the picture is that the page draws, or the newest snapshot", async () => {
    const rig = new Rig().play();
    await rig.pass(10);
    const newest = rig.room.tick;
    const plain = rig.socket.inputs.at(-1)!;
    expect(plain.seen).toBe(16 * (plain.tick - (newest - 1)));
    rig.engine.command({ type: "look", tick: newest - 2.5, at: performance.timeOrigin + performance.now() });
    await rig.pass(1, false);
    const input = rig.socket.inputs.at(-1)!;
    expect(Math.abs(input.seen - 16 * (input.tick - (newest - 2.5)))).toBeLessThanOrEqual(16);
    expect(input.seen).toBeGreaterThan(16 * (input.tick - newest));
  });

  test("a picture that was drawn long ago does not count", async () => {
    const rig = new Rig().play();
    await rig.pass(5);
    rig.engine.command({ type: "look", tick: rig.room.tick - 50, at: performance.timeOrigin + performance.now() });
    await rig.pass(1);
    expect(rig.socket.inputs.at(-1)!.seen).toBeGreaterThan(16 * 49);
    await rig.pass(10);
    expect(rig.socket.inputs.at(-1)!.seen).toBeLessThan(16 * 5);
  });

  test("inputs that keep coming late are sent earlier and earlier", async () => {
    const rig = new Rig().play();
    await rig.pass(10);
    const lead = (): number => rig.socket.inputs.at(-1)!.tick - rig.room.tick;
    const before = lead();
    for (let i = 0; i < 300; i++) {
      await rig.pass(1, false);
      rig.message(rig.room.frame({ slack: -1 }));
    }
    expect(lead() - before).toBeGreaterThanOrEqual(2);
  });

  test("an input that this machine sent late is no reason to be earlier", async () => {
    const rig = new Rig().play();
    await rig.pass(10);
    const now = performance.now();
    const late = vi.spyOn(performance, "now").mockImplementation(() => now + 33 + 25);
    await vi.advanceTimersByTimeAsync(34);
    late.mockRestore();
    const { tick } = rig.socket.inputs.at(-1)!;
    const sent: number[] = [];
    rig.room.tick = tick + 1;
    rig.message(rig.room.frame({ slack: -1 }));
    for (let i = 0, count = rig.socket.inputs.length; i < 400; i++) {
      await vi.advanceTimersByTimeAsync(1);
      if (rig.socket.inputs.length > count) sent.push(performance.now());
      count = rig.socket.inputs.length;
    }
    expect(sent.length).toBeGreaterThan(8);
    expect(sent.at(-1)! - sent[1]!).toBeGreaterThan((sent.length - 2) * 33.2);
  });

  test("who gives no inputs still pings", async () => {
    const rig = new Rig();
    rig.sample = null;
    rig.play();
    await rig.pass(90);
    expect(rig.socket.inputs.length).toBe(0);
    expect(rig.socket.sent.map((b) => clientFrame(b).ping).filter((p) => p > 0n)).toEqual([1n, 2n]);
  });

  test("notices come once and are acknowledged, chat goes out a line a frame", async () => {
    const rig = new Rig().play();
    rig.room.tick++;
    const notice = [
      { number: 1, body: { case: "chat", value: { seat: 2, name: "bob", text: "<b>hi</b>" } } }, { number: 2, body: { case: "roster", value: { seat: 2, name: "bob", presence: 3 } } },
      { number: 2, body: { case: "announcement", value: "again" } }, { number: 3, body: { case: "roster", value: { seat: 1, name: "", presence: 1 } } },
    ];
    rig.message(rig.room.frame({ notice: notice as never }));
    expect(rig.of("chat")).toEqual([{ type: "chat", seat: 2, name: "bob", text: "<b>hi</b>" }]);
    expect(rig.of("roster").map((r) => r.player)).toEqual([{ seat: 2, name: "bob", presence: "away", team: 0, bot: false }, null]);
    expect(rig.of("announcement")).toEqual([]);
    for (const text of ["one", "two"]) rig.engine.command({ type: "chat", text });
    await rig.pass(4);
    const frames = rig.socket.sent.map((b) => clientFrame(b));
    expect(frames.map((f) => f.noticeAck).filter((n) => n > 0)).toEqual([3]);
    expect(frames.map((f) => f.chat).filter((c) => c !== "")).toEqual(["one", "two"]);
  });

  test("a resume brings notices again that came already, a new seat counts anew", async () => {
    const rig = new Rig().play();
    const line = (text: string): Uint8Array => {
      rig.room.tick++;
      return rig.room.frame({ notice: [{ number: 1, body: { case: "announcement", value: text } }] as never });
    };
    rig.message(line("first"));
    for (const [resumed, text] of [[true, "again"], [false, "new"]] as const) {
      rig.socket.onclose?.({ code: 1006, reason: "" });
      await vi.advanceTimersByTimeAsync(1_000);
      rig.play(resumed);
      rig.message(line(text));
    }
    expect(rig.of("announcement").map((a) => a.text)).toEqual(["first", "new"]);
  });

  test("a gap asks for keyframes, again each second, until they come", async () => {
    const rig = new Rig().play();
    await rig.pass(5);
    rig.room.tick++;
    rig.room.frame(); // lost
    await rig.pass(70);
    const asked = (): number => rig.socket.sent.filter((b) => clientFrame(b).resync).length;
    expect(asked()).toBe(3);
    expect(rig.of("snapshot").at(-1)).toMatchObject({ world: null, resyncs: 1 });
    rig.room.tick++;
    rig.message(rig.room.key(null));
    await rig.pass(40);
    expect(asked()).toBe(3);
    expect(rig.of("snapshot").at(-1)!.world).not.toBeNull();
  });

  test("a frame with a bad chunk is a gap, a message that is no frame the end", async () => {
    const rig = new Rig().play();
    rig.room.tick++;
    rig.message(Uint8Array.from([0x08, rig.room.tick, 0x2a, 0x04, 0x22, 0x02, 0x7d, 0x01]));
    expect([rig.state, rig.of("snapshot").at(-1)!.gaps]).toEqual(["playing", 1]);
    rig.message(Uint8Array.from([0x0a, 0xff]));
    expect(rig.states.at(-1)).toMatchObject(["closed", { code: 1002 }]);
  });

  test("a text message and a frame before the welcome are the end", () => {
    const text = new Rig().play();
    text.socket.onmessage?.({ data: "hello" });
    expect(text.states.at(-1)).toMatchObject(["closed", { code: 1002 }]);
    const early = new Rig();
    early.socket.onopen?.();
    early.message(early.room.key(null));
    expect(early.states.at(-1)).toMatchObject(["closed", { code: 1002 }]);
  });

  test("leaving says so and closes; also when the server does not answer", async () => {
    const rig = new Rig().play();
    rig.engine.command({ type: "leave" });
    expect(clientFrame(rig.socket.sent.at(-1)!).leave).toBe(true);
    const { socket } = rig;
    await vi.advanceTimersByTimeAsync(1_001);
    expect([rig.state, socket.closed]).toEqual(["closed", 1000]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a beat that comes late because the machine was busy leaves ticks out and sends no storm", async () => {
    const rig = new Rig().play();
    await rig.pass(30);
    const before = rig.socket.inputs.length;
    vi.setSystemTime(Date.now()); // timers only
    const stuck = vi.spyOn(performance, "now");
    const then = performance.now();
    stuck.mockImplementation(() => then + 2_000);
    await vi.advanceTimersByTimeAsync(34);
    const after = rig.socket.inputs.slice(before).map((i) => i.tick);
    stuck.mockRestore();
    expect(after.length).toBeLessThanOrEqual(2);
    expect(after.at(-1)! - rig.room.tick).toBeGreaterThan(50);
  });
});
