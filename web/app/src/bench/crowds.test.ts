import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { crowdOf, crowds } from "./crowds.ts";
import { framesOf } from "./recording.ts";

test("an address asks for a number of ships", () => {
  expect(["", "?ships=200", "?ships=201", "?ships=1000", "?ships=9999", "?ships=x", "?ships=-1"].map((s) => crowdOf(s).ships)).toEqual([200, 200, 500, 1000, 1000, 200, 200]);
});

test("every recording is ten seconds, and all together are small", () => {
  const files = crowds.map((c) => readFileSync(c.url));
  for (const f of files) expect(framesOf(f.buffer.slice(f.byteOffset, f.byteOffset + f.byteLength))).toHaveLength(300);
  expect(files.reduce((a, f) => a + f.byteLength, 0)).toBeLessThan(600_000);
});
