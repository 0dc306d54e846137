import type { ConnectOptions, QuickPlayOptions, Session } from "./api.ts";
import type { AnyGame, Game } from "./game.ts";

/** Enters the room with a URL, as the lobby gives it or ws://HOST/rooms/ROOM of an open server. */
export function connect<G extends Game = AnyGame>(url: string, o: ConnectOptions = {}): Session<G> {
  throw new Error(`connect ${url} ${String(o)}`);
}

/** Asks a server's lobby for a seat and enters its room; asks again whenever the seat is lost. */
export function quickPlay<G extends Game = AnyGame>(server: string, o: QuickPlayOptions = {}): Session<G> {
  throw new Error(`quickPlay ${server} ${String(o)}`);
}
