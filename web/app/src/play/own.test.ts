import { describe, expect, it } from "vitest";
import { Ground } from "./ground.ts";
import { Own, type OwnRow, type Sent } from "./own.ts";
import { step, type Body } from "./predict.ts";
import { rulesOf } from "./rules.ts";

/** A server that steps one ship and hears inputs some ticks later than they are made. */
class Server {
  readonly ground = new Ground(rulesOf("ffa", 30));
  body: Body = { x: 500_000, y: 500_000, vx: 0, vy: 0, dashAt: 0, dashUntil: 0 };
  tick = 100;
  values: readonly number[] = [0, 0, 0, 0];

  step(values: readonly number[]): void {
    const [dx = 0, dy = 0, , buttons = 0] = values;
    step(this.body, ++this.tick, { dx, dy, buttons }, this.ground);
  }

  row(): OwnRow {
    return { id: 1, x: this.body.x, y: this.body.y, dashAt: this.body.dashAt };
  }
}

/** Plays n ticks with a round trip of lag ticks; spoil changes what the server uses. */
function play(n: number, lag: number, every: number, spoil: (tick: number, v: readonly number[]) => readonly number[] = (_, v) => v) {
  const server = new Server();
  const own = new Own(new Ground(server.ground.rules));
  const sent: Sent[] = [];
  own.snapshot(server.tick, server.row(), []);
  for (let i = 1; i <= n; i++) {
    const tick = 100 + i;
    const turn = Math.floor(i / 7) * 1.3;
    sent.push({ tick, values: [Math.round(127 * Math.cos(turn)), Math.round(127 * Math.sin(turn)), 0, i % 50 === 0 ? 4 : 0] });
    own.advance(sent);
    const due = sent.find((s) => s.tick === tick - lag);
    if (!due) continue;
    server.step(spoil(due.tick, due.values));
    while (sent[0] && sent[0].tick <= server.tick) sent.shift();
    if (server.tick % every === 0) own.snapshot(server.tick, server.row(), sent);
  }
  return own;
}

describe("the own ship", () => {
  it.each([[0, 1], [3, 1], [12, 1], [3, 3]])("with %d ticks of lag and a snapshot every %d is never corrected", (lag, every) => {
    expect(play(900, lag, every).corrections).toBe(0);
  });

  it("is corrected when the server used something else, and is right again after", () => {
    const own = play(300, 4, 1, (tick, v) => (tick === 200 ? [0, 0, 0, 0] : v));
    expect(own.corrections).toBeGreaterThan(0);
    const settled = play(140, 4, 1, (tick, v) => (tick === 200 ? [0, 0, 0, 0] : v)).corrections;
    expect(own.corrections).toBe(settled);
  });

  it("fades an error out in a tenth of a second", () => {
    const ground = new Ground(rulesOf("ffa", 30));
    const own = new Own(ground);
    const still = { dx: 0, dy: 0, buttons: 0 };
    own.snapshot(10, { id: 1, x: 500_000, y: 500_000, dashAt: 0 }, []);
    own.snapshot(11, { id: 1, x: 501_000, y: 500_000, dashAt: 0 }, []);
    const first = own.shown(still)!.x;
    expect(first).toBeLessThan(501_000);
    own.run(0.1);
    own.snapshot(12, { id: 1, x: 501_000, y: 500_000, dashAt: 0 }, []);
    own.run(0.1);
    own.run(0.1);
    expect(Math.abs(own.shown(still)!.x - 501_000)).toBeLessThan(60);
  });

  it("does not slide to where it comes back to life", () => {
    const own = new Own(new Ground(rulesOf("ffa", 30)));
    own.snapshot(10, { id: 1, x: 100_000, y: 100_000, dashAt: 0 }, []);
    own.snapshot(11, { id: 1, x: 900_000, y: 900_000, dashAt: 0 }, []);
    expect(own.shown({ dx: 0, dy: 0, buttons: 0 })).toMatchObject({ x: 900_000, y: 900_000 });
    own.snapshot(12, null, []);
    expect(own.shown({ dx: 0, dy: 0, buttons: 0 })).toBeNull();
  });

  it("tells of each tick once, before its step", () => {
    const ground = new Ground(rulesOf("ffa", 30));
    const own = new Own(ground);
    const ticks: [number, number][] = [];
    own.onTick = (tick, _, before) => ticks.push([tick, before.x]);
    own.snapshot(10, { id: 1, x: 500_000, y: 500_000, dashAt: 0 }, []);
    const sent = [11, 12].map((tick) => ({ tick, values: [127, 0, 0, 0] }));
    own.advance(sent);
    own.snapshot(11, { id: 1, x: 502_560, y: 500_000, dashAt: 0 }, sent.slice(1));
    expect(ticks).toEqual([[11, 500_000], [12, 502_560]]);
  });
});
