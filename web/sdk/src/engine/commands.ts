// Orders that are neither lost nor given twice: the twin of client/commands.go.
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

  /** Goes on with a seat's commands of another page; last: the number of the last that the server dealt with. */
  restore(last: number, orders: readonly Order[]): void {
    this.last = last;
    for (const o of orders) this.add(o);
  }

  add(o: Order): void {
    this.waiting.push({ ...o, number: ++this.last, refusal: null });
  }

  /** A new connection: what is not acked goes out again. */
  connected(): void {
    this.sent = 0;
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
