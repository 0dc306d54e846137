// Orders that are neither lost nor given twice: the twin of client/commands.go.
import type { CommandField } from "../schema.ts";
import { type Command, commandSize } from "../wire/command.ts";
import { limits } from "../wire/limits.ts";

/** What a frame may spend on commands, bytes: an input of many values, a line of chat and the rest fit beside it. */
const FRAME_ROOM = limits.MaxClientMessage - 2 * limits.MaxCommand;

/** A command without its number. */
export interface Order {
  /** By which the page knows it. */
  id: number;
  values: readonly number[];
  list: readonly number[];
  /** The names of the values, and of the list, in the schema that it was given by; none: as the room's schema has them. */
  names?: readonly string[];
  listName?: string;
}

/** An order as a schema has it: values go by the names of their fields. A field that is gone is left out, a new one is 0. */
export function renamed<T extends Order>(o: T, fields: readonly CommandField[]): T {
  const { names, listName = "" } = o;
  const now = namesOf(fields);
  if (!names || (listName === now.listName && names.length === now.names.length && names.every((n, i) => n === now.names[i]))) return o;
  return { ...o, ...now, values: now.names.map((n) => o.values[names.indexOf(n)] ?? 0), list: listName === now.listName ? o.list : [] };
}

/** The names of a command's fields. */
export function namesOf(fields: readonly CommandField[]): { names: string[]; listName: string } {
  return { names: fields.filter((f) => f.list === 0).map((f) => f.name), listName: fields.find((f) => f.list > 0)?.name ?? "" };
}

/** What became of a command: the game has it; the server refused it; or the seat is gone, and nobody knows. */
export type Fate = "given" | "refused" | "lost";

export interface Settled {
  id: number;
  number: number;
  fate: Fate;
  /** Why it was refused. */
  reason: string;
}

interface Waiting extends Order, Command {
  refusal: string | null;
}

/** Those that the server has not dealt with, oldest first. A command stays until it is acked, so that a new connection can bring it again. */
export class Commands {
  private waiting: Waiting[] = [];
  /** How many of them went out on this connection. */
  private sent = 0;
  /** Number of the newest. */
  private last = 0;
  /** The room's; null before the first welcome. */
  private fields: readonly CommandField[] | null = null;

  /** Goes on with a seat's commands of another page; last: the number of the last that the server dealt with. */
  restore(last: number, orders: readonly Order[]): void {
    this.last = last;
    for (const o of orders) this.add(o);
  }

  add(o: Order): void {
    const { id, values, list, names, listName } = this.fields ? renamed(o, this.fields) : o;
    this.waiting.push({ id, values, list, ...(names ? { names, listName: listName ?? "" } : {}), number: ++this.last, refusal: null });
  }

  /** A new connection: what is not acked goes out again, by the names of the fields that the room has now. */
  connected(fields: readonly CommandField[]): void {
    this.sent = 0;
    this.fields = fields;
    this.waiting = this.waiting.map((w) => renamed(w, fields));
  }

  /** Whether something may be sent. */
  due(): boolean {
    return this.sent < Math.min(this.waiting.length, limits.MaxCommands);
  }

  /** What is to be sent with this frame. */
  take(): Command[] {
    const commands: Command[] = [];
    for (let left = FRAME_ROOM; this.due(); this.sent++) {
      const c = this.waiting[this.sent]!;
      left -= commandSize(c) + 3;
      if (left < 0) break;
      commands.push(c);
    }
    return commands;
  }

  /** Notes that a command was refused; it counts as dealt with once it is acked. */
  refuse(number: number, reason: string): void {
    const c = this.waiting.find((w) => w.number === number);
    if (c) c.refusal = reason;
  }

  /** Number of the last that the server has dealt with. */
  get done(): number {
    return this.last - this.waiting.length;
  }

  /**
   * Forgets what the server has dealt with and answers it. Numbers that were never
   * given here are those of a client that had the seat before: the next ones follow them.
   */
  ack(number: number): Settled[] {
    if (number > this.last) {
      this.last = number;
      for (const w of this.waiting) w.number = ++this.last;
      this.sent = 0;
      return [];
    }
    let done = 0;
    while (done < this.waiting.length && this.waiting[done]!.number <= number) done++;
    this.sent = Math.max(this.sent - done, 0);
    return this.waiting.splice(0, done).map((w) => ({
      id: w.id, number: w.number, fate: w.refusal === null ? "given" : "refused", reason: w.refusal ?? "",
    }));
  }

  /** Forgets all, as the seat is gone, and answers them. */
  drop(): Settled[] {
    this.sent = this.last = 0;
    return this.waiting.splice(0).map((w) => ({ id: w.id, number: w.number, fate: "lost", reason: "" }));
  }
}
