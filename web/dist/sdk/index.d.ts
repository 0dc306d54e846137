/** Enters the room with a URL, as the lobby gives it or ws://HOST/rooms/ROOM of an open server. Throws MetronomeError where there is no WebSocket. */
declare function connect<G extends Game = AnyGame>(url: string, o?: ConnectOptions): Session<G>;
/** Asks a server's lobby for a seat and enters its room; asks again whenever the seat is lost. Throws MetronomeError where there is no WebSocket. */
declare function quickPlay<G extends Game = AnyGame>(server: string, o?: QuickPlayOptions): Session<G>;
/**
 * Watches a room without a seat: session.spectating is true, and there are no inputs, commands or chat. The URL is that of a
 * public room, as session.room's or a listing's: ws://HOST/rooms/ROOM. A lost connection is opened again; a room that is over
 * ends the session, unless onRejoin finds another. Throws MetronomeError where there is no WebSocket.
 */
declare function watch<G extends Game = AnyGame>(url: string, o?: WatchOptions): Session<G>;
/** connecting: on the way to the first snapshot. away: the connection is lost, coming back. closed: over. */
type State = "connecting" | "playing" | "away" | "closed";
/** What helps after an end: nothing, the same seat again, a new seat at once, a new seat after a while. */
type Comeback = "never" | "resume" | "rejoin" | "rejoin-later";
/** Why a connection ended or was refused, and what to do. */
interface End {
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
interface Player {
    readonly seat: number;
    /** Plain text from another player: never markup. */
    readonly name: string;
    readonly presence: "active" | "away";
    /** From 1; 0 is none. */
    readonly team: number;
    readonly bot: boolean;
}
/** What became of a command. */
interface CommandAnswer {
    /** Counts the commands of the seat, from 1. */
    readonly number: number;
    /** given: the game has it. refused: it does not, and reason says why. lost: the seat was given up before the server answered, so that nobody knows. */
    readonly fate: "given" | "refused" | "lost";
    /** For people; else empty. */
    readonly reason: string;
}
/** How a match ended. */
interface MatchEnd<G extends Game = AnyGame> {
    /** Plain text for people; may be empty. */
    readonly reason: string;
    /** One for each seat with a result, by seat. */
    readonly lines: readonly OutcomeLine<G>[];
}
/** How a match ended for one seat. */
interface OutcomeLine<G extends Game = AnyGame> {
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
interface ConnectOptions {
    /** The player's name; with a ticket the name is in the ticket. */
    name?: string;
    /** Base URL of the lobby to ask for another seat; the room URL's host by default. */
    lobby?: string;
    /** Asks for another seat and answers a room URL. By default the lobby is asked: the same room if it is still there, else quick play. */
    onRejoin?: () => Promise<string>;
    /** Socket, decoding and input clock in a worker. Default: where Worker exists. */
    worker?: boolean;
    /** Bounds of the interpolation delay, in snapshot intervals. Default 1 to 4. */
    interpolate?: {
        min?: number;
        max?: number;
    };
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
interface WatchOptions extends Omit<ConnectOptions, "name" | "lobby" | "storage" | "onRejoin" | "predict"> {
    /** Whose view to begin with; 0, as by default: the room chooses. */
    seat?: number;
    /** Finds another room to watch when this one is over, and answers its URL; without it the session ends. */
    onRejoin?: () => Promise<string>;
}
/** Which room to play in, and as whom. */
interface QuickPlayOptions extends ConnectOptions, LobbyOptions {
    /** Game mode; the server's first by default. */
    mode?: string;
    /** Only rooms with this metadata. */
    metadata?: Record<string, string>;
    /** Ids of rooms not to be sent to, at most 8, such as one that the player was removed from. */
    avoid?: readonly string[];
}
/** Numbers of one column, one per row; a view of memory that is valid until the next snapshot. */
type Column = Int32Array | Uint32Array;
/** The rows of one table in view, by columns. */
interface Table<C extends string = string, O extends string = string> {
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
interface World<G extends Game = AnyGame> {
    /** -1: nothing has come yet. */
    readonly tick: number;
    /** Throws on a name that the schema does not have, and before the welcome. */
    table<T extends TableName<G>>(name: T): Table<ColumnOf<G, T>, OwnOf<G, T>>;
}
/** One table of a View: rows as they are at a moment between two snapshots. */
interface ViewTable<C extends string = string> {
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
type RowObject<C extends string = string> = {
    readonly id: number;
    readonly life: number;
} & {
    readonly [K in C]: number;
};
/** A row that comes into view or leaves it, as it is in the snapshot in which it comes or was last. It may be kept. */
interface Row<C extends string = string> {
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
interface View<G extends Game = AnyGame> {
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
interface PendingInput {
    readonly tick: number;
    readonly values: readonly number[];
}
/** The own rows are predicted. */
interface Predicted {
    /** By the game's own Go in WebAssembly, or by functions of the page. */
    readonly by: "wasm" | "page";
    /** The tick, with a fraction, at which view() shows the own rows; -1: nothing is predicted yet. */
    readonly tick: number;
}
/** A column that was predicted wrongly. */
interface Misprediction {
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
interface History {
    readonly length: number;
    /** 0 is the oldest. */
    at(i: number): number;
}
/** Figures for a net graph; cheap to read every frame. */
interface NetStats {
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
    readonly snapshotBytes: {
        readonly last: number;
        readonly mean: number;
    };
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
    readonly predictMs: {
        readonly mean: number;
        readonly max: number;
    };
    /** Keyframes asked for. */
    readonly resyncs: number;
    readonly reconnects: number;
    /** How often the room has gone on at another node, with this session in it. They are among the reconnects. */
    readonly moves: number;
    /** The last of them: the room's URL there, and the time without a frame, ms. */
    readonly lastMove: {
        readonly url: string;
        readonly ms: number;
    } | null;
    readonly inputs: number;
    /** Decoding of one snapshot, ms. */
    readonly decodeMs: {
        readonly mean: number;
        readonly max: number;
    };
    /** Last 300 snapshots. */
    readonly history: {
        readonly bytes: History;
        readonly slack: History;
        readonly arrivalMs: History;
        readonly delayTicks: History;
        readonly dropped: History;
        readonly decodeMs: History;
        /** Of the first snapshot after a move how long there was none, ms; 0 of all others. */
        readonly moveMs: History;
    };
}
/** Makes this client's own connection worse, in both directions. The order of messages stays, as on TCP. */
interface NetworkSim {
    /** Delay of each direction, ms; jitter is ± around it. */
    readonly delayMs: number;
    readonly jitterMs: number;
    set(o: {
        delayMs?: number;
        jitterMs?: number;
    }): void;
    /** Holds everything back for so long, ms; then it comes at once. */
    stall(ms: number): void;
}
interface Events<G extends Game = AnyGame> {
    /** end says why, on the way to away and closed. */
    state: {
        state: State;
        was: State;
        end?: End;
    };
    /** While away: another attempt follows after so long, ms; it is the attempt-th since all was well. end is why the last one failed. */
    retry: {
        in: number;
        attempt: number;
        end: End;
    };
    /** A connection is in a room; resumed: on the seat that it had. */
    welcome: {
        resumed: boolean;
        seat: number;
        room: string;
        mode: string;
    };
    /**
     * The room goes on at another node and the session with it, on the same seat: after the "welcome" there. ms is the time without a
     * frame, from the last of the old connection to the first of the new one.
     */
    moved: {
        url: string;
        ms: number;
    };
    /** The world is new. events of this frame come here at once, by "event" when the view is there. */
    snapshot: {
        tick: number;
        inputTick: number;
        events: readonly GameEvent<G>[];
    };
    /** The view reaches the tick of an event. */
    event: GameEvent<G>;
    /** Plain text from another player: never markup. */
    chat: {
        seat: number;
        name: string;
        text: string;
    };
    /** One seat changed; player undefined: it is free. Or all of it did: seat 0. */
    roster: {
        seat: number;
        player: Player | undefined;
    };
    announcement: {
        text: string;
    };
    /** A spectator has another seat's view; 0: none is known. */
    watched: {
        seat: number;
    };
    /** A command was not given to the game; its own promise says so, too. */
    refused: {
        number: number;
        reason: string;
    };
    /** The match is over; the room closes soon. */
    matchEnd: MatchEnd<G>;
    /** An own row of a table fades over to where it should have been; or corrected() was called, and table is "". amount is in real units of its linear columns. */
    correction: {
        table: string;
        amount: number;
    };
}
/** One player, or one spectator, in a room, over as many connections as it takes. */
interface Session<G extends Game = AnyGame> {
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
/** What a game declares, as names. */
interface Game {
    tables: {
        [table: string]: {
            columns: string;
            own: string;
        };
    };
    events: {
        [event: string]: {
            [field: string]: number;
        };
    };
    input: {
        [field: string]: number;
    };
    /** Fields of its commands; the one that is a list has many numbers. */
    command: {
        [field: string]: number | readonly number[];
    };
    /** What rooms can be made with. */
    params: {
        [name: string]: ParamValue;
    };
    /** Fields of an outcome's lines. */
    outcome: {
        [field: string]: number;
    };
}
interface AnyGame extends Game {
}
/** The value of a room's setting; a string is the name of an option. */
type ParamValue = number | boolean | string;
type TableName<G extends Game> = keyof G["tables"] & string;
type ColumnOf<G extends Game, T extends TableName<G>> = G["tables"][T]["columns"];
type OwnOf<G extends Game, T extends TableName<G>> = G["tables"][T]["own"];
/** An event of the game: which kind its name says, so `switch (e.name)` narrows its fields. */
type GameEvent<G extends Game> = {
    [E in keyof G["events"] & string]: {
        readonly name: E;
        /** When it happened. */
        readonly tick: number;
        /** The group in which it happened. */
        readonly group: number;
        /** As on the wire: FIXED in 1/256, ANGLE 65536 to the circle. */
        readonly fields: Readonly<G["events"][E]>;
        /** The same in real units: FIXED divided by 256, ANGLE in radians. */
        readonly values: Readonly<G["events"][E]>;
    };
}[keyof G["events"] & string];
/** The fields of the game's input; those left out are 0. */
type InputOf<G extends Game> = Partial<G["input"]> | readonly number[];
/** The fields of the game's command; those left out are 0, a list is empty. */
type CommandOf<G extends Game> = Partial<G["command"]>;
/** What a room was made with. */
type ParamsOf<G extends Game> = Readonly<G["params"]>;
interface LobbyOptions {
    fetch?: typeof fetch;
}
/** A room as the lobby lists it. */
interface Room {
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
interface Join {
    room: Room;
    url: string;
    expiresUnix: number;
}
interface ListFilter {
    mode?: string;
    metadata?: Record<string, string>;
    withFreeSeat?: boolean;
    /** 1 to 200; 50 by default. */
    pageSize?: number;
    page?: string;
}
interface CreateOptions {
    mode?: string;
    private?: boolean;
    metadata?: Record<string, string>;
    seats?: number;
    name?: string;
    /** What the game lets a room be made with (Schema.params); what is not said has the mode's default. */
    params?: Readonly<Record<string, ParamValue>>;
}
/** Asks a server for rooms and seats; when it is gone, another node of the same deployment. Its promises fail with LobbyError. */
declare class Lobby {
    private readonly caller;
    /** server: base URL, as in "http://127.0.0.1:8080" or, for one below a path, "https://host/game"; "" and "/game" are the page's own host. */
    constructor(server: string, o?: LobbyOptions);
    /** Base URL of the server that is asked first: the one that it was made for, until that does not answer and another does. */
    get server(): string;
    /**
     * Learns the other nodes, as Session.nodes has them, in place of those before: at most 8, which are asked when the ones before
     * do not answer. What is no URL is left out.
     */
    learn(nodes: readonly string[]): void;
    /** Public rooms, fullest first. next: for ListFilter.page, empty when there are no more. */
    list(filter?: ListFilter): Promise<{
        rooms: Room[];
        next: string;
    }>;
    /** Makes a room and reserves its first seat. */
    create(o: CreateOptions): Promise<Join>;
    /** Reserves a seat in a room named by its id or by the code of a private one. */
    join(by: {
        id: string;
    } | {
        code: string;
    }, name?: string): Promise<Join>;
    /** Reserves a seat in the fullest fitting room, or in a new one; avoid: ids of at most 8 rooms that do not fit. */
    quickPlay(o?: {
        mode?: string;
        metadata?: Record<string, string>;
        name?: string;
        avoid?: readonly string[];
    }): Promise<Join>;
    private seat;
    private call;
}
/** A seat in an answer. Throws LobbyError when it is none. */
declare function joinOf(v: unknown): Join;
/**
 * An own row while it is predicted: its columns, shared and private, as on the wire, to be changed in place. Whatever else is set on it
 * is kept for the ticks that follow, and taken up again after a snapshot from what was predicted for its tick; at first it is undefined.
 */
type StepRow<G extends Game, T extends TableName<G>, X = unknown> = {
    readonly id: number;
    /** By how much the linear columns changed in the last tick; 0 while nothing is known of it. */
    readonly d: Readonly<Record<string, number>>;
} & {
    [C in ColumnOf<G, T> | OwnOf<G, T>]: number;
} & Partial<X>;
/** How the own rows of one table go on. X: what step keeps on a row that is no column. */
interface StepPrediction<G extends Game = AnyGame, T extends TableName<G> = TableName<G>, X = unknown> {
    readonly table: T;
    /**
     * Makes a row what it is after the step of a tick. input has all fields of the seat's input; world is the newest snapshot, for
     * others' rows. It is called for many ticks over and over, so that it must depend on nothing else and be quick.
     */
    step(row: StepRow<G, T, X>, input: Readonly<G["input"]>, tick: number, world: World<G>): void;
    /** Makes a row what a command makes of it, before the step of a tick; by the fields' names. */
    commands?(row: StepRow<G, T, X>, command: Readonly<G["command"]>, tick: number, world: World<G>): void;
}
/** A prediction for ConnectOptions.predict, with its types: predict<Arena, "ship">({ table: "ship", step(row, input) { … } }). */
declare function predict<G extends Game = AnyGame, T extends TableName<G> = TableName<G>, X = unknown>(p: StepPrediction<G, T, X>): StepPrediction;
/** What a column holds. FIXED is in 1/256, ANGLE 65536 to the circle. */
declare const Kind: {
    readonly INT8: 1;
    readonly INT16: 2;
    readonly INT32: 3;
    readonly UINT8: 4;
    readonly UINT16: 5;
    readonly UINT32: 6;
    readonly BOOL: 7;
    readonly FIXED: 8;
    readonly ANGLE: 9;
    readonly SEAT: 10;
    readonly REF: 11;
    readonly INT64: 12;
    readonly UINT64: 13;
    readonly TICK: 14;
};
type Kind = (typeof Kind)[keyof typeof Kind];
/** Units of a FIXED column to 1. */
declare const FIXED = 256;
/** What 1 on the wire is in real units: 1/256 for FIXED, 2π/65536 for ANGLE, which is in radians then, and 1 for all others. */
declare function unitOf(kind: number): number;
/** What 1 on the wire is in radians where the whole range of a kind is the circle. */
declare const circle: (kind: number) => number;
interface ColumnSchema {
    readonly name: string;
    /** One of Kind; a newer server may know more. */
    readonly kind: number;
    readonly linear: boolean;
    /** Sent to the owner of the row only. */
    readonly private: boolean;
    /** Its value is the seat whose row it is. A table has one at most. */
    readonly owner: boolean;
}
interface TableSchema {
    readonly name: string;
    readonly columns: readonly ColumnSchema[];
}
interface EventSchema {
    readonly name: string;
    readonly fields: readonly ColumnSchema[];
}
interface InputField {
    readonly name: string;
    readonly min: number;
    readonly max: number;
    /** A set of buttons, one a bit. */
    readonly buttons: boolean;
    /** Buttons whose press counts exactly once. */
    readonly once: boolean;
}
interface CommandField {
    readonly name: string;
    readonly min: number;
    readonly max: number;
    /** Above 0: a list of at most so many numbers. There is one at most, the last field. */
    readonly list: number;
}
/** One setting that rooms of a mode can be made with. */
interface ParamField {
    readonly name: string;
    /** For people. */
    readonly title: string;
    /** One of Kind. */
    readonly kind: number;
    readonly min: number;
    readonly max: number;
    /** A number, true or false, or the name of an option. */
    readonly default: string;
    /** Names of the values from 0 on, where they have names. */
    readonly options: readonly string[];
    /** Seen in listings. */
    readonly public: boolean;
}
interface Schema {
    readonly tables: readonly TableSchema[];
    readonly events: readonly EventSchema[];
    readonly input: readonly InputField[];
    /** Empty: the game has no commands. */
    readonly command: readonly CommandField[];
    readonly params: readonly ParamField[];
    /** The game's own fields of an outcome's lines. */
    readonly outcome: readonly ColumnSchema[];
    /** Differs when the game's declarations do; 16 hexadecimal digits. */
    readonly fingerprint: string;
}
/** Signed says whether values of a kind travel zigzag. */
declare function signed(kind: number): boolean;
/** Narrow is 32 minus the width in bits at which a kind wraps. */
declare function narrow(kind: number): number;
/** Unsigned32 says whether a kind's values need all 32 bits without a sign. */
declare function unsigned32(kind: number): boolean;
/**
 * Why a call could not be done.
 *
 * - no-websocket: there is no WebSocket here, and none was given.
 * - spectating: who watches sends no inputs, commands or chat.
 * - not-spectating: only who watches chooses a seat to watch.
 * - no-world: nothing has come from the room yet, so that it is not known what there is.
 * - no-such-name: the game has no table, column or field of that name.
 * - wrong-type: a number where a list belongs, or a list where a number does.
 * - too-long: a command of more values, or of longer ones, than a frame holds.
 * - too-many: as many commands wait as may.
 * - no-prediction: the game's rules for browsers cannot be used: it is said on the console, and the session goes on without.
 * - ended: the session was over before the first snapshot came; see EndedError.
 */
type ErrorCode = "no-websocket" | "spectating" | "not-spectating" | "no-world" | "no-such-name" | "wrong-type" | "too-long" | "too-many" | "no-prediction" | "ended";
/** What the SDK throws, and what its promises fail with. LobbyError and EndedError are the kinds that say more. */
declare class MetronomeError extends Error {
    /** One of ErrorCode; a LobbyError has the Connect code instead, as in "not_found". */
    readonly code: string;
    readonly name: string;
    constructor(
    /** One of ErrorCode; a LobbyError has the Connect code instead, as in "not_found". */
    code: string, message: string);
}
/** The server said no, or could not be reached (code "unavailable", status 0). */
declare class LobbyError extends MetronomeError {
    readonly status: number;
    /** How long the server asks to be left alone, ms; 0: it did not say. */
    readonly retryAfterMs: number;
    /** What the server says besides, as Connect's JSON has it; undefined: nothing. */
    readonly details?: unknown;
    readonly name = "LobbyError";
    constructor(
    /** A Connect code, as in "not_found". */
    code: string, message: string, status: number, 
    /** How long the server asks to be left alone, ms; 0: it did not say. */
    retryAfterMs?: number, 
    /** What the server says besides, as Connect's JSON has it; undefined: nothing. */
    details?: unknown);
}
/** The session was over before it was in a room. */
declare class EndedError extends MetronomeError {
    /** Why, with a sentence for the player. */
    readonly end: End;
    readonly name = "EndedError";
    constructor(
    /** Why, with a sentence for the player. */
    end: End);
}
/** An error with one of the SDK's own codes. */
declare const errorOf: (code: Exclude<ErrorCode, "ended">, message: string) => MetronomeError;
interface QueueOptions extends CallOptions {
    /** Base URLs of further nodes, which are asked when the server does not answer; at most 8. */
    nodes?: readonly string[];
}
/** The queues of a server, in its own order; none of one that has no queues. Fails with LobbyError. */
declare function listQueues(server: string, o?: QueueOptions): Promise<Queue[]>;
declare function callerOf(server: string, o: QueueOptions): Caller;
/** Round trips to a queue's regions, ms, by name; a region that did not answer is left out. It takes at most three seconds. */
declare function measureLatency(regions: Queue["regions"], ask?: typeof fetch): Promise<Record<string, number>>;
interface CallOptions {
    fetch?: typeof fetch;
    /** Who calls: a user token of the game, where the server knows users. */
    token?: string;
}
/** How long a server may take to answer, ms: the last that can be asked, and one before. */
declare const patience = 10000;
declare const nextAfter = 5000;
/** Asks the first of some nodes that answers. */
declare class Caller {
    readonly servers: Servers;
    readonly fetch: typeof fetch;
    readonly headers: Readonly<Record<string, string>>;
    /** server: base URL; "" and a path are the page's own host. */
    constructor(server: string, o: CallOptions);
    /** Fails with LobbyError. */
    call(method: string, request: object): Promise<Record<string, unknown>>;
    private callFrom;
    private callOne;
}
/** No server answered. */
declare const unreachable: (fault: unknown) => LobbyError;
/** What an answer that is no success says. */
declare function refusal(response: Response): Promise<LobbyError>;
/** The error that an answer's JSON has. */
declare function errorIn(said: Record<string, unknown>, status: number, otherwise?: string, retryAfter?: number): LobbyError;
/** Nodes by their base URLs. One that did not answer is asked after the others, until it has answered again. */
declare class Servers {
    private readonly own;
    private others;
    private readonly silent;
    constructor(own: string);
    /** Takes the place of what was known of other nodes. What is no URL of a server is left out. */
    learn(nodes: readonly string[]): void;
    /** The nodes as they are to be asked; at least one. */
    order(): string[];
    /** Notes whether a node answered. */
    note(server: string, answered: boolean): void;
}
/** A queue in which players wait for a match. */
interface Queue {
    readonly name: string;
    readonly title: string;
    /** Of its matches. */
    readonly mode: string;
    readonly teams: readonly {
        readonly name: string;
        readonly least: number;
        readonly most: number;
    }[];
    /** What players can ask to be; empty: there are none. */
    readonly roles: readonly {
        readonly name: string;
        readonly title: string;
    }[];
    /** The largest party; 0: it takes none. */
    readonly partyMost: number;
    /** How long players have to accept a match; 0: they are not asked. */
    readonly acceptSeconds: number;
    /** How long an entry waits at most. */
    readonly limitSeconds: number;
    /** Where its matches may be played; probe: what to measure the round trip to, "": nobody is there now. */
    readonly regions: readonly {
        readonly name: string;
        readonly probe: string;
    }[];
    /** Entries that wait. */
    readonly waiting: number;
    /** How long it takes until a match, ms; -1: it is not known. */
    readonly estimateMs: number;
}
/** waiting, offered (accept it), opening (the room is being made), open (come), and the ends: docs/STATES.md. */
type EntryState = "waiting" | "offered" | "opening" | "open" | "played" | "canceled" | "expired" | "declined" | "absent" | "lost" | "closed";
/** One thing that keeps an entry waiting. */
interface WaitReason {
    /** As in "rating" or "few". */
    readonly cause: string;
    /** Entries that it keeps away. */
    readonly others: number;
    /** A sentence for the player. */
    readonly text: string;
}
interface EntryMember {
    /** Plain text from another player: never markup. */
    readonly name: string;
    /** It is this client's player. */
    readonly you: boolean;
    /** What they answered to the offer. */
    readonly accepted: "" | "yes" | "no";
    /** They have taken their seat. */
    readonly came: boolean;
    /** From 1; 0 is none. */
    readonly team: number;
    readonly role: string;
}
/** How it is with an entry. */
interface EntryStatus {
    /** Its id. */
    readonly entry: string;
    readonly queue: string;
    readonly state: EntryState;
    /** Nothing follows the state. */
    readonly final: boolean;
    readonly waitedMs: number;
    /** Until a match; -1: it is not known. */
    readonly estimateMs: number;
    /** How far the rating of others may be from its own by now; Infinity: any. */
    readonly window: number;
    /** What round trip to the match it accepts by now, ms; Infinity: any. */
    readonly latencyMs: number;
    /** Entries in the queue. */
    readonly size: number;
    /** What blocks, that which blocks most first. */
    readonly reasons: readonly WaitReason[];
    readonly members: readonly EntryMember[];
    /** Code of the party that it is; "": none. */
    readonly party: string;
    /** Of an end, or of the last match that came to nothing: why. */
    readonly why: string;
    /** From offered on. */
    readonly match: EntryMatch | null;
}
interface EntryMatch {
    readonly id: string;
    readonly seats: number;
    /** Of seats. */
    readonly bots: number;
    /** Players who have accepted, and who have come. */
    readonly accepted: number;
    readonly came: number;
    /** How long players still have to accept or come; -1: they are not asked. */
    readonly untilMs: number;
    readonly region: string;
}
/** Players who queue together. */
interface PartyState {
    /** By which others join. */
    readonly code: string;
    /** In the order in which they came. */
    readonly members: readonly PartyMember[];
    /** The entry that the party waits as, or was last; "": none yet. */
    readonly entry: string;
    readonly queue: string;
    /** Most members. */
    readonly most: number;
}
interface PartyMember {
    /** Plain text from another player: never markup. */
    readonly name: string;
    readonly leader: boolean;
    readonly ready: boolean;
    /** It is this client's player. */
    readonly you: boolean;
    /** False: nothing was heard of them for a while. */
    readonly here: boolean;
    /** By which Party.remove names them. */
    readonly number: number;
}
declare function queueOf(v: unknown): Queue;
declare function statusOf(v: unknown): EntryStatus;
declare function partyOf(v: unknown): PartyState;
/** What takes an entry, or a party, up again: after a reload, or in another tab. It is a secret of the player. */
interface Kept {
    /** Id of the entry, or code of the party. */
    readonly id: string;
    readonly token: string;
}
interface MatchmakeOptions extends QueueOptions {
    /** What the player wants to be called; who is known by a token has a name of their own. */
    name?: string;
    /** The party that waits, which this client's player leads; without one the player is alone. */
    party?: {
        readonly code: string;
        readonly kept: Kept;
    };
    /** Roles that the player would play, the dearest first; empty: any. */
    roles?: readonly string[];
    /** Round trip to each region, ms; by default it is measured where it counts. */
    latency?: Readonly<Record<string, number>>;
    /** Wait also while nobody watches: without it the entry is canceled ten seconds after its last watch. */
    stay?: boolean;
    /** Aborting it cancels. */
    signal?: AbortSignal;
}
interface MatchmakingEvents {
    /** How it is: whenever something changes, and every two seconds. */
    progress: EntryStatus;
    /** The state is another. */
    state: {
        state: EntryState;
        was: EntryState | "";
    };
    /** The watch was dropped and is opened again after so long, ms; it is the attempt-th since something came. */
    trouble: {
        in: number;
        attempt: number;
        error: LobbyError;
    };
}
/** An entry came to another end than a match. Its code is the state: canceled, expired, declined, absent, lost, closed or played. */
declare class EntryError extends MetronomeError {
    readonly status: EntryStatus;
    readonly name = "EntryError";
    constructor(status: EntryStatus);
}
/** One entry of a queue, from enqueueing to its match. */
declare class Matchmaking {
    private readonly caller;
    /** A seat in the match: connect(join.url) enters it. Fails with EntryError, or LobbyError when the server says no; who does not wait for it need not catch it. */
    readonly match: Promise<Join>;
    /** How it was last; null: nothing has come yet. */
    status: EntryStatus | null;
    /** Takes the entry up again, as for resumeMatchmaking; null: it does not wait yet. */
    kept: Kept | null;
    private readonly emitter;
    private readonly over;
    private readonly enqueued;
    private found;
    private failed;
    /** enqueue makes the entry; without it there is one, kept. */
    constructor(caller: Caller, kept: Kept | null, enqueue: (() => Promise<Record<string, unknown>>) | null, signal?: AbortSignal);
    /** Calls fn for each event of a kind until the function that it returns is called. */
    on<K extends keyof MatchmakingEvents>(event: K, fn: (e: MatchmakingEvents[K]) => void): () => void;
    /** Takes the entry, and the whole party, out of the queue. False: it is too late, the match is open. Fails with LobbyError. */
    cancel(): Promise<boolean>;
    /** Answers the offer: true, or false to decline, and be out of the queue. Fails with LobbyError when it is too late. */
    accept(yes?: boolean): Promise<void>;
    /** Stops watching and leaves the entry where it is: it is canceled after ten seconds unless somebody watches it, or it stays. match never settles. */
    detach(): void;
    private enqueue;
    private call;
    private watch;
    /** Takes an answer with a status in it. */
    private take;
    private end;
}
/** Has the player, or the party that they lead, wait in a queue for a match. server: base URL, as for quickPlay. */
declare function matchmake(server: string, queue: string, o?: MatchmakeOptions): Matchmaking;
/** Goes on with an entry that waits already: that of the page before a reload, or of the own party. Which entry: Matchmaking.kept, Party.entry. */
declare function resumeMatchmaking(server: string, kept: Kept, o?: QueueOptions & {
    signal?: AbortSignal;
}): Matchmaking;
interface PartyOptions extends QueueOptions {
    /** What the player wants to be called. */
    name?: string;
}
interface PartyEvents {
    /** Somebody came, left, is ready or not, or the party waits in a queue: `entry` is what to resumeMatchmaking. */
    change: PartyState;
    /** The party is over for this player; why, from the server. */
    gone: {
        error: LobbyError;
    };
    /** The watch was dropped and is opened again after so long, ms; it is the attempt-th since something came. */
    trouble: {
        in: number;
        attempt: number;
        error: LobbyError;
    };
}
/** A party with this client's player in it. */
declare class Party {
    private readonly caller;
    /** Its members and what it waits in, as it was last. */
    state: PartyState;
    /** Takes it up again, as for joinParty: its id is the code. */
    readonly kept: Kept;
    private readonly emitter;
    private readonly over;
    constructor(caller: Caller, 
    /** Its members and what it waits in, as it was last. */
    state: PartyState, 
    /** Takes it up again, as for joinParty: its id is the code. */
    kept: Kept);
    get code(): string;
    /** This client's player; undefined: they are out. */
    get you(): PartyMember | undefined;
    /** Takes up the entry that the party waits as; null: it has none. */
    get entry(): Kept | null;
    /** Calls fn for each event of a kind until the function that it returns is called. */
    on<K extends keyof PartyEvents>(event: K, fn: (e: PartyEvents[K]) => void): () => void;
    /** Says whether the player is ready for the party to be enqueued; latency and roles as in MatchmakeOptions. Fails with LobbyError. */
    ready(yes: boolean, o?: {
        latency?: Readonly<Record<string, number>>;
        roles?: readonly string[];
    }): Promise<void>;
    /** Takes another member out of it, by their number; the leader may. Fails with LobbyError. */
    remove(number: number): Promise<void>;
    /** Leaves it, and takes it out of its queue. Fails with LobbyError. */
    leave(): Promise<void>;
    /** Stops watching and stays in the party; of whom nothing is heard for 20 s counts as away, and leads no more. */
    detach(): void;
    private call;
    private watch;
    private take;
}
/** Makes a party, which the player leads. Fails with LobbyError. */
declare function createParty(server: string, o?: PartyOptions): Promise<Party>;
/** Enters a party by its code, or takes it up again by what Party.kept was. Fails with LobbyError. */
declare function joinParty(server: string, by: string | Kept, o?: PartyOptions): Promise<Party>;
/**
 * Which buttons are down, one a bit, for a field of the input that is a set of buttons. A press that is shorter than the time
 * between two inputs is still in one: call take() where the input is filled in, and nowhere else.
 */
declare class Buttons {
    private down;
    private tapped;
    /** Buttons go down; bits may be several. */
    press(bits: number): void;
    /** Buttons go up. */
    release(bits: number): void;
    /** All go up, as when the window loses the focus: no key is heard then. A tap that was not taken is forgotten. */
    clear(): void;
    /** Those that are down or were pressed since the last call. */
    take(): number;
    /** Those that are down. */
    get held(): number;
}
export { AnyGame, Buttons, Column, ColumnOf, ColumnSchema, Comeback, CommandAnswer, CommandField, CommandOf, ConnectOptions, CreateOptions, End, EndedError, EntryError, EntryMatch, EntryMember, EntryState, EntryStatus, ErrorCode, EventSchema, Events, FIXED, Game, GameEvent, History, InputField, InputOf, Join, Kept, Kind, ListFilter, Lobby, LobbyError, MatchEnd, MatchmakeOptions, Matchmaking, MatchmakingEvents, MetronomeError, Misprediction, NetStats, NetworkSim, OutcomeLine, OwnOf, ParamField, ParamValue, ParamsOf, Party, PartyEvents, PartyMember, PartyOptions, PartyState, PendingInput, Player, Predicted, Queue, QueueOptions, QuickPlayOptions, Room, Row, RowObject, Schema, Session, State, StepPrediction, StepRow, Table, TableName, TableSchema, View, ViewTable, WaitReason, WatchOptions, World, connect, createParty, joinParty, listQueues, matchmake, measureLatency, predict, quickPlay, resumeMatchmaking, unitOf, watch };
