// The own weapons, seen and heard in the frame in which they are asked for:
// whoever predicts the own ship has them loaded again later then.

/** What the own ship's row says: where it is, units, and the first tick at which each weapon is ready. */
export interface Guns {
  readonly life: number;
  readonly x: number;
  readonly y: number;
  readonly blasterat: number;
  readonly railat: number;
}

export class Fired {
  /** A weapon was fired in the step of a tick, from a point in units. */
  onBlaster: (tick: number, x: number, y: number) => void = () => {};
  onRail: (tick: number, x: number, y: number) => void = () => {};
  private before: Pick<Guns, "life" | "blasterat" | "railat"> | null = null;
  /** Ticks of beams that were drawn and have not come back from the server. */
  private beams: number[] = [];

  /** How long the weapons load, ticks. */
  constructor(private readonly reload: { readonly boltReload: number; readonly railReload: number }) {}

  /** Takes the own ship as it is in a frame; null: there is none. */
  see(own: Guns | null): void {
    const { before } = this;
    this.before = own ? { life: own.life, blasterat: own.blasterat, railat: own.railat } : null;
    if (!own || own.life !== before?.life) return;
    const { boltReload, railReload } = this.reload;
    // A shot that turns out to be a tick later than it was guessed to be is the same.
    if (own.blasterat - before.blasterat > boltReload / 2) this.onBlaster(own.blasterat - boltReload, own.x, own.y);
    if (own.railat - before.railat <= railReload / 2) return;
    this.beams.push(own.railat - railReload);
    this.onRail(own.railat - railReload, own.x, own.y);
  }

  /** Returns whether an own beam from the server was drawn before. */
  drawn(tick: number): boolean {
    this.beams = this.beams.filter((t) => t > tick - 90);
    const at = this.beams.findIndex((t) => Math.abs(t - tick) <= 8);
    if (at < 0) return false;
    this.beams.splice(at, 1);
    return true;
  }
}
