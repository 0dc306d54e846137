import type { State } from "../api.ts";

/** The legal transitions, the same as client/state.go's: from, then to. */
export const moves: Readonly<Record<State, readonly State[]>> = {
  connecting: ["playing", "away", "closed"],
  playing: ["away", "closed"],
  away: ["connecting", "closed"],
  closed: [],
};
