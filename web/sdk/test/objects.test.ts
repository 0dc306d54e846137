import { describe, expect, test } from "vitest";
import type { RowObject } from "../src/api.ts";
import { plansOf } from "../src/page/shapes.ts";
import { Snapshot } from "../src/page/snapshot.ts";
import { Timeline } from "../src/page/timeline.ts";
import { Drawn } from "../src/page/view.ts";
import { type ColumnSchema, Kind, type Schema } from "../src/schema.ts";

const column = (name: string, kind: number, more: Partial<ColumnSchema> = {}): ColumnSchema => ({ name, kind, linear: false, private: false, owner: false, ...more });
const gameOf = (columns: ColumnSchema[]): Schema => ({ tables: [{ name: "ship", columns }], events: [], input: [], command: [], params: [], outcome: [], fingerprint: "" });

const ships = gameOf([
  column("x", Kind.FIXED, { linear: true }), column("aim", Kind.ANGLE), column("seat", Kind.SEAT, { owner: true }), column("id", Kind.UINT8), column("heat", Kind.FIXED, { private: true }),
]);

/** A ship as the wire has it: 256 to a unit of x and heat, 65536 to the circle. */
interface Ship {
  id: number;
  life: number;
  x: number;
  aim?: number;
  seat: number;
}

/** A screen of one table, whose snapshots the test writes as pack.ts would. */
class Screen {
  readonly drawn: Drawn;
  private readonly plans;
  private readonly timeline = new Timeline();

  constructor(schema: Schema, seat: number) {
    this.plans = plansOf(schema, []);
    this.drawn = new Drawn(this.plans, seat);
  }

  /** A snapshot of the table, by columns; own has ids and then each private column. */
  columns(tick: number, shared: number[][], own: number[][]): void {
    const words = Int32Array.from([shared[0]!.length, own[0]?.length ?? 0, ...shared.flat(), ...own.flat()]);
    this.timeline.push(new Snapshot(tick, 0, this.plans, words.buffer));
  }

  ships(tick: number, all: Ship[], heat: [id: number, heat: number][] = []): void {
    const of = (f: (s: Ship) => number): number[] => all.map(f);
    this.columns(tick, [of((s) => s.id), of((s) => s.life), of((s) => s.x), of((s) => s.aim ?? 0), of((s) => s.seat), of(() => 77)], [heat.map(([id]) => id), heat.map(([, h]) => h)]);
  }

  at(tick: number): Drawn {
    this.drawn.move(this.timeline, tick);
    return this.drawn;
  }
}

describe("rows as objects", () => {
  test("have the columns in real units, in between two snapshots, and the id and life of the row", () => {
    const s = new Screen(ships, 1);
    s.ships(10, [{ id: 3, life: 5, x: 256, aim: 16384, seat: 2 }, { id: 4, life: 6, x: -512, seat: 1 }]);
    s.ships(11, [{ id: 3, life: 5, x: 768, aim: 16384, seat: 2 }, { id: 4, life: 6, x: -512, seat: 1 }]);
    const rows = s.at(10.5).rows("ship");
    expect(rows).toEqual([{ id: 3, life: 5, x: 2, aim: Math.PI / 2, seat: 2 }, { id: 4, life: 6, x: -2, aim: 0, seat: 1 }]);
    const values = s.drawn.table("ship").values("x");
    expect(rows.map((r) => r["x"])).toEqual([values[0], values[1]]);
  });

  test("are the same objects in the same array while the row lives, and others afterwards", () => {
    const s = new Screen(ships, 1);
    s.ships(10, [{ id: 3, life: 5, x: 0, seat: 2 }, { id: 4, life: 6, x: 0, seat: 1 }]);
    s.ships(11, [{ id: 4, life: 6, x: 256, seat: 1 }, { id: 3, life: 7, x: 512, seat: 2 }]);
    const list = s.at(10).rows("ship");
    const [gone, stays] = list;
    expect(s.drawn.rows("ship")).toBe(list);
    expect(s.at(11).rows("ship")).toBe(list);
    expect(list.map((r) => [r.id, r.life, r["x"]])).toEqual([[4, 6, 1], [3, 7, 2]]);
    expect(list[0]).toBe(stays);
    expect(list[1]).not.toBe(gone);
    expect(gone).toMatchObject({ life: 5, x: 0 });
  });

  test("are let go with their rows", () => {
    const s = new Screen(ships, 1);
    const met = new Set<RowObject | undefined>();
    for (const [tick, life] of [1, 2, 1].entries()) {
      s.ships(tick, [{ id: 1, life, x: 256, seat: 1 }]);
      met.add(s.at(tick).rows("ship")[0]);
    }
    expect(met.size).toBe(3);
  });

  test("a table that the game does not have is an error", () => {
    const s = new Screen(ships, 1);
    expect(() => s.at(0).rows("boat")).toThrow("boat");
    expect(() => s.at(0).mine("boat")).toThrow("boat");
    expect([s.at(0).rows("ship"), s.at(0).mine("ship")]).toEqual([[], []]);
  });
});

describe("one's own rows", () => {
  test("are those whose owner is the seat, with what only it is told", () => {
    const s = new Screen(ships, 2);
    s.ships(10, [{ id: 3, life: 5, x: 0, seat: 1 }, { id: 4, life: 6, x: 256, seat: 2 }, { id: 9, life: 7, x: 0, seat: 2 }], [[9, 512], [4, 128], [5, 0]]);
    expect(s.at(10).mine("ship")).toEqual([{ id: 4, life: 6, x: 1, aim: 0, seat: 2, heat: 0.5 }, { id: 9, life: 7, x: 0, aim: 0, seat: 2, heat: 2 }]);
    expect(s.drawn.mine("ship")).toBe(s.drawn.mine("ship"));
    s.ships(11, [{ id: 9, life: 7, x: 0, seat: 1 }, { id: 4, life: 6, x: 512, seat: 2 }]);
    const before = s.at(10).mine("ship")[0];
    expect(s.at(11).mine("ship")).toEqual([{ id: 4, life: 6, x: 2, aim: 0, seat: 2, heat: 0 }]);
    expect(s.drawn.mine("ship")[0]).toBe(before);
  });

  test("nobody's seat has none", () => {
    const s = new Screen(ships, 0);
    s.ships(10, [{ id: 3, life: 5, x: 0, seat: 0 }]);
    expect(s.at(10).mine("ship")).toEqual([]);
  });

  test("without an owner that everybody sees they are those that came to this seat only", () => {
    const s = new Screen(gameOf([column("x", Kind.FIXED), column("ammo", Kind.UINT8, { private: true })]), 2);
    s.columns(10, [[1, 2], [5, 6], [256, 512]], [[2], [9]]);
    expect(s.at(10).mine("ship")).toEqual([{ id: 2, life: 6, x: 2, ammo: 9 }]);
  });

  test("a table whose rows are nobody's is an error", () => {
    const s = new Screen(gameOf([column("x", Kind.FIXED), column("seat", Kind.SEAT)]), 2);
    s.columns(10, [[1], [5], [256], [2]], []);
    expect(() => s.at(10).mine("ship")).toThrow("whose");
  });
});
