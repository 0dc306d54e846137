// The public types. index.ts exports them; README.md shows them at work.
import type { AnyGame, ColumnOf, CommandOf, Game, GameEvent, InputOf, OwnOf, ParamsOf, TableName } from "./game.ts";
import type { LobbyOptions } from "./lobby.ts";
import type { StepPrediction } from "./predict/step.ts";
import type { Schema } from "./schema.ts";

/** connecting: on the way to the first snapshot. away: the connection is lost, coming back. closed: over. */
export type State = "connecting" | "playing" | "away" | "closed";

/** What helps after an end: nothing, the same seat again, a new seat at once, a new seat after a while. */
export type Comeback = "never" | "resume" | "rejoin" | "rejoin-later";

/** Why a connection ended or was refused, and what to do. */
export interface End {
  /** A WebSocket close code (1000 and up), an HTTP status (below 1000), or 0: the server could not be reached. */
  readonly code: number;
  /** Its short name, as in docs/close-codes.json; "hidden", "unreachable", "refused-404" or "lobby-not_found" besides. */
  readonly name: string;
  /** What the server said; plain text, may be empty. */
  readonly reason: string;
  readonly comeback: Comeback;
  /** How long the server asked to be left alone, ms; absent or 0: it did not. */
  readonly retryAfterMs?: number;
  /** One or two sentences for the player: what happened and what to do. */
  readonly sentence: string;
}

export interface Player {
  readonly seat: number;
  /** Plain text from another player: never markup. */
  readonly name: string;
  readonly presence: "active" | "away";
  /** From 1; 0 is none. */
  readonly team: number;
  readonly bot: boolean;
}

/** What became of a command. */
export interface CommandAnswer {
  /** Counts the commands of the seat, from 1. */
  readonly number: number;
  /** given: the game has it. refused: it does not, and reason says why. lost: the seat was given up before the server answered, so that nobody knows. */
  readonly fate: "given" | "refused" | "lost";
  /** For people; else empty. */
  readonly reason: string;
}

/** How a match ended. */
export interface MatchEnd<G extends Game = AnyGame> {
  /** Plain text for people; may be empty. */
  readonly reason: string;
  /** One for each seat with a result, by seat. */
  readonly lines: readonly OutcomeLine<G>[];
}

/** How a match ended for one seat. */
export interface OutcomeLine<G extends Game = AnyGame> {
  readonly seat: number;
  /** Who sits there; "": nobody, or in a room too large for a roster. Plain text from another player: never markup. */
  readonly name: string;
  readonly bot: boolean;
  /** From 1; 0 is none. */
  readonly team: number;
  /** From 1, equal ones are a draw; 0 is none. */
  readonly place: number;
  /** The game's own fields; beyond 2^53 the last digits are lost. */
  readonly fields: Readonly<G["outcome"]>;
}

export interface ConnectOptions {
  /** The player's name; with a ticket the name is in the ticket. */
  name?: string;
  /** Base URL of the lobby to ask for another seat; the room URL's host by default. */
  lobby?: string;
  /** Asks for another seat and answers a room URL. By default the lobby is asked: the same room if it is still there, else quick play. */
  onRejoin?: () => Promise<string>;
  /** Socket, decoding and input clock in a worker. Default: where Worker exists. */
  worker?: boolean;
  /** Bounds of the interpolation delay, in snapshot intervals. Default 1 to 4. */
  interpolate?: { min?: number; max?: number };
  /** Columns of the view to turn the short way round, besides those of kind ANGLE, as "table.column": the column's whole range is the circle. */
  angles?: readonly string[];
  /** How long a tab may be hidden before it lets go of its connection, ms. Default 10,000; Infinity: never. In a room that rests it never does. */
  hiddenAfter?: number;
  /** Where the seat is kept over a reload of the page. Default sessionStorage where there is one; null: nowhere. */
  storage?: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  /** Only without a worker: what opens sockets and URLs, for Node and tests. */
  WebSocket?: new (url: string, protocols: string) => WebSocket;
  fetch?: typeof fetch;
  /**
   * Schema.fingerprint of the game that the page's types were written for, as `metronome schema --ts` writes it. A room that has another one
   * is told of on the console, once: another build, mode or number of seats. All goes on by the names that both have.
   */
  fingerprint?: string;
  /**
   * Who tells what the own inputs and commands do, ahead of the room. true, as by default: the game's own Go, where the room has it.
   * false: nobody. A list: functions of the page, as predict() makes them, one for each table.
   */
  predict?: boolean | readonly StepPrediction[];
}

/** How to watch a room: without a name, a seat to come back to, or a lobby. */
export interface WatchOptions extends Omit<ConnectOptions, "name" | "lobby" | "storage" | "onRejoin" | "predict"> {
  /** Whose view to begin with; 0, as by default: the room chooses. */
  seat?: number;
  /** Finds another room to watch when this one is over, and answers its URL; without it the session ends. */
  onRejoin?: () => Promise<string>;
}

/** Which room to play in, and as whom. */
export interface QuickPlayOptions extends ConnectOptions, LobbyOptions {
  /** Game mode; the server's first by default. */
  mode?: string;
  /** Only rooms with this metadata. */
  metadata?: Record<string, string>;
  /** Ids of rooms not to be sent to, at most 8, such as one that the player was removed from. */
  avoid?: readonly string[];
}

/** Numbers of one column, one per row; a view of memory that is valid until the next snapshot. */
export type Column = Int32Array | Uint32Array;

/** The rows of one table in view, by columns. */
export interface Table<C extends string = string, O extends string = string> {
  readonly name: string;
  /** Rows. */
  readonly count: number;
  readonly ids: Uint32Array;
  /**
   * One number for each row's life, from when it comes into view until it leaves: the same id with another life is another row, so
   * that nobody draws a line from one to the other. Above 0, never given twice in a session; a new connection gives new ones, and so
   * does a gap (stats.gaps). In the view a row that a prediction made keeps its life when it turns out to be one of the room's.
   */
  readonly lives: Uint32Array;
  /** Values of a column that everybody sees, as on the wire. Throws MetronomeError "no-such-name" on one that the schema does not have. */
  column(name: C): Column;
  /** The same in real units, in an array of its own: FIXED divided by 256, angles in radians, all others as they are. */
  values(name: C): Float64Array;
  /** Where the row with an id is; -1: not in view. */
  index(id: number): number;
  /** Ids of your own rows; they may be out of view. */
  readonly ownIds: Uint32Array;
  /** Values of a private column, one per ownIds, as on the wire. */
  own(name: O): Column;
  /** The same in real units. */
  ownValues(name: O): Float64Array;
}

/** A snapshot: the world as the server says it is at a tick. */
export interface World<G extends Game = AnyGame> {
  /** -1: nothing has come yet. */
  readonly tick: number;
  /** Throws on a name that the schema does not have, and before the welcome. */
  table<T extends TableName<G>>(name: T): Table<ColumnOf<G, T>, OwnOf<G, T>>;
}

/** One table of a View: rows as they are at a moment between two snapshots. */
export interface ViewTable<C extends string = string> {
  readonly name: string;
  readonly count: number;
  readonly ids: Uint32Array;
  /** As in Table. */
  readonly lives: Uint32Array;
  /**
   * Linear columns and angles in between, the others as in the last snapshot before; as on the wire (FIXED: 1/256). Longer than count.
   * Own rows that are predicted come after all others, and are as they will be.
   */
  column(name: C): Float64Array;
  /** The same in real units: FIXED divided by 256, angles, also those of ConnectOptions.angles, in radians from 0 to 2π. Longer than count. */
  values(name: C): Float64Array;
  index(id: number): number;
}

/**
 * A row as an object: its columns in real units, as in ViewTable.values. There is one for each life: the next view() in which the row is
 * fills it anew, and after the last one it stays as it was; {...row} is a copy. A column named id or life is only in the table.
 */
export type RowObject<C extends string = string> = { readonly id: number; readonly life: number } & { readonly [K in C]: number };

/** A row that comes into view or leaves it, as it is in the snapshot in which it comes or was last. It may be kept. */
export interface Row<C extends string = string> {
  readonly table: string;
  readonly id: number;
  /** As in Table.lives: the row that comes is the one that leaves with the same life. */
  readonly life: number;
  /** Of the snapshot in which it came, or the first without it. */
  readonly tick: number;
  /** A column that everybody sees, as on the wire. */
  raw(name: C): number;
  /** The same in real units, as in Table.values. */
  value(name: C): number;
}

/** The world as it is to be drawn now. It reuses its memory: valid until the next view(). */
export interface View<G extends Game = AnyGame> {
  /** With a fraction; -1: there is nothing to draw yet. */
  readonly tick: number;
  /** How old that is against the newest snapshot, 1/16 ticks; negative when ahead of it. */
  readonly seen: number;
  table<T extends TableName<G>>(name: T): ViewTable<ColumnOf<G, T>>;
  /**
   * The rows of a table as objects, in an array that is used again. They cost more than columns: each is filled in every frame in which
   * they are asked for. Throws MetronomeError "no-such-name" on a table that the game does not have.
   */
  rows<T extends TableName<G>>(name: T): readonly RowObject<ColumnOf<G, T>>[];
  /**
   * The rows in view whose owner is this session's seat, with their private columns too: objects of their own, else as rows(). Empty for
   * who watches. Throws MetronomeError "no-such-name" on a table that the game does not have, or whose rows are nobody's.
   */
  mine<T extends TableName<G>>(name: T): readonly RowObject<ColumnOf<G, T> | OwnOf<G, T>>[];
}

/** An input that the newest snapshot does not include. */
export interface PendingInput {
  readonly tick: number;
  readonly values: readonly number[];
}

/** The own rows are predicted. */
export interface Predicted {
  /** By the game's own Go in WebAssembly, or by functions of the page. */
  readonly by: "wasm" | "page";
  /** The tick, with a fraction, at which view() shows the own rows; -1: nothing is predicted yet. */
  readonly tick: number;
}

/** A column that was predicted wrongly. */
export interface Misprediction {
  readonly table: string;
  /** "made" stands for whole rows: the prediction made them and the room did not. */
  readonly column: string;
  /** Id of the row in which it was wrong last. */
  readonly row: number;
  /** How often, in all. */
  readonly count: number;
  /** How far off it was, in real units, of angles the short way round: the last time, and at most. */
  readonly last: number;
  readonly most: number;
}

/** A ring of numbers for plotting. */
export interface History {
  readonly length: number;
  /** 0 is the oldest. */
  at(i: number): number;
}

/** Figures for a net graph; cheap to read every frame. */
export interface NetStats {
  readonly tick: number;
  /** How early inputs arrive, ticks; negative: too late. */
  readonly slack: number;
  /** Between the newest snapshot as it should be there and the view, ticks. */
  readonly interpolationTicks: number;
  /** Round trip of a ping, up to a tick longer than the network's, ms: the shortest of the last five, and the last. */
  readonly rttMs: number;
  readonly lastRttMs: number;
  /** Spread of the arrival of snapshots, ms. */
  readonly jitterMs: number;
  readonly snapshots: number;
  readonly snapshotBytes: { readonly last: number; readonly mean: number };
  /** Bits of a snapshot per row in view, mean of the last ones. */
  readonly bitsPerEntity: number;
  /** Frames that could not be applied: something was missing. */
  readonly gaps: number;
  /** Ticks that got no snapshot of their own because this client read too slowly, in all. */
  readonly backlog: number;
  /** Inputs that the server could not use, in all. */
  readonly dropped: number;
  /** How often own rows had to be shown elsewhere than they were, and what corrected() was told, in all. An undisturbed prediction has none. */
  readonly corrections: number;
  /** Who predicts the own rows now; "": nobody does. */
  readonly predicting: Predicted["by"] | "";
  /** What was predicted for the tick of a snapshot and was not so in it, by column; the one that was wrong last comes first. At most 64. */
  readonly mispredictions: readonly Misprediction[];
  /** Prediction on the page's thread, ms per frame. */
  readonly predictMs: { readonly mean: number; readonly max: number };
  /** Keyframes asked for. */
  readonly resyncs: number;
  readonly reconnects: number;
  /** How often the room has gone on at another node, with this session in it. They are among the reconnects. */
  readonly moves: number;
  /** The last of them: the room's URL there, and the time without a frame, ms. */
  readonly lastMove: { readonly url: string; readonly ms: number } | null;
  readonly inputs: number;
  /** Decoding of one snapshot, ms. */
  readonly decodeMs: { readonly mean: number; readonly max: number };
  /** Last 300 snapshots. */
  readonly history: {
    readonly bytes: History; readonly slack: History; readonly arrivalMs: History;
    readonly delayTicks: History; readonly dropped: History; readonly decodeMs: History;
    /** Of the first snapshot after a move how long there was none, ms; 0 of all others. */
    readonly moveMs: History;
  };
}

/** Makes this client's own connection worse, in both directions. The order of messages stays, as on TCP. */
export interface NetworkSim {
  /** Delay of each direction, ms; jitter is ± around it. */
  readonly delayMs: number;
  readonly jitterMs: number;
  set(o: { delayMs?: number; jitterMs?: number }): void;
  /** Holds everything back for so long, ms; then it comes at once. */
  stall(ms: number): void;
}

export interface Events<G extends Game = AnyGame> {
  /** end says why, on the way to away and closed. */
  state: { state: State; was: State; end?: End };
  /** While away: another attempt follows after so long, ms; it is the attempt-th since all was well. end is why the last one failed. */
  retry: { in: number; attempt: number; end: End };
  /** A connection is in a room; resumed: on the seat that it had. */
  welcome: { resumed: boolean; seat: number; room: string; mode: string };
  /**
   * The room goes on at another node and the session with it, on the same seat: after the "welcome" there. ms is the time without a
   * frame, from the last of the old connection to the first of the new one.
   */
  moved: { url: string; ms: number };
  /** The world is new. events of this frame come here at once, by "event" when the view is there. */
  snapshot: { tick: number; inputTick: number; events: readonly GameEvent<G>[] };
  /** The view reaches the tick of an event. */
  event: GameEvent<G>;
  /** Plain text from another player: never markup. */
  chat: { seat: number; name: string; text: string };
  /** One seat changed; player undefined: it is free. Or all of it did: seat 0. */
  roster: { seat: number; player: Player | undefined };
  announcement: { text: string };
  /** A spectator has another seat's view; 0: none is known. */
  watched: { seat: number };
  /** A command was not given to the game; its own promise says so, too. */
  refused: { number: number; reason: string };
  /** The match is over; the room closes soon. */
  matchEnd: MatchEnd<G>;
  /** An own row of a table fades over to where it should have been; or corrected() was called, and table is "". amount is in real units of its linear columns. */
  correction: { table: string; amount: number };
}

/** One player, or one spectator, in a room, over as many connections as it takes. */
export interface Session<G extends Game = AnyGame> {
  readonly state: State;
  /** Why it is away or closed; null while all is well. */
  readonly end: End | null;
  /**
   * The first snapshot has come: world, schema and roster are there. Fails with EndedError when the session is over before; who does
   * not wait for it need not catch it.
   */
  readonly ready: Promise<void>;
  /** It watches without a seat, as watch() makes it: input, command and chat throw MetronomeError "spectating". */
  readonly spectating: boolean;
  /** The seat whose view a spectator has; 0: none is known, or it plays. */
  readonly watched: number;
  /** 0, "" and null before the first welcome; the seat of a spectator stays 0. */
  readonly seat: number;
  readonly room: string;
  readonly mode: string;
  readonly tickHz: number;
  readonly schema: Schema | null;
  readonly roster: ReadonlyMap<number, Player>;
  /** What the room was made with. */
  readonly params: ParamsOf<G>;
  /** The room has no ticks of its own: it steps, and sends, when something happens. */
  readonly rests: boolean;
  /** Base URLs of other nodes of the deployment. The session asks their lobby when its own does not answer; with onRejoin it is for you to. */
  readonly nodes: readonly string[];
  /** How the match on this seat ended; null: it has not. */
  readonly matchEnd: MatchEnd<G> | null;
  readonly world: World<G>;
  /** The own rows of the view are predicted; null: they are as the room last said, as all others. */
  readonly predicted: Predicted | null;
  readonly stats: NetStats;
  readonly network: NetworkSim;
  /**
   * Calls fn for each row of a table that comes into view, and at first for those that are there, until the function that it returns
   * is called. When: as the view's time passes, like "event", in the order of ticks, and at one tick before its events. A new
   * connection begins with nothing in view. A row that goes out of sight and comes back is added again. Throws MetronomeError
   * "no-such-name", after the welcome, on a table that the game does not have.
   */
  onAdd<T extends TableName<G>>(table: T, fn: (row: Row<ColumnOf<G, T>>) => void): () => void;
  /** The same for each row that leaves the view, at one tick after its events: who hears of a kill still finds the ship. */
  onRemove<T extends TableName<G>>(table: T, fn: (row: Row<ColumnOf<G, T>>) => void): () => void;
  /**
   * Sets what fills in the inputs. It is called for about every tick and frame and must be quick; null: no inputs are sent.
   * In fields that are buttons it says which are down, as Buttons.take() does. A button that was down in one call, and no more when
   * the input goes out, is in that input: a tap lasts for one. With `once` each press, from up to down, goes out in exactly one.
   */
  input(sample: ((tick: number) => InputOf<G>) | null): void;
  /** Inputs sent after those that the world includes, oldest first: play them again to predict your own row yourself. */
  pendingInputs(): readonly PendingInput[];
  /** Tells the statistics that a prediction was wrong, by how much the game says. */
  corrected(amount: number): void;
  /** False: empty, longer than 240 bytes of UTF-8, or not playing. More than five lines at once come slowly, one every two seconds. */
  chat(text: string): boolean;
  /**
   * Asks who sits at some seats, in a room of more than 256 seats, which has no roster: "roster" tells of each, one per tick,
   * and from then on `roster` has it. At most 256 wait. Elsewhere the roster is whole and nothing is asked.
   */
  who(seats: Iterable<number>): void;
  /**
   * Gives the game an order that is neither lost nor given twice, also over a lost connection or a reload. Missing fields are 0;
   * list, or the field of that name, is the one that is a list. Throws on a field that the schema does not have, on what is too
   * long, when 256 wait, and before the welcome.
   */
  command(values: CommandOf<G> | readonly number[], list?: readonly number[]): Promise<CommandAnswer>;
  /** Commands that the server has not answered. */
  readonly commandsWaiting: number;
  /** Chooses the seat whose view a spectator has; 0: the room chooses. Throws MetronomeError "not-spectating" for who plays. */
  watchSeat(seat: number): void;
  /** Gives up the seat, or stops watching. */
  leave(): void;
  /** The world to draw now. Once per animation frame; it also moves events and inputs along. now: performance.now(). */
  view(now?: number): View<G>;
  /**
   * The tick that the room has come to, with a fraction, as far as this page knows; -1: none yet. Columns of kind TICK are counted
   * down by it: in a room that rests no snapshot says that time passes. now: performance.now().
   */
  tick(now?: number): number;
  /** Calls fn for each event of a kind until the function that it returns is called. */
  on<K extends keyof Events<G>>(event: K, fn: (e: Events<G>[K]) => void): () => void;
}
