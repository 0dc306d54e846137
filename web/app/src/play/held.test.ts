import { describe, expect, it } from "vitest";
import { Held } from "./held.ts";

const at = (h: Held<string>, now: number): string[] => [...h.read(now, 40)];

describe("Held", () => {
  it("counts a press that was over before anybody looked, for one tick", () => {
    const h = new Held<string>();
    h.press("dash");
    h.release("dash");
    expect(at(h, 1000)).toEqual(["dash"]);
    expect(at(h, 1039)).toEqual(["dash"]);
    expect(at(h, 1040)).toEqual([]);
    expect(at(h, 1041)).toEqual([]);
  });

  it("holds what is down for as long as it is", () => {
    const h = new Held<string>();
    h.press("fly");
    expect(at(h, 0)).toEqual(["fly"]);
    expect(at(h, 5000)).toEqual(["fly"]);
    h.release("fly");
    expect(at(h, 5001)).toEqual([]);
  });

  it("takes a key that repeats as one press", () => {
    const h = new Held<string>();
    h.press("fly");
    at(h, 0);
    h.press("fly");
    h.release("fly");
    expect(at(h, 39)).toEqual(["fly"]);
    expect(at(h, 40)).toEqual([]);
  });

  it("counts a second press while the first still lasts", () => {
    const h = new Held<string>();
    h.press("dash");
    h.release("dash");
    at(h, 0);
    h.press("dash");
    expect(at(h, 100)).toEqual(["dash"]);
  });

  it("forgets all when told", () => {
    const h = new Held<string>();
    h.press("fly");
    h.clear();
    expect(at(h, 0)).toEqual([]);
  });
});
