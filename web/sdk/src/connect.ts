import type { ConnectOptions, End, QuickPlayOptions, Session } from "./api.ts";
import { type Connector, localLink, workerLink } from "./engine/link.ts";
import type { AnyGame, Game } from "./game.ts";
import { type Join, Lobby, LobbyError } from "./lobby.ts";
import { lobbyEnd } from "./net/ends.ts";
import { bare, roomIdOf, serverOf } from "./net/roomurl.ts";
import { PageSession, type Source } from "./page/session.ts";

/** Enters the room with a URL, as the lobby gives it or ws://HOST/rooms/ROOM of an open server. */
export function connect<G extends Game = AnyGame>(url: string, o: ConnectOptions = {}): Session<G> {
  return start<G>({ url, key: `room ${bare(url)}`, find: roomFinder(url, o) }, o);
}

/** Asks a server's lobby for a seat and enters its room; asks again whenever the seat is lost. */
export function quickPlay<G extends Game = AnyGame>(server: string, o: QuickPlayOptions = {}): Session<G> {
  const request = { mode: o.mode ?? "", metadata: o.metadata ?? {}, name: o.name ?? "" };
  const find = async (): Promise<string> => {
    if (o.onRejoin) return o.onRejoin();
    return seat(() => lobbyOf(server, o).quickPlay(request));
  };
  return start<G>({ url: "", key: `quick ${server} ${request.mode}`, find }, o);
}

function start<G extends Game>(source: Source, o: ConnectOptions): Session<G> {
  const worker = o.worker ?? typeof Worker !== "undefined";
  const connector: Connector = worker ? workerLink(o) : localLink(o);
  return new PageSession(source, o, connector) as unknown as Session<G>;
}

/** roomFinder finds a room for somebody who had a URL: the same room while it is there, else one of its mode. */
function roomFinder(url: string, o: ConnectOptions): Source["find"] {
  return async (end, played, mode) => {
    if (o.onRejoin) return o.onRejoin();
    // Nobody said no to the URL: its ticket may still be good.
    if (!played && (end === null || end.code === 0 || end.code === 1006)) return url;
    const lobby = lobbyOf(o.lobby ?? serverOf(url), o);
    const name = o.name ?? "";
    const id = roomIdOf(url);
    if (end?.code === 401 && id !== "") {
      try {
        return (await lobby.join({ id }, name)).url;
      } catch (fault) {
        if (!(fault instanceof LobbyError) || (fault.code !== "not_found" && fault.code !== "failed_precondition")) throw endOf(fault);
      }
    }
    return seat(() => lobby.quickPlay({ mode, name }));
  };
}

function lobbyOf(server: string, o: ConnectOptions): Lobby {
  return new Lobby(server, o.fetch ? { fetch: o.fetch } : {});
}

async function seat(ask: () => Promise<Join>): Promise<string> {
  try {
    return (await ask()).url;
  } catch (fault) {
    throw endOf(fault);
  }
}

/** endOf turns a lobby's error into the end that a session shows. */
function endOf(fault: unknown): End | Error {
  return fault instanceof LobbyError ? lobbyEnd(fault) : fault instanceof Error ? fault : new Error(String(fault));
}
