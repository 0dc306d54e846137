// Calls of a server's Connect services as JSON; of another node when it is gone.
import { LobbyError } from "../errors.ts";
import { object, text } from "./json.ts";
import { retryAfterMs } from "./retry.ts";
import { bare } from "./roomurl.ts";
import { Servers } from "./servers.ts";

export interface CallOptions {
  fetch?: typeof fetch;
  /** Who calls: a user token of the game, where the server knows users. */
  token?: string;
}

/** How long a server may take to answer, ms: the last that can be asked, and one before. */
export const patience = 10_000;
export const nextAfter = 5_000;

/** Asks the first of some nodes that answers. */
export class Caller {
  readonly servers: Servers;
  readonly fetch: typeof fetch;
  readonly headers: Readonly<Record<string, string>>;

  /** server: base URL; "" and a path are the page's own host. */
  constructor(server: string, o: CallOptions) {
    this.servers = new Servers(bare(server).replace(/\/+$/, ""));
    this.fetch = o.fetch ?? ((input, init) => fetch(input, init));
    this.headers = o.token ? { Authorization: `Bearer ${o.token}` } : {};
  }

  /** Fails with LobbyError. */
  async call(method: string, request: object): Promise<Record<string, unknown>> {
    const [first = "", ...others] = this.servers.order();
    return this.callFrom(first, others, method, request);
  }

  private async callFrom(server: string, others: readonly string[], method: string, request: object): Promise<Record<string, unknown>> {
    const [next, ...rest] = others;
    try {
      const answer = await this.callOne(server, method, request, next === undefined ? patience : nextAfter);
      this.servers.note(server, true);
      return answer;
    } catch (fault) {
      const gone = fault instanceof LobbyError && fault.code === "unavailable";
      this.servers.note(server, !gone);
      if (!gone || next === undefined) throw fault;
      return this.callFrom(next, rest, method, request);
    }
  }

  private async callOne(server: string, method: string, request: object, within: number): Promise<Record<string, unknown>> {
    let response: Response;
    try {
      response = await this.fetch(`${server}/metronome.v1.${method}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...this.headers },
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(within),
      });
    } catch (fault) {
      throw unreachable(fault);
    }
    if (!response.ok) throw await refusal(response);
    return object(await response.json().catch(() => null));
  }
}

/** No server answered. */
export const unreachable = (fault: unknown): LobbyError => new LobbyError("unavailable", `the server cannot be reached: ${String(fault)}`, 0);

/** What an answer that is no success says. */
export async function refusal(response: Response): Promise<LobbyError> {
  const said = object(await response.json().catch(() => null));
  return errorIn(said, response.status, response.statusText, retryAfterMs(response.headers.get("Retry-After")));
}

/** The error that an answer's JSON has. */
export function errorIn(said: Record<string, unknown>, status: number, otherwise = "", retryAfter = 0): LobbyError {
  return new LobbyError(text(said["code"]) || codeOf(status), text(said["message"]) || otherwise, status, retryAfter, said["details"]);
}

/** codeOf is for answers that are not the server's own, as a proxy's. */
function codeOf(status: number): string {
  const codes: Record<number, string> = { 400: "invalid_argument", 401: "unauthenticated", 403: "permission_denied", 404: "unimplemented", 429: "resource_exhausted" };
  return codes[status] ?? (status >= 500 ? "unavailable" : "unknown");
}
