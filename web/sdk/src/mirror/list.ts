import type { Reader } from "../wire/reader.ts";
import { AS_BEFORE, type Rows, readGaps, readRowSet } from "./rowset.ts";
import { type Shape, canonical, wrap } from "./shape.ts";

/** What a list asks of its plane while it reads. */
export interface Host {
  readonly rows: Rows;
  /** A row is about to leave a list. */
  leaving(list: List, position: number): void;
  /** A row entered at the end of a list; answers the number of its life. */
  entering(list: List, id: number): number;
}

/** The rows of one table in one group, in wire order, by columns. */
export class List {
  count = 0;
  ids = new Uint32Array(4);
  /** By row a number that no other row had: a row that left and came back with its id is another one. */
  lives = new Uint32Array(4);
  readonly values: Int32Array[];
  /** By column; the last change per tick where linear, else empty. */
  readonly changes: Int32Array[];

  constructor(
    readonly group: number,
    readonly table: number,
    readonly shapes: readonly Shape[],
  ) {
    this.values = shapes.map(() => new Int32Array(4));
    this.changes = shapes.map((s) => new Int32Array(s.linear ? 4 : 0));
  }

  /** Where the row with an id is, or -1. */
  index(id: number): number {
    const at = this.ids.indexOf(id);
    return at < this.count ? at : -1;
  }

  /** Moves every linear column on by n times its last change. */
  advance(n: number): void {
    for (let c = 0; c < this.shapes.length; c++) {
      const shape = this.shapes[c]!;
      if (!shape.linear) continue;
      const values = this.values[c]!;
      const changes = this.changes[c]!;
      for (let i = 0; i < this.count; i++) {
        const d = changes[i]!;
        if (d !== 0) values[i] = canonical((values[i]! + Math.imul(d, n)) | 0, shape);
      }
    }
  }

  /** Reads a section of rows that left. */
  leave(host: Host, from: Reader): void {
    const count = from.upTo(this.count);
    if (count === 0) return from.fail();
    readGaps(host.rows, from, count, this.count);
    if (from.bad) return;
    for (let i = 0; i < count; i++) host.leaving(this, host.rows.at[i]!);
    without(this.ids, host.rows, this.count);
    without(this.lives, host.rows, this.count);
    for (const values of this.values) without(values, host.rows, this.count);
    for (const changes of this.changes) if (changes.length > 0) without(changes, host.rows, this.count);
    this.count -= count;
    this.ids.fill(0, this.count, this.count + count);
  }

  /** Reads a section of changed columns. */
  change(host: Host, from: Reader): void {
    host.rows.count = 0;
    for (let more = true; more && !from.bad; ) {
      const head = from.next();
      const column = head >>> 3;
      more = (head & 4) !== 0;
      if (column >= this.shapes.length) return from.fail();
      if ((head & 3) !== AS_BEFORE) readRowSet(host.rows, from, head & 3, this.count);
      if (!from.bad) this.add(column, host.rows, from);
    }
  }

  /** add reads the residuals of one column. */
  private add(column: number, rows: Rows, from: Reader): void {
    const shape = this.shapes[column]!;
    const values = this.values[column]!;
    const changes = this.changes[column]!;
    for (let i = 0; i < rows.count && !from.bad; i++) {
      const position = rows.at[i]!;
      const r = from.signed();
      values[position] = canonical((values[position]! + r) | 0, shape);
      if (shape.linear) changes[position] = wrap((changes[position]! + r) | 0, shape.narrow);
    }
  }

  /** Reads one row in full. */
  enter(host: Host, from: Reader): void {
    const id = from.next();
    if (id === 0) return from.fail();
    const at = this.append(id, 0);
    for (let c = 0; c < this.shapes.length; c++) {
      const shape = this.shapes[c]!;
      this.values[c]![at] = canonical(shape.signed ? from.signed() : from.next(), shape);
      if (shape.linear) this.changes[c]![at] = wrap(from.signed(), shape.narrow);
    }
    if (!from.bad) this.lives[at] = host.entering(this, id);
  }

  /** Appends a row without values and returns where it is. */
  append(id: number, life: number): number {
    if (this.count === this.ids.length) this.grow();
    this.ids[this.count] = id;
    this.lives[this.count] = life;
    return this.count++;
  }

  clear(): void {
    this.ids.fill(0, 0, this.count);
    this.count = 0;
  }

  private grow(): void {
    const longer = <T extends Int32Array | Uint32Array>(from: T, to: T): T => (to.set(from), to);
    const n = 2 * this.count;
    this.ids = longer(this.ids, new Uint32Array(n));
    this.lives = longer(this.lives, new Uint32Array(n));
    for (let c = 0; c < this.values.length; c++) {
      this.values[c] = longer(this.values[c]!, new Int32Array(n));
      if (this.shapes[c]!.linear) this.changes[c] = longer(this.changes[c]!, new Int32Array(n));
    }
  }
}

/** without takes ascending positions out; the others keep their order. */
function without(v: Int32Array | Uint32Array, gone: Rows, count: number): void {
  let keep = gone.at[0]!;
  for (let i = 0; i < gone.count; i++) {
    const start = gone.at[i]! + 1;
    const end = i + 1 < gone.count ? gone.at[i + 1]! : count;
    v.copyWithin(keep, start, end);
    keep += end - start;
  }
}
