import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ConnectOptions } from "../src/api.ts";
import type { FindPredictor } from "../src/predict/source.ts";
import { closeEnd } from "../src/net/ends.ts";
import type * as pb from "./gen/metronome/v1/play_pb.ts";
import { SchemaSchema } from "./gen/metronome/v1/play_pb.ts";
import { FakePredictor, MADE, SPEED } from "./fakepredictor.ts";
import { randomOf } from "./random.ts";
import { schema } from "./room.ts";
import { Rig } from "./sessionrig.ts";

const PERIOD = 1000 / 30;

/** Resolves when the predictor that was asked for is there. */
async function loaded(): Promise<void> {
  await vi.dynamicImportSettled();
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

/** A session whose own ship, id 1, a FakePredictor predicts, and a room that uses inputs some ticks later. */
class Story {
  readonly fake = new FakePredictor();
  readonly rig: Rig;
  /** What the page's controls say. */
  controls = [0, 0, 0];
  samples = 0;
  readonly asked: string[] = [];
  private readonly inputs = new Map<number, number[]>();

  constructor(o: ConnectOptions = {}, more: { pulls?: boolean; predictor?: FindPredictor; spectates?: boolean } = {}) {
    const predictor: FindPredictor = async (room) => {
      this.asked.push(`${room.mode} ${room.seat}`);
      return { by: "page", predictor: this.fake };
    };
    this.rig = new Rig({ angles: ["ship.aim"], ...o }, more.pulls, { predictor: more.predictor ?? predictor, ...(more.spectates ? { watch: { seat: 0, finds: false } } : {}) });
  }

  get session() {
    return this.rig.session;
  }
  get ship() {
    return this.rig.room.ships.get(1)!;
  }
  /** The own ship in the view of this moment. */
  get mine() {
    return this.session.view().mine("ship")[0]!;
  }

  /** begin has the room be entered and the prediction loaded. live: inputs go out. */
  async begin(live = true, welcome: Partial<pb.Welcome> = {}): Promise<this> {
    if (live && !this.session.spectating) this.session.input(() => (this.samples++, this.controls));
    this.rig.play(welcome);
    await loaded();
    return this;
  }

  /** watch has frames go by, so many ms apart. */
  watch(frames: number, ms: number): void {
    for (let i = 0; i < frames; i++) {
      vi.advanceTimersByTime(ms);
      this.session.view();
    }
  }

  /** send has the engine send the controls for a tick. */
  send(tick: number, values = this.controls): void {
    this.inputs.set(tick, values);
    this.rig.say({ type: "sent", tick, values: [...values] });
  }

  /** step has the room use the input of its next tick; others: what it uses instead. */
  step(instead?: readonly number[], snapshot = true): void {
    const { room } = this.rig;
    const [dx = 0, dy = 0] = instead ?? this.inputs.get(room.tick + 1) ?? [];
    this.ship.x += dx;
    this.ship.y += dy;
    for (const s of room.ships.values()) if (s.aim === MADE) s.x += SPEED;
    if (snapshot) this.rig.tick();
    else room.tick++;
  }

  /** fly sends and plays some ticks, with the room lag ticks behind. each is called before each frame. */
  fly(ticks: number, each: (i: number) => void = () => {}): void {
    for (let i = 0; i < ticks; i++) {
      vi.advanceTimersByTime(PERIOD);
      this.send([...this.inputs.keys()].at(-1)! + 1);
      this.step();
      each(i);
    }
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the own rows of the view", () => {
  test("are where the inputs that were sent, and the controls of now, bring them; others stay where they are seen", async () => {
    const s = await new Story().begin();
    s.rig.room.ships.set(2, { x: 9000, y: 0, aim: 1 });
    s.controls = [10, 0, 0];
    for (const tick of [101, 102, 103]) s.send(tick);
    s.step();
    const view = s.session.view();
    const { tick, by } = s.session.predicted!;
    expect([tick >= 102, tick <= 104, by, s.session.stats.predicting]).toEqual([true, true, "page", "page"]);
    const t = view.table("ship");
    expect([t.count, ...t.ids.subarray(0, t.count), t.index(1), t.index(2), t.index(3)]).toEqual([1, 1, 0, -1, -1]); // the other's tick is still to come
    expect(t.column("x")[0]).toBeCloseTo(256 + 10 * (tick - 100), 6);
    expect(t.values("x")[0]).toBeCloseTo((256 + 10 * (tick - 100)) / 256, 8);
    vi.advanceTimersByTime(200);
    const later = s.session.view();
    const both = later.table("ship");
    expect([both.count, ...both.ids.subarray(0, 2), both.index(1), both.index(2), both.column("x")[0]]).toEqual([2, 2, 1, 1, 0, 9000]);
    expect(later.rows("ship").map((r) => [r.id, r.life, r.x])).toEqual([0, 1].map((i) => [both.ids[i], both.lives[i], both.values("x")[i]]));
    expect(later.mine("ship").map((r) => [r.id, r.life, r.ammo])).toEqual([[1, both.lives[1], 9]]);
  });

  test("move on between two ticks, and never farther than one beyond the newest", async () => {
    const s = await new Story().begin();
    s.controls = [256, 0, 0];
    s.send(101);
    const xs: number[] = [];
    for (let i = 0; i < 20; i++) {
      vi.advanceTimersByTime(7);
      xs.push(s.mine.x!);
    }
    expect(xs.every((x, i) => i === 0 || x >= xs[i - 1]!)).toBe(true);
    expect([xs[0]! < 3, xs.at(-1)]).toEqual([true, 3]); // 1, its input, and the guess
  });

  test("have private columns and what is not smooth as the next tick will have them", async () => {
    const s = await new Story().begin();
    s.send(101);
    expect(s.mine.ammo).toBe(9);
    s.controls = [0, 0, 1];
    expect(s.mine.ammo).toBe(8);
    s.controls = [0, 0, 0];
    s.send(102, [0, 0, 1]);
    expect(s.mine.ammo).toBe(8);
  });

  test("are not corrected while the room does as was predicted", async () => {
    const { random, seed } = randomOf();
    console.log(`METRONOME_SEED=${seed}`);
    const s = await new Story().begin();
    for (const tick of [101, 102, 103, 104]) s.send(tick);
    s.fly(150, () => {
      s.controls = [Math.floor(random() * 200) - 100, Math.floor(random() * 200) - 100, 0];
      s.session.view();
    });
    const { stats } = s.session;
    expect([stats.corrections, stats.mispredictions, s.rig.said("correction")]).toEqual([0, [], []]);
    expect(stats.predictMs.max).toBeGreaterThanOrEqual(0);
    expect(s.fake.log.filter((l) => l.startsWith("load")).length).toBe(151);
  });

  test("are those whose owner is the seat, where a column says so", async () => {
    const [ship] = schema.table;
    const column = ship!.column.map((c) => (c.name === "aim" ? { ...c, owner: true } : c));
    const s = await new Story({ angles: [] }).begin(true, { seat: 3, schema: create(SchemaSchema, { ...schema, table: [{ ...ship!, column }] } as never) });
    s.rig.room.ships.set(2, { x: 9000, y: 0, aim: 4 });
    s.controls = [256, 0, 0];
    s.send(101, [0, 0, 0]);
    s.step();
    s.watch(20, 20);
    const t = s.session.view().table("ship");
    expect([...t.ids.subarray(0, t.count), ...t.column("x").subarray(0, 2)]).toEqual([2, 1, 9000, 512]);
    expect(s.session.view().mine("ship").map((r) => [r.id, r.x, r.ammo])).toEqual([[1, 2, 9]]);
  });

  test("are predicted from snapshots that come every third tick", async () => {
    const s = await new Story().begin(true, { snapshotEvery: 3 });
    s.controls = [20, -7, 0];
    for (const tick of [101, 102]) s.send(tick);
    for (let i = 0; i < 30; i++) {
      vi.advanceTimersByTime(PERIOD);
      s.send(103 + i);
      s.step(undefined, i % 3 === 2);
      s.session.view();
    }
    expect([s.session.stats.corrections, s.session.stats.mispredictions]).toEqual([0, []]);
    expect(Math.abs(s.session.predicted!.tick - 132.5)).toBeLessThanOrEqual(1);
  });
});

describe("a prediction that was wrong", () => {
  test("is named by row and column, with how far off it was, and fades from the view", async () => {
    const s = await new Story().begin();
    s.controls = [256, 0, 0];
    for (const tick of [101, 102, 103]) s.send(tick);
    s.controls = [0, 0, 0];
    s.fly(1);
    s.watch(30, 20);
    const before = s.mine.x!;
    expect(before).toBe(4);
    s.step([0, 0, 0]); // of tick 102
    const { stats } = s.session;
    expect(stats.mispredictions).toEqual([{ table: "ship", column: "x", row: 1, count: 1, last: 1, most: 1 }]);
    expect([stats.corrections, s.rig.said("correction")]).toEqual([1, [{ table: "ship", amount: 1 }]]);
    expect(s.mine.x).toBeCloseTo(before, 6);
    vi.advanceTimersByTime(50);
    expect(s.mine.x).toBeCloseTo(3 + Math.exp(-1.5), 6);
    vi.advanceTimersByTime(50);
    expect(s.mine.x! - 3).toBeLessThan(0.05);
    s.step([0, 256 * 3, 0]); // of tick 103
    expect(stats.mispredictions.map((m) => [m.column, m.count, m.last, m.most])).toEqual([["y", 1, 3, 3], ["x", 2, 1, 1]]);
    expect(s.rig.said("correction").at(-1)).toEqual({ table: "ship", amount: Math.hypot(3, 1) });
    s.step([64, 0, 0]); // of tick 104, for which there was none
    expect(stats.mispredictions[0]).toEqual({ table: "ship", column: "x", row: 1, count: 3, last: 0.25, most: 1 });
  });

  test("is counted the short way round where it is an angle", async () => {
    const s = await new Story().begin();
    s.ship.aim = 250;
    s.step();
    s.fake.predicted = ["aim"];
    s.send(102);
    s.ship.aim = 4;
    s.step();
    expect(s.session.stats.mispredictions.map((m) => [m.column, m.last.toFixed(4)])).toEqual([["aim", ((10 / 128) * Math.PI).toFixed(4)]]);
  });

  test("is none in a column that the predictor never changes, though that fades, too", async () => {
    const s = await new Story().begin();
    s.fake.predicted = ["y"];
    for (const tick of [101, 102]) s.send(tick);
    s.watch(30, 20);
    s.step([256, 0, 0]);
    expect([s.session.stats.mispredictions, s.session.stats.corrections]).toEqual([[], 0]);
    expect(s.mine.x).toBeCloseTo(1, 6);
    s.watch(30, 20);
    expect(s.mine.x).toBeCloseTo(2, 2);
  });

  test("is none where another row has the id", async () => {
    const s = await new Story().begin();
    s.controls = [10, 0, 0];
    for (const tick of [101, 102]) s.send(tick);
    s.rig.room.tick = 101;
    s.rig.room.ships.set(1, { x: 90_000, y: 0, aim: 0 });
    s.rig.message(s.rig.room.key(null, { resumed: false } as never));
    expect([s.session.stats.mispredictions, s.session.stats.corrections]).toEqual([[], 0]);
  });
});

describe("a row that the prediction made", () => {
  /** made: id, life and x of the rows that fly by themselves, as the view has them. */
  const made = (s: Story): { id: number; life: number; x: number }[] =>
    s.session.view().rows("ship").filter((_, i) => Math.round(s.session.view().table("ship").column("aim")[i]!) === MADE).map((r) => ({ id: r.id, life: r.life, x: r.x! }));

  test("is in the next frame, and goes on as the room's without a jump or a second one", async () => {
    const s = await new Story().begin();
    s.fake.predictsAmmo = false; // this room does not count it
    for (const tick of [101, 102, 103]) s.send(tick);
    s.session.view();
    s.controls = [0, 0, 1];
    const [shot] = made(s);
    expect(shot).toMatchObject({ x: 1 });
    s.send(104);
    s.controls = [0, 0, 0];
    s.session.view();
    let last = shot!.x;
    const see = (): void => {
      const now = made(s);
      expect(now.map((m) => m.life)).toEqual([shot!.life]);
      expect(now[0]!.x).toBeGreaterThanOrEqual(last - 1e-9);
      expect(now[0]!.x - last).toBeLessThanOrEqual((1.6 * SPEED) / 256);
      last = now[0]!.x;
    };
    for (let i = 0; i < 12; i++) {
      vi.advanceTimersByTime(PERIOD / 2);
      see();
      vi.advanceTimersByTime(PERIOD / 2);
      s.send(105 + i);
      s.step();
      if (s.rig.room.tick === 103) s.rig.room.ships.set(7, { x: s.ship.x - SPEED, y: s.ship.y, aim: MADE }); // the room makes it at 104
      see();
    }
    expect([made(s)[0]!.id, s.fake.adopted.map((a) => a.id), s.session.stats.mispredictions, s.session.stats.corrections]).toEqual([7, [7], [], 0]);
    s.rig.room.ships.delete(7);
    s.step();
    expect(made(s)).toEqual([]); // and not once more where the view still is
    expect(s.fake.adopted).toEqual([]);
  });

  test("is gone when the room did not make it, and counted", async () => {
    const s = await new Story().begin();
    s.controls = [0, 0, 1];
    s.send(101);
    s.controls = [0, 0, 0];
    s.send(102);
    expect(made(s).length).toBe(1);
    s.step();
    expect([made(s), s.session.stats.mispredictions.map((m) => [m.column, m.count])]).toEqual([[], [["ammo", 1], ["made", 1]]]);
  });

  test("is the nearest of the room's that are alike, each once", async () => {
    const s = await new Story({ angles: [] }).begin();
    s.controls = [2560, 0, 1];
    s.session.view();
    for (const tick of [101, 102]) s.send(tick);
    const lives = made(s).map((m) => m.life);
    expect(lives.length).toBe(3); // two that were sent, one that is guessed
    s.controls = [0, 0, 0];
    expect(made(s).length).toBe(2);
    s.step(undefined, false);
    s.step(undefined, false);
    s.rig.room.ships.set(8, { x: 256 + 5120, y: -256, aim: MADE });
    s.rig.room.ships.set(9, { x: 256 + 2560 + SPEED, y: -256, aim: MADE });
    s.rig.room.ships.set(10, { x: 256 + 2560, y: -256, aim: 3 });
    s.rig.message(s.rig.room.frame());
    expect(made(s).map((m) => [m.id, m.life])).toEqual([[9, lives[0]], [8, lives[1]]]);
  });

  test("is found by its id in the room, though another that had the id is still drawn", async () => {
    const s = await new Story().begin();
    s.rig.room.ships.set(7, { x: 9000, y: 0, aim: 5 });
    s.step();
    while (s.session.view().tick < 101) s.watch(1, 5);
    s.send(102);
    s.send(103, [0, 0, 1]);
    const { life } = made(s)[0]!;
    s.rig.room.ships.delete(7);
    s.step();
    s.rig.room.ships.set(7, { x: s.ship.x - SPEED, y: s.ship.y, aim: MADE });
    s.step();
    const t = s.session.view().table("ship");
    expect([...t.ids.subarray(0, t.count), t.index(7), t.lives[2]]).toEqual([7, 1, 7, 2, life]);
  });

  test("has a life that no other has, over connections, too", async () => {
    const s = await new Story().begin();
    s.controls = [0, 0, 1];
    const [first] = made(s);
    expect(first!.life).toBe(2 ** 32 - 1);
    s.rig.play({ resumed: true });
    expect([s.session.predicted, s.session.stats.predicting, s.session.view().table("ship").ids[0]]).toEqual([null, "", 1]);
    await loaded();
    s.session.view();
    const [second] = made(s);
    expect(second!.life).toBe(2 ** 32 - 2);
  });
});

describe("inputs", () => {
  test("of ticks that none was sent for are the last again, but for buttons that count once", async () => {
    const s = new Story();
    await s.begin();
    s.session.schema!.input.forEach((f, i) => Object.assign(f, { once: i === 2 }));
    s.send(101, [5, 6, 1]);
    s.send(104, [7, 8, 0]);
    expect(s.fake.log.slice(-4)).toEqual(["step 101 5,6,1", "step 102 5,6,0", "step 103 5,6,0", "step 104 7,8,0"]);
  });

  test("that were sent before the predictor was there are predicted with", async () => {
    let give!: () => void;
    const fake = new FakePredictor();
    const s = new Story({}, { predictor: () => new Promise((resolve) => (give = () => resolve({ by: "wasm", predictor: fake }))) });
    await s.begin();
    s.send(101, [5, 0, 0]);
    s.send(102, [6, 0, 0]);
    expect([s.session.predicted, s.session.stats.predicting, s.mine.x]).toEqual([null, "", 1]);
    give();
    await loaded();
    expect(fake.log).toEqual(["load 100", "step 101 5,0,0", "step 102 6,0,0"]);
    expect(s.session.stats.predicting).toBe("wasm");
  });

  test("show a tap until it is sent, and lose none where the engine asks for samples", async () => {
    const s = new Story({}, { pulls: true });
    let taps = 0;
    await s.begin(false);
    s.session.input(() => {
      const bits = taps;
      taps = 0; // as Buttons.take() does
      return [0, 0, bits];
    });
    s.send(101);
    taps = 1;
    expect(s.mine.ammo).toBe(8);
    expect(s.mine.ammo).toBe(8);
    expect(s.rig.pull(102)).toEqual([0, 0, 1]);
    s.send(102, [0, 0, 1]);
    expect(s.mine.ammo).toBe(8);
    expect(s.rig.pull(103)).toEqual([0, 0, 0]);
  });

  test("are sampled once a frame, as without a prediction", async () => {
    const s = await new Story().begin();
    s.samples = 0;
    s.session.view();
    s.session.view();
    expect(s.samples).toBe(2);
  });
});

describe("commands", () => {
  test("of a game without inputs are predicted from the next frame until they are answered", async () => {
    const s = await new Story().begin(true, { rests: true }); // which samples none, though it is given a sampler
    s.ship.x = 512;
    s.step();
    expect([s.mine.x, s.session.predicted!.tick]).toEqual([2, 101]); // as in the newest snapshot, not on the way to it
    const answer = s.session.command([50, 0]);
    expect([s.mine.aim!.toFixed(4), s.session.predicted!.tick]).toEqual([((50 / 128) * Math.PI).toFixed(4), 102]);
    vi.advanceTimersByTime(200);
    s.step();
    expect([s.fake.log.at(-1), s.session.predicted!.tick]).toEqual(["step 103 none command 50,0", 102]);
    s.rig.say({ type: "settled", id: 1, number: 1, fate: "refused", reason: "no" });
    expect((await answer).fate).toBe("refused");
    const steps = s.fake.log.length;
    s.session.view();
    expect([s.fake.log.slice(steps), s.session.predicted!.tick]).toEqual([["load 102"], 102]);
  });

  test("beside inputs are given with the next one, or after the snapshot that is beyond that", async () => {
    const s = await new Story().begin();
    for (const tick of [101, 102]) s.send(tick);
    void s.session.command([50]);
    s.session.view();
    expect(s.fake.log.some((l) => l.includes("command"))).toBe(false);
    expect(s.mine.aim).toBeGreaterThan(0); // the guess has it
    s.send(103);
    expect(s.fake.log.at(-1)).toBe("step 103 0,0,0 command 50");
    s.step();
    expect(s.fake.log.slice(-2)).toEqual(["step 102 0,0,0", "step 103 0,0,0 command 50"]);
    for (let i = 0; i < 3; i++) s.step();
    s.send(105);
    expect(s.fake.log.slice(-2)).toEqual(["load 104", "step 105 0,0,0 command 50"]);
    s.rig.say({ type: "settled", id: 1, number: 1, fate: "given", reason: "" });
    s.step();
    expect(s.fake.log.at(-1)).toBe("load 105");
  });
});

describe("nobody predicts", () => {
  test("for who watches, or says so, or finds no predictor", async () => {
    const watching = await new Story({}, { spectates: true }).begin(true, { seat: 0, spectator: true } as never);
    expect([watching.asked, watching.session.predicted]).toEqual([[], null]);
    const none = await new Story({}, { predictor: async () => null }).begin();
    expect([none.session.predicted, none.session.stats.predicting, none.mine.x]).toEqual([null, "", 1]);
  });

  test("after a predictor has thrown, until the next connection; the view goes on as the room says", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const s = await new Story().begin();
    s.controls = [256, 0, 0];
    s.fake.failsAt = 103;
    s.send(101);
    expect(s.session.predicted).not.toBe(null);
    s.send(102);
    s.send(103);
    s.fly(9, () => s.session.view());
    expect([s.session.predicted, s.session.stats.predicting, said.mock.calls.length]).toEqual([null, "", 1]);
    expect(said.mock.calls[0]![0]).toContain("it broke");
    const t = s.session.view();
    expect(t.table("ship").values("x")[0]).toBeCloseTo(1 + (t.tick - 100), 4);
    s.fake.failsAt = Infinity;
    await s.begin(true, { resumed: true });
    expect([s.session.predicted?.by, s.asked]).toEqual(["page", ["ffa 1", "ffa 1"]]);
  });

  test("when no predictor can be had; the console says why", async () => {
    const said = vi.spyOn(console, "warn").mockImplementation(() => {});
    const s = await new Story({}, { predictor: async () => Promise.reject(new Error("404")) }).begin();
    expect([s.session.predicted, said.mock.calls.length, s.mine.x]).toEqual([null, 1, 1]);
  });

  test("while the connection is lost: what was predicted stays where it is", async () => {
    const s = await new Story().begin();
    s.controls = [256, 0, 0];
    s.send(101);
    const { x } = s.mine;
    s.rig.say({ type: "state", state: "away", end: closeEnd(1006, "") });
    vi.advanceTimersByTime(500);
    expect(s.mine.x).toBe(x);
  });

  test("while the connection is lost before the first frame: the view has what the room said", async () => {
    const s = await new Story().begin();
    s.rig.say({ type: "state", state: "away", end: closeEnd(1006, "") });
    s.send(101, [256, 0, 0]);
    expect([s.mine.x, s.session.view().table("ship").values("x")[0]]).toEqual([1, 1]);
  });
});
