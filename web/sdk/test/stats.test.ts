import { expect, test } from "vitest";
import type { SnapshotReport } from "../src/engine/protocol.ts";
import type { History } from "../src/api.ts";
import { Stats } from "../src/page/stats.ts";

const snapshot = (at: number): SnapshotReport => ({
  type: "snapshot", tick: 1, watched: 0, inputTick: 0, slack: 2, at, bytes: 40, decodeMs: 0.1, rttMs: 9, lastRttMs: 9, dropped: 0, backlog: 0, gaps: 0, resyncs: 0,
  inputs: 0, events: [], world: null,
});
const all = (h: History): number[] => Array.from({ length: h.length }, (_, i) => h.at(i));

test("a move is counted and marks the first snapshot after it; a connection that was lost leaves a gap", () => {
  const stats = new Stats();
  stats.take(snapshot(1000), 1, 0);
  stats.take(snapshot(1033), 1, 0);
  stats.interrupted();
  stats.follow("ws://there/rooms/r", 38);
  stats.take(snapshot(1071), 1, 0);
  stats.take(snapshot(1104), 1, 0);
  stats.interrupted();
  stats.take(snapshot(2000), 1, 0);
  expect([stats.moves, stats.lastMove]).toEqual([1, { url: "ws://there/rooms/r", ms: 38 }]);
  expect(all(stats.history.moveMs)).toEqual([0, 0, 38, 0, 0]);
  expect(all(stats.history.arrivalMs)).toEqual([33, 38, 33]);
});
