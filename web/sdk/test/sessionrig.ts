// A session whose engine the test plays, or whose engine's socket it does.
import type { ConnectOptions, Events } from "../src/api.ts";
import { Engine } from "../src/engine/engine.ts";
import { hostOf } from "../src/engine/host.ts";
import type { Connector } from "../src/engine/link.ts";
import type { Command, Report } from "../src/engine/protocol.ts";
import { PageSession, type Source } from "../src/page/session.ts";
import type * as pb from "./gen/metronome/v1/play_pb.ts";
import { Room } from "./room.ts";

/** A session whose engine is played by the test, or whose engine's socket is. */
export class Rig {
  readonly commands: Command[] = [];
  readonly heard: [keyof Events, unknown][] = [];
  readonly room = new Room();
  readonly session: PageSession;
  closed = false;
  say!: (r: Report) => void;
  /** Asks for the input of a tick, as an engine on the page's thread does. */
  pull!: (tick: number) => ArrayLike<number> | null;
  /** An engine that reads this room's frames. */
  readonly engine: Engine;
  private socket!: { onopen(): void; onmessage(e: { data: ArrayBuffer }): void };

  constructor(o: ConnectOptions = {}, pulls = false, source: Partial<Source> = {}) {
    const rig = this;
    const make = function (this: unknown): object {
      return (rig.socket = { send: () => {}, close: () => {}, bufferedAmount: 0 } as never);
    };
    this.engine = new Engine(hostOf((r) => this.say(r), () => null, { WebSocket: make as never }));
    const connector: Connector = (onReport, sample) => {
      this.say = onReport;
      this.pull = sample;
      return { pulls, send: (c) => this.commands.push(c), close: () => (this.closed = true) };
    };
    this.session = new PageSession({ url: "ws://h/rooms/r", key: "k", find: async () => "ws://h/rooms/s", ...source }, { storage: null, ...o }, connector);
    for (const name of ["state", "retry", "welcome", "snapshot", "event", "chat", "roster", "announcement", "correction"] as const) {
      this.session.on(name, (e) => this.heard.push([name, e]));
    }
  }
  of<T extends Command["type"]>(type: T): (Command & { type: T })[] {
    return this.commands.filter((c): c is Command & { type: T } => c.type === type);
  }
  said(name: keyof Events): unknown[] {
    return this.heard.filter((h) => h[0] === name).map((h) => h[1]);
  }
  message(b: Uint8Array): void {
    this.socket.onmessage({ data: b.slice().buffer });
  }
  play(welcome: Partial<pb.Welcome> = {}): this {
    this.room.ships.set(1, { x: 256, y: -256, aim: 3 });
    this.engine.command({ type: "start", url: "ws://h/rooms/r", resume: "", name: "", hiddenAfter: Infinity });
    this.socket.onopen();
    this.message(this.room.key(welcome));
    return this;
  }
  tick(events: [number, number][] = []): void {
    this.room.tick++;
    this.message(this.room.frame({}, events));
  }
}
