// An engine in a world of the test's: its socket, its server and its clock.
import { vi } from "vitest";
import type { End, State } from "../src/api.ts";
import { Engine } from "../src/engine/engine.ts";
import { hostOf } from "../src/engine/host.ts";
import type { Command, Report } from "../src/engine/protocol.ts";
import { Room, clientFrame } from "./room.ts";

/** A WebSocket that the test opens, fills and closes. */
export class Socket {
  static all: Socket[] = [];
  binaryType = "";
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onmessage: ((e: { data: unknown }) => void) | null = null;
  onclose: ((e: { code: number; reason: string }) => void) | null = null;
  readonly sent: Uint8Array[] = [];
  closed: number | undefined;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    Socket.all.push(this);
  }
  send(b: Uint8Array): void {
    this.sent.push(b);
  }
  close(code?: number): void {
    this.closed = code;
  }
  get inputs(): { tick: number; value: number[]; seen: number }[] {
    return this.sent.flatMap((b) => clientFrame(b).input);
  }
}

/** One engine in a world of the test's. */
export class Rig {
  readonly reports: Report[] = [];
  readonly room = new Room();
  sample: number[] | null = [1, 0, 0];
  answer: (url?: string) => Promise<Response> = async () => {
    throw new TypeError("fetch failed");
  };
  readonly engine: Engine;

  constructor(start: Partial<Command & { type: "start" }> = {}) {
    Socket.all = [];
    const host = hostOf((r) => this.reports.push(r), () => this.sample, { WebSocket: Socket as never, fetch: (url) => this.answer(String(url)) });
    this.engine = new Engine({ ...host, random: () => 0.5 });
    this.engine.command({ type: "start", url: "ws://h/rooms/r?ticket=t", resume: "", name: "", hiddenAfter: 10_000, ...start });
  }

  get socket(): Socket {
    return Socket.all.at(-1)!;
  }
  get state(): State {
    return this.states.at(-1)?.[0] ?? "connecting";
  }
  get states(): [State, End | null][] {
    return this.reports.flatMap((r) => (r.type === "state" ? [[r.state, r.end] as [State, End | null]] : []));
  }
  of<T extends Report["type"]>(type: T): (Report & { type: T })[] {
    return this.reports.filter((r): r is Report & { type: T } => r.type === type);
  }
  message(b: Uint8Array): void {
    this.socket.onmessage?.({ data: b.slice().buffer });
  }
  /** play opens the newest socket and gets the first snapshot. */
  play(resumed = false, node: string[] = []): this {
    this.socket.onopen?.();
    this.message(this.room.key({ resumed, node }));
    return this;
  }
  /** pass lets ticks go by, with a snapshot for each. */
  async pass(ticks: number, snapshots = true): Promise<void> {
    for (let i = 0; i < ticks; i++) {
      await vi.advanceTimersByTimeAsync(1000 / 30);
      this.room.tick++;
      const newest = this.socket.inputs.at(-1)?.tick ?? 0;
      if (snapshots) this.message(this.room.frame({ slack: newest - this.room.tick }));
    }
  }
  /** fail ends the newest socket before it is open. */
  async fail(): Promise<void> {
    this.socket.onclose?.({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(0);
  }
}
