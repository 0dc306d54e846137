// A room as far as its frames go: it writes them with generated code.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Kind } from "../src/schema.ts";
import * as pb from "./gen/metronome/v1/play_pb.ts";

/** A ship of the room's one table: x and y are linear, aim is an angle of 8 bits, ammo private to seat 1's ship, id 1. */
export interface Ship {
  x: number;
  y: number;
  aim: number;
}

const columns = ["x", "y", "aim"] as const;
const zigzag = (v: number): number => ((v << 1) ^ (v >> 31)) >>> 0;

export const schema = {
  table: [{
    name: "ship",
    column: [
      { name: "x", kind: Kind.FIXED as number, linear: true }, { name: "y", kind: Kind.FIXED as number, linear: true },
      { name: "aim", kind: Kind.UINT8 as number }, { name: "ammo", kind: Kind.UINT8 as number, private: true },
    ],
  }],
  event: [{ name: "hit", field: [{ name: "victim", kind: Kind.SEAT as number }, { name: "damage", kind: Kind.UINT8 as number }] }],
  input: [{ name: "dx", min: -127, max: 127 }, { name: "dy", min: -127, max: 127 }, { name: "buttons", max: 255, buttons: true }],
  fingerprint: 0x123n,
};

interface Sent {
  id: number;
  values: number[];
  changes: number[];
}

/** Writes what one seat is sent: ships in group 0. */
export class Room {
  tick = 100;
  /** Ships by id, as the game has them. */
  readonly ships = new Map<number, Ship>();
  private sent: Sent[] = [];
  private last = 0;
  private fresh = true;

  /** The first frame of a connection, or one that needs none before it. */
  key(welcome: Partial<pb.Welcome> | null, more: Partial<pb.ServerFrame> = {}): Uint8Array {
    this.fresh = true;
    return this.frame(welcome ? { ...more, welcome: create(pb.WelcomeSchema, {
      room: "r1", mode: "ffa", seat: 1, tickHz: 30, snapshotEvery: 1, resume: "token", resumeTicks: 900, schema: create(pb.SchemaSchema, schema as never),
      roster: [create(pb.RosterSchema, { seat: 1, name: "ann", presence: 2 })], maxLead: 32, server: "test", ...welcome,
    } as never) } : more);
  }

  /** The frame of this tick; events are hits: victim, damage. */
  frame(more: Partial<pb.ServerFrame> = {}, events: [number, number][] = []): Uint8Array {
    const skipped = this.fresh ? 0 : this.tick - this.last - 1;
    const key = this.fresh;
    if (key) this.sent = [];
    this.predict(this.fresh ? 0 : skipped + 1);
    const rows = [...this.leave(), ...this.change(), ...this.enter()];
    const chunk = rows.length > 0 || events.length > 0 ? [create(pb.ChunkSchema, { rows, event: events.flatMap(([v, d]) => [0, v, d]) })] : [];
    const own = key ? [create(pb.ChunkSchema, { rows: [2, 1, 1, 9] })] : [];
    this.last = this.tick;
    this.fresh = false;
    return toBinary(pb.ServerFrameSchema, create(pb.ServerFrameSchema, { tick: this.tick, skipped, key, chunk, own, ...more } as never));
  }

  private predict(ticks: number): void {
    for (const s of this.sent) s.values = s.values.map((v, i) => (v + s.changes[i]! * ticks) | 0);
  }

  private leave(): number[] {
    const gone = this.sent.flatMap((s, i) => (this.ships.has(s.id) ? [] : [i]));
    this.sent = this.sent.filter((s) => this.ships.has(s.id));
    return gone.length === 0 ? [] : [0, gone.length, ...gone.map((p, i) => p - (i === 0 ? 0 : gone[i - 1]! + 1))];
  }

  /** change sends residuals of all rows for columns that changed anywhere. */
  private change(): number[] {
    if (this.sent.length === 0) return [];
    const parts = columns.map((name, c) => this.sent.map((s) => (this.ships.get(s.id)![name] - s.values[c]!) | 0));
    const changed = [0, 1, 2].filter((c) => parts[c]!.some((r) => r !== 0));
    for (const c of changed) {
      this.sent.forEach((s, i) => {
        s.values[c] = this.ships.get(s.id)![columns[c]!];
        if (c < 2) s.changes[c] = (s.changes[c]! + parts[c]![i]!) | 0;
      });
    }
    return changed.length === 0 ? [] : [1, ...changed.flatMap((c, i) => [c * 8 + (i < changed.length - 1 ? 4 : 0) + 3, ...parts[c]!.map(zigzag)])];
  }

  private enter(): number[] {
    const come = [...this.ships].filter(([id]) => !this.sent.some((s) => s.id === id));
    for (const [id, s] of come) this.sent.push({ id, values: [s.x, s.y, s.aim], changes: [0, 0, 0] });
    return come.length === 0 ? [] : [2, come.length, ...come.flatMap(([id, s]) => [id, zigzag(s.x), 0, zigzag(s.y), 0, s.aim])];
  }
}

/** Reads what a client sent. */
export const clientFrame = (bytes: Uint8Array): pb.ClientFrame => fromBinary(pb.ClientFrameSchema, bytes);
