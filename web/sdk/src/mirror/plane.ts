import type { Reader } from "../wire/reader.ts";
import { Departed } from "./departed.ts";
import { type Host, List } from "./list.ts";
import { Lives } from "./lives.ts";
import { Rows } from "./rowset.ts";
import type { Shape } from "./shape.ts";

/** One group: its rows by table, as of a tick. */
export class Group {
  /** Tick of the last chunk; -1: none yet. */
  last = -1;
  /** Made when the first row comes, so that what a server makes a client allocate is in proportion to what it sends. */
  readonly lists: List[] = [];

  constructor(
    readonly id: number,
    public at: number,
  ) {}

  find(table: number): List | undefined {
    for (const l of this.lists) if (l.table === table) return l;
    return undefined;
  }

  list(table: number, shapes: readonly Shape[]): List {
    let l = this.find(table);
    if (!l) this.lists.push((l = new List(this.id, table, shapes)));
    return l;
  }

  advance(t: number): void {
    const n = t - this.at;
    if (n <= 0) return;
    for (const l of this.lists) l.advance(n);
    this.at = t;
  }
}

/** The groups that the mirror has heard of, by id. A group that it has not is empty. */
export class Plane implements Host {
  readonly groups: Group[] = [];
  /** Rows may move between groups in this frame. */
  moves = false;
  readonly rows = new Rows();
  /** The sections that are read are a keyframe's. */
  keyframe = false;
  private readonly departed = new Departed();
  /** Rows that moved were left where they came from. */
  private ghosts = false;

  constructor(
    readonly shapes: readonly (readonly Shape[])[],
    /** Groups at most. */
    readonly most: number,
    readonly lives = new Lives(),
  ) {}

  begin(key: boolean, skipped: number): void {
    this.departed.reset();
    this.ghosts = false;
    this.moves = !key && skipped === 0;
    this.lives.begin(!key && skipped > 0);
  }

  /** Where a group is or would be. */
  find(id: number): number {
    let low = 0;
    for (let high = this.groups.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (this.groups[middle]!.id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  drop(id: number): void {
    const i = this.find(id);
    const g = this.groups[i];
    if (g?.id !== id) return;
    for (const l of g.lists) this.forget(l);
    this.groups.splice(i, 1);
  }

  /** Empties a list that is about to be told anew or goes out of view. */
  forget(l: List): void {
    for (let i = 0; i < l.count; i++) this.lives.leaving(l, i);
    l.clear();
  }

  advance(t: number): void {
    for (const g of this.groups) g.advance(t);
  }

  leaving(l: List, position: number): void {
    if (this.moves) this.departed.keep(l, position);
    this.lives.leaving(l, position);
  }

  entering(l: List, id: number): number {
    return this.lives.entering(l, id, this.keyframe);
  }

  /** Appends a row to a list that another group in view has or just had. It is there no more then. */
  move(l: List, id: number, from: Reader): void {
    if (!this.moves || id === 0) return from.fail();
    if (this.departed.take(l, id)) return;
    for (const g of this.groups) {
      const other = g.find(l.table);
      const position = other && other !== l ? other.index(id) : -1;
      if (!other || position < 0) continue;
      const at = l.append(id, other.lives[position]!);
      for (let c = 0; c < l.shapes.length; c++) {
        l.values[c]![at] = other.values[c]![position]!;
        if (l.shapes[c]!.linear) l.changes[c]![at] = other.changes[c]![position]!;
      }
      other.ids[position] = 0; // until the group's own chunk takes it out
      this.ghosts = true;
      return;
    }
    from.fail();
  }

  /** Reports whether a row that moved is still where it came from. */
  haunted(): boolean {
    return this.ghosts && this.groups.some((g) => g.lists.some((l) => l.index(0) >= 0));
  }
}
