// Rows that a prediction made, such as a projectile: which life each has, and
// which row of the room each turns out to be.
import type { ColumnPlan, TablePlan } from "../page/shapes.ts";
import type { SnapshotTable } from "../page/snapshot.ts";
import { difference } from "../page/timeline.ts";
import type { MadeLives } from "./lives.ts";
import type { Adopted } from "./predictor.ts";
import { KEPT_TICKS, type RowsAt } from "./rows.ts";

/** A row of the room that goes on under the life of a made one. */
interface Adoption extends Adopted {
  /** The made row's. */
  readonly life: number;
  /** Tick of the first snapshot without it; 0: the room has it. */
  goneAt: number;
}

/** The made rows of one connection. */
export class MadeRows {
  /** Lives by table, tick and number: the same over all replays. */
  private readonly lives = new Map<string, { life: number; madeAt: number }>();
  private readonly byServer = new Map<number, Adoption>();
  private readonly byMade = new Map<number, Adoption>();

  constructor(private readonly given: MadeLives) {}

  /** The life of the nth row that the step of a tick made in a table. */
  life(table: number, madeAt: number, nth: number): number {
    const key = `${table} ${madeAt} ${nth}`;
    let made = this.lives.get(key);
    if (!made) this.lives.set(key, (made = { life: this.given.next(), madeAt }));
    return made.life;
  }

  /** The life under which a row of the room is shown. */
  shown(serverLife: number): number {
    return this.byServer.get(serverLife)?.life ?? serverLife;
  }

  adopted(serverLife: number): boolean {
    return this.byServer.has(serverLife);
  }

  /** The id in the room of a row that is shown under a made life; -1: it is not adopted. */
  idOf(madeLife: number): number {
    return this.byMade.get(madeLife)?.id ?? -1;
  }

  /**
   * Finds the made rows among those that are new in a snapshot: equal in all that is neither linear nor an angle, the nearest first.
   * candidates are places in made; answers those that are nowhere.
   */
  adopt(table: number, plan: TablePlan, made: RowsAt, candidates: readonly number[], now: SnapshotTable, fresh: readonly number[]): number[] {
    const pairs: { i: number; at: number; far: number }[] = [];
    for (const i of candidates) {
      for (const at of fresh) if (alike(plan, made, i, now, at)) pairs.push({ i, at, far: distance(plan, made, i, now, at) });
    }
    pairs.sort((a, b) => a.far - b.far);
    const [found, taken] = [new Set<number>(), new Set<number>()];
    for (const { i, at } of pairs) {
      if (found.has(i) || taken.has(at)) continue;
      found.add(i);
      taken.add(at);
      const one: Adoption = { table, id: now.ids[at]!, madeAt: made.madeAt[i]!, nth: made.nth[i]!, life: made.lives[i]!, goneAt: 0 };
      this.byServer.set(now.lives[at]!, one);
      this.byMade.set(one.life, one);
    }
    return candidates.filter((i) => !found.has(i));
  }

  /** The adopted rows that a snapshot still has. Who is gone is known on until no view can show it any more. */
  present(tick: number, nth: (table: number) => SnapshotTable): Adopted[] {
    const here: Adopted[] = [];
    for (const [serverLife, one] of this.byServer) {
      const t = nth(one.table);
      const at = t.index(one.id);
      if (at >= 0 && t.lives[at] === serverLife) here.push(one);
      else if (one.goneAt === 0) one.goneAt = tick;
      else if (tick - one.goneAt > KEPT_TICKS) {
        this.byServer.delete(serverLife);
        this.byMade.delete(one.life);
      }
    }
    for (const [key, { madeAt }] of this.lives) if (madeAt <= tick) this.lives.delete(key);
    return here;
  }
}

const steady = (c: ColumnPlan): boolean => !c.smooth && !c.angle;

/** alike tells whether a made row and one of the room may be the same. */
function alike(plan: TablePlan, made: RowsAt, i: number, now: SnapshotTable, at: number): boolean {
  for (const c of plan.shared.values()) if (steady(c) && made.shared[c.at]![i] !== now.raw(c)[at]) return false;
  const own = now.ownIds.indexOf(now.ids[at]!);
  if (own < 0) return true;
  for (const c of plan.own.values()) if (steady(c) && made.own[c.at]![i] !== now.ownRaw(c)[own]) return false;
  return true;
}

function distance(plan: TablePlan, made: RowsAt, i: number, now: SnapshotTable, at: number): number {
  let sum = 0;
  for (const c of plan.shared.values()) if (c.smooth && !c.angle) sum += (difference(made.shared[c.at]![i]!, now.raw(c)[at]!, c) * c.unit) ** 2;
  return sum;
}
