// Finding a room: the Connect service metronome.v1.LobbyService as JSON.
import { LobbyError } from "./errors.ts";
import type { ParamValue } from "./game.ts";
import { Caller } from "./net/call.ts";
import { list, number, object, text } from "./net/json.ts";

export interface LobbyOptions {
  fetch?: typeof fetch;
}

/** A room as the lobby lists it. */
export interface Room {
  id: string;
  mode: string;
  /** Code of a private room, for who made it or used it; else empty. */
  code: string;
  seats: number;
  /** Occupied and reserved. */
  taken: number;
  bots: number;
  /** Of the bots: the node's own, who give their seats up to whoever comes. `seats - taken + fillers` are free. */
  fillers: number;
  /** Connections that watch without a seat. */
  spectators: number;
  state: string;
  metadata: Record<string, string>;
  private: boolean;
  /** URL of the node that has it. */
  node: string;
  createdUnix: number;
  tickHz: number;
}

/** A seat reserved for whoever opens url, once, until it expires. */
export interface Join {
  room: Room;
  url: string;
  expiresUnix: number;
}

export interface ListFilter {
  mode?: string;
  metadata?: Record<string, string>;
  withFreeSeat?: boolean;
  /** 1 to 200; 50 by default. */
  pageSize?: number;
  page?: string;
}

export interface CreateOptions {
  mode?: string;
  private?: boolean;
  metadata?: Record<string, string>;
  seats?: number;
  name?: string;
  /** What the game lets a room be made with (Schema.params); what is not said has the mode's default. */
  params?: Readonly<Record<string, ParamValue>>;
}

/** Asks a server for rooms and seats; when it is gone, another node of the same deployment. Its promises fail with LobbyError. */
export class Lobby {
  private readonly caller: Caller;

  /** server: base URL, as in "http://127.0.0.1:8080" or, for one below a path, "https://host/game"; "" and "/game" are the page's own host. */
  constructor(server: string, o: LobbyOptions = {}) {
    this.caller = new Caller(server, o);
  }

  /** Base URL of the server that is asked first: the one that it was made for, until that does not answer and another does. */
  get server(): string {
    return this.caller.servers.order()[0]!;
  }

  /**
   * Learns the other nodes, as Session.nodes has them, in place of those before: at most 8, which are asked when the ones before
   * do not answer. What is no URL is left out.
   */
  learn(nodes: readonly string[]): void {
    this.caller.servers.learn(nodes);
  }

  /** Public rooms, fullest first. next: for ListFilter.page, empty when there are no more. */
  async list(filter: ListFilter = {}): Promise<{ rooms: Room[]; next: string }> {
    const answer = await this.call("ListRooms", filter);
    return { rooms: list(answer["room"]).map(roomOf), next: text(answer["nextPage"]) };
  }

  /** Makes a room and reserves its first seat. */
  create(o: CreateOptions): Promise<Join> {
    const params = Object.entries(o.params ?? {}).map(([name, value]) => [name, String(value)]);
    return this.seat("CreateRoom", params.length > 0 ? { ...o, params: Object.fromEntries(params) } : o);
  }

  /** Reserves a seat in a room named by its id or by the code of a private one. */
  join(by: { id: string } | { code: string }, name = ""): Promise<Join> {
    return this.seat("JoinRoom", { ...by, name });
  }

  /** Reserves a seat in the fullest fitting room, or in a new one; avoid: ids of at most 8 rooms that do not fit. */
  quickPlay(o: { mode?: string; metadata?: Record<string, string>; name?: string; avoid?: readonly string[] } = {}): Promise<Join> {
    return this.seat("QuickPlay", o);
  }

  private async seat(method: string, request: object): Promise<Join> {
    return joinOf((await this.call(method, request))["join"]);
  }

  private call(method: string, request: object): Promise<Record<string, unknown>> {
    return this.caller.call(`LobbyService/${method}`, request);
  }
}

/** A seat in an answer. Throws LobbyError when it is none. */
export function joinOf(v: unknown): Join {
  const join = object(v);
  const url = text(join["url"]);
  if (!/^wss?:\/\//.test(url)) throw new LobbyError("internal", "the lobby answered without a room", 200);
  return { room: roomOf(join["room"]), url, expiresUnix: number(join["expiresUnix"]) };
}

function roomOf(v: unknown): Room {
  const r = object(v);
  const metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(object(r["metadata"]))) metadata[key] = text(value);
  return {
    id: text(r["id"]), mode: text(r["mode"]), code: text(r["code"]), seats: number(r["seats"]), taken: number(r["taken"]),
    bots: number(r["bots"]), fillers: number(r["fillers"]), spectators: number(r["spectators"]), state: text(r["state"]), metadata, private: r["private"] === true, node: text(r["node"]),
    createdUnix: number(r["createdUnix"]), tickHz: number(r["tickHz"]),
  };
}
