// One WebSocket at a time, with the network's simulated faults in between.
import type { End } from "../api.ts";
import { DelayLine, type Timers } from "../net/delayline.ts";
import { closeEnd, refusedEnd, unreachableEnd } from "../net/ends.ts";
import { retryAfterMs } from "../net/retry.ts";
import { httpURL } from "../net/roomurl.ts";
import { subprotocol } from "../wire/limits.ts";

export interface LineHost extends Timers {
  readonly WebSocket: new (url: string, protocols: string) => WebSocket;
  readonly fetch: typeof fetch;
  /** 0 to below 1. */
  random(): number;
}

export interface LineEvents {
  /** rtt: about the time of a round trip, ms. */
  opened(rtt: number): void;
  message(bytes: Uint8Array): void;
  /** Once per open, unless drop came first. */
  over(end: End): void;
}

type Incoming = { bytes: Uint8Array } | { end: End };
type Outgoing = { bytes: Uint8Array; precious: boolean };

/** How long opening may take, and the question why it failed, ms. */
const OPEN_WITHIN = 8_000;
const PROBE_WITHIN = 5_000;
/** What may wait in the browser to be sent, bytes; above it inputs are left out: they would be late anyway. */
const MAX_BUFFERED = 16 << 10;
/** How much of a refusal's text is read, characters. */
const MAX_REASON = 200;

/** Frees the seat. */
export const CLOSE_BYE = 1000;
/** Keeps the seat: no code of the table, so it counts as a connection that was lost. */
export const CLOSE_KEEP = 4900;

export class Line {
  private socket: WebSocket | null = null;
  /** Counts connections: what an old one still says does not count. */
  private number = 0;
  private cancel: (() => void) | null = null;
  private readonly incoming: DelayLine<Incoming>;
  private readonly outgoing: DelayLine<Outgoing>;

  constructor(
    private readonly host: LineHost,
    private readonly events: LineEvents,
  ) {
    this.incoming = new DelayLine(host, (i) => ("bytes" in i ? events.message(i.bytes) : events.over(i.end)), () => host.random());
    this.outgoing = new DelayLine(host, (o) => this.write(o), () => host.random());
  }

  open(url: string): void {
    this.drop();
    const mine = this.number;
    const began = this.host.now();
    let open = false;
    let socket: WebSocket;
    try {
      socket = new this.host.WebSocket(url, subprotocol);
    } catch (fault) {
      this.cancel = this.host.after(0, () => this.events.over(unreachableEnd(String(fault))));
      return;
    }
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    this.cancel = this.host.after(OPEN_WITHIN, () => this.fail(mine, url));
    socket.onopen = () => {
      if (mine !== this.number) return;
      open = true;
      this.cancel?.();
      // Connecting takes a round trip of TCP and one of the upgrade.
      this.events.opened((this.host.now() - began) / 2);
    };
    socket.onmessage = (m: MessageEvent) => {
      if (mine !== this.number) return;
      if (m.data instanceof ArrayBuffer) this.incoming.push({ bytes: new Uint8Array(m.data) });
      else this.incoming.push({ end: closeEnd(1002, "the server sent text") });
    };
    socket.onclose = (e: CloseEvent) => {
      if (mine !== this.number) return;
      if (open) this.incoming.push({ end: closeEnd(e.code === 1005 ? 1006 : e.code, e.reason) });
      else this.fail(mine, url);
    };
  }

  /** fail asks, after a handshake that failed, why: browsers do not tell. */
  private fail(mine: number, url: string): void {
    if (mine !== this.number) return;
    this.drop();
    const asked = this.number;
    void this.probe(url).then((end) => {
      if (asked === this.number) this.events.over(end);
    });
  }

  private async probe(url: string): Promise<End> {
    try {
      const answer = await this.host.fetch(httpURL(url), { cache: "no-store", signal: AbortSignal.timeout(PROBE_WITHIN) });
      if (answer.ok || answer.status === 426) return closeEnd(1006, "the connection could not be made");
      return refusedEnd(answer.status, (await answer.text()).trim().slice(0, MAX_REASON), retryAfterMs(answer.headers.get("Retry-After")));
    } catch (fault) {
      return unreachableEnd(String(fault));
    }
  }

  /** Sends a message; one that is not precious is left out when too many wait already. */
  send(bytes: Uint8Array, precious: boolean): void {
    this.outgoing.push({ bytes, precious });
  }

  private write({ bytes, precious }: Outgoing): void {
    if (this.socket && (precious || this.socket.bufferedAmount < MAX_BUFFERED)) this.socket.send(bytes as Uint8Array<ArrayBuffer>);
  }

  /** Ends the connection, if there is one, without a word to events. */
  drop(code = CLOSE_KEEP): void {
    this.number++;
    this.cancel?.();
    this.cancel = null;
    this.incoming.clear();
    this.outgoing.clear();
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code);
  }

  set(delayMs: number, jitterMs: number): void {
    for (const l of [this.incoming, this.outgoing]) {
      l.delayMs = delayMs;
      l.jitterMs = jitterMs;
    }
  }

  stall(ms: number): void {
    this.incoming.stall(ms);
    this.outgoing.stall(ms);
  }
}
