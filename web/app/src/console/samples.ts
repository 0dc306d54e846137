// The last two hours of a queue, column by column, as uPlot takes them.
import type { QueueSamples } from "./gen/metronome/v1/console_pb.ts";

/** Columns of a queue's samples. */
export const columns = ["waiting", "players", "enqueuedPerMinute", "matchedPerMinute", "waitMsP50", "waitMsP99", "oldestMs", "matches"] as const;
export type SampleColumn = (typeof columns)[number];

/** Samples that are kept: as many as the server has. */
export const mostSamples = 720;
/** Between two samples, seconds; a node that did not see the queues leaves more. */
const step = 10;

export class QueuePast {
  at: number[] = [];
  private readonly columns = new Map<SampleColumn, (number | null)[]>(columns.map((column) => [column, []]));

  /** The Unix second of the newest sample, 0 of none. */
  get newest(): number {
    return this.at.at(-1) ?? 0;
  }

  column(name: SampleColumn): (number | null)[] {
    return this.columns.get(name) ?? [];
  }

  /** Adds samples; a time without any becomes a gap, not a line across it. */
  add(samples: QueueSamples): void {
    samples.at.forEach((at, i) => {
      if (at <= this.newest) return;
      if (this.at.length > 0 && at > this.newest + 3 * step) this.push(this.newest + step, () => null);
      this.push(at, (column) => samples[column][i] ?? 0);
    });
    const over = this.at.length - mostSamples;
    if (over <= 0) return;
    this.at.splice(0, over);
    for (const column of this.columns.values()) column.splice(0, over);
  }

  private push(at: number, value: (column: SampleColumn) => number | null): void {
    this.at.push(at);
    for (const [name, column] of this.columns) column.push(value(name));
  }
}
