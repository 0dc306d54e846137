// Waiting in a queue for a match: the Connect service metronome.v1.MatchService as
// JSON, and one entry of it over as many connections as it takes.
import { LobbyError, MetronomeError } from "../errors.ts";
import { type Join, joinOf } from "../lobby.ts";
import type { Caller } from "../net/call.ts";
import { object, text } from "../net/json.ts";
import { keepWatching } from "../net/stream.ts";
import { Emitter } from "../page/events.ts";
import { callerOf, listQueues, measureLatency, type QueueOptions } from "./latency.ts";
import { type EntryState, type EntryStatus, statusOf } from "./types.ts";

/** How long a watch may be silent, ms: the server says something every two seconds. */
const silence = 6_000;

/** What takes an entry, or a party, up again: after a reload, or in another tab. It is a secret of the player. */
export interface Kept {
  /** Id of the entry, or code of the party. */
  readonly id: string;
  readonly token: string;
}

export interface MatchmakeOptions extends QueueOptions {
  /** What the player wants to be called; who is known by a token has a name of their own. */
  name?: string;
  /** The party that waits, which this client's player leads; without one the player is alone. */
  party?: { readonly code: string; readonly kept: Kept };
  /** Roles that the player would play, the dearest first; empty: any. */
  roles?: readonly string[];
  /** Round trip to each region, ms; by default it is measured where it counts. */
  latency?: Readonly<Record<string, number>>;
  /** Wait also while nobody watches: without it the entry is canceled ten seconds after its last watch. */
  stay?: boolean;
  /** Aborting it cancels. */
  signal?: AbortSignal;
}

export interface MatchmakingEvents {
  /** How it is: whenever something changes, and every two seconds. */
  progress: EntryStatus;
  /** The state is another. */
  state: { state: EntryState; was: EntryState | "" };
  /** The watch was dropped and is opened again after so long, ms; it is the attempt-th since something came. */
  trouble: { in: number; attempt: number; error: LobbyError };
}

/** An entry came to another end than a match. Its code is the state: canceled, expired, declined, absent, lost, closed or played. */
export class EntryError extends MetronomeError {
  override readonly name = "EntryError";
  constructor(readonly status: EntryStatus) {
    super(status.state, sentenceOf(status));
  }
}

/** What an end means for the player: what happened, and what to do. */
const sentences: Partial<Record<EntryState, readonly [string, string]>> = {
  played: ["This match was entered already, perhaps in another tab.", ""],
  canceled: ["You left the queue.", ""],
  expired: ["No match came together in time.", "Queue again, or choose another queue."],
  declined: ["The match was not accepted.", "Queue again when you are ready."],
  absent: ["The seat was not taken in time.", "Queue again."],
  lost: ["The server has lost your place.", "Queue again."],
  closed: ["The queue is closed, or does not take you any more.", "Choose another one."],
};

/** The server's reason in place of the general one, where it says more than the state. */
function sentenceOf({ state, why }: EntryStatus): string {
  const [happened, advice] = sentences[state] ?? ["The queue has no match for you.", "Queue again."];
  const said = why === "" || why === state ? happened : why.charAt(0).toUpperCase() + why.slice(1) + (/[.!?]$/.test(why) ? "" : ".");
  return `${said} ${advice}`.trim();
}

/** One entry of a queue, from enqueueing to its match. */
export class Matchmaking {
  /** A seat in the match: connect(join.url) enters it. Fails with EntryError, or LobbyError when the server says no; who does not wait for it need not catch it. */
  readonly match: Promise<Join>;
  /** How it was last; null: nothing has come yet. */
  status: EntryStatus | null = null;
  /** Takes the entry up again, as for resumeMatchmaking; null: it does not wait yet. */
  kept: Kept | null;
  private readonly emitter = new Emitter<MatchmakingEvents>();
  private readonly over = new AbortController();
  private readonly enqueued: Promise<void>;
  private found!: (join: Join) => void;
  private failed!: (fault: unknown) => void;

  /** enqueue makes the entry; without it there is one, kept. */
  constructor(
    private readonly caller: Caller,
    kept: Kept | null,
    enqueue: (() => Promise<Record<string, unknown>>) | null,
    signal?: AbortSignal,
  ) {
    this.kept = kept;
    this.match = new Promise((found, failed) => Object.assign(this, { found, failed }));
    this.match.catch(() => {});
    this.enqueued = enqueue ? this.enqueue(enqueue) : Promise.resolve();
    void this.enqueued.then(() => this.watch()).catch((fault: unknown) => this.end(() => this.failed(fault)));
    const cancel = (): void => void this.cancel().catch((fault: unknown) => this.end(() => this.failed(fault)));
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { signal: this.over.signal });
  }

  /** Calls fn for each event of a kind until the function that it returns is called. */
  on<K extends keyof MatchmakingEvents>(event: K, fn: (e: MatchmakingEvents[K]) => void): () => void {
    return this.emitter.on(event, fn);
  }

  /** Takes the entry, and the whole party, out of the queue. False: it is too late, the match is open. Fails with LobbyError. */
  async cancel(): Promise<boolean> {
    await this.enqueued;
    const { status } = this;
    if (this.over.signal.aborted) return status?.state !== "open";
    this.take(await this.call("CancelEntry", {}));
    return this.status?.state !== "open";
  }

  /** Answers the offer: true, or false to decline, and be out of the queue. Fails with LobbyError when it is too late. */
  async accept(yes = true): Promise<void> {
    await this.enqueued;
    this.take(await this.call("AcceptMatch", { yes }));
  }

  /** Stops watching and leaves the entry where it is: it is canceled after ten seconds unless somebody watches it, or it stays. match never settles. */
  detach(): void {
    this.over.abort();
  }

  private async enqueue(ask: () => Promise<Record<string, unknown>>): Promise<void> {
    const answer = await ask();
    const status = statusOf(answer["status"]);
    if (status.entry === "") throw new LobbyError("internal", "the server answered without an entry", 200);
    this.kept = { id: status.entry, token: text(answer["memberToken"]) || (this.kept?.token ?? "") };
    this.take(answer);
  }

  private call(method: string, request: object): Promise<Record<string, unknown>> {
    return this.caller.call(`MatchService/${method}`, { entry: this.kept?.id, memberToken: this.kept?.token, ...request });
  }

  private async watch(): Promise<void> {
    if (this.over.signal.aborted) return;
    await keepWatching(this.caller, {
      method: "MatchService/WatchEntry",
      request: { entry: this.kept?.id, memberToken: this.kept?.token },
      silence,
      signal: this.over.signal,
      heard: (said) => {
        this.take(said);
        return this.over.signal.aborted;
      },
      dropped: (e) => this.emitter.emit("trouble", e),
    });
  }

  /** Takes an answer with a status in it. */
  private take(answer: Record<string, unknown>): void {
    if (this.over.signal.aborted) return;
    const said = object(answer["status"]);
    const status = statusOf(said);
    const was = this.status?.state ?? "";
    this.status = status;
    this.emitter.emit("progress", status);
    if (status.state !== was) this.emitter.emit("state", { state: status.state, was });
    if (status.state === "open" && said["join"] !== undefined) {
      const join = joinOf(said["join"]);
      this.end(() => this.found(join));
    } else if (status.final) this.end(() => this.failed(new EntryError(status)));
  }

  private end(settle: () => void): void {
    if (this.over.signal.aborted) return;
    this.over.abort();
    settle();
  }
}

/** Has the player, or the party that they lead, wait in a queue for a match. server: base URL, as for quickPlay. */
export function matchmake(server: string, queue: string, o: MatchmakeOptions = {}): Matchmaking {
  const caller = callerOf(server, o);
  const kept = o.party?.kept ?? null;
  const enqueue = async (): Promise<Record<string, unknown>> => {
    const latency = o.latency ?? (await latencyFor(server, queue, o));
    return caller.call("MatchService/Enqueue", {
      queue, name: o.name ?? "", latency, role: o.roles ?? [], party: o.party?.code ?? "", memberToken: kept?.token ?? "", stay: o.stay ?? false,
    });
  };
  return new Matchmaking(caller, kept && { ...kept, id: "" }, enqueue, o.signal);
}

/** Goes on with an entry that waits already: that of the page before a reload, or of the own party. Which entry: Matchmaking.kept, Party.entry. */
export function resumeMatchmaking(server: string, kept: Kept, o: QueueOptions & { signal?: AbortSignal } = {}): Matchmaking {
  return new Matchmaking(callerOf(server, o), kept, null, o.signal);
}

/** Measures what a queue asks for. */
async function latencyFor(server: string, queue: string, o: QueueOptions): Promise<Record<string, number>> {
  const found = (await listQueues(server, o)).find((q) => q.name === queue);
  return found ? measureLatency(found.regions, o.fetch) : {};
}
