import { expect, test } from "vitest";
import { History, minutes } from "./history.ts";

test("samples come once, gaps are gaps, the oldest go", () => {
  const h = new History();
  expect(h.newest).toBe(0);
  h.add({ at: [100, 101], bytes: [5, 6] });
  h.add({ at: [101, 102, 105], bytes: [9, 7, 8] });
  expect(h.at).toEqual([100, 101, 102, 103, 105]);
  expect(h.column("bytes")).toEqual([5, 6, 7, null, 8]);
  expect(h.column("late")).toEqual([0, 0, 0, null, 0]);
  const at = Array.from({ length: minutes + 7 }, (_, i) => 200 + i);
  h.add({ at, bytes: at });
  expect([h.at.length, h.at[0], h.newest, h.column("bytes").length]).toEqual([minutes, 207, 506, minutes]);
  h.clear();
  expect([h.at.length, h.newest, h.column("bytes").length]).toEqual([0, 0, 0]);
});
