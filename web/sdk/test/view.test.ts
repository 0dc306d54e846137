import { describe, expect, test } from "vitest";
import { pack } from "../src/engine/pack.ts";
import { Mirror } from "../src/mirror/mirror.ts";
import { Playback } from "../src/page/playback.ts";
import { plansOf } from "../src/page/shapes.ts";
import { Snapshot } from "../src/page/snapshot.ts";
import { Timeline } from "../src/page/timeline.ts";
import { Drawn } from "../src/page/view.ts";
import { ServerFrame } from "../src/wire/frame.ts";
import { randomOf } from "./random.ts";
import { Room } from "./room.ts";

const PERIOD = 1000 / 30;

/** From a room's frames to what is drawn. */
class Screen {
  readonly room = new Room();
  readonly timeline = new Timeline();
  readonly drawn: Drawn;
  readonly playback = new Playback(PERIOD, 1, 1, 4);
  private readonly frame = new ServerFrame();
  private readonly mirror: Mirror;
  private readonly plans;

  constructor(angles: string[] = []) {
    this.frame.read(this.room.key({}));
    this.mirror = new Mirror(this.frame.welcome!.schema!);
    this.plans = plansOf(this.mirror.schema, angles);
    this.drawn = new Drawn(this.plans);
    this.mirror.apply(this.frame);
  }

  /** take makes the next frame, skipping some ticks before it, and answers its snapshot. */
  take(at = 0, skip = 0): Snapshot {
    this.room.tick += 1 + skip;
    this.frame.read(this.room.frame());
    expect(this.mirror.apply(this.frame)).toBe("ok");
    return new Snapshot(this.room.tick, at, this.plans, pack(this.mirror));
  }

  show(s: Snapshot): void {
    this.drawn.correct(this.timeline, () => this.timeline.push(s));
    this.playback.arrived(s.tick, s.at);
  }

  /** x of a ship at a tick; null: it is not drawn. */
  x(tick: number, id = 1, column = "x"): number | null {
    this.drawn.move(this.timeline, tick);
    const t = this.drawn.table("ship");
    const i = t.index(id);
    return i < 0 ? null : t.column(column)[i]!;
  }
}

describe("between two snapshots", () => {
  test("linear columns are in between, others stepped", () => {
    const s = new Screen();
    s.room.ships.set(1, { x: 1000, y: -500, aim: 10 });
    s.show(s.take());
    s.room.ships.set(1, { x: 1100, y: -600, aim: 20 });
    s.show(s.take());
    const t = s.room.tick;
    expect([s.x(t - 1), s.x(t - 0.5), s.x(t)]).toEqual([1000, 1050, 1100]);
    expect([s.x(t - 0.25, 1, "y"), s.x(t - 0.25, 1, "aim"), s.x(t, 1, "aim")]).toEqual([-575, 10, 20]);
  });

  test("angles go the short way round", () => {
    const s = new Screen(["ship.aim"]);
    s.room.ships.set(1, { x: 0, y: 0, aim: 250 });
    s.show(s.take());
    s.room.ships.set(1, { x: 0, y: 0, aim: 10 });
    s.show(s.take());
    const t = s.room.tick;
    expect([s.x(t - 0.75, 1, "aim"), s.x(t - 0.25, 1, "aim"), s.x(t, 1, "aim")]).toEqual([254, 6, 10]);
  });

  test("rows appear and disappear at their tick", () => {
    const s = new Screen();
    s.room.ships.set(1, { x: 100, y: 0, aim: 0 });
    s.show(s.take());
    s.room.ships.set(2, { x: 500, y: 0, aim: 0 });
    s.room.ships.set(1, { x: 110, y: 0, aim: 0 });
    s.show(s.take());
    s.room.ships.delete(1);
    s.show(s.take());
    const t = s.room.tick;
    expect([s.x(t - 1.01, 2), s.x(t - 1, 2)]).toEqual([null, 500]);
    expect([s.x(t - 0.5), s.x(t - 0.01) !== null, s.x(t)]).toEqual([115, true, null]); // goes on as it last moved
  });

  test("a row that left and came back with its id is another one", () => {
    const s = new Screen();
    s.room.ships.set(1, { x: 0, y: 0, aim: 0 });
    s.show(s.take());
    s.room.ships.delete(1);
    s.room.ships.set(2, { x: 7, y: 0, aim: 0 });
    s.show(s.take());
    s.room.ships.delete(2);
    s.room.ships.set(1, { x: 100_000, y: 0, aim: 0 });
    s.show(s.take());
    const t = s.room.tick;
    expect([s.x(t - 2), s.x(t - 1.5), s.x(t - 0.5), s.x(t)]).toEqual([0, 0, null, 100_000]);
  });

  test("what is late goes on as it last moved, a little", () => {
    const s = new Screen();
    for (const x of [0, 100, 200]) {
      s.room.ships.set(1, { x, y: 0, aim: 0 });
      s.show(s.take(s.room.tick * PERIOD));
    }
    expect(s.x(s.room.tick + 1.5)).toBe(350);
    const at = (s.room.tick - 1) * PERIOD; // of the newest
    s.playback.advance(at);
    let tick = 0;
    for (let now = at; now < at + 2_000; now += 10) tick = s.playback.advance(now);
    expect(tick).toBe(s.room.tick + 2);
  });

  test("what a late moment got wrong does not jump", () => {
    const s = new Screen();
    for (const x of [0, 100, 200]) {
      s.room.ships.set(1, { x, y: 0, aim: 0 });
      s.show(s.take());
    }
    const t = s.room.tick;
    expect(s.x(t + 2)).toBe(400);
    for (const x of [200, 100, 0, -100, -200, -300, -400, -500, -600]) {
      s.room.ships.set(1, { x, y: 0, aim: 0 });
      s.show(s.take());
    }
    expect(s.x(t + 2)).toBe(400);
    expect(s.x(t + 6)).toBe(-300 + 300 / 2);
    expect(s.x(t + 9)).toBe(-600 + 300 / 8);
  });

  test("a name that the game does not have is an error", () => {
    const s = new Screen();
    s.show(s.take());
    expect(() => s.drawn.table("boat")).toThrow("boat");
    s.drawn.move(s.timeline, s.room.tick);
    expect(() => s.drawn.table("ship").column("ammo")).toThrow("ammo");
    expect(() => s.timeline.newest!.table("boat")).toThrow("boat");
    expect(() => s.timeline.newest!.table("ship").column("ammo")).toThrow("ammo");
    expect([...s.timeline.newest!.table("ship").own("ammo"), ...s.timeline.newest!.table("ship").ownIds]).toEqual([9, 1]);
  });
});

/** One network's effect on remote ships: the largest step of a frame against what full speed allows. */
function fly(random: () => number, delay: () => number, frames: { ms: number }, seconds: number): { worst: number; delay: number; jumps: number } {
  const s = new Screen();
  const SPEED = 2560; // per tick
  const ships = Array.from({ length: 8 }, (_, i) => ({ id: i + 1, x: 0, y: 0, angle: random() * 7 }));
  const arrivals: Snapshot[] = [];
  let arrive = 0;
  let worst = 0;
  let jumps = 0;
  let stepped = 0;
  const was = new Map<number, { x: number; y: number; at: number }>();
  const begin = 50_000;
  let before = -1;
  for (let now = begin; now < begin + 1000 * seconds; now += frames.ms * (0.8 + 0.4 * random())) {
    for (; stepped * PERIOD <= now - begin; stepped++) {
      for (const ship of ships) {
        if (random() < 0.05) ship.angle = random() * 7; // turns on the spot
        ship.x += Math.round(SPEED * Math.cos(ship.angle));
        ship.y += Math.round(SPEED * Math.sin(ship.angle));
        s.room.ships.set(ship.id, { x: ship.x, y: ship.y, aim: 0 });
      }
      arrive = Math.max(arrive, begin + stepped * PERIOD + delay());
      arrivals.push(s.take(arrive));
    }
    while (arrivals[0] && arrivals[0].at <= now) s.show(arrivals.shift()!);
    if (!s.timeline.newest) continue;
    const tick = s.playback.advance(now);
    if (before >= 0 && Math.abs(tick - before) > 5) jumps++;
    before = tick;
    s.drawn.move(s.timeline, tick);
    const t = s.drawn.table("ship");
    t.ids.forEach((id, i) => {
      const at = { x: t.column("x")[i]!, y: t.column("y")[i]!, at: now };
      const last = was.get(id);
      if (last) worst = Math.max(worst, Math.hypot(at.x - last.x, at.y - last.y) / ((SPEED * (now - last.at)) / PERIOD));
      was.set(id, at);
    });
  }
  return { worst, delay: s.playback.delay, jumps };
}

describe("remote ships never move faster than half as fast again", () => {
  const networks: [string, (random: () => number) => () => number][] = [
    ["loopback", () => () => 1],
    ["150 ± 40 ms", (random) => () => 150 + 80 * (random() - 0.5)],
    ["60 ± 10 ms", (random) => () => 60 + 20 * (random() - 0.5)],
    ["30 ms with a bad moment of 90 ms now and then", (random) => () => 30 + (random() < 0.01 ? 60 : 0)],
  ];
  test.each(networks)("over %s", (_, network) => {
    const { random, seed } = randomOf();
    for (const ms of [1000 / 60, 1000 / 144]) {
      const got = fly(random, network(random), { ms }, 60);
      expect(got.worst, `seed ${seed}`).toBeLessThan(1.5);
      expect(got.worst, `seed ${seed}`).toBeGreaterThan(0.9);
      expect(got.jumps, `seed ${seed}`).toBe(0);
    }
  });
});

describe("the delay", () => {
  const settle = (jitter: number): number => {
    const { random } = randomOf(7);
    return fly(random, () => 100 + jitter * random(), { ms: 16 }, 10).delay;
  };
  test("is one tick on a steady network and grows with jitter up to four", () => {
    expect(settle(0)).toBeCloseTo(1, 5);
    expect(settle(60)).toBeGreaterThan(2);
    expect(settle(60)).toBeLessThan(3);
    expect(settle(300)).toBe(4);
  });

  test("falls again when the network is steady again", () => {
    const p = new Playback(PERIOD, 1, 1, 4);
    const { random } = randomOf(3);
    for (let i = 0; i < 300; i++) p.arrived(i, i * PERIOD + 80 * random());
    expect(p.delay).toBeGreaterThan(2.5);
    for (let i = 300; i < 400; i++) p.arrived(i, i * PERIOD + 40);
    expect(p.delay).toBeCloseTo(1, 5);
  });

  test("follows a way that has become longer, without going back", () => {
    const p = new Playback(PERIOD, 1, 1, 4);
    let tick = 0;
    let before = 0;
    for (let i = 0, now = 0; i < 600; i++) {
      if (i === 360) expect(i - 12 - tick).toBeGreaterThan(0.9); // soon nothing need be bridged any more
      if (i <= 300 || i > 312) p.arrived(i - (i > 300 ? 12 : 0), now + 10);
      for (let k = 0; k < 2; k++) {
        now += PERIOD / 2;
        tick = p.advance(now);
        if (i > 0) expect(tick).toBeGreaterThanOrEqual(before);
        before = tick;
      }
    }
    expect(600 - 12 - tick).toBeLessThan(4.5);
  });

  test("is reached a little faster or slower than the room, never at once", () => {
    const p = new Playback(PERIOD, 1, 1, 4);
    const late = (i: number): number => (i < 900 ? 10 + 60 * Math.floor(i / 150) : 10);
    let [fastest, slowest, i] = [0, 9, 0];
    for (let now = 20 * PERIOD, was = 0; now < 1200 * PERIOD; now += 10) {
      for (; i * PERIOD + late(i) <= now; i++) p.arrived(i, i * PERIOD + late(i));
      const tick = p.advance(now);
      const rate = ((tick - was) * PERIOD) / 10;
      if (was > 0) [fastest, slowest] = [Math.max(fastest, rate), Math.min(slowest, rate)];
      was = tick;
    }
    expect(fastest).toBeGreaterThan(1.19);
    expect(fastest).toBeLessThan(1.2001);
    expect(slowest).toBeGreaterThan(0.8499);
    expect(slowest).toBeLessThan(0.95);
  });

  test("a long stall is jumped over, back to the present, drawn all the while or not", () => {
    const drawn = new Playback(PERIOD, 1, 1, 4);
    for (let now = 0, i = 0; now < 20_000; now += 16) {
      for (; i * PERIOD <= now && (now < 5_000 || now > 8_000); i++) drawn.arrived(i, now);
      drawn.advance(now);
    }
    expect(20_000 / PERIOD - drawn.tick).toBeLessThan(6);
    const p = new Playback(PERIOD, 1, 1, 4);
    for (let i = 0; i < 100; i++) p.arrived(i, i * PERIOD);
    p.advance(100 * PERIOD);
    const after = 100 * PERIOD + 5_000;
    for (let i = 100; i < 250; i++) p.arrived(i, after); // all at once
    for (let i = 250; i < 255; i++) p.arrived(i, i * PERIOD);
    expect(255 - p.advance(255 * PERIOD)).toBeLessThan(6);
  });

  test("a quiet room, which sends a snapshot now and then, keeps going", () => {
    const p = new Playback(PERIOD, 1, 1, 4);
    for (let i = 0; i < 900; i += 15) p.arrived(i, i * PERIOD);
    let last = p.advance(885 * PERIOD);
    for (let now = 885 * PERIOD; now < 899 * PERIOD; now += 16) {
      const tick = p.advance(now);
      expect(tick).toBeGreaterThanOrEqual(last);
      last = tick;
    }
    expect(last).toBeGreaterThan(896);
  });
});
