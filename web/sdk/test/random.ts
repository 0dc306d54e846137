/** A generator of 0 to below 1 with a seed to print (mulberry32); METRONOME_SEED repeats a run. */
export function randomOf(seed = Number(process.env["METRONOME_SEED"] ?? Math.floor(Math.random() * 2 ** 31))): { random: () => number; seed: number } {
  let state = seed | 0;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { random, seed };
}
