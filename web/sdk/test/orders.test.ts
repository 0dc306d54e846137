import { create, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Events } from "../src/api.ts";
import type { Connector } from "../src/engine/link.ts";
import type { Command, Report } from "../src/engine/protocol.ts";
import type { AnyGame, CommandOf, ParamsOf } from "../src/game.ts";
import { commandOf } from "../src/page/orders.ts";
import { PageSession } from "../src/page/session.ts";
import { type CommandField, Kind, type Schema } from "../src/schema.ts";
import { readSchema } from "../src/wire/schema.ts";
import * as pb from "./gen/metronome/v1/play_pb.ts";

/** A game as `metronome schema --ts` writes it. */
interface Cards extends AnyGame {
  command: { what: number; stake: number; cards: readonly number[] };
  params: { stake: number; deck: "full" | "short"; blind: boolean };
  outcome: { won: number; folded: number };
}

const schema: Schema = readSchema(toBinary(pb.SchemaSchema, create(pb.SchemaSchema, {
  command: [{ name: "what", min: 1, max: 3 }, { name: "stake", min: -100, max: 100 }, { name: "cards", max: 51, list: 5 }],
  param: [
    { name: "stake", kind: Kind.UINT16 as number, min: 1, max: 500, default: "20" }, { name: "deck", kind: Kind.UINT8 as number, max: 1, option: ["full", "short"] },
    { name: "blind", kind: Kind.BOOL as number, max: 1 },
  ],
  outcome: [{ name: "won", kind: Kind.INT64 as number }, { name: "folded", kind: Kind.BOOL as number }],
} as never)), null);

/** A session whose engine is played by the test. */
class Rig {
  readonly commands: Command[] = [];
  readonly heard: [keyof Events, unknown][] = [];
  readonly session: PageSession;
  say!: (r: Report) => void;

  constructor(storage: Storage | null = null) {
    const connector: Connector = (onReport) => {
      this.say = onReport;
      return { pulls: true, send: (c) => this.commands.push(c), close: () => {} };
    };
    this.session = new PageSession({ url: "ws://h/rooms/r", key: "k", find: async () => "" }, { storage }, connector);
    for (const name of ["refused", "matchEnd"] as const) this.session.on(name, (e) => this.heard.push([name, e]));
  }
  welcome(resumed = false, commanded = 0): this {
    this.say({
      type: "welcome", resumed, seat: 1, room: "r", mode: "cards", tickHz: 20, every: 1, url: "ws://h/rooms/r", resume: "token", schema, rests: true, nodes: [], predict: "", seats: 8, commanded,
      roster: [{ seat: 1, name: "ann", presence: "active", team: 1, bot: false }, { seat: 2, name: "Bot 1", presence: "active", team: 2, bot: true }],
      params: [{ name: "stake", value: "50" }, { name: "deck", value: "short" }, { name: "blind", value: "true" }, { name: "new", value: "x" }],
    });
    this.say({ type: "state", state: "playing", end: null });
    return this;
  }
  get orders(): unknown[] {
    return this.commands.filter((c) => c.type === "order");
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each<[CommandOf<Cards> | number[], number[], number[], number[]]>([
  [{ what: 2, stake: 10, cards: [50, 51] }, [], [2, 10], [50, 51]],
  [{ stake: -3.6 }, [7], [0, -4], [7]],
  [{}, [], [0, 0], []],
  [[1, 2], [3], [1, 2], [3]],
])("the command %j with the list %j is %j and %j", (given, list, values, numbers) => {
  expect(commandOf(schema.command, given as never, list)).toEqual({ values, list: numbers });
});

test.each([[{ bet: 1 }, "bet"], [{ what: [1] }, "is a number"], [{ cards: 1 }, "is a list"]])("%j is no command of this game", (given, why) => {
  expect(() => commandOf(schema.command as CommandField[], given as never, [])).toThrow(why);
});

test("a command is promised an answer", async () => {
  const rig = new Rig();
  expect(() => rig.session.command([1])).toThrow("no game");
  rig.welcome();
  const answers = [rig.session.command({ what: 1 }), rig.session.command({ what: 2, cards: [3] }), rig.session.command([3])];
  const names = { names: ["what", "stake"], listName: "cards" };
  expect(rig.orders).toEqual([
    { type: "order", id: 1, values: [1, 0], list: [], ...names }, { type: "order", id: 2, values: [2, 0], list: [3], ...names },
    { type: "order", id: 3, values: [3], list: [], ...names },
  ]);
  expect(rig.session.commandsWaiting).toBe(3);
  rig.say({ type: "settled", id: 1, number: 1, fate: "given", reason: "" });
  rig.say({ type: "refused", number: 2, reason: "it is not your turn" });
  rig.say({ type: "settled", id: 2, number: 2, fate: "refused", reason: "it is not your turn" });
  expect(rig.session.commandsWaiting).toBe(1);
  rig.say({ type: "state", state: "closed", end: null });
  expect(await Promise.all(answers)).toEqual([
    { number: 1, fate: "given", reason: "" }, { number: 2, fate: "refused", reason: "it is not your turn" }, { number: 0, fate: "lost", reason: "" },
  ]);
  expect(rig.heard).toEqual([["refused", { number: 2, reason: "it is not your turn" }]]);
  expect(await rig.session.command([1])).toMatchObject({ fate: "lost" });
});

test("what is too long, and the 257th that waits, are refused at once", () => {
  const rig = new Rig().welcome();
  expect(() => rig.session.command(Array<number>(33).fill(0))).toThrow(expect.objectContaining({ code: "too-long" }));
  expect(() => rig.session.command([1], Array<number>(50).fill(2 ** 31 - 1))).toThrow("too long");
  for (let i = 0; i < 256; i++) void rig.session.command([i]);
  expect(() => rig.session.command([1])).toThrow("too many");
  expect(rig.orders.length).toBe(256);
});

test("params have the types of their fields, and the room rests", () => {
  const rig = new Rig();
  expect([rig.session.params, rig.session.rests]).toEqual([{}, false]);
  rig.welcome();
  const params = rig.session.params as unknown as ParamsOf<Cards>;
  expect([params.stake + 1, params.deck, !params.blind, rig.session.params["new"], rig.session.rests]).toEqual([51, "short", false, "x", true]);
});

test("an end has who sat where, and the game's fields by name", () => {
  const rig = new Rig().welcome();
  expect(rig.session.matchEnd).toBeNull();
  rig.say({ type: "end", reason: "the deck is empty", lines: [
    { seat: 1, team: 1, place: 2, values: [-30, 1] }, { seat: 2, team: 2, place: 1, values: [30] }, { seat: 4, team: 0, place: 0, values: [] },
  ] });
  const end = { reason: "the deck is empty", lines: [
    { seat: 1, name: "ann", bot: false, team: 1, place: 2, fields: { won: -30, folded: 1 } },
    { seat: 2, name: "Bot 1", bot: true, team: 2, place: 1, fields: { won: 30, folded: 0 } },
    { seat: 4, name: "", bot: false, team: 0, place: 0, fields: { won: 0, folded: 0 } },
  ] };
  expect([rig.session.matchEnd, rig.heard]).toEqual([end, [["matchEnd", end]]]);
  rig.welcome(true);
  expect(rig.session.matchEnd).toEqual(end);
  rig.welcome();
  expect(rig.session.matchEnd).toBeNull();
});

test("a reload goes on with the seat's commands", () => {
  const items = new Map<string, string>();
  const storage = {
    getItem: (k: string) => items.get(k) ?? null, setItem: (k: string, v: string) => void items.set(k, v), removeItem: (k: string) => void items.delete(k),
  } as Storage;
  let page!: EventTarget;
  const load = (): void => void vi.stubGlobal("window", (page = new EventTarget()));
  load();
  const rig = new Rig(storage).welcome();
  for (const what of [1, 2, 3]) void rig.session.command({ what });
  rig.say({ type: "settled", id: 1, number: 1, fate: "given", reason: "" });
  page.dispatchEvent(new Event("pagehide"));
  load();
  const again = new Rig(storage);
  expect(again.commands[0]).toMatchObject({
    type: "start", resume: "token", commanded: 1, orders: [{ id: 1, values: [2, 0], list: [], names: ["what", "stake"], listName: "cards" }, { id: 2, values: [3, 0], list: [] }],
  });
  again.welcome(true, 1);
  expect(again.session.commandsWaiting).toBe(2);
  again.say({ type: "settled", id: 1, number: 2, fate: "given", reason: "" });
  void again.session.command({ what: 1 });
  page.dispatchEvent(new Event("pagehide"));
  expect(new Rig(storage).commands[0]).toMatchObject({ commanded: 2, orders: [{ values: [3, 0] }, { values: [1, 0] }] });
});
