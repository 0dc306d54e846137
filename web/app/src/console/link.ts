// Keeps a stream of the console open: opens it, notices when it goes silent,
// and opens it again until told to stop.
import { api, ApiError, fault as faultOf } from "./api.ts";
import type { WatchResponse } from "./gen/metronome/v1/console_pb.ts";

/** What is looked at. `since` is the Unix second of the last sample known. */
export interface Wish {
  room: string;
  node: string;
  seat: number;
  since: number;
}

export type Status =
  | { kind: "live" }
  /** The server is gone for now; it is asked again in so many seconds. */
  | { kind: "lost"; sentence: string; again: number }
  /** A key is needed, or another. */
  | { kind: "key"; sentence: string; wrong: boolean }
  /** This server shows no console, or not to this page. */
  | { kind: "closed"; sentence: string }
  /** The room that is looked at has ended. */
  | { kind: "ended"; sentence: string };

/** How long a stream may be silent, ms; something comes every second. */
const silence = 6000;
const pauses = [1, 2, 4, 8];

export class Link {
  private stopper: AbortController | null = null;

  constructor(
    private readonly wish: () => Wish,
    private readonly message: (m: WatchResponse) => void,
    private readonly status: (s: Status) => void,
  ) {}

  /** Opens the stream anew, for another wish or with another key. */
  start(): void {
    this.stop();
    const stopper = new AbortController();
    this.stopper = stopper;
    void this.run(stopper.signal);
  }

  stop(): void {
    this.stopper?.abort();
    this.stopper = null;
  }

  private async run(stopped: AbortSignal): Promise<void> {
    for (let failures = 0; !stopped.aborted; ) {
      let heard = false;
      const fault = await this.read(stopped, () => {
        if (!heard) this.status({ kind: "live" });
        heard = true;
      });
      if (stopped.aborted) return;
      if (heard) failures = 0;
      const said = verdict(fault, this.wish().room !== "");
      if (said) return this.status(said); // whoever hears it may start anew
      const again = pauses[Math.min(failures++, pauses.length - 1)] ?? 8;
      this.status({ kind: "lost", sentence: fault.code === "unavailable" ? "" : fault.message, again });
      await pause(again * 1000, stopped);
    }
  }

  /** Reads one stream to its end and says why it ended. */
  private async read(stopped: AbortSignal, heard: () => void): Promise<ApiError> {
    const one = new AbortController();
    const stop = (): void => one.abort();
    stopped.addEventListener("abort", stop);
    let timer = setTimeout(stop, silence);
    try {
      for await (const message of api().watch(this.wish(), { signal: one.signal })) {
        if (stopped.aborted) break;
        clearTimeout(timer);
        timer = setTimeout(stop, silence);
        this.message(message);
        heard();
      }
      return new ApiError("unavailable", "");
    } catch (fault) {
      return one.signal.aborted ? new ApiError("unavailable", "") : faultOf(fault);
    } finally {
      clearTimeout(timer);
      stopped.removeEventListener("abort", stop);
      one.abort();
    }
  }
}

/** Whether it makes no sense to ask again by itself. */
export function verdict(fault: ApiError, ofRoom: boolean): Status | null {
  const sentence = fault.message;
  switch (fault.code) {
    case "unauthenticated":
      return { kind: "key", sentence, wrong: sentence.startsWith("that is not") };
    case "resource_exhausted":
      return { kind: "key", sentence, wrong: true };
    case "permission_denied":
      return { kind: "closed", sentence };
    case "not_found":
      return ofRoom ? { kind: "ended", sentence } : null;
  }
  return null;
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      stopped.removeEventListener("abort", done);
      resolve();
    }
    stopped.addEventListener("abort", done);
  });
}
