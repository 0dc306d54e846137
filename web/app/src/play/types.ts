// The SDK's types for the arena's own tables and events.

import type { GameEvent, MatchEnd, Session, View, World } from "@metronome/sdk";
import type { Arena } from "./arena.gen.ts";

export type ArenaSession = Session<Arena>;
export type ArenaView = View<Arena>;
export type ArenaWorld = World<Arena>;
export type ArenaEnd = MatchEnd<Arena>;
export type ArenaEvent = GameEvent<Arena>;

/** Phases of a match, as in sim/arena. */
export const Phase = { Warmup: 0, Play: 1, Pause: 2 } as const;

/** Bits of an input's buttons. */
export const ButtonBlaster = 1;
export const ButtonRail = 2;
export const ButtonDash = 4;

/** Weapons of hit and kill. */
export const Weapon = { Blaster: 1, Rail: 2 } as const;
