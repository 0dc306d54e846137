import { expect, test } from "vitest";
import { Kind } from "@metronome/sdk";
import { Extent, placesOf } from "./places.ts";

const column = (name: string, kind: number, hidden = false) => ({ name, kind, linear: false, private: hidden });

test("a place is two columns of one name", () => {
  const { FIXED, SEAT, INT16 } = Kind;
  expect(
    placesOf([
      { name: "ball", columns: [column("x", FIXED), column("y", FIXED), column("owner", SEAT)] },
      { name: "shot", columns: [column("from", SEAT), column("at.x", FIXED), column("at.y", FIXED)] },
      { name: "secret", columns: [column("x", FIXED, true), column("y", FIXED, true)] },
      { name: "board", columns: [column("x", INT16), column("y", INT16)] },
      { name: "half", columns: [column("x", FIXED), column("max", FIXED)] },
    ]),
  ).toEqual([
    { table: "ball", x: "x", y: "y", owner: "owner" },
    { table: "shot", x: "at.x", y: "at.y", owner: "from" },
  ]);
});

test("the map holds all that was seen, undistorted", () => {
  const seen = new Extent();
  expect(seen.text).toContain("No row");
  seen.see(-100, 50);
  seen.see(100, 150);
  const on = seen.onto(424, 424);
  expect([on.x(-100), on.x(100), on.y(50), on.y(150)]).toEqual([12, 412, 112, 312]);
  expect(seen.text).toContain("x -100 to 100");
});
