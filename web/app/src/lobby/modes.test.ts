import type { Room } from "@metronome/sdk";
import { expect, test } from "vitest";
import { crowds, crowdWords, pictureOf, sentenceOf } from "./modes.ts";

const mode = (name: string, game: string, seats = 8) => ({ name, game, title: name, seats, tickHz: 30, params: [] });
const room = (name: string, taken: number, bots: number): Room => ({
  id: `${name}${taken}`, mode: name, code: "", seats: 50, taken, bots, fillers: 0, spectators: 0, state: "open", metadata: {}, private: false, node: "", createdUnix: 0, tickHz: 30,
});

test("people and bots are counted apart, by mode", () => {
  const all = crowds([room("ffa", 12, 10), room("duel", 2, 0), room("ffa", 5, 0)]);
  expect(all.get("ffa")).toEqual({ people: 7, bots: 10 });
  expect(all.get("duel")).toEqual({ people: 2, bots: 0 });
  expect(all.get("open")).toBeUndefined();
});

test.each([
  [0, 0, "be the first"],
  [1, 0, "1 playing"],
  [0, 1, "1 bot"],
  [3, 20, "3 playing, 20 bots"],
])("%d people and %d bots: %s", (people, bots, words) => {
  expect(crowdWords({ people, bots })).toBe(words);
});

test("a mode that the pages do not know has the general picture and a sentence of its own", () => {
  const other = pictureOf(mode("hill", "arena"));
  expect(pictureOf(mode("ffa", "arena"))).not.toBe(other);
  expect(pictureOf(mode("ffa", "hockey"))).toBe(other); // another game's mode of the same name
  expect(pictureOf(undefined)).toBe(other);
  expect(sentenceOf(mode("hill", "arena", 5000))).toBe("A match of this server's own for up to 5,000.");
  expect(sentenceOf(mode("ffa", "hockey", 1))).toBe("A match of this server's own for one.");
  expect(sentenceOf(mode("ffa", "arena"))).toMatch(/^Everyone against everyone/);
});
