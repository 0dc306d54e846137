import type { Room } from "@metronome/sdk";
import { expect, test } from "vitest";
import { liveliest } from "../play/liveliest.ts";
import { liveliestRoom } from "./live.ts";

const room = (id: string, o: Partial<Room>): Room => ({
  id, mode: "ffa", code: "", seats: 50, taken: 10, bots: 10, fillers: 0, spectators: 0, state: "open", metadata: {}, private: false, node: "http://a", createdUnix: 0, tickHz: 30, ...o,
});
const drawn = (mode: string): boolean => mode === "ffa";

test("the liveliest room is one with people, then the fullest", () => {
  expect(liveliestRoom([room("bots", { taken: 20, bots: 20 }), room("people", { taken: 9, bots: 4 })], drawn)?.id).toBe("people");
  expect(liveliestRoom([room("few", { taken: 3, bots: 3 }), room("many", {})], drawn)?.id).toBe("many");
});

test("what cannot be drawn or seen, or is no match, is not shown", () => {
  const none = [room("a", { mode: "exchange" }), room("b", { private: true }), room("c", { taken: 1, bots: 0 }), room("d", { state: "ended" }), room("e", { node: "" })];
  expect(liveliestRoom(none, drawn)).toBeUndefined();
});

test("the camera looks for the ship with the most others near it", () => {
  const ships = [{ seat: 1, x: 0, y: 0 }, { seat: 2, x: 3000, y: 0 }, { seat: 3, x: 3200, y: 0 }, { seat: 4, x: 3600, y: 0 }];
  expect(liveliest(ships)?.seat).toBe(2);
  expect(liveliest(ships.slice(0, 1))?.seat).toBe(1);
  expect(liveliest([])).toBeUndefined();
});
