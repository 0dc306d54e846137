import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { SamplesSchema } from "./gen/metronome/v1/console_pb.ts";
import { History, minutes } from "./history.ts";

test("samples come once, gaps are gaps, the oldest go", () => {
  const h = new History();
  expect(h.newest).toBe(0);
  h.add(create(SamplesSchema, { at: [100, 101], bytes: [5, 6] }));
  h.add(create(SamplesSchema, { at: [101, 102, 105], bytes: [9, 7, 8] }));
  expect(h.at).toEqual([100, 101, 102, 103, 105]);
  expect(h.column("bytes")).toEqual([5, 6, 7, null, 8]);
  expect(h.column("late")).toEqual([0, 0, 0, null, 0]);
  const at = Array.from({ length: minutes + 7 }, (_, i) => 200 + i);
  h.add(create(SamplesSchema, { at, bytes: at }));
  expect([h.at.length, h.at[0], h.newest, h.column("bytes").length]).toEqual([minutes, 207, 506, minutes]);
  h.clear();
  expect([h.at.length, h.newest, h.column("bytes").length]).toEqual([0, 0, 0]);
});
