// Predicted rows as they were at a tick, and the last ticks of them: a predictor
// uses its memory again, and what was predicted is compared with what came true.
import type { PredictedRows } from "./predictor.ts";

/** Ticks of predictions that are kept; a power of two, and more than inputs may be ahead. */
export const KEPT_TICKS = 128;

/** Says which life a predicted row shows; 0: it is out of view. */
export type LifeOf = (id: number, madeAt: number, nth: number) => number;

/** One table's predicted rows at a tick, in memory of their own. Values are as on the wire. */
export class RowsAt {
  count = 0;
  ids = new Uint32Array(4);
  lives = new Uint32Array(4);
  madeAt = new Uint32Array(4);
  nth = new Uint32Array(4);
  shared: Float64Array[] = [];
  own: Float64Array[] = [];

  /** Takes over a predictor's rows. */
  copy(from: PredictedRows, lifeOf: LifeOf): void {
    this.count = from.count;
    if (from.count > this.ids.length) {
      this.ids = new Uint32Array(2 * from.count);
      this.lives = new Uint32Array(2 * from.count);
      this.madeAt = new Uint32Array(2 * from.count);
      this.nth = new Uint32Array(2 * from.count);
    }
    for (let i = 0; i < from.count; i++) {
      this.ids[i] = from.ids[i]!;
      this.madeAt[i] = from.madeAt[i]!;
      this.nth[i] = from.nth[i]!;
      this.lives[i] = lifeOf(from.ids[i]!, from.madeAt[i]!, from.nth[i]!);
    }
    copyColumns(this.shared, from.shared, from.count);
    copyColumns(this.own, from.own, from.count);
  }

  /** Where the row with a life is; -1: nowhere. guess is where it is looked for first. */
  place(life: number, guess: number): number {
    if (guess < this.count && this.lives[guess] === life) return guess;
    for (let i = 0; i < this.count; i++) if (this.lives[i] === life) return i;
    return -1;
  }
}

function copyColumns(to: Float64Array[], from: PredictedRows["shared"], count: number): void {
  for (let c = 0; c < from.length; c++) {
    if (!to[c] || to[c]!.length < count) to[c] = new Float64Array(2 * count);
    const [out, values] = [to[c]!, from[c]!];
    for (let i = 0; i < count; i++) out[i] = values[i]!;
  }
}

interface Slot {
  tick: number;
  /** In the order of the predictor's tables. */
  tables: RowsAt[];
}

/** The predictions of the last KEPT_TICKS ticks. */
export class PredictedTicks {
  private readonly slots: (Slot | undefined)[] = new Array<Slot | undefined>(KEPT_TICKS);

  constructor(private readonly tables: number) {}

  /** What was predicted for a tick last; null: nothing, or too long ago. */
  at(tick: number): readonly RowsAt[] | null {
    const slot = this.slots[tick & (KEPT_TICKS - 1)];
    return slot?.tick === tick ? slot.tables : null;
  }

  /** The memory for a tick, to be written; what was predicted for it before is lost. */
  begin(tick: number): RowsAt[] {
    const slot = (this.slots[tick & (KEPT_TICKS - 1)] ??= { tick, tables: Array.from({ length: this.tables }, () => new RowsAt()) });
    slot.tick = tick;
    return slot.tables;
  }

  /** Takes out what was predicted for a tick, so that begin() does not write over it. */
  takeOut(tick: number): readonly RowsAt[] | null {
    const tables = this.at(tick);
    if (tables) this.slots[tick & (KEPT_TICKS - 1)] = undefined;
    return tables;
  }
}
