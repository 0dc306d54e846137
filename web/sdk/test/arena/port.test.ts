import { expect, it } from "vitest";
import { Ground } from "./ground.ts";
import { shipPort } from "./port.ts";
import { type Body, step } from "./predict.ts";
import { rulesOf } from "../../../app/src/play/rules.ts";
import { type ArenaWorld, Phase } from "../../../app/src/play/types.ts";

/** A world without walls, in a phase of its match. */
const world = (phase: number): ArenaWorld =>
  ({ table: (name: string) => ({ count: name === "match" ? 1 : 0, column: () => Int32Array.of(phase) }) }) as unknown as ArenaWorld;
const playing = world(Phase.Play);
const rules = rulesOf("ffa", 30);

/** A ship as the session hands it to the port. */
function ship(weapons = "all") {
  const row: Record<string, number> & { d: Record<string, number> } = { x: 500_000, y: 500_000, aim: 0, safeuntil: 900, ammo: 1, blasterat: 0, railat: 0, dashat: 0, d: { x: 0, y: 0 } } as never;
  const port = shipPort(() => ({ mode: "ffa", tickHz: 30, params: { seconds: 0, kills: 0, weapons: weapons as "all" } }));
  return {
    row,
    step(tick: number, input: Partial<Record<"dx" | "dy" | "aim" | "buttons", number>>, w = playing): void {
      const [x, y] = [row["x"]!, row["y"]!];
      port.step(row as never, { dx: 0, dy: 0, aim: 0, buttons: 0, ...input }, tick, w as never);
      row.d = { x: row["x"]! - x, y: row["y"]! - y };
    },
  };
}

it("flies from tick to tick as predict.ts does, though only its last change is known", () => {
  const s = ship();
  const body: Body = { x: 500_000, y: 500_000, vx: 0, vy: 0, dashAt: 0, dashUntil: 0 };
  const ground = new Ground(rules);
  for (let tick = 1; tick <= 400; tick++) {
    const turn = Math.floor(tick / 7) * 1.3;
    const input = { dx: Math.round(127 * Math.cos(turn)), dy: Math.round(127 * Math.sin(turn)), buttons: tick % 50 === 0 ? 4 : 0 };
    s.step(tick, input);
    step(body, tick, input, ground);
    expect([tick, s.row["x"], s.row["y"], s.row["dashat"]]).toEqual([tick, body.x, body.y, body.dashAt]);
  }
});

it("fires the blaster as often as it is ready, and is safe no longer", () => {
  const s = ship();
  const ready: number[] = [];
  for (let tick = 1; tick <= 7; tick++) {
    s.step(tick, { buttons: 1, aim: 16_384 });
    ready.push(s.row["blasterat"]!);
  }
  expect(ready).toEqual([6, 6, 6, 6, 6, 11, 11]);
  expect([s.row["safeuntil"], s.row["aim"], s.row["railat"]]).toEqual([0, 64, 0]);
});

it("fires the rail while there is ammo", () => {
  const s = ship();
  s.step(1, { buttons: 2 });
  s.step(1 + rules.railReload, { buttons: 2 });
  expect([s.row["railat"], s.row["ammo"], s.row["blasterat"]]).toEqual([1 + rules.railReload, 0, 0]);
});

it.each([["all", Phase.Pause, 0, 0], ["blaster", Phase.Play, 6, 0], ["rail", Phase.Play, 0, 1 + rules.railReload]])(
  "fires with weapons %s in phase %d what is allowed", (weapons, phase, blaster, rail) => {
    const s = ship(weapons);
    s.step(1, { buttons: 3 }, world(phase));
    expect([s.row["blasterat"], s.row["railat"]]).toEqual([blaster, rail]);
  },
);
