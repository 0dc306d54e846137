// A MatchService that answers what a test says: calls as JSON, watches as streams.

/** A message in its envelope; flags 2: the last one. */
export function enveloped(message: object, flags = 0): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(message));
  const bytes = new Uint8Array(5 + json.length);
  bytes[0] = flags;
  new DataView(bytes.buffer).setUint32(1, json.length);
  bytes.set(json, 5);
  return bytes;
}

/** A stream that a client has open. */
export class Watch {
  private control!: ReadableStreamDefaultController<Uint8Array>;
  /** The client has gone. */
  gone = false;
  readonly body: ReadableStream<Uint8Array>;

  constructor(
    readonly server: string,
    readonly request: Record<string, unknown>,
    signal: AbortSignal,
  ) {
    this.body = new ReadableStream({ start: (c) => void (this.control = c), cancel: () => void (this.gone = true) });
    signal.addEventListener("abort", () => {
      if (!this.gone) this.control.error(signal.reason);
      this.gone = true;
    });
  }

  /** Sends bytes as they are, in pieces of at most so many. */
  bytes(all: Uint8Array, piece = all.length): void {
    for (let at = 0; at < all.length; at += piece) this.control.enqueue(all.slice(at, at + piece));
  }

  say(message: object): void {
    this.bytes(enveloped(message));
  }

  /** Ends it with an error, as the server does. */
  refuse(code: string, message = "so it is"): void {
    this.bytes(enveloped({ error: { code, message } }, 2));
  }

  /** Ends it without a word, as a network does. */
  drop(): void {
    this.control.error(new TypeError("network error"));
    this.gone = true;
  }
}

type Answer = object | { status: number; body: object } | "refuses";

/** Servers by their names, as http://NAME. */
export class Deployment {
  /** Methods in turn, with their server and request. */
  readonly calls: { server: string; method: string; request: Record<string, unknown>; headers: Record<string, string> }[] = [];
  readonly watches: Watch[] = [];
  /** What methods answer; a watch that is not in it is opened. */
  readonly answers: Record<string, Answer | ((request: Record<string, unknown>) => Answer)> = {};
  readonly down = new Set<string>();

  readonly fetch = (async (input: unknown, init: RequestInit): Promise<Response> => {
    const [, server = "", method = ""] = /^http:\/\/([^/]*)\/metronome\.v1\.MatchService\/(\w+)$/.exec(String(input)) ?? [];
    const streams = method.startsWith("Watch");
    const raw = streams ? new TextDecoder().decode((init.body as Uint8Array).subarray(5)) : String(init.body);
    const request = JSON.parse(raw) as Record<string, unknown>;
    this.calls.push({ server, method, request, headers: init.headers as Record<string, string> });
    const set = this.answers[method];
    const answer = typeof set === "function" ? set(request) : set;
    if (this.down.has(server) || answer === "refuses") throw new TypeError("fetch failed");
    if (answer && "body" in answer) return Response.json(answer.body, { status: answer.status });
    if (!streams || answer) return Response.json(answer ?? {});
    const watch = new Watch(server, request, init.signal!);
    this.watches.push(watch);
    return new Response(watch.body, { headers: { "Content-Type": "application/connect+json" } });
  }) as typeof fetch;

  /** The newest watch, once there are so many. */
  async watch(count = 1): Promise<Watch> {
    while (this.watches.length < count) await new Promise((resolve) => setImmediate(resolve));
    return this.watches[count - 1]!;
  }

  asked(method: string): Record<string, unknown>[] {
    return this.calls.filter((c) => c.method === method).map((c) => c.request);
  }
}
