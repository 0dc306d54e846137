import type { ConnectOptions, End, QuickPlayOptions, Session, WatchOptions } from "./api.ts";
import { errorOf, LobbyError } from "./errors.ts";
import { type Connector, localLink, workerLink } from "./engine/link.ts";
import type { AnyGame, Game } from "./game.ts";
import { type Join, Lobby } from "./lobby.ts";
import { lobbyEnd } from "./net/ends.ts";
import { bare, roomIdOf, serverOf } from "./net/roomurl.ts";
import { PageSession, type Source } from "./page/session.ts";
import { predictors } from "./predict/source.ts";

/** Enters the room with a URL, as the lobby gives it or ws://HOST/rooms/ROOM of an open server. Throws MetronomeError where there is no WebSocket. */
export function connect<G extends Game = AnyGame>(url: string, o: ConnectOptions = {}): Session<G> {
  return start<G>({ url, key: `room ${bare(url)}`, find: roomFinder(url, o) }, o);
}

/** Asks a server's lobby for a seat and enters its room; asks again whenever the seat is lost. Throws MetronomeError where there is no WebSocket. */
export function quickPlay<G extends Game = AnyGame>(server: string, o: QuickPlayOptions = {}): Session<G> {
  const request = { mode: o.mode ?? "", metadata: o.metadata ?? {}, name: o.name ?? "", ...(o.avoid?.length ? { avoid: o.avoid } : {}) };
  const lobby = lobbyOf(server, o);
  const find: Source["find"] = async (last) => {
    if (o.onRejoin) return o.onRejoin();
    lobby.learn([nodeOf(last.url), ...last.nodes]);
    return seat(() => lobby.quickPlay(request));
  };
  return start<G>({ url: "", key: `quick ${server} ${request.mode}`, find }, o);
}

/**
 * Watches a room without a seat: session.spectating is true, and there are no inputs, commands or chat. The URL is that of a
 * public room, as session.room's or a listing's: ws://HOST/rooms/ROOM. A lost connection is opened again; a room that is over
 * ends the session, unless onRejoin finds another. Throws MetronomeError where there is no WebSocket.
 */
export function watch<G extends Game = AnyGame>(url: string, o: WatchOptions = {}): Session<G> {
  const finds = o.onRejoin !== undefined;
  const find: Source["find"] = async ({ end }) => {
    if (o.onRejoin) return o.onRejoin();
    throw end ?? new Error("the room is over");
  };
  return start<G>({ url, key: "", find, watch: { seat: o.seat ?? 0, finds } }, { ...o, storage: null });
}

/** Throws MetronomeError where there is no WebSocket. */
function start<G extends Game>(source: Source, o: ConnectOptions): Session<G> {
  if (!o.WebSocket && typeof globalThis.WebSocket === "undefined") {
    throw errorOf("no-websocket", "there is no WebSocket here: Node.js has one from version 22 on, and before that takes one as an option, { WebSocket }");
  }
  const worker = o.worker ?? (typeof Worker !== "undefined" && !o.WebSocket);
  const connector: Connector = worker ? workerLink(o) : localLink(o);
  return new PageSession({ predictor: predictors(o.predict, o.fetch), ...source }, o, connector) as unknown as Session<G>;
}

/** Ends after which the same room need not be asked for: it is over, or it takes nobody. */
const NOT_AGAIN: readonly (number | undefined)[] = [undefined, 403, 404, 409, 410, 4006, 4007, 4008, 4009, 4011];

/** roomFinder finds a room for somebody who had a URL: the last room while it is there, else one of its mode. */
function roomFinder(url: string, o: ConnectOptions): Source["find"] {
  let lobby: Lobby | null = null;
  return async ({ url: last, end, played, mode, nodes }) => {
    if (o.onRejoin) return o.onRejoin();
    // Nobody said no to the URL: its ticket may still be good.
    if (!played && (end === null || end.code === 0 || end.code === 1006)) return url;
    const asked = (lobby ??= lobbyOf(o.lobby ?? nodeOf(url), o));
    asked.learn([nodeOf(last), ...nodes]);
    const name = o.name ?? "";
    const id = last === "" ? "" : roomIdOf(last);
    return seat(async () => {
      if (id !== "" && !NOT_AGAIN.includes(end?.code)) {
        try {
          return await asked.join({ id }, name);
        } catch (fault) {
          if (!(fault instanceof LobbyError) || !takesNobody(fault)) throw fault;
        }
      }
      return asked.quickPlay({ mode, name });
    });
  };
}

/** takesNobody tells that a room is over, locked or full from a lobby that is busy. */
function takesNobody(e: LobbyError): boolean {
  return e.code === "not_found" || e.code === "failed_precondition" || (e.code === "resource_exhausted" && e.message.includes("full"));
}

/** nodeOf is the server that a room's URL is on; "": there is none. */
const nodeOf = (room: string): string => (room === "" ? "" : serverOf(room));

const lobbyOf = (server: string, o: ConnectOptions): Lobby => new Lobby(server, o.fetch ? { fetch: o.fetch } : {});

/** seat is the URL of the seat that a lobby is asked for. */
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
