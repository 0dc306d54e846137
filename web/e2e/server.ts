// A real `metronome serve` for a story.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

export interface ServeOptions {
  /** Bots in the room that is always there; 0 unless told. */
  bots?: number;
  /** Further arguments of `metronome serve`. */
  args?: string[];
  /** The folder that it is started in: this process's, unless told. */
  cwd?: string;
}

/** Those that run: none may outlive the stories, however they end. */
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export class Server {
  /** Where it listens, without a slash at the end; the same after a restart. */
  url = "";
  private child: ChildProcess | null = null;
  private output = "";

  constructor(
    private readonly binary: string,
    private readonly options: ServeOptions,
  ) {}

  /** Starts it and resolves when it serves. */
  async start(): Promise<this> {
    const listen = this.url ? new URL(this.url).host : "127.0.0.1:0";
    const args = ["serve", "--listen", listen, "--bots", String(this.options.bots ?? 0), "--handshakes-per-second", "0", ...(this.options.args ?? [])];
    const child = spawn(this.binary, args, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env["PATH"] }, cwd: this.options.cwd });
    this.child = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    this.url = await new Promise((resolve, reject) => {
      let said = "";
      child.once("exit", () => reject(new Error(`the server did not start:\n${this.output}`)));
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        const found = /is running: open (\S+)\n/.exec(said);
        if (found?.[1]) resolve(found[1]);
      });
    });
    return this;
  }

  /** Ends it as an operator would: rooms close with a code. */
  stop = (): Promise<void> => this.end("SIGTERM");

  /** Ends it as a power cut would. */
  kill = (): Promise<void> => this.end("SIGKILL");

  /** Holds the process, so that nothing answers, until it goes on. */
  freeze = (): boolean => this.child?.kill("SIGSTOP") ?? false;
  thaw = (): boolean => this.child?.kill("SIGCONT") ?? false;

  /** What it has logged. */
  get log(): string {
    return this.output;
  }

  /** Asks a Connect method of the lobby. */
  async ask<T>(method: string, body: object): Promise<T> {
    const answer = await fetch(`${this.url}/metronome.v1.LobbyService/${method}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }
}
