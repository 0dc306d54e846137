import { expect, it } from "vitest";
import { emptyPicture, type ShipNow } from "./picture.ts";
import { Strangers } from "./strangers.ts";

const seeing = (...seats: number[]) => ({ ...emptyPicture(), ships: seats.map((seat) => ({ seat }) as ShipNow) });

it("meets each once, and again after it was out of view", () => {
  const s = new Strangers();
  expect(s.met(seeing(3, 900), [{ seat: 3 }, { seat: 7 }])).toEqual([3, 900, 7]);
  expect(s.met(seeing(3, 900), [{ seat: 7 }])).toEqual([]);
  expect(s.met(seeing(3), [{ seat: 7 }])).toEqual([]);
  expect(s.met(seeing(3, 900), [{ seat: 7 }])).toEqual([900]);
  s.forget();
  expect(s.met(seeing(3), [])).toEqual([3]);
});
