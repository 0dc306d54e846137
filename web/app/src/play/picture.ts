// What is on the screen in one frame, in world units, seconds and radians: the
// only thing that the drawing code knows of the game. Its objects are used
// anew in every frame.

export interface ShipNow {
  id: number;
  /** Another one with each time that it comes into view: nothing is drawn from one to the next. */
  life: number;
  seat: number;
  team: number;
  x: number;
  y: number;
  /** Units per second, as it moves on the screen. */
  vx: number;
  vy: number;
  aim: number;
  health: number;
  shield: number;
  /** Takes no damage yet. */
  safe: boolean;
  own: boolean;
  name: string;
}

export interface ShotNow {
  id: number;
  x: number;
  y: number;
  angle: number;
  seat: number;
  team: number;
  own: boolean;
}

export interface PickupNow {
  id: number;
  x: number;
  y: number;
  kind: number;
  /** 1: it lies there. Below: the part of its absence that is over. */
  there: number;
}

export interface WallNow {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Picture {
  /** Seconds since the page began; drives what only moves for show. */
  time: number;
  width: number;
  height: number;
  ships: ShipNow[];
  shots: ShotNow[];
  pickups: PickupNow[];
  walls: WallNow[];
  own: ShipNow | null;
  /** Where the server says that the own ship is; drawn with the net graph. */
  ghost: { x: number; y: number; aim: number } | null;
}

export function emptyPicture(): Picture {
  return { time: 0, width: 4096, height: 4096, ships: [], shots: [], pickups: [], walls: [], own: null, ghost: null };
}

/** Gives the objects of a list again and again: take() for each, then done(). */
export class Pool<T> {
  private readonly all: T[] = [];
  private used = 0;
  constructor(private readonly make: () => T) {}

  begin(): void {
    this.used = 0;
  }

  take(): T {
    return (this.all[this.used++] ??= this.make());
  }

  /** Puts what was taken into a list. */
  fill(list: T[]): void {
    list.length = this.used;
    for (let i = 0; i < this.used; i++) list[i] = this.all[i]!;
  }
}
