import { Kind, type Schema, type TableSchema, circle, narrow, unitOf, unsigned32 } from "../schema.ts";

/** How one column is laid out and drawn. */
export interface ColumnPlan {
  readonly name: string;
  /** Place among the columns of its plane. */
  readonly at: number;
  readonly unsigned: boolean;
  /** Drawn in between two snapshots. */
  readonly smooth: boolean;
  /** Its whole range is a circle. */
  readonly angle: boolean;
  /** 32 minus its width, bits. */
  readonly narrow: number;
  /** What 1 is in real units. */
  readonly unit: number;
}

/** What the page knows of a table. */
export interface TablePlan {
  readonly name: string;
  readonly shared: ReadonlyMap<string, ColumnPlan>;
  readonly own: ReadonlyMap<string, ColumnPlan>;
  /** The column that says whose row it is, if everybody sees it; else null. */
  readonly owner: ColumnPlan | null;
}

/** Plans for the tables of a schema; angles are "table.column". */
export function plansOf(schema: Schema, angles: readonly string[]): TablePlan[] {
  return schema.tables.map((t) => {
    const shared = columns(t, false, angles);
    const owner = t.columns.find((c) => c.owner);
    return { name: t.name, shared, own: columns(t, true, angles), owner: (owner && shared.get(owner.name)) ?? null };
  });
}

function columns(t: TableSchema, own: boolean, angles: readonly string[]): Map<string, ColumnPlan> {
  const plans = new Map<string, ColumnPlan>();
  for (const c of t.columns) {
    if (c.private !== own) continue;
    const angle = c.kind === Kind.ANGLE || angles.includes(`${t.name}.${c.name}`);
    plans.set(c.name, {
      name: c.name, at: plans.size, unsigned: unsigned32(c.kind), smooth: !own && (c.linear || angle), angle, narrow: narrow(c.kind),
      unit: angle ? circle(c.kind) : unitOf(c.kind),
    });
  }
  return plans;
}
