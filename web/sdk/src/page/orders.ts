// The page's half of commands: what was given to the engine and not answered.
import type { CommandAnswer } from "../api.ts";
import { errorOf } from "../errors.ts";
import { namesOf, type Order, type Settled } from "../engine/commands.ts";
import type { CommandField } from "../schema.ts";
import { commandSize } from "../wire/command.ts";
import { limits } from "../wire/limits.ts";

/** Commands that may wait: who is further behind plays another game than the one on the screen. */
const MAX_WAITING = 256;
const LARGEST = 2 ** 32 - 1;

interface Unanswered extends Order {
  answer(a: CommandAnswer): void;
}

export class Orders {
  /** Number of the last that was answered. */
  done = 0;
  private readonly unanswered: Unanswered[] = [];
  private ids = 0;

  get waiting(): number {
    return this.unanswered.length;
  }

  /** Those that are not answered, oldest first. */
  get open(): Order[] {
    return this.unanswered.map(({ answer: _, ...order }) => order);
  }

  /** Goes on where another page stopped; nobody waits for these answers here. */
  restore(done: number, orders: readonly Order[]): void {
    this.done = done;
    for (const o of orders) this.unanswered.push({ ...o, id: ++this.ids, answer: () => {} });
  }

  /** Notes an order of a game with these fields. Throws when it is too long or too many wait. */
  add(values: readonly number[], list: readonly number[], fields: readonly CommandField[] = []): { order: Order; answer: Promise<CommandAnswer> } {
    if (values.length > limits.MaxInputValues || commandSize({ number: LARGEST, values, list }) > limits.MaxCommand) {
      throw errorOf("too-long", `a command of ${values.length} values and a list of ${list.length} is too long`);
    }
    if (this.unanswered.length === MAX_WAITING) throw errorOf("too-many", "too many commands wait for the server");
    const order = { id: ++this.ids, values, list, ...(fields.length > 0 ? namesOf(fields) : {}) };
    const answer = new Promise<CommandAnswer>((resolve) => this.unanswered.push({ ...order, answer: resolve }));
    return { order, answer };
  }

  /** The engine says what became of an order. */
  settle({ id, number, fate, reason }: Settled): void {
    if (fate !== "lost") this.done = Math.max(this.done, number);
    const at = this.unanswered.findIndex((u) => u.id === id);
    if (at >= 0) this.unanswered.splice(at, 1)[0]!.answer({ number, fate, reason });
  }

  /** A connection begins, on this seat or another: the server says how far it is. */
  begin(done: number): void {
    this.done = done;
  }

  /** The session is over: nobody will answer. */
  close(): void {
    for (const u of this.unanswered.splice(0)) u.answer({ number: 0, fate: "lost", reason: "" });
  }
}

/** The values and the list of a command that is given by names or in order. Throws on a name that the schema does not have. */
export function commandOf(
  fields: readonly CommandField[], given: Readonly<Record<string, number | readonly number[] | undefined>> | readonly number[], list: readonly number[],
): { values: number[]; list: number[] } {
  const round = (v: number): number => Math.round(v) | 0;
  if (isList(given)) return { values: given.map(round), list: list.map(round) };
  const values = fields.filter((f) => f.list === 0).map(() => 0);
  let numbers = list;
  for (const [name, v] of Object.entries(given)) {
    const at = fields.findIndex((f) => f.name === name);
    if (at < 0) throw errorOf("no-such-name", `this game's commands have no field ${name}`);
    if (v === undefined) continue;
    if (fields[at]!.list > 0 !== isList(v)) throw errorOf("wrong-type", `the field ${name} of a command is ${isList(v) ? "a number" : "a list"}`);
    if (isList(v)) numbers = v;
    else values[at] = round(v);
  }
  return { values, list: numbers.map(round) };
}

const isList = (v: unknown): v is readonly number[] => Array.isArray(v);
