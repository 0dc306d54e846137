// A predictor of the test's: ships fly by their input, and button 1 makes another that flies on by itself.
import type { Column } from "../src/api.ts";
import type { Snapshot } from "../src/page/snapshot.ts";
import type { Adopted, OpenCommand, PredictedRows, Predictor } from "../src/predict/predictor.ts";

/** What a made one flies by in a tick. */
export const SPEED = 64;
/** The aim of made ones, by which they are known. */
export const MADE = 77;

interface Flying {
  id: number;
  madeAt: number;
  nth: number;
  x: number;
  y: number;
  aim: number;
  ammo: number;
}

export class FakePredictor implements Predictor {
  readonly tables = [0];
  /** What it was asked: "load 100", "step 101 10,0,0" and so on, guesses apart. */
  readonly log: string[] = [];
  readonly adopted: Adopted[] = [];
  /** Shared columns that it is said to change. */
  predicted = ["x", "y", "aim"];
  /** Whether it is said to change the private one. */
  predictsAmmo = true;
  /** Throws at this tick. */
  failsAt = Infinity;
  private rowsNow: Flying[] = [];
  private marked: Flying[] | null = null;

  load(s: Snapshot, adopted: readonly Adopted[]): void {
    this.log.push(`load ${s.tick}`);
    this.adopted.splice(0, Infinity, ...adopted);
    const t = s.nth(0);
    const ids = [...t.ownIds, ...adopted.map((a) => a.id)];
    this.rowsNow = [...new Set(ids)].flatMap((id) => {
      const at = t.index(id);
      const [x, y, aim] = ["x", "y", "aim"].map((c) => t.column(c)[at]!) as [number, number, number];
      return at < 0 ? [] : [{ id, madeAt: 0, nth: 0, x, y, aim, ammo: t.own("ammo")[t.ownIds.indexOf(id)] ?? 0 }];
    });
  }

  step(tick: number, input: readonly number[] | null, commands: readonly OpenCommand[]): void {
    if (!this.marked) this.log.push(`step ${tick} ${input ?? "none"}${commands.map((c) => ` command ${c.values}`).join("")}`);
    if (tick === this.failsAt) throw new Error("it broke");
    let nth = 0;
    for (const r of [...this.rowsNow]) {
      if (r.aim === MADE) {
        r.x += SPEED;
        continue;
      }
      r.x += input?.[0] ?? 0;
      r.y += input?.[1] ?? 0;
      for (const c of commands) r.aim = c.values[0]!;
      if (((input?.[2] ?? 0) & 1) === 0) continue;
      r.ammo--;
      this.rowsNow.push({ id: 1_000_000 + 100 * tick + nth, madeAt: tick, nth: nth++, x: r.x, y: r.y, aim: MADE, ammo: 0 });
    }
  }

  mark(): void {
    this.marked = this.rowsNow.map((r) => ({ ...r }));
  }

  back(): void {
    this.rowsNow = this.marked!;
    this.marked = null;
  }

  rows(): PredictedRows {
    const of = (f: (r: Flying) => number): Uint32Array => Uint32Array.from(this.rowsNow, f);
    const column = (f: (r: Flying) => number): Column => Int32Array.from(this.rowsNow, f);
    return {
      count: this.rowsNow.length, ids: of((r) => r.id), madeAt: of((r) => r.madeAt), nth: of((r) => r.nth),
      shared: [column((r) => r.x), column((r) => r.y), column((r) => r.aim)], own: [column((r) => r.ammo)],
    };
  }

  changes(_: number, plane: "shared" | "own", at: number): boolean {
    return plane === "own" ? this.predictsAmmo : this.predicted.includes(["x", "y", "aim"][at]!);
  }
}
