// The last minutes of a room, column by column, as uPlot takes them.
import { figures, type Figure } from "./api.ts";
import type { Samples } from "./gen/metronome/v1/console_pb.ts";

/** Seconds that are kept: as many as the server has. */
export const minutes = 300;

export class History {
  at: number[] = [];
  private columns = new Map<Figure, (number | null)[]>(figures.map((figure) => [figure, []]));

  /** The Unix second of the newest sample, 0 of none. */
  get newest(): number {
    return this.at.at(-1) ?? 0;
  }

  column(figure: Figure): (number | null)[] {
    return this.columns.get(figure) ?? [];
  }

  clear(): void {
    this.at = [];
    for (const column of this.columns.values()) column.length = 0;
  }

  /** Adds samples; a time without any becomes a gap, not a line across it. */
  add(samples: Samples): void {
    samples.at.forEach((at, i) => {
      if (at <= this.newest) return;
      if (this.at.length > 0 && at > this.newest + 2) this.push(this.newest + 1, () => null);
      this.push(at, (figure) => samples[figure][i] ?? 0);
    });
    const old = this.at.findIndex((at) => at > this.newest - minutes);
    if (old <= 0) return;
    this.at.splice(0, old);
    for (const column of this.columns.values()) column.splice(0, old);
  }

  private push(at: number, value: (figure: Figure) => number | null): void {
    this.at.push(at);
    for (const [figure, column] of this.columns) column.push(value(figure));
  }
}
