import type { Schema } from "../schema.ts";
import type { ServerFrame, Spans } from "../wire/frame.ts";
import { limits } from "../wire/limits.ts";
import { Reader } from "../wire/reader.ts";
import { Chunk } from "./chunk.ts";
import { EventReader, type RawEvent } from "./events.ts";
import type { List } from "./list.ts";
import { Lives } from "./lives.ts";
import { Group, Plane } from "./plane.ts";
import { shapesOf } from "./shape.ts";

/** What became of a frame: applied; it does not follow the last one; it is malformed. */
export type Applied = "ok" | "gap" | "bad";

const LEAVE = 0;
const CHANGE = 1;
const ENTER = 2;

/** A client's copy of what its seat sees of the world: the encoder's other half. After each frame it equals the world at that tick. */
export class Mirror {
  tick = -1;
  /** It has had a frame that needs none before it and no gap since. */
  synced = false;
  readonly shared: Plane;
  readonly own: Plane;
  private readonly reader: EventReader;
  private readonly chunk = new Chunk();
  private readonly in = new Reader();

  /** lives: those of the mirror before, so that no row of this one has the life of one of that. */
  constructor(readonly schema: Schema, lives = new Lives()) {
    this.shared = new Plane(shapesOf(schema, false), 2 * limits.MaxGroups, lives);
    this.own = new Plane(shapesOf(schema, true), 1);
    this.reader = new EventReader(schema);
  }

  /** Events of the last frame, in order; reused. */
  get events(): readonly RawEvent[] {
    return this.reader.events;
  }

  /** Empties the mirror: the next frame must be one that needs none before. */
  reset(): void {
    this.synced = false;
    this.shared.groups.length = this.own.groups.length = 0;
  }

  /** Brings the mirror to the frame's tick. After a gap or a bad frame it is empty and needs keyframes. */
  apply(f: ServerFrame): Applied {
    this.reader.events.length = 0;
    if (f.key) this.reset();
    else if (!this.synced || this.tick + 1 + f.skipped !== f.tick) {
      this.reset();
      return "gap";
    }
    if (!this.frame(f)) {
      this.reader.events.length = 0;
      this.reset();
      return "bad";
    }
    this.tick = f.tick;
    this.synced = true;
    return "ok";
  }

  private frame(f: ServerFrame): boolean {
    const first = Math.max(0, f.tick - f.skipped);
    for (const p of [this.shared, this.own]) {
      p.advance(first);
      p.begin(f.key, f.skipped);
    }
    this.own.moves = false;
    if (!this.chunks(this.shared, f.chunks, f) || !this.chunks(this.own, f.own, f)) return false;
    for (const id of f.unsee) this.shared.drop(id);
    if (this.shared.haunted()) return false;
    this.shared.advance(f.tick);
    this.own.advance(f.tick);
    return true;
  }

  /** chunks applies the chunks of a frame to one plane. */
  private chunks(p: Plane, spans: Spans, f: ServerFrame): boolean {
    let id = 0;
    for (let i = 0; i < spans.length; i += 2) {
      const c = this.chunk;
      if (!c.read(f.bytes, spans[i]!, spans[i + 1]!) || c.age > f.skipped || (c.key && c.age > 0)) return false;
      id = (id + c.group) >>> 0;
      const at = Math.max(0, f.tick - c.age);
      const g = this.group(p, id, at);
      if (!g) return false;
      this.sections(p, g, f.bytes);
      if (this.in.bad) return false;
      this.reader.read(this.in.set(f.bytes, c.eventsFrom, c.eventsTo), id, at);
      if (this.in.bad) return false;
    }
    return true;
  }

  /** group finds or makes the group of a chunk and brings it to the chunk's tick; null: that cannot be. */
  private group(p: Plane, id: number, at: number): Group | null {
    const i = p.find(id);
    let g = p.groups[i];
    if (g?.id !== id) {
      if (p.groups.length >= p.most) return null;
      g = new Group(id, at);
      p.groups.splice(i, 0, g);
    }
    p.keyframe = this.chunk.key;
    if (p.keyframe) {
      g.at = at;
      for (const l of g.lists) p.forget(l);
    } else if (g.last >= at) return null;
    else g.advance(at);
    g.last = at;
    return g;
  }

  /** sections applies what happened to a group's rows, in order; this.in.bad tells of a fault. */
  private sections(p: Plane, g: Group, bytes: Uint8Array): void {
    const from = this.in.set(bytes, this.chunk.rowsFrom, this.chunk.rowsTo);
    while (from.more()) {
      const head = from.next();
      const table = head >>> 2;
      const what = head & 3;
      const shapes = p.shapes[table];
      const l = g.find(table);
      if (from.bad || !shapes || shapes.length === 0) from.fail();
      else if (what === LEAVE || what === CHANGE) {
        if (!l) from.fail();
        else if (what === LEAVE) l.leave(p, from);
        else l.change(p, from);
      } else {
        // Every row takes at least a byte.
        const count = from.upTo(from.left());
        if (count === 0) return from.fail();
        const list = l ?? g.list(table, shapes);
        for (let i = 0; i < count && !from.bad; i++) {
          if (what === ENTER) list.enter(p, from);
          else p.move(list, from.next(), from);
        }
      }
    }
  }

  /** The rows in view of a table, a list per group that has any, by group. */
  *lists(plane: "shared" | "own", table: number): Generator<List> {
    for (const g of this[plane].groups) {
      const l = g.find(table);
      if (l && l.count > 0) yield l;
    }
  }
}
