import { describe, expect, test } from "vitest";
import { Feel } from "./feel.ts";
import { cardText } from "./netcard.ts";

const stats = (bytes: number, corrections: number, rttMs: number) => ({ snapshotBytes: { last: 1, mean: bytes }, corrections, rttMs });

describe("the card of the connection", () => {
  test("says players, bytes, corrections and round trip", () => {
    expect(cardText(46, stats(111.6, 0, 22.7)).long).toBe("46 players · 112 bytes a tick · 0 corrections · 23 ms");
  });

  test("counts one as one and thousands with a comma", () => {
    expect(cardText(1, stats(1, 1, 0)).long).toBe("1 player · 1 byte a tick · 1 correction · 0 ms");
    expect(cardText(5000, stats(1234, 2, 100))).toEqual({ long: "5,000 players · 1,234 bytes a tick · 2 corrections · 100 ms", short: "5,000 · 1,234 B · 100 ms" });
  });
});

test("feeling 200 ms adds half in each direction, and nothing is left when it ends", () => {
  const set: object[] = [];
  const feel = new Feel({ delayMs: 0, jitterMs: 0, set: (o) => void set.push(o), stall: () => {} });
  const told: boolean[] = [];
  feel.onChange = (on) => void told.push(on);
  feel.toggle();
  feel.toggle();
  expect(set).toEqual([{ delayMs: 100, jitterMs: 15 }, { delayMs: 0, jitterMs: 0 }]);
  expect(told).toEqual([true, false]);
});
