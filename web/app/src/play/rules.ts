// What a client must know of a mode and is not on the wire: the numbers of
// sim/arena's modes, lengths in 1/256 unit, times in ticks. predict.test.ts
// holds them equal to the server's.

export interface Rules {
  readonly hz: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  /** Full speed, most change of speed, and speed of a dash, per tick. */
  readonly full: number;
  readonly accel: number;
  readonly dash: number;
  /** What a projectile moves per tick, how long it lives, how often it comes. */
  readonly bolt: number;
  readonly boltTicks: number;
  readonly boltReload: number;
  readonly dashTicks: number;
  readonly dashReload: number;
  readonly railReload: number;
  readonly railRange: number;
  readonly respawn: number;
  readonly pickupReturn: number;
  readonly health: number;
  readonly shield: number;
  readonly maxAmmo: number;
}

interface Mode {
  side: number;
  boltMS: number;
  railRange: number;
}

const modes: Record<string, Mode> = {
  ffa: { side: 4096, boltMS: 1200, railRange: 1500 },
  teams: { side: 4096, boltMS: 1200, railRange: 1500 },
  duel: { side: 2048, boltMS: 1200, railRange: 1500 },
  open: { side: 30720, boltMS: 1100, railRange: 1000 },
};

/** Returns the rules of a mode at a tick rate; those of ffa for a mode that this page does not know. */
export function rulesOf(mode: string, hz: number): Rules {
  const m = modes[mode] ?? modes["ffa"]!;
  const perTick = (speed: number) => quotient(speed * 256, hz);
  const ticks = (ms: number) => Math.max(1, quotient(ms * hz, 1000));
  return {
    hz,
    width: m.side * 256,
    height: m.side * 256,
    radius: 16 * 256,
    full: perTick(300),
    accel: Math.max(1, quotient(9000 * 256, hz * hz)),
    dash: perTick(900),
    bolt: perTick(900),
    boltTicks: ticks(m.boltMS),
    boltReload: ticks(167),
    dashTicks: ticks(167),
    dashReload: ticks(3000),
    railReload: ticks(1500),
    railRange: m.railRange * 256,
    respawn: ticks(2000),
    pickupReturn: ticks(15000),
    health: 100,
    shield: 60,
    maxAmmo: 10,
  };
}

function quotient(a: number, b: number): number {
  return Math.trunc((a + Math.trunc(b / 2)) / b);
}
