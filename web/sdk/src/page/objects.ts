// Rows as objects, for who would rather read ship.x than a column.
import type { RowObject } from "../api.ts";

/**
 * One row. Its numbers are in an array behind its properties: set as plain properties, by names that are known only when the room
 * says them, each would be a piece of memory of its own, in every frame.
 */
class Row {
  readonly #values: Float64Array;

  constructor(
    public id: number,
    readonly life: number,
    values: Float64Array,
    fields: PropertyDescriptorMap,
  ) {
    this.#values = values;
    Object.defineProperties(this, fields);
  }

  /** The property that shows a value; enumerable, so that {...row} is a copy. */
  static field(place: number): PropertyDescriptor {
    return {
      enumerable: true,
      get(this: Row) {
        return this.#values[place];
      },
    };
  }
}

interface Kept {
  readonly row: Row;
  readonly values: Float64Array;
  /** The last frame that had it. */
  frame: number;
}

/**
 * The objects of one table's rows: one for each life, from its first frame to its last, and the same array all the time, so that a
 * frame makes none for a row that was there before.
 */
export class RowObjects {
  private readonly kept = new Map<number, Kept>();
  /** Those of this frame, in the order of its rows. */
  private readonly now: Kept[] = [];
  private readonly list: Row[] = [];
  private readonly fields: PropertyDescriptorMap = {};
  /** Rows of this frame so far. The arrays are cut at its end only: emptied before, they would be made anew. */
  private count = 0;
  private frame = 0;

  /** The names of the fields; one that is id or life has a value, but no property. */
  constructor(private readonly names: readonly string[]) {
    names.forEach((name, place) => {
      if (name !== "id" && name !== "life") this.fields[name] = Row.field(place);
    });
  }

  /** Begins a frame without rows. */
  begin(): void {
    this.frame++;
    this.count = 0;
  }

  /** Adds a row to the frame. */
  add(id: number, life: number): void {
    let k = this.kept.get(life);
    if (!k) {
      const values = new Float64Array(this.names.length);
      this.kept.set(life, (k = { row: new Row(id, life, values, this.fields), values, frame: 0 }));
    }
    k.frame = this.frame;
    if (k.row.id !== id) k.row.id = id; // a row that was predicted is the room's by now
    this.now[this.count] = k;
    this.list[this.count++] = k.row;
  }

  /** Sets a field, by its place among the names, of each row: the i-th one's is values[places[i]], or values[i] without places; 0 where there is none. */
  set(field: number, values: ArrayLike<number>, unit = 1, places?: readonly number[]): void {
    for (let i = 0; i < this.count; i++) this.now[i]!.values[field] = (values[places ? places[i]! : i] ?? 0) * unit;
  }

  /** Ends the frame and answers its rows; objects of rows that it has not are let go. */
  end(): readonly RowObject[] {
    this.now.length = this.list.length = this.count;
    if (this.kept.size > this.count) {
      for (const [life, k] of this.kept) if (k.frame !== this.frame) this.kept.delete(life);
    }
    return this.list as unknown as readonly RowObject[];
  }
}
