// Rows as objects, for who would rather read ship.x than a column.
import type { RowObject } from "../api.ts";

/** A row while it is filled in. */
interface Filled {
  [field: string]: number;
}

interface Kept {
  readonly row: Filled;
  /** The last frame that had it. */
  frame: number;
}

/**
 * The objects of one table's rows: one for each life, from its first frame to its last, and the same array all the time, so that a
 * frame makes none for a row that was there before.
 */
export class RowObjects {
  private readonly kept = new Map<number, Kept>();
  private readonly list: Filled[] = [];
  private frame = 0;

  /** Begins a frame without rows. */
  begin(): void {
    this.frame++;
    this.list.length = 0;
  }

  /** Adds a row to the frame. */
  add(id: number, life: number): void {
    let k = this.kept.get(life);
    if (!k) this.kept.set(life, (k = { row: { id, life }, frame: 0 }));
    k.frame = this.frame;
    this.list.push(k.row);
  }

  /** Sets a field of each row: the i-th one's is values[places[i]], or values[i] without places; 0 where there is none. id and life stay. */
  set(field: string, values: ArrayLike<number>, unit = 1, places?: readonly number[]): void {
    if (field === "id" || field === "life") return;
    for (let i = 0; i < this.list.length; i++) this.list[i]![field] = (values[places ? places[i]! : i] ?? 0) * unit;
  }

  /** Ends the frame and answers its rows; objects of rows that it has not are let go. */
  end(): readonly RowObject[] {
    if (this.kept.size > this.list.length) {
      for (const [life, k] of this.kept) if (k.frame !== this.frame) this.kept.delete(life);
    }
    return this.list as unknown as readonly RowObject[];
  }
}
