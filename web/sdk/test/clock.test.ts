import { expect, test } from "vitest";
import { InputClock } from "../src/clock/inputclock.ts";
import { Pace } from "../src/clock/pace.ts";
import { Steering, WHOLE_TICK } from "../src/clock/steering.ts";
import { randomOf } from "./random.ts";

test.each([[0, 0], [-1, 1], [-2, 5], [-7, 25]])("a slack of %i makes inputs earlier by %i quarters at once", (slack, move) => {
  const s = new Steering();
  s.start(100);
  expect(s.report(110, slack, 1 << 20, 0)).toBe(move);
});

test("steering hears nothing until a move is seen", () => {
  const s = new Steering();
  s.start(100);
  expect([s.report(99, 0, 1 << 20, 0), s.report(104, -5, 1 << 20, 0)]).toEqual([0, 0]);
  expect(s.report(105, -5, 1 << 20, 0)).not.toBe(0);
  expect(s.report(120, -5, 1 << 20, 0)).toBe(0);
  s.settle(130, 0);
  expect(s.report(131, -2, 1 << 20, 0)).toBe(0);
  expect(s.report(132, -2, 1 << 20, 0)).not.toBe(0);
});

/** after says the same slack every 10 ms until steering moves. */
function after(s: Steering, slack: number, most: number): [number, number] {
  for (let at = 0; at < most; at += 10) {
    const move = s.report(1000 + at, slack, 1 << 20, at);
    if (move !== 0) return [at, move];
  }
  return [most, 0];
}

test.each([[0, 0, 60_000], [1, -1, 2_000], [2, -5, 1_000], [4, -13, 500], [20, -77, 100]])(
  "a slack of %i makes inputs later by %i quarters after %i ms", (slack, move, at) => {
    const s = new Steering();
    s.start(1);
    expect(after(s, slack, 60_000)).toEqual([at, move]);
  });

test("steering waits twice as long each time that being later was a mistake", () => {
  const s = new Steering();
  s.start(1);
  for (const want of [2, 4, 8, 16, 32, 60, 60]) {
    s.settle(1, 0);
    expect(after(s, 1, 120_000)).toEqual([1000 * want, -1]);
    s.settle(1, 0);
    expect(s.report(200_000, -1, 1 << 20, 0)).toBe(1);
  }
  s.settle(1, 0);
  expect(after(s, 3, 60_000)[0]).toBe(670);
  s.settle(1, 0);
  expect(after(s, 1, 60_000)[0]).toBe(2_000);
});

test("inputs are of rising ticks", () => {
  const c = new InputClock();
  c.begin(1000 / 30, 32);
  expect([c.due(100, 0, 0), c.due(100, 0, 0), c.due(100, 0, 3)]).toEqual([101, 102, 106]);
  const far = new InputClock();
  far.begin(1000 / 30, 32);
  expect(far.due(100, 110, 0)).toBe(104);
});

/** A network and a room as far as timing goes, as in client/inputclock_test.go. Times are ms. */
class Line {
  readonly clock = new InputClock();
  readonly pace = new Pace();
  readonly period = 1000 / 30;
  leads: number[] = [];
  late = 0;
  private arrives: { at: number; tick: number }[] = [];
  private replies: { at: number; tick: number; slack: number; dropped: number }[] = [];
  private slack = 0;
  private dropped = 0;
  private heard = 0;
  private last = 0;
  private stepped = -1;

  constructor(
    private readonly delay: () => number,
    public room: number,
  ) {
    this.clock.begin(this.period, 32);
    this.pace.start(0, this.period);
  }

  run(from: number, to: number): void {
    for (let now = from; now < to; now++) {
      const tick = Math.floor((now - this.room) / this.period);
      if (tick >= 0 && tick !== this.stepped) this.step((this.stepped = tick), now);
      while (this.replies[0] && this.replies[0].at <= now) {
        const f = this.replies.shift()!;
        this.last = f.tick;
        this.heard = now;
        this.clock.hear(f, now);
        const slew = this.clock.takeSlew();
        if (slew !== 0) this.pace.pending = (slew * this.period) / WHOLE_TICK;
      }
      while (this.heard > 0 && this.pace.due <= now) this.send(now);
    }
  }

  private step(tick: number, now: number): void {
    const here = this.arrives.filter((a) => a.at <= now);
    this.arrives = this.arrives.filter((a) => a.at > now);
    for (const a of here) {
      this.slack = Math.min(a.tick - tick, 33);
      this.leads.push(this.slack);
      if (this.slack < 0) this.late++;
      if (this.slack < 0 || this.slack > 32) this.dropped++;
    }
    const at = Math.max(now + this.delay(), this.replies.at(-1)?.at ?? 0);
    this.replies.push({ at, tick, slack: this.slack, dropped: this.dropped });
    this.dropped = 0;
  }

  private send(now: number): void {
    const { skipped, settled } = this.pace.next(now);
    if (settled) this.clock.settle(now);
    const tick = this.clock.due(this.last, now - this.heard, skipped);
    if (tick !== null) this.arrives.push({ tick, at: Math.max(now + this.delay(), this.arrives.at(-1)?.at ?? 0) });
  }
}

test("inputs arrive just in time over several networks", () => {
  const { random, seed } = randomOf();
  const networks: [string, () => number, number][] = [
    ["loopback", () => 0, 1], ["near", () => 10, 1], ["far", () => 110, 1], ["wireless", () => 30 + Math.floor(20 * random()), 2],
  ];
  for (const [name, delay, spread] of networks) {
    for (let phase = 0; phase < 10; phase++) {
      const about = `${name}, phase ${phase}, seed ${seed}`;
      const l = new Line(delay, 3 * phase + 100);
      l.run(0, 20_000);
      l.leads = [];
      l.late = 0;
      l.run(20_000, 60_000);
      expect(l.late, about).toBeLessThanOrEqual(l.leads.length / 50);
      expect(l.leads.reduce((a, b) => a + b) / l.leads.length, about).toBeLessThanOrEqual(spread);
      expect(Math.max(...l.leads), about).toBeLessThanOrEqual(spread + 1);
      expect(l.leads.length, about).toBeGreaterThan(40 * 30 - 25);
    }
  }
});

test.each([1, 5, 40, 300])("ten seconds after a room stood still for %i ticks inputs are in time again", (lost) => {
  const l = new Line(() => 5, 100);
  l.run(0, 10_000);
  l.room += lost * l.period;
  l.run(10_000, 20_000);
  l.leads = [];
  l.run(20_000, 25_000);
  expect(Math.min(...l.leads)).toBeGreaterThanOrEqual(-1);
  expect(Math.max(...l.leads)).toBeLessThanOrEqual(1);
  expect(l.leads.length).toBeGreaterThanOrEqual(140);
});

test.each([[0, 20, 20], [5, 19, 20], [40, 19, 20], [-5, 20, 20.4], [-40, 20, 20.4]])(
  "a pace with %i ms to correct has periods of %d to %d ms", (pending, shortest, longest) => {
    const p = new Pace();
    p.start(0, 20);
    p.pending = pending;
    let settles = 0;
    for (let i = 0; i < 150; i++) {
      const before = p.due;
      const { skipped, settled } = p.next(before);
      settles += settled ? 1 : 0;
      expect(skipped).toBe(0);
      expect(p.due - before).toBeGreaterThanOrEqual(shortest - 1e-9);
      expect(p.due - before).toBeLessThanOrEqual(longest + 1e-9);
    }
    expect(settles).toBe(pending === 0 ? 0 : 1);
    expect(3000 - p.due).toBeCloseTo(pending, 6);
  });

test.each([[0, 0], [20, 0], [40, 0], [40.01, 1], [200.01, 9]])("who is %d ms late has missed %i inputs", (late, skipped) => {
  const p = new Pace();
  p.start(0, 20);
  expect(p.next(late).skipped).toBe(skipped);
  expect(p.due).toBeCloseTo(20 * (1 + skipped), 6);
});
