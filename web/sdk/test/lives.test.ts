import { create, toBinary } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { Mirror } from "../src/mirror/mirror.ts";
import { ServerFrame } from "../src/wire/frame.ts";
import * as pb from "./gen/metronome/v1/play_pb.ts";
import { Room } from "./room.ts";

type Chunk = { group: number; age?: number; key?: boolean; rows: number[] };

const enter = (id: number): number[] => [2, 1, id, 0, 0, 0, 0, 0];
const leave = [0, 1, 0];

describe("a row's life", () => {
  const frame = new ServerFrame();
  let mirror: Mirror;
  let tick: number;

  /** apply makes a frame that skipped some ticks; groups are absolute. */
  function apply(skipped: number, chunks: Chunk[], more: object = {}): void {
    tick += 1 + skipped;
    let last = 0;
    const chunk = chunks.map((c) => {
      const group = (c.group - last) >>> 0;
      last = c.group;
      return { age: 0, key: false, event: [], ...c, group };
    });
    frame.read(toBinary(pb.ServerFrameSchema, create(pb.ServerFrameSchema, { tick, skipped, chunk, ...more } as never)));
    expect(mirror.apply(frame)).toBe("ok");
  }

  /** life is that of the row with an id, 0 for none. */
  function life(id: number): number {
    for (const l of mirror.lists("shared", 0)) if (l.index(id) >= 0) return l.lives[l.index(id)]!;
    return 0;
  }

  beforeEach(() => {
    const room = new Room();
    frame.read(room.key({}));
    mirror = new Mirror(frame.welcome!.schema!);
    mirror.apply(frame);
    tick = room.tick;
    apply(0, [{ group: 1, rows: enter(5) }, { group: 2, rows: enter(6) }]);
  });

  test("goes on while it stays, and when it moves", () => {
    const was = life(5);
    expect(was).toBeGreaterThan(0);
    expect(life(6)).not.toBe(was);
    apply(0, []);
    apply(0, [{ group: 1, rows: leave }, { group: 3, rows: [3, 1, 5] }]);
    expect(life(5)).toBe(was);
    apply(0, [{ group: 1, rows: [3, 1, 5] }, { group: 3, rows: leave }]);
    expect(life(5)).toBe(was);
  });

  test("ends when it leaves, also if its id comes back at once", () => {
    const was = life(5);
    apply(0, [{ group: 1, rows: [...leave, ...enter(5)] }]);
    expect(life(5)).not.toBe(was);
  });

  test("goes on over skipped ticks when it changed groups, in either order", () => {
    const was = life(5);
    apply(1, [{ group: 1, age: 1, rows: leave }, { group: 2, age: 1, rows: enter(5) }]);
    expect(life(5)).toBe(was);
    apply(1, [{ group: 1, age: 1, rows: enter(5) }, { group: 2, age: 1, rows: [0, 1, 1] }]);
    expect(life(5)).toBe(was);
    apply(2, [{ group: 0, age: 1, rows: enter(5) }], { unsee: [1] });
    expect(life(5)).toBe(was);
  });

  test("ends over skipped ticks when it left and came back in one group", () => {
    const was = life(5);
    apply(1, [{ group: 1, age: 1, rows: leave }, { group: 1, rows: enter(5) }]);
    expect(life(5)).not.toBe(was);
  });

  test("goes on through the keyframe of a group", () => {
    const [five, six] = [life(5), life(6)];
    apply(3, [{ group: 1, key: true, rows: [...enter(9), ...enter(5)] }]);
    expect([life(5), life(6)]).toEqual([five, six]);
    expect([five, six, 0]).not.toContain(life(9));
  });

  test("ends with a frame that needs none before it", () => {
    const was = life(5);
    apply(0, [{ group: 1, key: true, rows: enter(5) }], { key: true });
    expect(life(5)).toBeGreaterThan(was);
  });
});
