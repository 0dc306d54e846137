import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Mirror } from "../src/mirror/mirror.ts";
import { ServerFrame } from "../src/wire/frame.ts";
import { readNotice } from "../src/wire/notice.ts";
import { Fields, Reader } from "../src/wire/reader.ts";
import { readWelcome } from "../src/wire/welcome.ts";
import * as pb from "./gen/metronome/v1/play_pb.ts";
import { bytesOf, goldenNames, goldenText } from "./golden.ts";
import { randomOf } from "./random.ts";

const { random, seed } = randomOf();
const int = (n: number): number => Math.floor(random() * n);
const word = (): string => ["", "x", "ship", "é🚀", "score.0", "a".repeat(int(40))][int(6)]!;

test.each([
  [[0x00], 0, 0], [[0x7f], 127, 0], [[0x80, 0x01], 128, 0], [[0xff, 0xff, 0xff, 0xff, 0x0f], 0xffffffff, 0],
  [[0x80, 0x80, 0x80, 0x80, 0x10], 0, 1], [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 0xffffffff, 0xffffffff],
])("the varint %j is %i and %i", (bytes, low, high) => {
  const r = new Reader(Uint8Array.from(bytes));
  expect([r.next(), r.high, r.bad, r.more()]).toEqual([low, high, false, false]);
});

test.each([[[]], [[0x80]], [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]], [Array(11).fill(0x80)]])("%j is no varint", (bytes) => {
  const r = new Reader(Uint8Array.from(bytes));
  expect([r.next(), r.bad, r.more()]).toEqual([0, true, false]);
});

test.each([
  ["an unknown varint", [0x78, 0x01], true], ["an unknown group", [0x7b, 0x78, 0x01, 0x7c], true], ["a group without an end", [0x7b, 0x78, 0x01], false],
  ["another group's end", [0x7b, 0x74], false], ["an end without a group", [0x7c], false], ["field 0", [0x00, 0x00], false],
  ["wire type 6", [0x0e], false], ["a length beyond the end", [0x7a, 0x05, 0x01], false], ["64 fixed bits", [0x79, 1, 2, 3, 4, 5, 6, 7, 8], true],
  ["too few fixed bits", [0x7d, 1, 2, 3], false], ["a huge length", [0x7a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], false],
])("%s is skipped or refused", (_, bytes, good) => {
  const f = new Fields().set(Uint8Array.from(bytes));
  for (let i = 0; f.next(); i++) expect(i).toBeLessThan(10);
  expect(!f.bad).toBe(good);
});

function someWelcome(): pb.Welcome {
  const column = (): object => ({ name: word(), kind: int(13), linear: random() < 0.5, private: random() < 0.5, owner: random() < 0.5 });
  const some = <T>(make: () => T): T[] => Array.from({ length: int(4) }, make);
  return create(pb.WelcomeSchema, {
    room: word(), mode: word(), seat: int(2 ** 32), tickHz: int(300), snapshotEvery: int(5), resume: word(), resumeTicks: int(1000),
    schema: {
      table: some(() => ({ name: word(), column: some(column) })), event: some(() => ({ name: word(), field: some(column) })),
      input: some(() => ({ name: word(), min: -int(2 ** 31), max: int(2 ** 31), buttons: random() < 0.5, once: random() < 0.5 })),
      command: some(() => ({ name: word(), min: -int(2 ** 31), max: int(2 ** 31), list: int(65) })),
      param: some(() => ({
        name: word(), title: word(), kind: int(15), min: -int(2 ** 31), max: int(2 ** 31), default: word(), option: some(word), public: random() < 0.5,
      })),
      outcome: some(column), fingerprint: BigInt(int(2 ** 32)) << BigInt(int(33)),
    },
    roster: some(() => ({ seat: int(100), name: word(), presence: int(4), team: int(256), bot: random() < 0.5 })), maxLead: int(64), server: word(),
    resumed: random() < 0.5, param: some(() => ({ name: word(), value: word() })), rests: random() < 0.5, node: some(word), predict: word(), seats: int(2 ** 32),
  });
}

/** asOurs is what generated code read, in the form of readWelcome. */
function asOurs(w: pb.Welcome): unknown {
  const column = (c: pb.Column): object => ({ name: c.name, kind: c.kind as number, linear: c.linear, private: c.private, owner: c.owner });
  const s = w.schema;
  return {
    room: w.room, mode: w.mode, seat: w.seat, tickHz: w.tickHz, snapshotEvery: w.snapshotEvery, resume: w.resume, resumeTicks: w.resumeTicks,
    schema: s ? {
      tables: s.table.map((t) => ({ name: t.name, columns: t.column.map(column) })), events: s.event.map((e) => ({ name: e.name, fields: e.field.map(column) })),
      input: s.input.map((f) => ({ name: f.name, min: f.min, max: f.max, buttons: f.buttons, once: f.once })),
      command: s.command.map((f) => ({ name: f.name, min: f.min, max: f.max, list: f.list })),
      params: s.param.map((f) => ({
        name: f.name, title: f.title, kind: f.kind as number, min: f.min, max: f.max, default: f.default, options: f.option, public: f.public,
      })),
      outcome: s.outcome.map(column), fingerprint: s.fingerprint.toString(16).padStart(16, "0"),
    } : null,
    roster: w.roster.map((r) => ({ seat: r.seat, name: r.name, presence: r.presence as number, team: r.team, bot: r.bot })), maxLead: w.maxLead,
    server: w.server, resumed: w.resumed, params: w.param.map((p) => ({ name: p.name, value: p.value })), rests: w.rests, nodes: w.node,
    predict: w.predict, seats: w.seats,
  };
}

test("welcomes are read as generated code reads them", () => {
  for (let i = 0; i < 300; i++) {
    const w = someWelcome();
    const bytes = toBinary(pb.WelcomeSchema, w);
    expect(readWelcome(bytes, null), `seed ${seed}`).toEqual(asOurs(w));
    const more = toBinary(pb.WelcomeSchema, someWelcome());
    const both = Uint8Array.from([...bytes, ...more]);
    expect(readWelcome(more, readWelcome(bytes, null)), `seed ${seed}`).toEqual(asOurs(fromBinary(pb.WelcomeSchema, both)));
  }
});

test("notices are read as generated code reads them", () => {
  const bodies = [
    { case: "chat", value: { seat: 3, name: "ann", text: "gg 🚀" } }, { case: "roster", value: { seat: 2, name: "bob", presence: 3, team: 2, bot: true } },
    { case: "announcement", value: "hello" }, { case: "refused", value: { number: 7, reason: "x is 9, want 0 to 8" } }, { case: undefined },
  ] as const;
  for (const body of bodies) {
    const got = readNotice(toBinary(pb.NoticeSchema, create(pb.NoticeSchema, { number: 7, body: body as never })));
    const want = body.case === undefined ? null : body.case === "announcement" ? { type: body.case, text: body.value } : { type: body.case, ...body.value };
    expect(got).toEqual({ number: 7, body: want });
  }
});

test("a list of nodes is read as generated code reads it, also in two parts", () => {
  const part = (url: string[]): Uint8Array => toBinary(pb.NoticeSchema, create(pb.NoticeSchema, { number: 3, body: { case: "nodes", value: { url } as never } }));
  expect(readNotice(part(["http://a", "http://b"]))).toEqual({ number: 3, body: { type: "nodes", urls: ["http://a", "http://b"] } });
  const both = Uint8Array.from([...part(["http://a"]), ...part(["http://b", "http://c"])]);
  const want = fromBinary(pb.NoticeSchema, both).body;
  expect(readNotice(both).body).toEqual({ type: "nodes", urls: want.case === "nodes" ? want.value.url : null });
});

test("a match's end is read as generated code reads it, with numbers of 64 bits", () => {
  const values = [0n, -1n, 1n, -300n, 2n ** 31n, -(2n ** 31n) - 1n, 2n ** 53n - 1n, 1n - 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)];
  for (let i = 0; i < 200; i++) values.push(BigInt.asIntN(64, (BigInt(int(2 ** 32)) << 32n) | BigInt(int(2 ** 32))) >> BigInt(int(64)));
  const line = [{ seat: 1, team: 2, place: 1, value: values }, { seat: 2, place: 65535 }];
  const bytes = toBinary(pb.NoticeSchema, create(pb.NoticeSchema, { number: 9, body: { case: "end", value: { reason: "over", line } as never } }));
  const lines = [{ seat: 1, team: 2, place: 1, values: values.map(Number) }, { seat: 2, team: 0, place: 65535, values: [] }];
  expect(readNotice(bytes), `seed ${seed}`).toEqual({ number: 9, body: { type: "end", reason: "over", lines } });
  const unpacked = Uint8Array.from([0x32, 6, 0x12, 4, 0x20, 3, 0x20, 4]); // value -2, then 2, each in a field of its own
  expect(readNotice(unpacked).body).toEqual({ type: "end", reason: "", lines: [{ seat: 0, team: 0, place: 0, values: [-2, 2] }] });
});

test("a text that is not UTF-8 is refused", () => {
  expect(() => readWelcome(Uint8Array.from([0x0a, 0x01, 0xff]), null)).toThrow();
});

test("too long a message and too many notices are refused", () => {
  expect(() => new ServerFrame().read(new Uint8Array(4194305))).toThrow("4194305");
  const notices = (n: number): Uint8Array => Uint8Array.from(Array.from({ length: n }, () => [0x4a, 0x00]).flat());
  expect(() => new ServerFrame().read(notices(64))).not.toThrow();
  expect(() => new ServerFrame().read(notices(65))).toThrow("too many");
});

/** spoil changes some bytes, cuts or doubles a part. */
function spoil(b: Uint8Array): Uint8Array {
  const out = [...b];
  for (let n = 1 + int(4); n > 0; n--) {
    const at = int(out.length + 1);
    switch (int(5)) {
      case 0: out.splice(at, 1 + int(8)); break;
      case 1: out.splice(at, 0, ...out.slice(at, at + int(12))); break;
      case 2: out.splice(at, 0, int(256)); break;
      default: if (out.length > 0) out[int(out.length)] = [int(256), 0xff, 0x80, 0x00][int(4)]!;
    }
  }
  return Uint8Array.from(out);
}

test("whatever comes, a frame is applied or refused, and keyframes bring the mirror back", () => {
  const frames = goldenNames("session-").map((n) => bytesOf(goldenText(n)));
  const frame = new ServerFrame();
  const whole = frames.filter((b) => {
    frame.read(b);
    return frame.key;
  }).at(-1)!;
  const seen = { ok: 0, gap: 0, bad: 0, unread: 0 };
  for (let round = 0; round < 400; round++) {
    frame.read(frames[0]!);
    const m = new Mirror(frame.welcome!.schema!);
    m.apply(frame);
    for (const b of frames.slice(1)) {
      try {
        frame.read(random() < 0.3 ? spoil(b) : b);
        const how = m.apply(frame);
        seen[how]++;
        if (how !== "ok") expect([m.synced, m.shared.groups.length, m.events.length], `seed ${seed}`).toEqual([false, 0, 0]);
      } catch (fault) {
        expect(fault, `seed ${seed}`).toBeInstanceOf(Error);
        expect(fault, `seed ${seed}`).not.toBeInstanceOf(RangeError); // out of bounds or out of memory
        seen.unread++;
      }
      for (const g of m.shared.groups) for (const l of g.lists) expect(l.ids.length, `seed ${seed}`).toBeGreaterThanOrEqual(l.count);
    }
    frame.read(whole);
    expect(m.apply(frame), `seed ${seed}`).toBe("ok");
  }
  expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(50);
});
