// The console's API: Connect, by generated code.
import { Code, ConnectError, createClient, type Client } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { ConsoleService } from "./gen/metronome/v1/console_pb.ts";

/** Columns of a room's samples. */
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

/** A refusal of the API, or why it could not be asked ("unavailable"). */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const gone = "The server does not answer.";
let key: () => string = () => "";
let client: Client<typeof ConsoleService> | undefined;

/** Has every call bring this key; "" is none. */
export function useKey(source: () => string): void {
  key = source;
}

/** Where the API is: beside the page. */
function base(): string {
  return new URL(".", location.href).href.replace(/\/$/, "");
}

/** The methods of ConsoleService. Their faults are made readable by `answer` and `fault`. */
export function api(): Client<typeof ConsoleService> {
  client ??= createClient(
    ConsoleService,
    createConnectTransport({
      baseUrl: base(),
      useBinaryFormat: true,
      interceptors: [
        (next) => (request) => {
          if (key() !== "") request.header.set("Authorization", `Bearer ${key()}`);
          return next(request);
        },
      ],
    }),
  );
  return client;
}

/** The answer of a call; a fault is an ApiError. */
export async function answer<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (thrown) {
    throw fault(thrown);
  }
}

/** What was thrown, as an ApiError. */
export function fault(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (!(thrown instanceof ConnectError) || thrown.cause instanceof TypeError) return new ApiError("unavailable", gone);
  return new ApiError((Code[thrown.code] ?? "Unknown").replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase(), thrown.rawMessage);
}

/** Fetches a recording: that of a room that is open, so far, or a file of one that has ended. */
export async function recording(node: string, room: string, file = ""): Promise<{ name: string; body: Blob }> {
  const query = new URLSearchParams({ node, file }).toString();
  const headers: Record<string, string> = key() === "" ? {} : { Authorization: `Bearer ${key()}` };
  let got: Response;
  try {
    got = await fetch(`console/recordings/${encodeURIComponent(room)}?${query}`, { headers });
  } catch {
    throw new ApiError("unavailable", gone);
  }
  if (!got.ok) {
    const refusal = (await got.json().catch(() => ({}))) as { code?: string; message?: string };
    throw new ApiError(refusal.code ?? "unavailable", refusal.message ?? `${gone} (${got.status})`);
  }
  const name = /filename="([^"]+)"/.exec(got.headers.get("Content-Disposition") ?? "")?.[1] ?? `${room}.journal`;
  return { name, body: await got.blob() };
}
