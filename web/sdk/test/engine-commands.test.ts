import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Rig } from "./enginerig.ts";
import * as pb from "./gen/metronome/v1/play_pb.ts";
import { randomOf } from "./random.ts";
import { clientFrame, schema } from "./room.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The fingerprint of the room's schema. */
const shape = schema.fingerprint.toString(16).padStart(16, "0");

const order = (id: number, list: number[] = []) => ({ type: "order", id, values: [id], list }) as const;

/** numbers are those of the commands that went out over the newest connection. */
const numbers = (rig: Rig): number[] => rig.socket.sent.flatMap((b) => clientFrame(b).command.map((c) => c.number));

function frame(rig: Rig, more: Partial<pb.ServerFrame>): void {
  rig.room.tick++;
  rig.message(rig.room.frame(more));
}

const refused = (number: number, reason: string, notice: number): pb.Notice =>
  create(pb.NoticeSchema, { number: notice, body: { case: "refused", value: create(pb.CommandRefusedSchema, { number, reason }) } });

test("a command goes out once, with its values and list, and is answered when it is acked", async () => {
  const rig = new Rig().play();
  rig.engine.command(order(70, [0, 5, 0]));
  await rig.pass(5);
  const sent = rig.socket.sent.flatMap((b) => clientFrame(b).command);
  expect(sent.map((c) => [c.number, c.value, c.list])).toEqual([[1, [70], [0, 5, 0]]]);
  expect(rig.of("settled")).toEqual([]);
  frame(rig, { commandAck: 1 });
  expect(rig.of("settled")).toEqual([{ type: "settled", id: 70, number: 1, fate: "given", reason: "" }]);
});

test("at most 16 are on the way, and no frame is too long", async () => {
  const rig = new Rig().play();
  for (let id = 1; id <= 40; id++) rig.engine.command(order(id, Array<number>(40).fill(-1_000_000)));
  await rig.pass(30);
  expect(numbers(rig)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
  expect(Math.max(...rig.socket.sent.map((b) => b.length))).toBeLessThanOrEqual(1024);
  frame(rig, { commandAck: 3 });
  await rig.pass(10);
  expect(numbers(rig).slice(16)).toEqual([17, 18, 19]);
});

test("what is not acked goes out again after a resume, and is lost with the seat", async () => {
  const rig = new Rig().play();
  for (const id of [1, 2, 3]) rig.engine.command(order(id));
  await rig.pass(3);
  rig.socket.onclose?.({ code: 1006, reason: "" });
  rig.engine.command(order(4)); // while away
  await vi.advanceTimersByTimeAsync(1_000);
  rig.play(true);
  await rig.pass(2);
  frame(rig, { commandAck: 2 });
  await rig.pass(3);
  expect(numbers(rig)).toEqual([1, 2, 3, 4]);
  expect(rig.of("settled").map((s) => [s.id, s.fate])).toEqual([[1, "given"], [2, "given"]]);
  rig.socket.onclose?.({ code: 4006, reason: "" });
  await vi.advanceTimersByTimeAsync(2_000);
  rig.engine.command({ type: "room", url: "ws://h/rooms/s?ticket=u" });
  rig.play();
  expect(rig.of("settled").slice(2).map((s) => [s.id, s.number, s.fate])).toEqual([[3, 3, "lost"], [4, 4, "lost"]]);
  rig.engine.command(order(5));
  await rig.pass(2);
  expect(numbers(rig)).toEqual([1]);
});

test("the first frame after a resume says what need not be sent again", async () => {
  const rig = new Rig().play();
  for (const id of [1, 2, 3]) rig.engine.command(order(id));
  await rig.pass(3);
  rig.socket.onclose?.({ code: 1006, reason: "" });
  await vi.advanceTimersByTimeAsync(1_000);
  rig.socket.onopen?.();
  rig.message(rig.room.key({ resumed: true }, { commandAck: 2, notice: [refused(2, "too much", 1)] }));
  await rig.pass(3);
  expect(numbers(rig)).toEqual([3]);
  expect(rig.of("settled").map((s) => [s.id, s.fate, s.reason])).toEqual([[1, "given", ""], [2, "refused", "too much"]]);
});

test("a refusal is told, and answers its command once that is acked", async () => {
  const rig = new Rig().play();
  for (const id of [1, 2]) rig.engine.command(order(id));
  await rig.pass(2);
  frame(rig, { notice: [refused(2, "x is 9, want 0 to 8", 1)] });
  expect(rig.of("refused")).toEqual([{ type: "refused", number: 2, reason: "x is 9, want 0 to 8" }]);
  expect(rig.of("settled")).toEqual([]);
  frame(rig, { commandAck: 2 });
  expect(rig.of("settled").map((s) => [s.number, s.fate, s.reason])).toEqual([[1, "given", ""], [2, "refused", "x is 9, want 0 to 8"]]);
});

test("another page's commands are gone on with", async () => {
  const rig = new Rig({ resume: "token", commanded: 6, orders: [order(1), order(2)] });
  rig.socket.onopen?.();
  rig.message(rig.room.key({ resumed: true }, { commandAck: 7 }));
  expect(rig.of("settled").map((s) => [s.id, s.number, s.fate])).toEqual([[1, 7, "given"]]);
  rig.engine.command(order(3));
  await rig.pass(2);
  expect(numbers(rig)).toEqual([8, 9]);
});

test("numbers go on over a resume by a page that knows nothing of the seat", async () => {
  const rig = new Rig({ resume: "token" });
  rig.socket.onopen?.();
  rig.message(rig.room.key({ resumed: true }, { commandAck: 30 }));
  rig.engine.command(order(1));
  await rig.pass(2);
  expect(numbers(rig)).toEqual([31]);
  expect(rig.of("welcome")[0]!.commanded).toBe(30);
});

test("what was given before the server has said how far the seat is follows its numbers", async () => {
  const rig = new Rig({ resume: "token" });
  for (const id of [1, 2]) rig.engine.command(order(id));
  rig.socket.onopen?.();
  rig.message(rig.room.key({ resumed: true }, { commandAck: 30 }));
  await rig.pass(2);
  expect(numbers(rig)).toEqual([31, 32]);
  frame(rig, { commandAck: 31 });
  expect(rig.of("settled").map((s) => [s.id, s.number])).toEqual([[1, 31]]);
});

test("commands, chat and presses go out when inputs are left out because too much waits", async () => {
  const rig = new Rig().play();
  await rig.pass(2);
  rig.socket.bufferedAmount = 1 << 20;
  const before = rig.socket.sent.length;
  await rig.pass(5);
  expect(rig.socket.sent.length).toBe(before);
  rig.engine.command(order(1));
  rig.engine.command({ type: "chat", text: "slow today" });
  await rig.pass(5);
  expect([numbers(rig), rig.socket.sent.map((b) => clientFrame(b).chat).filter((c) => c !== "")]).toEqual([[1], ["slow today"]]);
});

test("each command reaches the room exactly once, in order, whatever is cut and refused", async () => {
  const { random, seed } = randomOf();
  const rig = new Rig().play();
  const got: number[] = [];
  const fates = new Map<number, string>();
  let [given, refusals, read] = [0, 0, 0];
  /** take has the room read what was sent: a number that it has is ignored, one that leaves one out is a fault. */
  const take = (): void => {
    for (const b of rig.socket.sent.slice(read)) {
      for (const c of clientFrame(b).command) {
        expect(c.number, `seed ${seed}`).toBeLessThanOrEqual(got.length + 1);
        if (c.number === got.length + 1) got.push(c.value[0]!);
      }
    }
    read = rig.socket.sent.length;
  };
  for (let id = 1; id <= 300 || rig.of("settled").length < 300; ) {
    expect(rig.room.tick, `seed ${seed}`).toBeLessThan(20_000);
    for (let n = Math.floor(random() * 4); n > 0 && id <= 300; n--) rig.engine.command(order(id++));
    await vi.advanceTimersByTimeAsync(34);
    take();
    rig.room.tick++;
    const notice: pb.Notice[] = [];
    for (; given < got.length && random() < 0.8; given++) {
      const bad = random() < 0.2;
      fates.set(given + 1, bad ? "refused" : "given");
      if (bad) notice.push(refused(given + 1, "no", ++refusals));
    }
    rig.message(rig.room.frame({ commandAck: given, notice }));
    if (random() > 0.05) continue;
    if (id <= 300) rig.engine.command(order(id++));
    await vi.advanceTimersByTimeAsync(34); // what is sent now the room never reads
    rig.socket.onclose?.({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(1_000);
    read = 0;
    rig.socket.onopen?.();
    rig.room.tick++;
    rig.message(rig.room.key({ resumed: true }, { commandAck: given }));
  }
  expect(got, `seed ${seed}`).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  expect(rig.of("settled").map((s) => [s.id, s.number, s.fate]), `seed ${seed}`).toEqual(got.map((id) => [id, id, fates.get(id)]));
});

const jumps = { ...schema, input: [{ name: "dx", min: -127, max: 127 }, { name: "jump", max: 255, once: true }] };

/** jumper plays a game with a field of buttons that count once. */
function jumper(): Rig {
  const rig = new Rig();
  rig.sample = [0, 0];
  rig.socket.onopen?.();
  rig.message(rig.room.key({ schema: create(pb.SchemaSchema, jumps as never) }));
  return rig;
}

const presses = (rig: Rig): number[] => rig.socket.inputs.map((i) => i.value[1] ?? 0).filter((v) => v !== 0);

test("a button that counts once is in one input for each press, however long it is held", async () => {
  const rig = jumper();
  await rig.pass(3);
  for (const held of [1, 3, 3, 2, 0, 1]) {
    rig.sample = [5, held];
    await rig.pass(4);
  }
  expect(presses(rig)).toEqual([1, 2, 1]);
  expect(rig.socket.inputs.at(-1)!.value).toEqual([5]);
  expect(rig.of("sent").map((s) => s.values[1]).filter((v) => v !== 0)).toEqual([1, 2, 1]);
});

test("a press that is over before the next input still counts, one before a new connection does not", async () => {
  const rig = jumper();
  await rig.pass(3);
  for (const values of [[0, 4], [0, 0]]) rig.engine.command({ type: "input", values, schema: shape });
  await rig.pass(3);
  expect(presses(rig)).toEqual([4]);
  rig.engine.command({ type: "input", values: [0, 8], schema: shape });
  rig.engine.command({ type: "input", values: [0, 0], schema: shape });
  rig.socket.onclose?.({ code: 1006, reason: "" });
  await vi.advanceTimersByTimeAsync(1_000);
  rig.socket.onopen?.();
  rig.message(rig.room.key({ resumed: true, schema: create(pb.SchemaSchema, jumps as never) }));
  await rig.pass(3);
  expect(presses(rig)).toEqual([]);
});

test("what was said in the order of another build's fields is not looked at", async () => {
  const rig = jumper();
  await rig.pass(3);
  for (const values of [[0, 4], [0, 0]]) rig.engine.command({ type: "input", values, schema: "0".repeat(16) });
  await rig.pass(3);
  expect(presses(rig)).toEqual([]);
  expect(rig.engine.schema).toBe(shape);
});

test("a button that is held is another field's in another build", async () => {
  const rig = jumper();
  rig.sample = [0, 4];
  await rig.pass(3);
  expect(presses(rig)).toEqual([4]);
  rig.socket.onclose?.({ code: 1006, reason: "" });
  await vi.advanceTimersByTimeAsync(1_000);
  rig.socket.onopen?.();
  rig.message(rig.room.key({ resumed: true, schema: create(pb.SchemaSchema, { ...jumps, fingerprint: 9n } as never) }));
  await rig.pass(3);
  expect(presses(rig)).toEqual([4]); // of this connection: nothing was down of these fields
});

test("commands that wait go by the names of their fields, when the room goes on under another build", async () => {
  const rig = new Rig();
  const build = (...names: string[]) => create(pb.SchemaSchema, {
    ...schema, fingerprint: BigInt(names.length), command: names.map((name) => ({ name, max: 99, list: name === "ids" ? 5 : 0 })),
  } as never);
  const given = { names: ["what", "much"], listName: "ids" };
  rig.socket.onopen?.();
  rig.message(rig.room.key({ schema: build("what", "much", "ids") }));
  rig.engine.command({ ...order(1, [8]), values: [5, 6], ...given });
  await rig.pass(2);
  rig.socket.onclose?.({ code: 1006, reason: "" });
  await vi.advanceTimersByTimeAsync(1_000);
  rig.socket.onopen?.();
  rig.message(rig.room.key({ resumed: true, schema: build("new", "much", "other", "what") }));
  rig.engine.command({ ...order(2, [9]), values: [7], ...given }); // the page had the schema of before
  rig.engine.command({ ...order(3), values: [1, 2, 3, 4], names: ["new", "much", "other", "what"], listName: "" });
  await rig.pass(2);
  const sent = rig.socket.sent.flatMap((b) => clientFrame(b).command);
  expect(sent.map((c) => [c.number, c.value, c.list])).toEqual([[1, [0, 6, 0, 5], []], [2, [0, 0, 0, 7], []], [3, [1, 2, 3, 4], []]]);
});

test("a tap of any other button is in one input, one that is held in all", async () => {
  const rig = new Rig().play();
  rig.sample = [0, 0, 0];
  await rig.pass(3);
  const buttons = (): number[] => rig.socket.inputs.map((i) => i.value[2] ?? 0).filter((v) => v !== 0);
  for (const bits of [1, 0, 2, 0]) rig.engine.command({ type: "input", values: [9, 0, bits], schema: shape });
  await rig.pass(3);
  expect(buttons()).toEqual([3]);
  expect(rig.of("sent").map((s) => s.values).filter((v) => v[2] !== 0)).toEqual([[0, 0, 3]]); // and dx as it is
  rig.sample = [0, 0, 4];
  await rig.pass(3);
  rig.sample = [0, 0, 0];
  await rig.pass(3);
  expect(buttons()).toEqual([3, 4, 4, 4]);
});

test("a press is not left out when too much waits", async () => {
  const rig = jumper();
  await rig.pass(2);
  rig.socket.bufferedAmount = 1 << 20;
  const before = rig.socket.inputs.length;
  rig.sample = [0, 1];
  await rig.pass(6);
  expect([rig.socket.inputs.length - before, presses(rig)]).toEqual([1, [1]]);
});
