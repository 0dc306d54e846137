import { describe, expect, test } from "vitest";
import type { AnyGame } from "../src/game.ts";
import { pack } from "../src/engine/pack.ts";
import { Mirror } from "../src/mirror/mirror.ts";
import { plansOf } from "../src/page/shapes.ts";
import { Snapshot } from "../src/page/snapshot.ts";
import { predictors } from "../src/predict/source.ts";
import { predict, type StepPrediction } from "../src/predict/step.ts";
import { StepPredictor } from "../src/predict/steppredictor.ts";
import { ServerFrame } from "../src/wire/frame.ts";
import { Room } from "./room.ts";

/** A room's snapshots and a predictor made of functions. Ship 1 is the seat's own, by what came to it only. */
class Bench {
  readonly room = new Room();
  readonly predictor: StepPredictor;
  readonly found;
  private readonly frame = new ServerFrame();
  private readonly mirror: Mirror;
  private readonly plans;

  constructor(...predictions: StepPrediction[]) {
    this.room.ships.set(1, { x: 1000, y: 0, aim: 0 });
    this.room.ships.set(2, { x: 5000, y: 0, aim: 9 });
    this.frame.read(this.room.key({}));
    const schema = this.frame.welcome!.schema!;
    this.mirror = new Mirror(schema);
    this.mirror.apply(this.frame);
    this.plans = plansOf(schema, []);
    const command = [{ name: "what", min: 0, max: 9, list: 0 }, { name: "cards", min: 0, max: 9, list: 3 }];
    const room = { url: "", mode: "ffa", seat: 1, tickHz: 30, schema: { ...schema, command }, plans: this.plans, params: [], seats: 4, predict: "" };
    this.found = (asked: Parameters<typeof predictors>[0]) => predictors(asked)(room);
    this.predictor = new StepPredictor(predictions, room);
  }

  snapshot(): Snapshot {
    return new Snapshot(this.room.tick, 0, this.plans, pack(this.mirror));
  }

  /** take goes on to a tick in which the own ship is at x, and begins there. */
  take(x: number, ticks = 1): void {
    this.room.tick += ticks;
    this.room.ships.get(1)!.x = x;
    this.frame.read(this.room.frame());
    expect(this.mirror.apply(this.frame)).toBe("ok");
    this.predictor.load(this.snapshot(), []);
  }

  /** The own ship as it is predicted: x, y, aim, ammo. */
  get ship(): number[] {
    const r = this.predictor.rows(0);
    expect([r.count, r.ids[0], r.madeAt[0]]).toEqual([1, 1, 0]);
    return [...r.shared, ...r.own].map((c) => c[0]!);
  }
}

describe("a prediction by functions", () => {
  test("has own rows, inputs by name, ticks and the world", () => {
    const seen: unknown[] = [];
    const b = new Bench(predict({
      table: "ship",
      step(row, input, tick, world) {
        seen.push([row.id, { ...input }, tick, world.tick, world.table("ship").column("x")[1], row["ammo"]]);
        row["x"]! += input["dx"]!;
        row["ammo"]!--;
      },
    }));
    b.predictor.load(b.snapshot(), []);
    expect(b.ship).toEqual([1000, 0, 0, 9]);
    b.predictor.step(101, [7, 0, 4], []);
    b.predictor.step(102, null, []);
    expect(seen).toEqual([[1, { dx: 7, dy: 0, buttons: 4 }, 101, 100, 5000, 9], [1, { dx: 0, dy: 0, buttons: 0 }, 102, 100, 5000, 8]]);
    expect(b.ship).toEqual([1007, 0, 0, 7]);
    expect(["x", "y", "aim"].map((_, at) => b.predictor.changes(0, "shared", at))).toEqual([true, false, false]);
    expect(b.predictor.changes(0, "own", 0)).toBe(true);
  });

  test("knows by how much linear columns changed: from two snapshots, and in each step", () => {
    const ds: (number | undefined)[] = [];
    const b = new Bench(predict({
      table: "ship",
      step(row, input) {
        ds.push(row.d["x"]);
        row["x"]! += input["dx"]!;
      },
    }));
    const step = (tick: number, dx: number): void => b.predictor.step(tick, [dx, 0, 0], []);
    b.predictor.load(b.snapshot(), []);
    step(101, 5);
    step(102, 6);
    b.take(1100);
    b.predictor.load(b.snapshot(), []); // the same again: a command was given
    step(102, 20);
    step(103, 40);
    step(104, 33);
    expect(ds.splice(0)).toEqual([0, 5, 100, 20, 40]);
    b.take(1193, 3); // as it was predicted, so that the last change is known
    step(105, 0);
    b.take(1202, 3); // as nobody predicted: the mean
    step(108, 0);
    expect(ds).toEqual([33, 3]);
  });

  test("keeps what is put on a row, from the prediction of the same tick", () => {
    const fuel: (number | undefined)[] = [];
    const b = new Bench(predict<AnyGame, string, { fuel: number }>({
      table: "ship",
      step(row) {
        fuel.push(row.fuel);
        row.fuel = (row.fuel ?? 0) + 1;
      },
    }));
    b.predictor.load(b.snapshot(), []);
    for (const tick of [101, 102, 103]) b.predictor.step(tick, null, []);
    b.take(1000);
    b.predictor.step(102, null, []);
    b.predictor.mark();
    b.predictor.step(103, null, []);
    b.predictor.back();
    b.predictor.step(103, null, []);
    expect(fuel.splice(0)).toEqual([undefined, 1, 2, 1, 2, 2]);
  });

  test("is back where it was marked, and gives commands by name before the step", () => {
    const said: unknown[] = [];
    const b = new Bench(predict({
      table: "ship",
      step: (row) => void (row["x"]! += row["aim"]!),
      commands(row, command, tick) {
        said.push([tick, { ...command }]);
        row["aim"] = command["what"] as number;
      },
    }));
    b.predictor.load(b.snapshot(), []);
    b.predictor.mark();
    b.predictor.step(101, null, [{ values: [3, 0], list: [8, 9] }]);
    expect(b.ship).toEqual([1003, 0, 3, 9]);
    b.predictor.back();
    expect(b.ship).toEqual([1000, 0, 0, 9]);
    b.predictor.step(101, null, []);
    expect([b.ship, said]).toEqual([[1000, 0, 0, 9], [[101, { what: 3, cards: [8, 9] }]]]);
  });

  test("of a table that the game does not have is refused", async () => {
    await expect(new Bench().found([predict({ table: "boat", step() {} })])).rejects.toMatchObject({ code: "no-such-name" });
  });
});

test("a list of functions is a predictor of the page's, and no predictor is asked for where none is wanted", async () => {
  const b = new Bench();
  const found = await b.found([predict({ table: "ship", step() {} })]);
  expect([found?.by, found?.predictor.tables]).toEqual(["page", [0]]);
  expect(await b.found(false)).toBe(null);
});
