import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { InputClock } from "../src/clock/inputclock.ts";
import { Pace } from "../src/clock/pace.ts";
import { WHOLE_TICK } from "../src/clock/steering.ts";

const read = (name: string): string[] =>
  readFileSync(fileURLToPath(new URL(`../../../netproto/testdata/clock/${name}.txt`, import.meta.url)), "utf8").trimEnd().split("\n");

test.each([["whole", WHOLE_TICK], ["quarters", 1]])("the story %s is that of client/inputclock.go", (name, grain) => {
  const [, period = 0, rtt = 0, lead = 0, ...lines] = read(name).map((l, i) => (i < 4 ? Number(l.split(" ")[1]) : l)) as [number, number, number, number, ...string[]];
  const clock = new InputClock(grain);
  const pace = new Pace();
  clock.begin(period, lead);
  let [last, heard] = [-1, 0];
  for (const line of lines) {
    const [at, what, ...rest] = line.split(" ");
    const now = Number(at);
    if (what === "frame") {
      const [tick, slack, dropped] = rest.map(Number) as [number, number, number];
      if (last < 0) pace.start(now, period);
      clock.hear({ tick, slack, dropped }, now);
      const slew = clock.takeSlew();
      if (slew !== 0) pace.pending = (slew * period) / WHOLE_TICK;
      [last, heard] = [tick, now];
      continue;
    }
    expect(Math.abs(pace.due - now), line).toBeLessThan(0.15);
    const { skipped, settled } = pace.next(now);
    if (settled) clock.settle(now);
    expect(`${at} due ${clock.due(last, now - heard + rtt, skipped) ?? "-"}`).toBe(line);
  }
  expect(lines.length).toBeGreaterThan(1500);
});
