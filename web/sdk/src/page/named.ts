// What the wire says by number, by the names of the schema.
import type { MatchEnd, Player } from "../api.ts";
import type { AnyGame, GameEvent, ParamValue } from "../game.ts";
import type { RawEvent } from "../mirror/events.ts";
import { type EventSchema, Kind, type Schema, unitOf, unsigned32 } from "../schema.ts";
import type { OutcomeLine } from "../wire/notice.ts";
import type { Param } from "../wire/welcome.ts";

class NamedEvent implements GameEvent<AnyGame> {
  /** Hidden, so that an event shows only what it is. */
  readonly #schema: EventSchema;
  readonly name: string;

  constructor(
    schema: EventSchema,
    readonly tick: number,
    readonly group: number,
    readonly fields: Readonly<Record<string, number>>,
  ) {
    this.#schema = schema;
    this.name = schema.name;
  }

  get values(): Readonly<Record<string, number>> {
    const values: Record<string, number> = {};
    for (const f of this.#schema.fields) values[f.name] = this.fields[f.name]! * unitOf(f.kind);
    return values;
  }
}

/** An event with its kind and fields by name. */
export function eventOf(schema: Schema, e: RawEvent): GameEvent<AnyGame> {
  const kind = schema.events[e.kind]!;
  const fields: Record<string, number> = {};
  kind.fields.forEach((f, i) => (fields[f.name] = unsigned32(f.kind) ? e.values[i]! >>> 0 : e.values[i]!));
  return new NamedEvent(kind, e.tick, e.group, fields);
}

/** One seat's line of a match's end, with who sits there and the game's fields by name. */
export function lineOf(schema: Schema, roster: ReadonlyMap<number, Player>, l: OutcomeLine): MatchEnd["lines"][number] {
  const who = roster.get(l.seat);
  const fields: Record<string, number> = {};
  schema.outcome.forEach((f, i) => (fields[f.name] = l.values[i] ?? 0));
  return { seat: l.seat, name: who?.name ?? "", bot: who?.bot ?? false, team: l.team, place: l.place, fields };
}

/** What a room was made with, which is text on the wire. */
export function paramsOf(schema: Schema, params: readonly Param[]): Record<string, ParamValue> {
  const values: Record<string, ParamValue> = {};
  for (const { name, value } of params) {
    const field = schema.params.find((f) => f.name === name);
    if (!field || field.options.length > 0) values[name] = value;
    else values[name] = field.kind === Kind.BOOL ? value === "true" : Number(value);
  }
  return values;
}
