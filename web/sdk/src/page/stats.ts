import type { NetStats, Predicted } from "../api.ts";
import type { SnapshotReport } from "../engine/protocol.ts";
import { Misses } from "../predict/misses.ts";
import { Ring } from "./history.ts";

/** The figures of a session, brought up to date by its reports. */
export class Stats implements NetStats {
  tick = -1;
  slack = 0;
  interpolationTicks = 0;
  rttMs = 0;
  lastRttMs = 0;
  jitterMs = 0;
  snapshots = 0;
  gaps = 0;
  backlog = 0;
  dropped = 0;
  corrections = 0;
  predicting: Predicted["by"] | "" = "";
  readonly misses = new Misses();
  readonly predictTimes = new Ring();
  resyncs = 0;
  reconnects = 0;
  inputs = 0;
  moves = 0;
  lastMove: { url: string; ms: number } | null = null;
  readonly history = {
    bytes: new Ring(), slack: new Ring(), arrivalMs: new Ring(), delayTicks: new Ring(), dropped: new Ring(), decodeMs: new Ring(),
    moveMs: new Ring(),
  };
  private readonly bits = new Ring();
  private last = 0;
  private moved = 0;

  get snapshotBytes(): { last: number; mean: number } {
    const { bytes } = this.history;
    return { last: bytes.length > 0 ? bytes.at(bytes.length - 1) : 0, mean: bytes.mean() };
  }
  get bitsPerEntity(): number {
    return this.bits.mean();
  }
  get decodeMs(): { mean: number; max: number } {
    return { mean: this.history.decodeMs.mean(), max: this.history.decodeMs.max() };
  }

  get mispredictions(): NetStats["mispredictions"] {
    return this.misses.list;
  }
  get predictMs(): { mean: number; max: number } {
    return { mean: this.predictTimes.mean(), max: this.predictTimes.max() };
  }

  /** Takes one snapshot's figures. rows: in view; delay: of the view, ticks. */
  take(r: SnapshotReport, rows: number, delay: number): void {
    const h = this.history;
    h.bytes.push(r.bytes);
    h.slack.push(r.slack);
    if (this.moved > 0) h.arrivalMs.push(this.moved);
    else if (this.last > 0) h.arrivalMs.push(r.at - this.last);
    h.moveMs.push(this.moved);
    this.moved = 0;
    h.delayTicks.push(delay);
    h.dropped.push(r.dropped - this.dropped);
    h.decodeMs.push(r.decodeMs);
    if (rows > 0) this.bits.push((8 * r.bytes) / rows);
    this.last = r.at;
    this.snapshots++;
    this.tick = r.tick;
    this.slack = r.slack;
    this.rttMs = r.rttMs;
    this.lastRttMs = r.lastRttMs;
    this.gaps = r.gaps;
    this.backlog = r.backlog;
    this.dropped = r.dropped;
    this.resyncs = r.resyncs;
    this.inputs = r.inputs;
  }

  /** The room has moved; the next snapshot is the first from there. */
  follow(url: string, ms: number): void {
    this.moves++;
    this.lastMove = { url, ms };
    this.moved = Math.max(ms, 1); // 0 is none
  }

  /** A connection is over: the time until the next snapshot is no arrival. */
  interrupted(): void {
    this.last = 0;
  }
}
