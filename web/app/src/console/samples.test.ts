import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { QueueSamplesSchema } from "./gen/metronome/v1/console_pb.ts";
import { mostSamples, QueuePast } from "./samples.ts";

test("samples come once, gaps are gaps, the oldest go", () => {
  const past = new QueuePast();
  expect(past.newest).toBe(0);
  past.add(create(QueueSamplesSchema, { at: [100, 110], waiting: [5, 6] }));
  past.add(create(QueueSamplesSchema, { at: [110, 121, 200], waiting: [9, 7, 8] }));
  expect(past.at).toEqual([100, 110, 121, 131, 200]);
  expect(past.column("waiting")).toEqual([5, 6, 7, null, 8]);
  expect(past.column("matches")).toEqual([0, 0, 0, null, 0]);
  const at = Array.from({ length: mostSamples }, (_, i) => 210 + 10 * i);
  past.add(create(QueueSamplesSchema, { at, waiting: at }));
  expect([past.at.length, past.at[0], past.newest, past.column("waiting").length]).toEqual([mostSamples, 210, 200 + 10 * mostSamples, mostSamples]);
});
