// Which rows of any game have a place, and where on the map that is.
import { Kind, type TableSchema } from "@metronome/sdk";

/** Two columns of a table that are a place. */
export interface Place {
  table: string;
  x: string;
  y: string;
  /** The column with the seat whose row it is; "": there is none. */
  owner: string;
}

/** The first place of each table that has one: two FIXED columns that are called alike but for x and y. */
export function placesOf(tables: readonly TableSchema[]): Place[] {
  const places: Place[] = [];
  for (const { name, columns } of tables) {
    const fixed = new Set(columns.filter((c) => c.kind === Kind.FIXED && !c.private).map((c) => c.name));
    const x = [...fixed].find((c) => /(^|\.)x$/.test(c) && fixed.has(c.replace(/x$/, "y")));
    if (x === undefined) continue;
    const seats = columns.filter((c) => c.kind === Kind.SEAT && !c.private).map((c) => c.name);
    places.push({ table: name, x, y: x.replace(/x$/, "y"), owner: seats.find((c) => c === "seat" || c === "owner") ?? seats[0] ?? "" });
  }
  return places;
}

/** What has been seen of the plane: it only grows, so that the map stands still. */
export class Extent {
  private left = Infinity;
  private top = Infinity;
  private right = -Infinity;
  private bottom = -Infinity;

  see(x: number, y: number): void {
    this.left = Math.min(this.left, x);
    this.right = Math.max(this.right, x);
    this.top = Math.min(this.top, y);
    this.bottom = Math.max(this.bottom, y);
  }

  /** How to draw what was seen on so many pixels, with a border, and nothing distorted. */
  onto(width: number, height: number, border = 12): { scale: number; x: (at: number) => number; y: (at: number) => number } {
    const [wide, high] = [Math.max(this.right - this.left, 1), Math.max(this.bottom - this.top, 1)];
    const scale = Math.min((width - 2 * border) / wide, (height - 2 * border) / high);
    return {
      scale,
      x: (at) => width / 2 + (at - (this.left + this.right) / 2) * scale,
      y: (at) => height / 2 + (at - (this.top + this.bottom) / 2) * scale,
    };
  }

  get text(): string {
    if (this.right < this.left) return "No row with a place has been seen.";
    const range = (low: number, high: number) => `${low.toFixed(0)} to ${high.toFixed(0)}`;
    return `x ${range(this.left, this.right)}, y ${range(this.top, this.bottom)}. Amber: your own.`;
  }
}
