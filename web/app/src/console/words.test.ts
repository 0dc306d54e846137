import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { KeepingSchema } from "./gen/metronome/v1/console_pb.ts";
import { bytes, counted, drains, health, kept, ms, sentence, span, ticks, wait, when } from "./words.ts";

test("a health is one of four moods", () => {
  expect(health({ mood: "bad", word: "ticks late" })).toEqual({ mood: "bad", word: "ticks late" });
  expect(health({ mood: "new", word: "something" })).toEqual({ mood: "idle", word: "something" });
  expect(health(undefined)).toEqual({ mood: "idle", word: "" });
});

test("figures", () => {
  expect([ms(0), ms(40), ms(1234), ms(250_000), ms(undefined)]).toEqual(["0 ms", "0.04 ms", "1.2 ms", "250 ms", "–"]);
  expect([bytes(0), bytes(999), bytes(1000), bytes(45_600), bytes(1_234_567)]).toEqual(["0 B", "999 B", "1.0 kB", "46 kB", "1.2 MB"]);
  expect([span(0), span(61), span(3700), span(90_000)]).toEqual(["0 s", "1 min 1 s", "1 h 1 min", "1 d 1 h"]);
  expect([wait(0), wait(1_240), wait(10_000), wait(61_000), wait(undefined)]).toEqual(["0.0 s", "1.2 s", "10 s", "1 min 1 s", "–"]);
  expect([ticks(3, 30), ticks(90, 30), ticks(undefined, 0)]).toEqual(["3 ticks", "3 s", "0 ticks"]);
  expect([counted(0, "room"), counted(1, "room"), counted(2000, "room")]).toEqual(["0 rooms", "1 room", "2,000 rooms"]);
  expect([sentence(""), sentence("that is so"), sentence("Done!")]).toEqual(["", "That is so.", "Done!"]);
});

test("times sort as they read", () => {
  expect([when(undefined), when(0n)]).toEqual(["–", "–"]);
  expect(when(1764236400n)).toMatch(/^2025-11-2[678] \d\d:\d\d:00$/);
  expect(when(1764236400)).toBe(when(1764236400n));
});

test("a drain says whom it ends", () => {
  expect(drains(1, 2)).toContain("now 1 room with 2 players,");
  expect(drains(2, 1)).toContain("now 2 rooms with 1 player,");
});

test("how a room is kept, and since when it is not", () => {
  expect(kept(undefined, 0)).toEqual({ mood: "idle", word: "", fault: "" });
  const k = (rest: object) => kept(create(KeepingSchema, { by: "redis", mode: "strict", ...rest }), 1000);
  expect(k({})).toEqual({ mood: "ok", word: "kept in redis, strict", fault: "" });
  expect(k({ lagTicks: 3, lagBytes: 2_400n }).word).toBe("kept in redis, strict, 3 ticks (2.4 kB) behind");
  expect(k({ fault: "the disk is full", faultSinceUnix: 910n })).toEqual({
    mood: "bad",
    word: "not kept",
    fault: "For 1 min 30 s this room has not been kept, and would be lost with its node: the disk is full.",
  });
});
