// What the benchmark counts, and how it is said.

export interface Result {
  painter: string;
  frames: number;
  seconds: number;
  fps: number;
  /** Ships drawn, mean over the frames. */
  ships: number;
  /** Main thread of one frame, ms: view, picture, drawing calls; not the GPU. */
  frameMs: { mean: number; p99: number; max: number };
  /** Decoding of one snapshot into the mirror, ms. */
  decodeMs: { mean: number; max: number };
  snapshots: number;
  snapshotBytes: number;
}

/** Returns a value below which a part of the sorted list lies. */
export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

export function summary(ms: readonly number[]): Result["frameMs"] {
  const sorted = [...ms].sort((a, b) => a - b);
  return { mean: ms.reduce((a, b) => a + b, 0) / Math.max(1, ms.length), p99: percentile(sorted, 0.99), max: sorted.at(-1) ?? 0 };
}

/** The lines of a result: what it is, and the figure. */
export function lines(r: Result): [string, string][] {
  return [
    ["ships drawn", r.ships.toFixed(0)],
    ["painter", r.painter],
    ["frames per second", r.fps.toFixed(1)],
    ["main thread per frame, mean", `${r.frameMs.mean.toFixed(2)} ms`],
    ["p99", `${r.frameMs.p99.toFixed(2)} ms`],
    ["max", `${r.frameMs.max.toFixed(2)} ms`],
    ["decode per snapshot, mean", `${r.decodeMs.mean.toFixed(3)} ms`],
    ["max", `${r.decodeMs.max.toFixed(3)} ms`],
    ["snapshot, mean", `${r.snapshotBytes.toFixed(0)} bytes`],
  ];
}
