import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { End, State } from "../src/api.ts";
import { Engine } from "../src/engine/engine.ts";
import { hostOf } from "../src/engine/host.ts";
import type { Command, Report, SnapshotReport } from "../src/engine/protocol.ts";
import { closes } from "../src/net/ends.ts";
import { Room, clientFrame } from "./room.ts";

/** A WebSocket that the test opens, fills and closes. */
class Socket {
  static all: Socket[] = [];
  binaryType = "";
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onmessage: ((e: { data: unknown }) => void) | null = null;
  onclose: ((e: { code: number; reason: string }) => void) | null = null;
  readonly sent: Uint8Array[] = [];
  closed: number | undefined;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    Socket.all.push(this);
  }
  send(b: Uint8Array): void {
    this.sent.push(b);
  }
  close(code?: number): void {
    this.closed = code;
  }
  get inputs(): { tick: number; value: number[]; seen: number }[] {
    return this.sent.flatMap((b) => clientFrame(b).input);
  }
}

/** One engine in a world of the test's. */
class Rig {
  readonly reports: Report[] = [];
  readonly room = new Room();
  sample: number[] | null = [1, 0, 0];
  answer: () => Promise<Response> = async () => {
    throw new TypeError("fetch failed");
  };
  readonly engine: Engine;

  constructor(start: Partial<Command & { type: "start" }> = {}) {
    Socket.all = [];
    const host = hostOf((r) => this.reports.push(r), () => this.sample, { WebSocket: Socket as never, fetch: () => this.answer() });
    this.engine = new Engine({ ...host, random: () => 0.5 });
    this.engine.command({ type: "start", url: "ws://h/rooms/r?ticket=t", resume: "", name: "", hiddenAfter: 10_000, ...start });
  }

  get socket(): Socket {
    return Socket.all.at(-1)!;
  }
  get state(): State {
    return this.states.at(-1)?.[0] ?? "connecting";
  }
  get states(): [State, End | null][] {
    return this.reports.flatMap((r) => (r.type === "state" ? [[r.state, r.end] as [State, End | null]] : []));
  }
  of<T extends Report["type"]>(type: T): (Report & { type: T })[] {
    return this.reports.filter((r): r is Report & { type: T } => r.type === type);
  }
  message(b: Uint8Array): void {
    this.socket.onmessage?.({ data: b.slice().buffer });
  }
  /** play opens the newest socket and gets the first snapshot. */
  play(resumed = false): this {
    this.socket.onopen?.();
    this.message(this.room.key({ resumed }));
    return this;
  }
  /** pass lets ticks go by, with a snapshot for each. */
  async pass(ticks: number, snapshots = true): Promise<void> {
    for (let i = 0; i < ticks; i++) {
      await vi.advanceTimersByTimeAsync(1000 / 30);
      this.room.tick++;
      const newest = this.socket.inputs.at(-1)?.tick ?? 0;
      if (snapshots) this.message(this.room.frame({ slack: newest - this.room.tick }));
    }
  }
  /** fail ends the newest socket before it is open. */
  async fail(): Promise<void> {
    this.socket.onclose?.({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(0);
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const refuse = (status: number, text: string) => async (): Promise<Response> => new Response(text, { status });

describe("playing", () => {
  test("a session opens with the subprotocol, welcomes, plays, and sends one input per tick", async () => {
    const rig = new Rig().play();
    expect([rig.socket.url, rig.socket.protocol, rig.socket.binaryType]).toEqual(["ws://h/rooms/r?ticket=t", "metronome.v1", "arraybuffer"]);
    expect(rig.of("welcome")[0]).toMatchObject({ seat: 1, room: "r1", mode: "ffa", tickHz: 30, resume: "token", url: "ws://h/rooms/r", roster: [{ seat: 1, name: "ann", presence: "active" }] });
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
    expect(rig.of("roster").map((r) => r.player)).toEqual([{ seat: 2, name: "bob", presence: "away" }, null]);
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

describe("ends", () => {
  test.each(Object.entries(closes).map(([code, row]) => [Number(code), row.name, row.comeback] as const))("close code %i %s: %s", async (code, name, comeback) => {
    const rig = new Rig().play();
    rig.socket.onclose?.({ code, reason: "because" });
    expect(rig.states.at(-1)).toMatchObject([comeback === "never" ? "closed" : "away", { code, name, comeback, reason: "because" }]);
    await vi.advanceTimersByTimeAsync(60_000);
    const again = Socket.all.length > 1 ? Socket.all[1]!.url : rig.of("ask").length > 0 ? "ask" : "nothing";
    expect(again).toBe({ never: "nothing", resume: "ws://h/rooms/r?resume=token", rejoin: "ask", "rejoin-later": "ask" }[comeback]);
    if (comeback === "rejoin-later") expect(rig.of("retry")[0]!.in).toBe(3_000);
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

  test("no room to be had is tried later", async () => {
    const rig = new Rig({ url: "" });
    expect(rig.of("ask")).toEqual([{ type: "ask", end: null, played: false }]);
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
