// What the server says about itself at /info, and what of it these pages can draw.
import { LobbyError } from "@metronome/sdk";
import { arenaGame } from "../play/arena.gen.ts";

/** One setting that rooms of a mode can be made with. */
export interface Param {
  name: string;
  title: string;
  /** "switch" is true or false, "option" one of options. */
  kind: "number" | "switch" | "option";
  min: number;
  max: number;
  default: string;
  options: string[];
}

export interface Mode {
  name: string;
  /** The name of the game that it is of. */
  game: string;
  title: string;
  seats: number;
  tickHz: number;
  params: Param[];
}

export interface Info {
  version: string;
  modes: Mode[];
}

interface SaidMode {
  name: string;
  game: string;
  title: string;
  seats: number;
  tick_hz: number;
  params?: (Omit<Param, "options"> & { options?: string[] })[];
}

/** Fails with LobbyError, as the lobby does. */
export async function askInfo(ask: typeof fetch = fetch): Promise<Info> {
  const response = await ask("info", { signal: AbortSignal.timeout(10_000) }).catch((fault: unknown) => {
    throw new LobbyError("unavailable", String(fault), 0);
  });
  if (!response.ok) throw new LobbyError("unavailable", `it answered ${response.status}`, response.status);
  const said = (await response.json()) as { version: string; modes: SaidMode[] };
  return {
    version: said.version,
    modes: said.modes.map((m) => ({ name: m.name, game: m.game, title: m.title || m.name, seats: m.seats, tickHz: m.tick_hz, params: (m.params ?? []).map(paramOf) })),
  };
}

/** Whether the play page can draw a mode. */
export const isDrawn = (m: Pick<Mode, "game">): boolean => m.game === arenaGame;

const paramOf = (p: NonNullable<SaidMode["params"]>[number]): Param => ({ ...p, title: p.title || p.name, options: p.options ?? [] });
