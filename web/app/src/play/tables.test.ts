import type { Schema } from "@metronome/sdk";
import { expect, it } from "vitest";
import { arenaKinds } from "./arena.gen.ts";
import { fits, isArena } from "./tables.ts";

const column = (name: string) => ({ name, kind: 6, linear: false, private: false, owner: false });

function schema(): Schema {
  const tables = Object.entries(arenaKinds).map(([name, columns]) => ({ name, columns: Object.keys(columns).map(column) }));
  const input = ["dx", "dy", "aim", "buttons"].map((name) => ({ name, min: -127, max: 127, buttons: false, once: false }));
  return { tables, events: [], input, command: [], params: [], outcome: [], fingerprint: "" };
}

it("fits the arena, also a newer one with more columns", () => {
  const s = schema();
  expect(fits(s)).toBe(true);
  expect(fits({ ...s, tables: s.tables.map((t) => ({ ...t, columns: [...t.columns, column("new")] })) })).toBe(true);
  expect(fits({ ...s, input: [...s.input, { ...s.input[0]!, name: "jump" }] })).toBe(true);
});

it("does not fit another game", () => {
  const s = schema();
  expect(fits({ ...s, tables: s.tables.slice(1) })).toBe(false);
  expect(isArena({ ...s, tables: s.tables.slice(1) })).toBe(true);
  expect(isArena({ ...s, tables: [{ name: "hand", columns: [column("cards")] }] })).toBe(false);
  expect(fits({ ...s, tables: s.tables.map((t) => ({ ...t, columns: t.columns.slice(1) })) })).toBe(false);
  expect(fits({ ...s, input: [...s.input].reverse() })).toBe(false);
});
