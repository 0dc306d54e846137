import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ConnectOptions, Events, Row } from "../src/api.ts";
import { connect, quickPlay } from "../src/connect.ts";
import { closeEnd } from "../src/net/ends.ts";
import { Kind, unitOf } from "../src/schema.ts";
import { Keep } from "../src/page/keep.ts";
import type { Source } from "../src/page/session.ts";
import * as pb from "./gen/metronome/v1/play_pb.ts";
import { Rig } from "./sessionrig.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("what a page sees", () => {
  test("the world, the schema, the roster and who it is", () => {
    const rig = new Rig();
    expect([rig.session.state, rig.session.world.tick, rig.session.view().tick]).toEqual(["connecting", -1, -1]);
    expect(() => rig.session.world.table("ship")).toThrow("no world");
    rig.play();
    const { session } = rig;
    expect([session.state, session.seat, session.room, session.mode, session.tickHz, session.schema?.fingerprint]).toEqual(["playing", 1, "r1", "ffa", 30, "0000000000000123"]);
    expect([...session.roster.values()]).toEqual([{ seat: 1, name: "ann", presence: "active", team: 0, bot: false }]);
    const ship = session.world.table("ship");
    expect([session.world.tick, ship.count, ...ship.ids, ...ship.column("x"), ...ship.column("y"), ship.index(1), ship.index(2), ...ship.own("ammo")]).toEqual([100, 1, 1, 256, -256, 0, -1, 9]);
    const bob = { seat: 2, name: "bob", presence: "away", team: 3, bot: true } as const;
    rig.say({ type: "roster", seat: 2, player: bob });
    rig.say({ type: "roster", seat: 1, player: null });
    expect([...session.roster.keys()]).toEqual([2]);
    expect(rig.said("roster")).toEqual([{ seat: 0, player: undefined }, { seat: 2, player: bob }, { seat: 1, player: undefined }]);
  });

  test("events come with their snapshot, and again when the view is there", () => {
    const rig = new Rig().play();
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(33);
      rig.tick(i === 4 ? [[7, 200]] : []);
      rig.session.view();
    }
    const hit = { name: "hit", tick: 105, group: 0, fields: { victim: 7, damage: 200 } };
    expect(rig.said("snapshot").at(-1)).toMatchObject({ tick: 105, events: [hit] });
    expect(rig.said("event")).toEqual([]);
    expect(rig.session.view().tick).toBeLessThan(105);
    vi.advanceTimersByTime(60);
    expect(rig.session.view().tick).toBeGreaterThanOrEqual(105);
    expect(rig.said("event")).toEqual([hit]);
    rig.session.view();
    expect(rig.said("event").length).toBe(1);
  });

  test("another connection begins with nothing of the one before", () => {
    const rig = new Rig().play();
    rig.session.view();
    vi.advanceTimersByTime(33);
    rig.tick([[7, 1]]);
    rig.say({ type: "sent", tick: 200, values: [] });
    expect(rig.session.view().tick).toBeGreaterThan(0);
    const welcome = { resumed: true, seat: 1, room: "r1", mode: "ffa", tickHz: 30, every: 1, url: "", resume: "t2", roster: [], params: [], rests: false, nodes: [], predict: "", seats: 8, commanded: 0 };
    rig.say({ ...welcome, type: "welcome", schema: rig.session.schema! });
    vi.advanceTimersByTime(200);
    expect([rig.session.view().tick, rig.said("event"), rig.session.pendingInputs(), rig.session.stats.reconnects]).toEqual([-1, [], [], 1]);
    rig.room.tick = 10; // another room
    rig.room.ships.set(1, { x: 5000, y: 0, aim: 0 });
    rig.message(rig.room.key(null));
    expect(rig.session.view().table("ship").column("x")[0]).toBe(5000);
    for (let i = 0; i < 3; i++) {
      vi.advanceTimersByTime(34);
      rig.tick(i === 0 ? [[9, 2]] : []);
      rig.session.view();
    }
    const view = rig.session.view();
    expect([Math.round(view.tick), view.table("ship").column("x")[0], rig.said("event")]).toEqual([12, 5000, [{ name: "hit", tick: 11, group: 0, fields: { victim: 9, damage: 2 } }]]);
  });

  test("the room's tick goes on between snapshots, however long none comes", () => {
    const rig = new Rig();
    expect(rig.session.tick()).toBe(-1);
    rig.play();
    expect(rig.session.tick()).toBe(100);
    vi.advanceTimersByTime(9_000);
    expect(rig.session.tick()).toBeCloseTo(100 + 9 * 30, 3);
    expect(rig.session.tick(performance.now() + 1_000)).toBeCloseTo(100 + 10 * 30, 3);
    rig.room.tick = 369; // it came a tick late
    rig.message(rig.room.frame());
    expect(rig.session.tick()).toBeCloseTo(370, 3);
  });

  test("rows that come and go are told as the view reaches them, around the events of their tick", () => {
    const rig = new Rig().play();
    const told: unknown[] = [];
    const row = (what: string) => (r: Row) => told.push([what, r.table, r.id, r.tick, r.raw("x"), r.value("x")]);
    rig.session.on("event", (e) => told.push([e.name, e.tick]));
    rig.session.onAdd("ship", row("add"));
    const off = rig.session.onRemove("ship", row("remove"));
    expect(() => rig.session.onAdd("boat", () => {})).toThrow(expect.objectContaining({ code: "no-such-name" }));
    rig.session.view();
    expect(told.splice(0)).toEqual([["add", "ship", 1, 100, 256, 1]]);
    const lives: number[] = [];
    rig.session.onAdd("ship", (r) => lives.push(r.life));
    vi.advanceTimersByTime(33);
    rig.room.ships.set(2, { x: 512, y: 0, aim: 0 });
    rig.tick([[7, 1]]);
    rig.session.view();
    expect([told, lives.length]).toEqual([[], 1]); // who begins to listen hears of what is there
    vi.advanceTimersByTime(33);
    rig.room.ships.delete(1);
    rig.tick([[7, 2]]);
    vi.advanceTimersByTime(100);
    rig.session.view();
    expect(told.splice(0)).toEqual([["add", "ship", 2, 101, 512, 2], ["hit", 101], ["hit", 102], ["remove", "ship", 1, 102, 256, 1]]);
    expect(lives.length).toBe(2);
    rig.session.view();
    rig.room.ships.delete(2);
    rig.room.ships.set(1, { x: 768, y: 0, aim: 0 }); // the id again
    rig.tick();
    vi.advanceTimersByTime(1_000); // nobody draws
    rig.tick();
    expect(told.splice(0)).toEqual([["add", "ship", 1, 103, 768, 3], ["remove", "ship", 2, 103, 512, 2]]);
    expect([new Set(lives).size, lives.includes(0)]).toEqual([3, false]);
    off();
    rig.room.ships.delete(1);
    rig.tick();
    vi.advanceTimersByTime(100);
    rig.session.view();
    expect(told).toEqual([]);
  });

  test("another connection begins with no rows, and gives them lives that no row had", () => {
    const rig = new Rig().play();
    const told: unknown[] = [];
    rig.session.onAdd("ship", (r) => told.push(["add", r.id, r.life]));
    rig.session.onRemove("ship", (r) => told.push(["remove", r.id, r.life]));
    rig.session.view();
    rig.play({ resumed: true });
    expect(told).toEqual([["add", 1, 1], ["remove", 1, 1]]);
    rig.session.view();
    expect(told.slice(2)).toEqual([["add", 1, 2]]);
    const view = rig.session.view().table("ship");
    expect([...view.lives.subarray(0, view.count), ...rig.session.world.table("ship").lives]).toEqual([2, 2]);
  });

  test("a listener to a table that the game turns out not to have is told so once", () => {
    const thrown: unknown[] = [];
    vi.stubGlobal("queueMicrotask", (f: () => void) => {
      try {
        f();
      } catch (fault) {
        thrown.push(fault);
      }
    });
    const rig = new Rig();
    rig.session.onAdd("boat", () => {});
    const ids: number[] = [];
    rig.session.onAdd("ship", (r) => {
      ids.push(r.id);
      r.value("boat");
    });
    rig.play();
    for (let i = 0; i < 3; i++) rig.session.view();
    vi.unstubAllGlobals();
    expect([ids, thrown]).toEqual([[1], [expect.objectContaining({ code: "no-such-name" }), expect.objectContaining({ code: "no-such-name" })]]);
  });

  test("values are in real units beside those of the wire", () => {
    const rig = new Rig({ angles: ["ship.aim"] }).play();
    rig.tick([[7, 200]]);
    const ship = rig.session.world.table("ship");
    const aim = (3 / 256) * 2 * Math.PI;
    expect([[...ship.values("x")], [...ship.values("y")], [...ship.values("aim")], [...ship.ownValues("ammo")], [...ship.column("x")]]).toEqual([[1], [-1], [aim], [9], [256]]);
    const drawn = rig.session.view().table("ship");
    expect(["x", "y", "aim"].map((c) => drawn.values(c)[0])).toEqual([1, -1, aim]);
    expect([drawn.values("x").length, drawn.values("x") === drawn.values("x"), drawn.column("x")[0]]).toEqual([16, true, 256]);
    expect((rig.said("snapshot").at(-1) as Events["snapshot"]).events[0]!.values).toEqual({ victim: 7, damage: 200 });
    expect(() => drawn.values("ammo")).toThrow("ammo");
    expect([unitOf(Kind.FIXED), unitOf(Kind.ANGLE) * 65536, unitOf(Kind.INT16), unitOf(Kind.TICK), unitOf(99)]).toEqual([1 / 256, 2 * Math.PI, 1, 1, 1]);
    rig.room.ships.set(1, { x: 1280, y: 0, aim: 128 });
    vi.advanceTimersByTime(33);
    rig.tick();
    vi.advanceTimersByTime(500);
    expect(["x", "aim"].map((c) => rig.session.view().table("ship").values(c)[0])).toEqual([13, (122 / 256) * 2 * Math.PI]); // two ticks on, past the whole circle
  });

  test("rows as objects, and one's own with what only it is told", () => {
    const rig = new Rig();
    rig.room.ships.set(2, { x: 512, y: 0, aim: 4 });
    rig.play();
    rig.tick();
    const view = rig.session.view();
    expect(view.rows("ship")).toEqual([{ id: 2, life: 1, x: 2, y: 0, aim: 4 }, { id: 1, life: 2, x: 1, y: -1, aim: 3 }]);
    expect(view.mine("ship")).toEqual([{ id: 1, life: 2, x: 1, y: -1, aim: 3, ammo: 9 }]);
  });

  test("a room of another build than the page's types says so once, and goes on", () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    const rig = new Rig({ fingerprint: "00000000000000aa" }).play();
    expect(warned.mock.calls).toEqual([[expect.stringMatching(/00000000000000aa.* ffa.* 0000000000000123.*metronome schema --ts/)]]);
    expect(rig.session.world.table("ship").count).toBe(1);
    rig.message(rig.room.key({ resumed: true }));
    new Rig({ fingerprint: "0000000000000123" }).play();
    new Rig().play();
    expect(warned).toHaveBeenCalledTimes(1);
    warned.mockRestore();
  });

  test("who does not draw hears events at once", () => {
    const rig = new Rig().play();
    vi.advanceTimersByTime(1_000);
    rig.tick([[7, 1]]);
    expect(rig.said("event").length).toBe(1);
  });

  test("a listener that throws does not keep the others from hearing", () => {
    const rig = new Rig();
    const thrown: unknown[] = [];
    vi.stubGlobal("queueMicrotask", (f: () => void) => {
      try {
        f();
      } catch (fault) {
        thrown.push(fault);
      }
    });
    rig.session.on("chat", () => {
      throw new Error("mine");
    });
    const heard: string[] = [];
    const off = rig.session.on("chat", (e) => heard.push(e.text));
    rig.say({ type: "chat", seat: 1, name: "ann", text: "one" });
    off();
    rig.say({ type: "chat", seat: 1, name: "ann", text: "two" });
    vi.unstubAllGlobals();
    expect([heard, thrown.length]).toEqual([["one"], 2]);
  });

  test("figures for a net graph", () => {
    const rig = new Rig().play();
    for (let i = 0; i < 400; i++) {
      vi.advanceTimersByTime(i % 3 === 0 ? 34 : 33);
      rig.tick();
      rig.session.view();
    }
    rig.session.corrected(12);
    const { stats } = rig.session;
    expect(stats).toMatchObject({ tick: 500, gaps: 0, dropped: 0, corrections: 1, reconnects: 0, snapshots: 401 });
    expect(stats.history.bytes.length).toBe(300);
    expect(stats.history.arrivalMs.at(299)).toBeCloseTo(34, 5);
    expect(stats.bitsPerEntity).toBeCloseTo(8 * stats.snapshotBytes.mean, 6);
    expect(stats.interpolationTicks).toBeGreaterThanOrEqual(1);
    expect(stats.interpolationTicks).toBeLessThan(1.2);
    expect(stats.history.bytes.at(300)).toBeNaN();
    expect(rig.said("correction")).toEqual([{ table: "", amount: 12 }]);
  });
});

describe("inputs", () => {
  test("are told to a worker when they change, by name or place", () => {
    const rig = new Rig().play();
    let now: object | number[] = { buttons: 1, dx: -3.6, unknown: 9 };
    rig.session.input(() => now as never);
    rig.session.view();
    rig.session.view();
    now = [1, 2];
    rig.session.view();
    rig.session.input(null);
    expect(rig.of("input").map((c) => c.values)).toEqual([[-4, 0, 1], [1, 2, 0], null]);
  });

  test("are not sampled twice where the engine asks itself", () => {
    const rig = new Rig({}, true).play();
    const sample = vi.fn(() => [1]);
    rig.session.input(sample);
    rig.session.view();
    expect([sample.mock.calls.length, rig.of("input").length]).toEqual([0, 0]);
  });

  test("stay pending until a snapshot includes them", () => {
    const rig = new Rig().play();
    for (const tick of [101, 102, 103]) rig.say({ type: "sent", tick, values: [tick] });
    rig.room.tick = 102;
    rig.message(rig.room.frame({ inputAge: 1 }));
    expect(rig.session.pendingInputs()).toEqual([{ tick: 102, values: [102] }, { tick: 103, values: [103] }]);
  });

  test("the engine hears what the page draws", () => {
    const rig = new Rig().play();
    rig.tick();
    const { tick } = rig.session.view();
    expect(rig.of("look").at(-1)).toEqual({ type: "look", tick, at: performance.timeOrigin + performance.now() });
  });
});

describe("states and orders", () => {
  test("away and closed say why, playing that all is well", () => {
    const rig = new Rig().play();
    const end = closeEnd(1006, "");
    rig.say({ type: "state", state: "away", end });
    expect(rig.session.end).toEqual(end);
    rig.say({ type: "retry", in: 5, attempt: 1, end: closeEnd(4007, "") });
    expect(rig.session.end?.code).toBe(4007);
    rig.say({ type: "state", state: "connecting", end: null });
    expect(rig.session.end?.code).toBe(4007);
    rig.say({ type: "state", state: "playing", end: null });
    expect(rig.session.end).toBeNull();
    rig.say({ type: "state", state: "closed", end });
    expect([rig.session.end, rig.closed]).toEqual([end, true]);
    expect(rig.said("state").at(-1)).toEqual({ state: "closed", was: "playing", end });
  });

  test("other nodes are those of the welcome, until a notice says otherwise", async () => {
    const find = vi.fn<Source["find"]>(async () => "ws://h/rooms/s");
    const rig = new Rig({}, false, { find });
    expect(rig.session.nodes).toEqual([]);
    rig.play({ node: ["http://b", "http://c/game"] });
    expect(rig.session.nodes).toEqual(["http://b", "http://c/game"]);
    const told = (number: number, url: string[]): void => {
      rig.room.tick++;
      rig.message(rig.room.frame({ notice: [create(pb.NoticeSchema, { number, body: { case: "nodes", value: create(pb.NodeURLsSchema, { url }) } })] }));
    };
    told(1, ["http://d"]);
    expect(rig.session.nodes).toEqual(["http://d"]);
    rig.say({ type: "ask", url: "ws://h/rooms/r", end: closeEnd(4007, ""), played: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(find.mock.calls[0]![0].nodes).toEqual(["http://d"]);
    told(2, []);
    expect(rig.session.nodes).toEqual([]);
  });

  test("chat is for those who play and have something short to say", () => {
    const rig = new Rig();
    expect(rig.session.chat("hi")).toBe(false);
    rig.play();
    expect([rig.session.chat(""), rig.session.chat("é".repeat(121)), rig.session.chat("é".repeat(120)), rig.session.chat("hi")]).toEqual([false, false, true, true]);
    expect(rig.of("chat").length).toBe(2);
  });

  test("who plays has their own view, and is ready with the first snapshot", async () => {
    const rig = new Rig();
    let ready = false;
    void rig.session.ready.then(() => (ready = true));
    expect(() => rig.session.watchSeat(1)).toThrow(expect.objectContaining({ code: "not-spectating" }));
    await vi.advanceTimersByTimeAsync(10);
    expect([ready, rig.session.spectating, rig.session.watched]).toEqual([false, false, 0]);
    rig.play();
    await vi.advanceTimersByTimeAsync(0);
    expect([ready, rig.session.world.tick]).toEqual([true, 100]);
  });

  test("leave and the worse network reach the engine", () => {
    const rig = new Rig();
    rig.session.leave();
    rig.session.network.set({ delayMs: 150 });
    rig.session.network.set({ jitterMs: 40 });
    rig.session.network.stall(500);
    expect(rig.commands.slice(1)).toEqual([
      { type: "leave" }, { type: "network", delayMs: 150, jitterMs: 0 }, { type: "network", delayMs: 150, jitterMs: 40 }, { type: "stall", ms: 500 },
    ]);
    expect(rig.session.network).toMatchObject({ delayMs: 150, jitterMs: 40 });
  });

  test("a room that is asked for is found, or the reason why not", async () => {
    const find = vi.fn<Source["find"]>(async () => "ws://h/rooms/s");
    const rig = new Rig({}, false, { find }).play();
    const end = closeEnd(4006, "");
    rig.say({ type: "ask", url: "ws://h/rooms/r", end, played: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(find).toHaveBeenCalledWith({ url: "ws://h/rooms/r", end, played: true, mode: "ffa", nodes: [] });
    find.mockRejectedValueOnce(end).mockRejectedValueOnce(new Error("no"));
    rig.say({ type: "ask", url: "ws://h/rooms/r", end, played: true });
    rig.say({ type: "ask", url: "ws://h/rooms/r", end, played: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(rig.of("room")).toEqual([{ type: "room", url: "ws://h/rooms/s" }]);
    expect(rig.of("no-room").map((c) => [c.end.code, c.end.comeback])).toEqual([[4006, "rejoin"], [0, "rejoin-later"]]);
  });
});

describe("over a reload", () => {
  class Page extends EventTarget {
    visibilityState = "visible";
  }
  const storage = (): Storage => {
    const all = new Map<string, string>();
    return { getItem: (k: string) => all.get(k) ?? null, setItem: (k: string, v: string) => void all.set(k, v), removeItem: (k: string) => void all.delete(k) } as Storage;
  };
  let page: Page;
  let frame: EventTarget;
  beforeEach(() => {
    vi.stubGlobal("document", (page = new Page()));
    load();
  });
  /** A page is loaded; what was on the one before is gone. */
  const load = (): void => void vi.stubGlobal("window", (frame = new EventTarget()));
  afterEach(() => void vi.unstubAllGlobals());

  test("the seat is kept when the page goes, and found once by the same game", () => {
    const kept = storage();
    const rig = new Rig({ storage: kept }).play();
    expect(kept.getItem("metronome.seat")).toBeNull(); // a duplicated tab finds nothing
    frame.dispatchEvent(new Event("pagehide"));
    const again = new Rig({ storage: kept });
    expect(again.of("start")).toMatchObject([{ url: "ws://h/rooms/r", resume: "token" }]);
    expect(new Rig({ storage: kept }).of("start")).toMatchObject([{ url: "ws://h/rooms/r", resume: "" }]);
    frame.dispatchEvent(new Event("pagehide"));
    load();
    expect(new Rig({ storage: kept }, false, { key: "other", url: "" }).of("start")).toMatchObject([{ url: "", resume: "" }]);
    expect(new Keep(kept, "k").take()?.resume).toBe("token"); // and that game finds it still
    rig.session.leave();
    frame.dispatchEvent(new Event("pagehide"));
    expect(kept.getItem("metronome.seat")).toBeNull();
  });

  test("two sessions of one page keep both seats, also when they play the same game", () => {
    const kept = storage();
    const one = new Rig({ storage: kept }).play({ resume: "first" });
    const two = new Rig({ storage: kept }).play({ resume: "second" });
    new Rig({ storage: kept }, false, { key: "other" }).play({ resume: "third" });
    frame.dispatchEvent(new Event("pagehide"));
    const found = (key: string): string => new Rig({ storage: kept }, false, { key }).of("start")[0]!.resume;
    expect([found("k"), found("other"), found("k"), found("k"), found("other")]).toEqual(["first", "third", "second", "", ""]);
    frame.dispatchEvent(new Event("pagehide"));
    for (let i = 0; i < 2; i++) frame.dispatchEvent(new Event("pageshow")); // back from the browser's cache
    expect(kept.getItem("metronome.seat")).toBeNull();
    one.session.leave();
    frame.dispatchEvent(new Event("pagehide"));
    expect([found("k"), found("k")]).toEqual(["second", ""]);
    two.session.leave();
  });

  test("what an earlier page left of a game gives way to what a later one has", () => {
    const kept = storage();
    vi.stubGlobal("performance", { timeOrigin: 1 });
    for (const resume of ["one", "two"]) new Keep(kept, "k").put({ url: "u", resume, commanded: 0, orders: [] });
    new Keep(kept, "other").put({ url: "u", resume: "other", commanded: 0, orders: [] });
    vi.stubGlobal("performance", { timeOrigin: 2 });
    new Keep(kept, "k").put({ url: "u", resume: "three", commanded: 0, orders: [] });
    const found = ["k", "k", "other"].map((key) => new Keep(kept, key).take()?.resume);
    expect(found).toEqual(["three", undefined, "other"]);
  });

  test("no more than eight seats are kept, the newest", () => {
    const kept = storage();
    for (let i = 0; i < 10; i++) new Keep(kept, `k${i}`).put({ url: "u", resume: `${i}`, commanded: 0, orders: [] });
    expect([new Keep(kept, "k1").take(), new Keep(kept, "k2").take()?.resume, new Keep(kept, "k9").take()?.resume]).toEqual([null, "2", "9"]);
  });

  test.each(["[null,3]", '[{"key":"k","url":"u","resume":"x"}]', '[{"key":"k","url":"u","resume":"x","page":1,"commanded":0,"orders":[{}]}]', "{", "null", "[]", '{"key":"k"}', '{"key":"k","url":1,"resume":"x"}', '{"key":"k","url":"u","resume":"x","orders":[{}]}'])("%s in the storage is nothing", (text) => {
    const kept = storage();
    kept.setItem("metronome.seat", text);
    expect(new Rig({ storage: kept }).of("start")).toMatchObject([{ resume: "" }]);
  });

  test("whether the page is seen reaches the engine, until the session is closed", () => {
    const rig = new Rig().play();
    for (const state of ["hidden", "visible"]) {
      page.visibilityState = state;
      page.dispatchEvent(new Event("visibilitychange"));
    }
    expect(rig.of("hidden").map((c) => c.hidden)).toEqual([true, false]);
    rig.say({ type: "state", state: "closed", end: closeEnd(1000, "") });
    page.dispatchEvent(new Event("visibilitychange"));
    expect(rig.of("hidden").length).toBe(2);
  });
});

describe("finding a room", () => {
  /** found answers what is opened after the first URL was refused, and what the lobby was asked. */
  async function found(status: number, lobby: Record<string, unknown>, o: ConnectOptions = {}): Promise<{ opened: string[]; asked: [string, unknown][]; state: string }> {
    vi.useRealTimers();
    const opened: string[] = [];
    const asked: [string, unknown][] = [];
    const make = function (this: { onclose?: (e: object) => void }, url: string): object {
      opened.push(url);
      const socket = { close: () => {}, onclose: null as ((e: object) => void) | null };
      if (opened.length === 1) queueMicrotask(() => socket.onclose?.({ code: 1006, reason: "" }));
      return socket;
    };
    const answer = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const url = String(input);
      const method = /LobbyService\/(\w+)/.exec(url)?.[1];
      if (!method) return new Response("no", { status });
      asked.push([url.replace(/metronome.*/, "") + method, JSON.parse(String(init?.body))]);
      const body = lobby[method] as { code?: string } | undefined;
      return Response.json(body ?? { code: "unavailable", message: "" }, { status: body && !body.code ? 200 : 503 });
    };
    const session = connect("ws://h:1/rooms/r%201?ticket=t", { worker: false, storage: null, WebSocket: make as never, fetch: answer as never, name: "ann", ...o });
    await vi.waitUntil(() => opened.length > 1 || session.state === "closed", { timeout: 5_000 });
    session.leave();
    return { opened, asked, state: session.state };
  }
  const join = { join: { room: { id: "r2", mode: "ffa" }, url: "ws://h:2/rooms/r2?ticket=u", expiresUnix: "5" } };

  test("an expired ticket is renewed for the same room", async () => {
    const got = await found(401, { JoinRoom: join });
    expect(got.asked).toEqual([["http://h:1/JoinRoom", { id: "r 1", name: "ann" }]]);
    expect(got.opened[1]).toBe("ws://h:2/rooms/r2?ticket=u");
  });

  test("when that room is gone another one will do", async () => {
    const got = await found(401, { JoinRoom: { code: "not_found", message: "gone" }, QuickPlay: join }, { lobby: "http://l/" });
    expect(got.asked.map((a) => a[0])).toEqual(["http://l/JoinRoom", "http://l/QuickPlay"]);
    expect(got.opened[1]).toBe("ws://h:2/rooms/r2?ticket=u");
  });

  test("when that room is full another one will do", async () => {
    const got = await found(401, { JoinRoom: { code: "resource_exhausted", message: "the room is full" }, QuickPlay: join });
    expect(got.asked.map((a) => a[0])).toEqual(["http://h:1/JoinRoom", "http://h:1/QuickPlay"]);
  });

  test("a room that is not there any more is not asked for again", async () => {
    expect((await found(404, { QuickPlay: join })).asked.map((a) => a[0])).toEqual(["http://h:1/QuickPlay"]);
  });

  test("the page may find rooms itself", async () => {
    const got = await found(404, {}, { onRejoin: async () => "ws://own/rooms/x" });
    expect([got.opened[1], got.asked]).toEqual(["ws://own/rooms/x?name=ann", []]);
  });

  test("a page that does not fit the server stops", async () => {
    expect(await found(400, { QuickPlay: join })).toMatchObject({ state: "closed", asked: [] });
  });

  /** moves plays one connection after the other, which all fail; statuses say why, dead is a server that cannot be reached. */
  async function moves(start: (o: ConnectOptions) => { leave(): void }, statuses: number[], dead = ""): Promise<string[]> {
    vi.useRealTimers();
    const asked: string[] = [];
    let opened = 0;
    const make = function (this: unknown): object {
      const socket = { close: () => {}, onclose: null as ((e: object) => void) | null };
      if (opened++ < statuses.length) queueMicrotask(() => socket.onclose?.({ code: 1006, reason: "" }));
      return socket;
    };
    const answer = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const url = String(input);
      const method = /LobbyService\/(\w+)/.exec(url)?.[1];
      if (!method) return new Response("no", { status: statuses[opened - 1]! });
      asked.push(`${url.replace(/metronome.*/, "")}${method} ${(JSON.parse(String(init?.body)) as { id?: string }).id ?? ""}`.trim());
      if (dead !== "" && opened > 0 && url.startsWith(dead)) throw new TypeError("fetch failed");
      return Response.json(join);
    };
    const session = start({ worker: false, storage: null, WebSocket: make as never, fetch: answer as never });
    await vi.waitUntil(() => opened > statuses.length, { timeout: 10_000 });
    session.leave();
    return asked;
  }

  test("who has moved to another room takes that one back", async () => {
    expect(await moves((o) => connect("ws://h:1/game/rooms/r?ticket=t", o), [404, 401])).toEqual(["http://h:1/game/QuickPlay", "http://h:1/game/JoinRoom r2"]);
  });

  test("when a server is gone, that of the last room is asked", async () => {
    expect(await moves((o) => quickPlay("http://h:1/game/", o), [401], "http://h:1/")).toEqual(["http://h:1/game/QuickPlay", "http://h:1/game/QuickPlay", "http://h:2/QuickPlay"]);
  });

  test("quick play asks first", async () => {
    vi.useRealTimers();
    const opened: string[] = [];
    const make = function (this: unknown, url: string): object {
      opened.push(url);
      return { close: () => {} };
    };
    const asked: unknown[] = [];
    const answer = async (_: unknown, init?: RequestInit): Promise<Response> => {
      asked.push(JSON.parse(String(init?.body)));
      return Response.json(join);
    };
    const session = quickPlay("http://h", { mode: "ffa", name: "ann", worker: false, storage: null, WebSocket: make as never, fetch: answer as never });
    await vi.waitUntil(() => opened.length > 0);
    session.leave();
    expect([opened, asked]).toEqual([["ws://h:2/rooms/r2?ticket=u"], [{ mode: "ffa", metadata: {}, name: "ann" }]]);
  });
});
