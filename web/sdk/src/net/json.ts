// Values of an answer in JSON, which may be anything: what is not as it should be
// is empty.

export const object = (v: unknown): Record<string, unknown> =>
  typeof v === "object" && v !== null && !Array.isArray(v) ? (v as Record<string, unknown>) : {};
export const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
export const text = (v: unknown): string => (typeof v === "string" ? v : "");
/** Protobuf's JSON writes 64-bit numbers as strings. */
export const number = (v: unknown): number => (typeof v === "number" || typeof v === "string" ? Number(v) || 0 : 0);
