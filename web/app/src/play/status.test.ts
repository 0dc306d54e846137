import { expect, it } from "vitest";
import { seatLost } from "./status.ts";

it("says how long a tab was hidden, and that the score is gone", () => {
  expect(seatLost("hidden", 47.4)).toBe("This tab was hidden for 47 s, longer than a seat is kept. You are on a new seat: your score starts again at 0.");
});

it("says minutes of what was lost for longer", () => {
  expect(seatLost("unreachable", 200)).toMatch(/^The connection was lost for 3 min, and your seat with it\./);
});
