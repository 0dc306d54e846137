import { type Schema, narrow, signed } from "../schema.ts";

/** What the mirror knows of a column. */
export interface Shape {
  readonly linear: boolean;
  readonly signed: boolean;
  /** 32 minus the width at which it wraps, bits. */
  readonly narrow: number;
}

/** The columns of one plane, by table. */
export function shapesOf(schema: Schema, own: boolean): Shape[][] {
  return schema.tables.map((t) =>
    t.columns.filter((c) => c.private === own).map((c) => ({ linear: c.linear, signed: signed(c.kind), narrow: narrow(c.kind) })),
  );
}

/** Brings a sum into the form that a column has; 32 bits as a signed number. */
export function canonical(v: number, shape: Shape): number {
  return shape.signed ? (v << shape.narrow) >> shape.narrow : (v << shape.narrow) >>> shape.narrow;
}

/** Brings a difference of two values into the width, signed. */
export function wrap(v: number, narrow: number): number {
  return (v << narrow) >> narrow;
}
