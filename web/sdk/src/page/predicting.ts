// Whoever predicts the own rows of a session: found anew for each connection, told
// what goes on there, and never a reason for the session to fail.
import { MadeLives } from "../predict/lives.ts";
import type { Prediction } from "../predict/prediction.ts";
import type { ShownTable } from "../predict/shown.ts";
import type { FindPredictor, PredictedRoom } from "../predict/source.ts";
import type { Stats } from "./stats.ts";

export class Predicting {
  private prediction: Prediction | null = null;
  private readonly lives = new MadeLives();
  /** Of which connection a predictor may still be found. */
  private connection = 0;

  constructor(
    /** Absent: nobody predicts. */
    private readonly find: FindPredictor | undefined,
    private readonly stats: Stats,
    /** Told of each correction of a table's row: its length in real units. */
    private readonly corrected: (table: string, amount: number) => void,
  ) {}

  /** Who predicts now; null: nobody does. */
  get by(): Prediction | null {
    return this.prediction;
  }

  /** Begins to predict with whoever does in a room, and tells it what it has missed; the view goes on with what the room says until then. */
  async begin(room: PredictedRoom, missed: (p: Prediction) => void): Promise<void> {
    if (!this.find || room.seat === 0) return;
    const { connection, stats, lives, corrected } = this;
    try {
      const found = await this.find(room);
      if (!found) return;
      const { Prediction } = await import("../predict/ahead.ts");
      if (connection !== this.connection) return;
      this.prediction = new Prediction(found.by, found.predictor, { ...room, inputs: room.schema.input, lives, misses: stats.misses, corrected });
      stats.predicting = found.by;
      this.tell(missed);
    } catch (fault) {
      // The connection may be about to be lost, too: the next one tries again.
      if (connection === this.connection) console.warn(`metronome: the own rows are not predicted on this connection, and are shown as the room says, because nobody can (${String(fault)})`);
    }
  }

  /** Does something with the prediction, if there is one. A predictor that throws is not asked again on this connection. */
  tell(what: (p: Prediction) => void): void {
    if (!this.prediction) return;
    try {
      what(this.prediction);
    } catch (fault) {
      console.error(`metronome: the own rows are not predicted on this connection, and are shown as the room says, because their prediction failed (${String(fault)})`);
      this.stop();
    }
  }

  /** Goes on to a frame, and answers the rows to draw in place of the room's own, by table; null: nobody predicts. held: without a connection they stay where they are. */
  frame(at: number, live: boolean, held: boolean): ((table: number) => ShownTable | undefined) | null {
    if (!this.prediction) return null;
    const began = performance.now();
    if (!held) this.tell((p) => p.frame(at, live));
    this.stats.predictTimes.push(performance.now() - began);
    const { prediction } = this;
    return prediction && ((table) => prediction.shown(table));
  }

  /** Ends with a connection: the next one has rows and seats of its own. */
  stop(): void {
    this.giveUp();
    this.prediction = null;
    this.stats.predicting = "";
  }

  /** Looks for nobody any longer; who predicts stays, and the own rows where they are. */
  giveUp(): void {
    this.connection++;
  }
}
