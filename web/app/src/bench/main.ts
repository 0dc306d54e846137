// The stress view: 200 to 1,000 ships in the real renderer, fed through the real
// mirror with what the server sent, and measured. `/bench?ships=N` begins with
// so many; `/bench?room=ID` or `?mode=…` measures a live room instead.

import { connect } from "@metronome/sdk";
import type { Arena } from "../play/arena.gen.ts";
import { make as el } from "../dom.ts";
import { enter, wayOf } from "../play/entry.ts";
import { makePainter } from "../play/painters.ts";
import type { ArenaSession } from "../play/types.ts";
import { Board } from "./board.ts";
import { type Crowd, crowdOf, load, recordedHz } from "./crowds.ts";
import type { Result } from "./figures.ts";
import { player } from "./recording.ts";
import { measured, Run, warm } from "./run.ts";

declare global {
  interface Window {
    /** The benchmark's result once it is there. */
    benchResult?: Result;
  }
}

/** Connects to a recording as to a server; over is called after its last frame. */
function recorded(frames: readonly ArrayBuffer[], over: () => void): ArenaSession {
  const socket = player(frames, 1000 / recordedHz, over);
  return connect<Arena>("ws://recording/rooms/crowd", { worker: false, WebSocket: socket, storage: null, hiddenAfter: Infinity, angles: ["ship.aim"], predict: false });
}

class Stress {
  private readonly board: Board;
  private run: Run | null = null;
  /** Grows with each crowd that is chosen: what comes late for another is let go. */
  private turn = 0;

  constructor(
    private readonly stage: HTMLElement,
    live: boolean,
  ) {
    this.board = new Board(live ? null : (c) => void this.play(c), () => this.again());
    stage.append(this.board.root);
  }

  async start(): Promise<void> {
    const painter = await makePainter(this.stage);
    const run = (this.run = new Run(painter, this.stage));
    run.onNow = (n) => this.board.set(n);
    run.onResult = (r) => {
      window.benchResult = r;
      this.board.measured(r);
    };
  }

  /** Plays a recording again and again. */
  async play(crowd: Crowd): Promise<void> {
    const turn = ++this.turn;
    try {
      const { frames, bytes } = await load(crowd);
      if (turn !== this.turn || !this.run) return;
      const run = this.run;
      const again = (): void => {
        if (turn === this.turn) run.follow(recorded(frames, again));
      };
      this.board.plays(crowd, bytes);
      this.board.measures(warm + measured);
      run.show(recorded(frames, again), crowd);
    } catch (fault) {
      this.board.fails(`The recording cannot be played: ${fault instanceof Error ? fault.message : fault}.`);
    }
  }

  live(session: ArenaSession): void {
    this.board.live(session.room);
    this.board.measures(warm + measured);
    this.run!.show(session, null);
  }

  private again(): void {
    this.board.measures(warm + measured);
    this.run?.measure();
  }
}

async function main(): Promise<void> {
  const stage = el("main", "stage");
  document.body.append(stage);
  const way = wayOf(location.search);
  const stress = new Stress(stage, way !== null);
  const [session] = await Promise.all([way ? enter(way, "bench", {}) : null, stress.start()]);
  if (session) stress.live(session);
  else await stress.play(crowdOf(location.search));
}

void main();
