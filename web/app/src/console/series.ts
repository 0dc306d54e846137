// How nodes were, brought together: columns of a day's steps as plots take them.
import type { NodeHistory } from "./gen/metronome/v1/console_pb.ts";

/** A column of the nodes' history, and how steps and nodes of it are joined. */
export interface Measure {
  column: Column;
  /** Of several steps of a node: the most, the mean, or the sum. */
  steps: "most" | "mean" | "sum";
  /** Of several nodes. */
  nodes: "most" | "sum";
}

export type Column =
  "players" | "bots" | "away" | "rooms" | "cpuPermille" | "residentKb" | "bytes" | "inputs" | "unused" | "tickP99" | "lateP99" | "ticksLost" | "joins" | "closes";

/** The ends of the steps that cover all nodes' samples, Unix seconds; a time without any has none. */
export function timesOf(nodes: NodeHistory[]): number[] {
  const step = stepOf(nodes);
  const times = new Set(nodes.flatMap((n) => n.at.map((at) => ceil(at, step))));
  const sorted = [...times].sort((a, b) => a - b);
  // A gap is a gap, not a line across it: one time without a value is enough.
  return sorted.flatMap((at, i) => (i > 0 && at - (sorted[i - 1] ?? 0) > 3 * step ? [(sorted[i - 1] ?? 0) + step, at] : [at]));
}

/** The widest step of all nodes, seconds. */
export function stepOf(nodes: NodeHistory[]): number {
  return Math.max(1, ...nodes.map((n) => n.step));
}

function ceil(at: number, step: number): number {
  return Math.ceil(at / step) * step;
}

/** A measure of some nodes together, a value for each of these times. */
export function columnOf(nodes: NodeHistory[], m: Measure, times: number[], step: number): (number | null)[] {
  const sums = new Map<number, number>();
  for (const node of nodes) {
    const own = new Map<number, { value: number; count: number }>();
    node.at.forEach((at, i) => {
      const value = node[m.column][i] ?? 0;
      const slot = ceil(at, step);
      const had = own.get(slot);
      if (!had) own.set(slot, { value, count: 1 });
      else own.set(slot, { value: m.steps === "most" ? Math.max(had.value, value) : had.value + value, count: had.count + 1 });
    });
    for (const [slot, { value, count }] of own) {
      const mine = m.steps === "mean" ? value / count : value;
      const all = sums.get(slot);
      sums.set(slot, all === undefined ? mine : m.nodes === "most" ? Math.max(all, mine) : all + mine);
    }
  }
  return times.map((at) => sums.get(at) ?? null);
}
