// `window.metronome`: the page's own objects, for who develops a game with it
// and for the browser stories. In the console of the browser:
//
//   metronome.session.stats            figures of the connection
//   metronome.session.network.set({ delayMs: 75, jitterMs: 20 })
//   metronome.picture.ships            every ship as it was last drawn, in units
//   metronome.cost                     main-thread time of a frame, ms
//   metronome.onFrame = (now, picture) => { … }   after each frame that was drawn

import type { Picture } from "./picture.ts";
import type { ArenaSession } from "./types.ts";

export interface Handle {
  session: ArenaSession;
  /** What draws: "webgl" or "canvas". */
  painter: string;
  /** As it was last drawn; its objects are used anew in every frame. */
  picture: Picture;
  frames: number;
  /** Mean of the last frames and the most since the page began, ms. */
  cost: { mean: number; max: number };
  onFrame: ((now: number, picture: Picture) => void) | null;
}

declare global {
  interface Window {
    metronome?: Handle;
  }
}

/** Counts a frame that took some ms. */
export function count(h: Handle, ms: number): void {
  h.frames++;
  h.cost.mean += (ms - h.cost.mean) * (h.frames < 60 ? 1 / h.frames : 1 / 60);
  h.cost.max = Math.max(h.cost.max, ms);
}
