import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { NodeHistorySchema } from "./gen/metronome/v1/console_pb.ts";
import { columnOf, stepOf, timesOf } from "./series.ts";

const a = create(NodeHistorySchema, { node: "a", step: 1, at: [101, 102, 103, 110], players: [1, 2, 3, 9], cpuPermille: [10, 30, 50, 70], lateP99: [5, 1, 1, 1], joins: [1, 1, 0, 4] });
const b = create(NodeHistorySchema, { node: "b", step: 1, at: [102, 103], players: [10, 10], cpuPermille: [100, 100], lateP99: [3, 9], joins: [0, 2] });

test("nodes of the same steps are summed, or the worst of them", () => {
  const times = timesOf([a, b]);
  expect([stepOf([a, b]), times]).toEqual([1, [101, 102, 103, 104, 110]]);
  expect(columnOf([a, b], { column: "players", steps: "most", nodes: "sum" }, times, 1)).toEqual([1, 12, 13, null, 9]);
  expect(columnOf([a, b], { column: "lateP99", steps: "most", nodes: "most" }, times, 1)).toEqual([5, 3, 9, null, 1]);
});

test("finer steps are joined to the widest", () => {
  const wide = create(NodeHistorySchema, { node: "c", step: 10, at: [110], players: [100], cpuPermille: [1], joins: [5] });
  const times = timesOf([a, wide]);
  expect([stepOf([a, wide]), times]).toEqual([10, [110]]);
  expect(columnOf([a, wide], { column: "players", steps: "most", nodes: "sum" }, times, 10)).toEqual([109]);
  expect(columnOf([a, wide], { column: "cpuPermille", steps: "mean", nodes: "sum" }, times, 10)).toEqual([41]);
  expect(columnOf([a, wide], { column: "joins", steps: "sum", nodes: "sum" }, times, 10)).toEqual([11]);
  expect(timesOf([])).toEqual([]);
});
