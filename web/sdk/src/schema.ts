// The shape of a game's tables, as the welcome brings it.

/** What a column holds. FIXED is in 1/256, ANGLE 65536 to the circle. */
export const Kind = {
  INT8: 1, INT16: 2, INT32: 3, UINT8: 4, UINT16: 5, UINT32: 6,
  BOOL: 7, FIXED: 8, ANGLE: 9, SEAT: 10, REF: 11, INT64: 12, UINT64: 13, TICK: 14,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** Units of a FIXED column to 1. */
export const FIXED = 256;

/** What 1 on the wire is in real units: 1/256 for FIXED, 2π/65536 for ANGLE, which is in radians then, and 1 for all others. */
export function unitOf(kind: number): number {
  return kind === Kind.FIXED ? 1 / FIXED : kind === Kind.ANGLE ? circle(kind) : 1;
}

/** What 1 on the wire is in radians where the whole range of a kind is the circle. */
export const circle = (kind: number): number => (2 * Math.PI) / 2 ** (32 - narrow(kind));

export interface ColumnSchema {
  readonly name: string;
  /** One of Kind; a newer server may know more. */
  readonly kind: number;
  readonly linear: boolean;
  /** Sent to the owner of the row only. */
  readonly private: boolean;
  /** Its value is the seat whose row it is. A table has one at most. */
  readonly owner: boolean;
}

export interface TableSchema {
  readonly name: string;
  readonly columns: readonly ColumnSchema[];
}

export interface EventSchema {
  readonly name: string;
  readonly fields: readonly ColumnSchema[];
}

export interface InputField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** A set of buttons, one a bit. */
  readonly buttons: boolean;
  /** Buttons whose press counts exactly once. */
  readonly once: boolean;
}

export interface CommandField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Above 0: a list of at most so many numbers. There is one at most, the last field. */
  readonly list: number;
}

/** One setting that rooms of a mode can be made with. */
export interface ParamField {
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** One of Kind. */
  readonly kind: number;
  readonly min: number;
  readonly max: number;
  /** A number, true or false, or the name of an option. */
  readonly default: string;
  /** Names of the values from 0 on, where they have names. */
  readonly options: readonly string[];
  /** Seen in listings. */
  readonly public: boolean;
}

export interface Schema {
  readonly tables: readonly TableSchema[];
  readonly events: readonly EventSchema[];
  readonly input: readonly InputField[];
  /** Empty: the game has no commands. */
  readonly command: readonly CommandField[];
  readonly params: readonly ParamField[];
  /** The game's own fields of an outcome's lines. */
  readonly outcome: readonly ColumnSchema[];
  /** Differs when the game's declarations do; 16 hexadecimal digits. */
  readonly fingerprint: string;
}

/** Signed says whether values of a kind travel zigzag. */
export function signed(kind: number): boolean {
  return kind === Kind.INT8 || kind === Kind.INT16 || kind === Kind.INT32 || kind === Kind.FIXED;
}

/** Narrow is 32 minus the width in bits at which a kind wraps. */
export function narrow(kind: number): number {
  if (kind === Kind.INT8 || kind === Kind.UINT8) return 24;
  return kind === Kind.INT16 || kind === Kind.UINT16 || kind === Kind.ANGLE ? 16 : 0;
}

/** Unsigned32 says whether a kind's values need all 32 bits without a sign. */
export function unsigned32(kind: number): boolean {
  return kind === Kind.UINT32 || kind === Kind.SEAT || kind === Kind.REF || kind === Kind.TICK;
}
