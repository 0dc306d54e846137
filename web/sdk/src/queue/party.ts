// Parties: players who queue together, by a code.
import { LobbyError } from "../errors.ts";
import type { Caller } from "../net/call.ts";
import { text } from "../net/json.ts";
import { keepWatching } from "../net/stream.ts";
import { Emitter } from "../page/events.ts";
import { callerOf, type QueueOptions } from "./latency.ts";
import type { Kept } from "./matchmake.ts";
import { partyOf, type PartyMember, type PartyState } from "./types.ts";

/** How long a watch may be silent, ms: the server says something every five seconds. */
const silence = 12_000;

export interface PartyOptions extends QueueOptions {
  /** What the player wants to be called. */
  name?: string;
}

export interface PartyEvents {
  /** Somebody came, left, is ready or not, or the party waits in a queue: `entry` is what to resumeMatchmaking. */
  change: PartyState;
  /** The party is over for this player; why, from the server. */
  gone: { error: LobbyError };
  /** The watch was dropped and is opened again after so long, ms; it is the attempt-th since something came. */
  trouble: { in: number; attempt: number; error: LobbyError };
}

/** A party with this client's player in it. */
export class Party {
  private readonly emitter = new Emitter<PartyEvents>();
  private readonly over = new AbortController();

  constructor(
    private readonly caller: Caller,
    /** Its members and what it waits in, as it was last. */
    public state: PartyState,
    /** Takes it up again, as for joinParty: its id is the code. */
    readonly kept: Kept,
  ) {
    void this.watch();
  }

  get code(): string {
    return this.kept.id;
  }

  /** This client's player; undefined: they are out. */
  get you(): PartyMember | undefined {
    return this.state.members.find((m) => m.you);
  }

  /** Takes up the entry that the party waits as; null: it has none. */
  get entry(): Kept | null {
    return this.state.entry === "" ? null : { id: this.state.entry, token: this.kept.token };
  }

  /** Calls fn for each event of a kind until the function that it returns is called. */
  on<K extends keyof PartyEvents>(event: K, fn: (e: PartyEvents[K]) => void): () => void {
    return this.emitter.on(event, fn);
  }

  /** Says whether the player is ready for the party to be enqueued; latency and roles as in MatchmakeOptions. Fails with LobbyError. */
  async ready(yes: boolean, o: { latency?: Readonly<Record<string, number>>; roles?: readonly string[] } = {}): Promise<void> {
    const answer = await this.call("SetReady", { ready: yes, latency: o.latency ?? {}, role: o.roles ?? [] });
    this.take(answer);
  }

  /** Takes another member out of it, by their number; the leader may. Fails with LobbyError. */
  async remove(number: number): Promise<void> {
    this.take(await this.call("RemoveMember", { number }));
  }

  /** Leaves it, and takes it out of its queue. Fails with LobbyError. */
  async leave(): Promise<void> {
    await this.call("LeaveParty", {});
    this.detach();
  }

  /** Stops watching and stays in the party; of whom nothing is heard for 20 s counts as away, and leads no more. */
  detach(): void {
    this.over.abort();
  }

  private call(method: string, request: object): Promise<Record<string, unknown>> {
    return this.caller.call(`MatchService/${method}`, { code: this.kept.id, memberToken: this.kept.token, ...request });
  }

  private async watch(): Promise<void> {
    try {
      await keepWatching(this.caller, {
        method: "MatchService/WatchParty",
        request: { code: this.kept.id, memberToken: this.kept.token },
        silence,
        signal: this.over.signal,
        heard: (said) => {
          this.take(said);
          return false;
        },
        dropped: (e) => this.emitter.emit("trouble", e),
      });
    } catch (fault) {
      if (this.over.signal.aborted) return;
      this.detach();
      this.emitter.emit("gone", { error: fault instanceof LobbyError ? fault : new LobbyError("unknown", String(fault), 0) });
    }
  }

  private take(answer: Record<string, unknown>): void {
    if (this.over.signal.aborted) return;
    this.state = partyOf(answer["party"]);
    this.emitter.emit("change", this.state);
  }
}

/** Makes a party, which the player leads. Fails with LobbyError. */
export async function createParty(server: string, o: PartyOptions = {}): Promise<Party> {
  return enter(callerOf(server, o), "CreateParty", { name: o.name ?? "" }, "");
}

/** Enters a party by its code, or takes it up again by what Party.kept was. Fails with LobbyError. */
export async function joinParty(server: string, by: string | Kept, o: PartyOptions = {}): Promise<Party> {
  const { id, token } = typeof by === "string" ? { id: by, token: "" } : by;
  return enter(callerOf(server, o), "JoinParty", { code: id, name: o.name ?? "", memberToken: token }, token);
}

async function enter(caller: Caller, method: string, request: object, token: string): Promise<Party> {
  const answer = await caller.call(`MatchService/${method}`, request);
  const state = partyOf(answer["party"]);
  if (state.code === "") throw new LobbyError("internal", "the server answered without a party", 200);
  return new Party(caller, state, { id: state.code, token: text(answer["memberToken"]) || token });
}
