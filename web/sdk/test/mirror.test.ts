// What a mirror refuses, with what is just right beside it: the twin of
// netproto/mirror_bad_test.go.
import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { hashOf } from "../src/mirror/hash.ts";
import { Mirror } from "../src/mirror/mirror.ts";
import { ServerFrame } from "../src/wire/frame.ts";
import * as pb from "./gen/metronome/v1/play_pb.ts";
import { bytesOf, goldenText, listing } from "./golden.ts";

type Chunk = { group?: number; age?: number; key?: boolean; rows?: number[]; event?: number[] };
type Frame = { tick: number; skipped?: number; key?: boolean; chunk?: Chunk[]; own?: Chunk[]; unsee?: number[] };

const [LEAVE, CHANGE, ENTER, MOVED] = [0, 1, 2, 3];
const [ALL, MORE] = [3, 4];
const row = [20, 2, 0, 0, 100, 0]; // x 10 and 1 a tick, y 0, hp 100, seat 0

function give(m: Mirror, f: Frame): string {
  const frame = new ServerFrame();
  frame.read(toBinary(pb.ServerFrameSchema, create(pb.ServerFrameSchema, f as never)));
  return m.apply(frame);
}

/** start makes a mirror with pawns 1 and 2 in group 1 and 3 in group 2, at tick 10. */
function start(): Mirror {
  const frame = new ServerFrame();
  frame.read(bytesOf(goldenText("session-01-welcome.hex")));
  const m = new Mirror(frame.welcome!.schema!);
  expect(give(m, { tick: 10, key: true, chunk: [
    { group: 1, key: true, rows: [ENTER, 2, 1, ...row, 2, ...row] }, { group: 1, key: true, rows: [ENTER, 1, 3, ...row] },
  ] })).toBe("ok");
  return m;
}

const rows = (...v: number[]): Frame => ({ tick: 11, chunk: [{ group: 1, rows: v }] });
const chunks = (tick: number, skipped: number, ...chunk: Chunk[]): Frame => ({ tick, skipped, chunk });
const leave3 = { group: 1, rows: [LEAVE, 1, 0] };
const own = (...chunk: Chunk[]): Frame => ({ tick: 11, own: chunk });

const cases: [string, Frame, "ok" | "bad" | "gap"][] = [
  ["nothing", rows(), "ok"],
  ["last position leaves", rows(LEAVE, 1, 1), "ok"],
  ["position past the end leaves", rows(LEAVE, 1, 2), "bad"],
  ["all leave", rows(LEAVE, 2, 0, 0), "ok"],
  ["more leave than there are", rows(LEAVE, 3, 0, 0, 0), "bad"],
  ["none leave", rows(LEAVE, 0), "bad"],
  ["leave cut off", rows(LEAVE, 2, 0), "bad"],
  ["leave a group that is empty", chunks(11, 0, { group: 5, rows: [LEAVE, 1, 0] }), "bad"],
  ["last column changes", rows(CHANGE, (3 << 3) | ALL, 2, 2), "ok"],
  ["column past the end changes", rows(CHANGE, (4 << 3) | ALL, 2, 2), "bad"],
  ["two columns change", rows(CHANGE, ALL | MORE, 2, 2, 1 << 3, 4, 4), "ok"],
  ["second column missing", rows(CHANGE, ALL | MORE, 2, 2), "bad"],
  ["residual missing", rows(CHANGE, ALL, 2), "bad"],
  ["residual left over", rows(CHANGE, ALL, 2, 2, 2), "bad"],
  ["change where there are none", chunks(11, 0, { group: 5, rows: [CHANGE, ALL] }), "bad"],
  ["a bit past the end of a bitmap", rows(CHANGE, 2, 4, 2), "bad"],
  ["the last bit of a bitmap", rows(CHANGE, 2, 2, 2), "ok"],
  ["enter", rows(ENTER, 1, 9, 0, 0, 0, 0, 0, 0), "ok"],
  ["enter nobody", rows(ENTER, 0), "bad"],
  ["enter id 0", rows(ENTER, 1, 0, 0, 0, 0, 0, 0, 0), "bad"],
  ["enter cut off", rows(ENTER, 1, 9, 0, 0, 0, 0, 0), "bad"],
  ["enter more than there can be", rows(ENTER, 2 ** 30, 9, 0, 0, 0, 0, 0, 0), "bad"],
  ["table past the end", rows((1 << 2) | LEAVE, 1, 0), "bad"],
  ["huge table", rows(2 ** 32 - 4 + ENTER, 1, 1), "bad"],
  ["head cut off", rows(LEAVE, 1, 0, LEAVE), "bad"],
  ["moves, then leaves", chunks(11, 0, { group: 1, rows: [MOVED, 1, 3] }, leave3), "ok"],
  ["leaves, then moves", chunks(11, 0, { group: 1, rows: [LEAVE, 1, 0] }, { group: 1, rows: [MOVED, 1, 1] }), "ok"],
  ["moves and does not leave", rows(MOVED, 1, 3), "bad"],
  ["moves twice", chunks(11, 0, { group: 1, rows: [MOVED, 2, 3, 3] }, leave3), "bad"],
  ["leaves, then moves twice", chunks(11, 0, { group: 1, rows: [LEAVE, 1, 0] }, { group: 1, rows: [MOVED, 2, 1, 1] }), "bad"],
  ["moves from a group that leaves the view", { ...rows(MOVED, 1, 3), unsee: [2] }, "ok"],
  ["moves to itself", rows(MOVED, 1, 1), "bad"],
  ["nobody moves", rows(MOVED, 0), "bad"],
  ["id 0 moves", rows(MOVED, 1, 0), "bad"],
  ["unknown id moves", rows(MOVED, 1, 77), "bad"],
  ["moves in a frame of two ticks", chunks(12, 1, { group: 1, rows: [MOVED, 1, 3] }, leave3), "bad"],
  ["age within what was skipped", chunks(13, 2, { group: 1, age: 2 }), "ok"],
  ["older than what was skipped", chunks(13, 2, { group: 1, age: 3 }), "bad"],
  ["a new group, older than what was skipped", chunks(13, 2, { group: 7, age: 3 }), "bad"],
  ["ages down", chunks(13, 2, { group: 1, age: 2 }, { age: 1 }, {}), "ok"],
  ["one tick twice", chunks(13, 2, { group: 1, age: 1 }, { age: 1 }), "bad"],
  ["ages up", chunks(13, 2, { group: 1, age: 1 }, { age: 2 }), "bad"],
  ["a new group twice", chunks(11, 0, { group: 7 }, {}), "bad"],
  ["an aged keyframe", chunks(13, 2, { group: 1, age: 1, key: true }), "bad"],
  ["events, then a keyframe", chunks(13, 2, { group: 1, age: 1, event: [0, 1, 2] }, { key: true }), "ok"],
  ["unknown event", chunks(11, 0, { group: 1, event: [1, 1, 2] }), "bad"],
  ["an event cut off", chunks(11, 0, { group: 1, event: [0, 1] }), "bad"],
  ["a gap", chunks(12, 0), "gap"],
  ["a gap that is said to be one", chunks(12, 1), "ok"],
  ["same tick again", chunks(10, 0), "gap"],
  ["tick before", chunks(9, 0), "gap"],
  ["skipped wraps", chunks(10, 2 ** 32 - 1), "gap"],
  ["key at any tick", { tick: 3, key: true }, "ok"],
  ["key that says that it skipped", { tick: 300, key: true, skipped: 7 }, "ok"],
  ["own rows in one group", own({ rows: [ENTER, 1, 1, 50] }), "ok"],
  ["own rows in two groups", own({}, { group: 1 }), "bad"],
  ["own rows move", own({ rows: [MOVED, 1, 1] }), "bad"],
  ["unknown group leaves the view", { tick: 11, unsee: [55, 55] }, "ok"],
  ["most groups", { tick: 11, key: true, chunk: Array(8192).fill({ group: 1 }) }, "ok"],
  ["too many groups", { tick: 11, key: true, chunk: Array(8193).fill({ group: 1 }) }, "bad"],
  ["a far future tick", { tick: 2 ** 32 - 1, skipped: 2 ** 32 - 1 - 11 }, "ok"],
];

test.each(cases)("%s", (_, frame, want) => {
  const m = start();
  expect(give(m, frame)).toBe(want);
  if (want === "ok") return;
  expect([m.synced, listing(m)]).toEqual([false, []]);
  expect(give(m, { tick: 11 })).toBe("gap");
  expect([give(m, { tick: 50, key: true }), m.synced]).toEqual(["ok", true]);
});

test.each([
  ["rows twice", [0x22, 0, 0x22, 0]], ["rows unpacked", [0x20, 0]], ["events twice", [0x2a, 0, 0x2a, 0]], ["events unpacked", [0x28, 0]], ["cut off", [0x08]],
])("a chunk with %s is refused", (_, chunk) => {
  const frame = new ServerFrame();
  frame.read(Uint8Array.from([0x08, 11, 0x2a, chunk.length, ...chunk]));
  expect(start().apply(frame)).toBe("bad");
});

test("predicting many ticks at once is predicting each", () => {
  const [near, far] = [start(), start()];
  for (let tick = 11; tick <= 2000; tick++) give(near, { tick });
  give(far, { tick: 2000, skipped: 2000 - 11 });
  expect(hashOf(near)).toBe(hashOf(far));
  expect(listing(far)[0]).toContain("x=2000 ");
});

describe("a change of a linear column", () => {
  /** narrow makes a mirror of one UINT8 column, 250, that changes by some residuals. */
  function narrow(residuals: number[]): [number, number] {
    const m = new Mirror({ tables: [{ name: "t", columns: [{ name: "c", kind: 4, linear: true, private: false, owner: false }] }], events: [], input: [], command: [], params: [], outcome: [], fingerprint: "" });
    give(m, { tick: 1, key: true, chunk: [{ key: true, rows: [ENTER, 1, 1, 250, 0] }] });
    residuals.forEach((r, i) => give(m, { tick: 2 + i, chunk: [{ rows: [CHANGE, ALL, (r << 1) ^ (r >> 31)] }] }));
    const [list] = m.lists("shared", 0);
    return [list!.values[0]![0]!, list!.changes[0]![0]!];
  }
  test.each([[[10], 4, 10], [[100, 100], 38, -56], [[-128], 122, -128]])("of 250 by %j wraps to %i, changing by %i", (residuals, value, change) => {
    expect(narrow(residuals)).toEqual([value, change]);
  });
});
