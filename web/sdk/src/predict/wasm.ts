// The game's own Go, in WebAssembly: what `metronome wasm` builds and nodes serve.
import type { Column } from "../api.ts";
import { errorOf } from "../errors.ts";
import type { TablePlan } from "../page/shapes.ts";
import type { Snapshot } from "../page/snapshot.ts";
import type { Param } from "../wire/welcome.ts";
import type { Adopted, OpenCommand, PredictedRows, Predictor } from "./predictor.ts";

/** What a room says of itself that its rules must know. */
export interface RoomOfSeat {
  readonly mode: string;
  readonly seats: number;
  readonly seat: number;
  readonly params: readonly Param[];
  /** Of its schema. */
  readonly fingerprint: string;
}

/** What the module exports: see predict/reactor.go. Addresses are bytes of its memory, good until the next call. */
interface Reactor {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  buffer(words: number): number;
  open(bytes: number, seats: number, seat: number): number;
  shape(): bigint;
  load(tick: number, words: number, adopted: number): number;
  step(tick: number, fields: number, commands: number): number;
  mark(): void;
  back(): void;
  rows(table: number): number;
  changes(table: number): number;
  fault(): number;
  faultBytes(): number;
}

/** Modules by their URL, which says what is in them. */
const modules = new Map<string, Promise<WebAssembly.Module>>();

/** Fetches and compiles the rules, once for each URL. Fails with an Error: there is no such file, no network, no WebAssembly. */
function compiled(url: string, fetcher: typeof fetch): Promise<WebAssembly.Module> {
  let module = modules.get(url);
  if (!module) {
    module = compile(url, fetcher);
    modules.set(url, module);
    module.catch(() => modules.delete(url)); // another time it may be there
  }
  return module;
}

async function compile(url: string, fetcher: typeof fetch): Promise<WebAssembly.Module> {
  const answer = await fetcher(url);
  if (!answer.ok) throw errorOf("no-prediction", `${url} answers ${answer.status}`);
  return WebAssembly.compile(await answer.arrayBuffer());
}

/** Makes what predicts for a seat of a room, by the rules at a URL. Fails with an Error that says why it cannot. */
export async function loadWasm(url: string, room: RoomOfSeat, plans: readonly TablePlan[], fetcher: typeof fetch = fetch): Promise<Predictor> {
  const module = await compiled(url, fetcher);
  const host = new Host();
  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: host.functions });
  const reactor = instance.exports as unknown as Reactor;
  host.memory = reactor.memory;
  reactor._initialize();
  return new WasmPredictor(reactor, room, plans);
}

class WasmPredictor implements Predictor {
  /** Rows can be made in any. */
  readonly tables: readonly number[];

  constructor(
    private readonly go: Reactor,
    room: RoomOfSeat,
    private readonly plans: readonly TablePlan[],
  ) {
    const text = new TextEncoder().encode([room.mode, ...room.params.map((p) => `${p.name}=${p.value}`)].join("\n"));
    const at = go.buffer(Math.ceil(text.length / 4) + 1);
    new Uint8Array(go.memory.buffer, at, text.length).set(text);
    this.sure(go.open(text.length, room.seats, room.seat));
    const shape = BigInt.asUintN(64, go.shape()).toString(16).padStart(16, "0");
    if (shape !== room.fingerprint) throw errorOf("no-prediction", `the rules for browsers are of a game with the fingerprint ${shape}, and the room plays one with ${room.fingerprint}`);
    this.tables = plans.map((_, i) => i);
  }

  load(s: Snapshot, adopted: readonly Adopted[]): void {
    const snapshot = new Uint32Array(s.words);
    const at = this.go.buffer(snapshot.length + 4 * adopted.length);
    const words = new Uint32Array(this.go.memory.buffer, at, snapshot.length + 4 * adopted.length);
    words.set(snapshot);
    adopted.forEach((a, i) => words.set([a.table, a.id, a.madeAt, a.nth], snapshot.length + 4 * i));
    this.sure(this.go.load(s.tick, snapshot.length, adopted.length));
  }

  step(tick: number, input: readonly number[] | null, commands: readonly OpenCommand[]): void {
    const words = [...(input ?? []), ...commands.flatMap((c) => [c.values.length, ...c.values, c.list.length, ...c.list])];
    const at = this.go.buffer(words.length + 1);
    new Int32Array(this.go.memory.buffer, at, words.length).set(words);
    this.sure(this.go.step(tick, input ? input.length : -1, commands.length));
  }

  mark(): void {
    this.go.mark();
  }

  back(): void {
    this.go.back();
  }

  rows(table: number): PredictedRows {
    const plan = this.plans[table]!;
    let at = this.go.rows(table);
    const { buffer } = this.go.memory;
    const count = new Uint32Array(buffer, at, 1)[0]!;
    at += 4;
    const next = (unsigned: boolean): Column => {
      const column = unsigned ? new Uint32Array(buffer, at, count) : new Int32Array(buffer, at, count);
      at += 4 * count;
      return column;
    };
    return {
      count, ids: next(true) as Uint32Array, madeAt: next(true) as Uint32Array, nth: next(true) as Uint32Array,
      shared: Array.from(plan.shared.values(), (c) => next(c.unsigned)), own: Array.from(plan.own.values(), (c) => next(c.unsigned)),
    };
  }

  changes(table: number, plane: "shared" | "own", at: number): boolean {
    const first = this.go.changes(table) / 4;
    const plan = this.plans[table]!;
    return new Uint32Array(this.go.memory.buffer)[first + (plane === "own" ? plan.shared.size : 0) + at] === 1;
  }

  /** sure throws what the module says when a call failed. */
  private sure(result: number): void {
    if (result >= 0) return;
    const text = new Uint8Array(this.go.memory.buffer, this.go.fault(), this.go.faultBytes());
    throw errorOf("no-prediction", new TextDecoder().decode(text.slice()));
  }
}

/** What a module may ask its host for: the little that Go's runtime needs, and nothing of the page. */
class Host {
  memory: WebAssembly.Memory | null = null;
  private said = "";

  /** Every function of WASI; those that are not here answer that there is no such thing. */
  readonly functions = new Proxy({} as Record<string, (...args: number[]) => number>, {
    get: (_, name: string) => {
      switch (name) {
        case "clock_time_get": return (_id: number, _precision: number, at: number) => this.put64(at, BigInt(Math.round(performance.now() * 1e6)));
        case "random_get": return (at: number, n: number) => this.random(at, n);
        case "fd_write": return (_fd: number, parts: number, n: number, written: number) => this.write(parts, n, written);
        case "args_sizes_get":
        case "environ_sizes_get": return (count: number, size: number) => this.put32(count, 0) || this.put32(size, 0);
        case "args_get":
        case "environ_get":
        case "sched_yield": return () => 0;
        case "poll_oneoff": return (_in: number, _out: number, _n: number, events: number) => this.put32(events, 0);
        case "proc_exit": return (code: number) => {
          throw errorOf("no-prediction", `the rules for browsers ended with ${code}: ${this.said}`);
        };
        case "fd_prestat_get": return () => 8; // EBADF: no folders are given
      }
      return () => 52; // ENOSYS
    },
  });

  private get view(): DataView {
    return new DataView(this.memory!.buffer);
  }

  private put32(at: number, v: number): number {
    this.view.setUint32(at, v, true);
    return 0;
  }

  private put64(at: number, v: bigint): number {
    this.view.setBigUint64(at, v, true);
    return 0;
  }

  /** What Go seeds its maps with. */
  private random(at: number, n: number): number {
    crypto.getRandomValues(new Uint8Array(this.memory!.buffer, at, n));
    return 0;
  }

  /** What Go prints before it dies. */
  private write(parts: number, n: number, written: number): number {
    let all = 0;
    for (let i = 0; i < n; i++) {
      const [at, size] = [this.view.getUint32(parts + 8 * i, true), this.view.getUint32(parts + 8 * i + 4, true)];
      this.said = (this.said + new TextDecoder().decode(new Uint8Array(this.memory!.buffer, at, size))).slice(-2000);
      all += size;
    }
    return this.put32(written, all);
  }
}
