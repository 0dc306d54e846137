import type { Join } from "@metronome/sdk";
import { describe, expect, it } from "vitest";
import { cleanName, handOver, maxName, storedName, storeName, takeOver } from "./player.ts";

class Box implements Storage {
  [name: string]: unknown;
  private readonly kept = new Map<string, string>();
  length = 0;
  key = () => null;
  clear = () => this.kept.clear();
  getItem = (key: string) => this.kept.get(key) ?? null;
  removeItem = (key: string) => void this.kept.delete(key);
  setItem = (key: string, value: string) => void this.kept.set(key, value);
}

describe("names", () => {
  it.each([
    ["ann", "ann"],
    ["  ann \t lee\n", "ann lee"],
    ["a\u0000\u202eb", "a b"],
    ["<b>ann</b>", "<b>ann</b>"],
    ["x".repeat(maxName), "x".repeat(maxName)],
    ["x".repeat(maxName + 1), "x".repeat(maxName)],
    ["ü".repeat(maxName), "ü".repeat(maxName / 2)],
    ["x" + "𝔸".repeat(maxName), "x" + "𝔸".repeat((maxName - 4) / 4)],
    ["x".repeat(maxName - 1) + " y", "x".repeat(maxName - 1)],
  ])("%j becomes %j", (typed, name) => {
    expect(cleanName(typed)).toBe(name);
  });

  it("are kept", () => {
    const box = new Box();
    expect(storedName(box)).toBe("");
    storeName("ann", box);
    expect(storedName(box)).toBe("ann");
    expect(storedName(null)).toBe("");
  });
});

describe("a seat that is handed over", () => {
  const join = { room: { id: "r", code: "ABC234" }, url: "ws://h/rooms/r?ticket=t", expiresUnix: 100 } as Join;
  const left = (): Box => {
    const box = new Box();
    handOver(join, box);
    return box;
  };

  it.each([
    [{ id: "r" }, 99_999, true],
    [{ code: "ABC234" }, 99_999, true],
    [{ id: "r" }, 100_000, false],
    [{ id: "other" }, 0, false],
    [{ code: "XYZ234" }, 0, false],
    [{}, 0, false],
  ])("for %j at %d: %s", (room, now, taken) => {
    const box = left();
    expect(takeOver(room, now, box) !== null).toBe(taken);
    expect(takeOver({ id: "r" }, 0, box)).toBe(null); // once
  });

  it("is nothing when somebody else wrote it", () => {
    const box = new Box();
    for (const text of ["{", "null", "{}"]) {
      box.setItem("metronome.join", text);
      expect(takeOver({ id: "r" }, 0, box)).toBe(null);
    }
  });
});
