import { describe, expect, test } from "vitest";
import { Feats } from "./feats.ts";

describe("kills in a row", () => {
  test("grow with each kill and end with a death", () => {
    const f = new Feats();
    expect([f.kill(1, 2).row, f.kill(1, 3).row, f.kill(1, 2).row]).toEqual([1, 2, 3]);
    expect(f.kill(4, 1)).toEqual({ row: 1, ended: 3 });
    expect(f.kill(1, 4)).toEqual({ row: 1, ended: 1 });
    expect(f.of(1)).toEqual({ row: 1, longest: 3, damage: 0 });
  });

  test("who destroys himself, or is destroyed by nobody, gains nothing", () => {
    const f = new Feats();
    f.kill(1, 2);
    expect(f.kill(1, 1)).toEqual({ row: 0, ended: 1 });
    expect(f.kill(0, 2)).toEqual({ row: 0, ended: 0 });
    expect(f.of(1).longest).toBe(1);
  });
});

describe("moments", () => {
  const nameOf = (seat: number) => `p${seat}`;

  test("name the longest streak, the most damage and the own aim", () => {
    const f = new Feats();
    f.kill(7, 1);
    f.kill(7, 2);
    for (let i = 0; i < 8; i++) f.shot();
    for (let i = 0; i < 2; i++) f.hit(3, 7, 10, 3);
    f.hit(7, 3, 15, 3);
    expect(f.moments(3, nameOf)).toEqual([
      { what: "longest streak", value: "2 in a row", name: "p7" },
      { what: "most damage", value: "20", name: "you" },
      { what: "your shots that hit", value: "25 %", name: "you" },
    ]);
  });

  test("one kill is no streak, few shots are no aim, and a watcher has none", () => {
    const f = new Feats();
    f.kill(1, 2);
    for (let i = 0; i < 4; i++) f.shot();
    expect(f.moments(1, nameOf)).toEqual([]);
    for (let i = 0; i < 9; i++) f.shot();
    expect(f.moments(0, nameOf)).toEqual([]);
    expect(f.moments(1, nameOf)).toHaveLength(1);
  });

  test("are gone when another match begins", () => {
    const f = new Feats();
    f.kill(1, 2);
    f.kill(1, 2);
    f.clear();
    expect(f.moments(1, nameOf)).toEqual([]);
    expect(f.kill(1, 2).row).toBe(1);
  });

  test("more hits than shots, as a rail through two ships makes, are no more than all", () => {
    const f = new Feats();
    for (let i = 0; i < 5; i++) f.shot();
    for (let i = 0; i < 6; i++) f.hit(1, 2, 10, 1);
    expect(f.moments(1, nameOf).at(-1)!.value).toBe("100 %");
  });
});
