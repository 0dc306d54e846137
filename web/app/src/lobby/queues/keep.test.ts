import { expect, test } from "vitest";
import { keepEntry, keepParty, keptEntry, keptParty } from "./keep.ts";

/** A tab's storage. */
function storage(): Storage {
  const kept = new Map<string, string>();
  return { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v), removeItem: (k: string) => void kept.delete(k) } as unknown as Storage;
}

test("an entry and a party are kept until they are over", () => {
  const s = storage();
  expect([keptEntry(s), keptParty(s)]).toEqual([null, null]);
  keepEntry({ id: "duel.1", token: "t", queue: "duel" }, s);
  keepParty({ id: "ABC234", token: "u", over: "duel.0" }, s);
  expect([keptEntry(s), keptParty(s)]).toEqual([{ id: "duel.1", token: "t", queue: "duel" }, { id: "ABC234", token: "u", over: "duel.0" }]);
  keepEntry(null, s);
  expect([keptEntry(s), keptParty(s)?.id]).toEqual([null, "ABC234"]);
});

test.each(["", "7", "{", "null", "{}", '{"id":"x"}', "[]"])("what others wrote there, %j, is nothing", (text) => {
  const s = storage();
  s.setItem("metronome.entry", text);
  s.setItem("metronome.party", text);
  expect([keptEntry(s), keptParty(s)]).toEqual([null, null]);
});

test("a storage that is full or forbidden is no reason not to play", () => {
  const full = { ...storage(), setItem: () => {
    throw new Error("full");
  } } as unknown as Storage;
  expect(() => keepEntry({ id: "a", token: "t", queue: "q" }, full)).not.toThrow();
  expect(() => keepEntry({ id: "a", token: "t", queue: "q" }, null)).not.toThrow();
  expect(keptEntry(null)).toBe(null);
});
