// The console's API: Connect with JSON. Figures that are 0 are left out by the server.

export interface Overview {
  self?: string;
  version?: string;
  state?: string;
  cpuSeconds?: number;
  residentKb?: number;
  uptimeSeconds?: number;
  records?: boolean;
  node?: NodeInfo[];
  nodeFault?: string;
  room?: RoomLine[];
  /** Whether operators can stop the node from here. */
  drains?: boolean;
}

export interface NodeInfo {
  id: string;
  url?: string;
  version?: string;
  draining?: boolean;
  rooms?: number;
  seats?: number;
  players?: number;
  self?: boolean;
}

export interface RoomLine {
  id: string;
  mode?: string;
  state?: string;
  private?: boolean;
  seats?: number;
  taken?: number;
  away?: number;
  bots?: number;
  tickHz?: number;
  tick?: number;
  ageSeconds?: number;
  tickUsP99?: number;
  lateUsP99?: number;
  bytes?: number;
  inputs?: number;
  unused?: number;
  backlogged?: number;
  ticksLost?: number;
}

/** Columns of seconds, oldest first; durations in µs. */
export type Samples = { at?: number[] } & { [column in Figure]?: number[] };

export const figures = [
  "tickP50",
  "tickP99",
  "tickMax",
  "lateP50",
  "lateP99",
  "lateMax",
  "bytes",
  "snapshots",
  "onTime",
  "late",
  "early",
  "double",
  "dropped",
  "slackMin",
  "slackP50",
  "slackMax",
  "backlogged",
  "seats",
  "ticksLost",
] as const;
export type Figure = (typeof figures)[number];

export interface SeatLine {
  seat: number;
  name?: string;
  bot?: boolean;
  state?: string;
  slack?: number;
  inputAge?: number;
  silent?: number;
  unsent?: number;
  /** The game's own id of the player; none of somebody unknown. */
  user?: string;
  /** From where the player came, as a ban counts it. */
  address?: string;
}

/** A ban of a user or of an address; a large number is sent as a text. */
export interface BanInfo {
  user?: string;
  address?: string;
  reason?: string;
  /** Unix seconds; none: it has no end. */
  untilUnix?: string;
  by?: string;
  sinceUnix?: string;
}

export interface ActInfo {
  atUnix?: string;
  who?: string;
  remote?: string;
  what?: string;
  on?: string;
  detail?: string;
  /** Why it failed; none: it was done. */
  fault?: string;
  node?: string;
}

export interface OutboxInfo {
  waiting?: number;
  waitingKb?: number;
  oldestSeconds?: number;
  dead?: number;
  lost?: string;
  unwritten?: number;
  diskFails?: boolean;
  target?: OutboxTarget[];
}

export interface OutboxTarget {
  name: string;
  waiting?: number;
  dead?: number;
  delivered?: string;
  retried?: string;
}

export interface DeadLetterInfo {
  id: string;
  target: string;
  kind?: string;
  name?: string;
  room?: string;
  attempts?: number;
  why?: string;
  sinceUnix?: string;
  bytes?: number;
}

/** What each method answers, where it answers something. */
export interface Answers {
  ListBans: { ban?: BanInfo[] };
  Ban: { ban?: BanInfo };
  Unban: object;
  ListActs: { act?: ActInfo[] };
  ListDeadLetters: { outbox?: OutboxInfo; letter?: DeadLetterInfo[] };
  RetryDeadLetter: object;
  DropDeadLetter: object;
  DrainNode: object;
  KickSeat: { ban?: BanInfo };
  CloseRoom: object;
  Announce: object;
}

export interface RoomDetail {
  room?: string;
  samples?: Samples;
  seat?: SeatLine[];
  occupied?: number;
}

export interface Arrival {
  forTick?: number;
  fate: string;
  /** Why it was of no use; not told when it was on time. */
  why?: string;
}

export interface TraceTick {
  tick: number;
  used: string;
  withLateButtons?: boolean;
  waiting?: number;
  arrival?: Arrival[];
  more?: number;
}

export interface SeatTrace {
  seat: number;
  name?: string;
  state?: string;
  tick?: TraceTick[];
}

export interface WatchResponse {
  overview?: Overview;
  detail?: RoomDetail;
  trace?: SeatTrace;
}

/** A refusal of the API, or why it could not be asked ("unavailable"). */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const service = "metronome.v1.ConsoleService/";
const gone = "The server does not answer.";

/** What to send with every request; "" is no key. */
export function headers(key: string): Record<string, string> {
  const h: Record<string, string> = { "Connect-Protocol-Version": "1" };
  if (key !== "") h["Authorization"] = `Bearer ${key}`;
  return h;
}

interface Refusal {
  code?: string;
  message?: string;
}

export function refused(from: Refusal | undefined): ApiError {
  return new ApiError(from?.code ?? "unknown", from?.message ?? "The server refused without a reason.");
}

async function refusal(answer: Response): Promise<ApiError> {
  try {
    return refused((await answer.json()) as Refusal);
  } catch {
    return new ApiError("unavailable", `${gone} (${answer.status})`);
  }
}

/** Calls one of the operations, or asks for a list. */
export async function call<Method extends keyof Answers>(key: string, method: Method, body: object): Promise<Answers[Method]> {
  const answer = await ask(service + method, { method: "POST", headers: { ...headers(key), "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw await refusal(answer);
  return (await answer.json()) as Answers[Method];
}

/** Fetches a room's recording so far. */
export async function recording(key: string, room: string): Promise<{ name: string; body: Blob }> {
  const answer = await ask(`console/recordings/${encodeURIComponent(room)}`, { headers: headers(key) });
  if (!answer.ok) throw await refusal(answer);
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? `${room}.journal`;
  return { name, body: await answer.blob() };
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch {
    throw new ApiError("unavailable", gone);
  }
}

/** Opens a stream; its messages are read with `messages` of stream.ts. */
export async function watch(key: string, request: object, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const message = new TextEncoder().encode(JSON.stringify(request));
  const body = new Uint8Array(5 + message.length);
  new DataView(body.buffer).setUint32(1, message.length);
  body.set(message, 5);
  const answer = await fetch(`${service}Watch`, { method: "POST", headers: { ...headers(key), "Content-Type": "application/connect+json" }, body, signal });
  if (!answer.ok || !answer.body) throw await refusal(answer);
  return answer.body;
}
