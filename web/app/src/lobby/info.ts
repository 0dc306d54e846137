// What the server says about itself at /info.
import { LobbyError } from "@metronome/sdk";

export interface Mode {
  name: string;
  title: string;
  seats: number;
  tickHz: number;
}

export interface Info {
  version: string;
  modes: Mode[];
}

/** Fails with LobbyError, as the lobby does. */
export async function askInfo(ask: typeof fetch = fetch): Promise<Info> {
  const response = await ask("info", { signal: AbortSignal.timeout(10_000) }).catch((fault: unknown) => {
    throw new LobbyError("unavailable", String(fault), 0);
  });
  if (!response.ok) throw new LobbyError("unavailable", `it answered ${response.status}`, response.status);
  const said = (await response.json()) as { version: string; modes: { name: string; title: string; seats: number; tick_hz: number }[] };
  return {
    version: said.version,
    modes: said.modes.map((m) => ({ name: m.name, title: m.title || m.name, seats: m.seats, tickHz: m.tick_hz })),
  };
}
