// Where the picture is taken from. Units are world units, angles radians.

export interface Camera {
  /** The middle of the picture. */
  x: number;
  y: number;
  /** CSS pixels per unit. */
  zoom: number;
  /** Size of the page in CSS pixels. */
  width: number;
  height: number;
}

/** How much of the world a page shows whatever its size: 1300 x 800 units. */
const area = 1300 * 800;

/** No side of the picture is longer: beyond it there is nothing known in the open world. */
const longest = 1900;

/** Returns the zoom for a page of a size. */
export function zoomFor(width: number, height: number): number {
  return Math.max(Math.sqrt((width * height) / area), width / longest, height / longest);
}

/** How far in units the picture goes ahead of the ship towards the aim. */
const ahead = 90;

/** Follows a point, with a slight look ahead towards where its ship aims. */
export class Follow {
  readonly camera: Camera = { x: 0, y: 0, zoom: 1, width: 1, height: 1 };
  /** Nothing shakes. */
  calm = false;
  private leadX = 0;
  private leadY = 0;
  private shakeLeft = 0;
  private placed = false;

  resize(width: number, height: number): void {
    this.camera.width = width;
    this.camera.height = height;
    this.camera.zoom = zoomFor(width, height);
  }

  /** Brings the middle to a point at once when it is far, else softly; dt is in seconds. */
  follow(x: number, y: number, aimX: number, aimY: number, dt: number): void {
    const soft = 1 - Math.exp(-dt * 6);
    this.leadX += (aimX * ahead - this.leadX) * soft;
    this.leadY += (aimY * ahead - this.leadY) * soft;
    this.put(x + this.leadX, y + this.leadY, dt);
  }

  /** Brings the middle to a point, without a lead. */
  put(x: number, y: number, dt: number): void {
    const c = this.camera;
    const tight = 1 - Math.exp(-dt * 18);
    const far = Math.hypot(x - c.x, y - c.y) > 700;
    const part = far || !this.placed ? 1 : tight;
    this.placed = true;
    c.x += (x - c.x) * part;
    c.y += (y - c.y) * part;
    if (this.shakeLeft > 0.3) {
      c.x += (Math.random() - 0.5) * this.shakeLeft;
      c.y += (Math.random() - 0.5) * this.shakeLeft;
    }
    this.shakeLeft *= Math.exp(-dt * 9);
  }

  /** Shakes the picture by so many units, fading; not for who asked for less motion. */
  shake(units: number): void {
    if (this.calm) return;
    this.shakeLeft = Math.min(14, Math.max(this.shakeLeft, units));
  }
}

/** Returns whether something of a radius around a point may be in the picture. */
export function sees(c: Camera, x: number, y: number, radius: number): boolean {
  return Math.abs(x - c.x) * c.zoom < c.width / 2 + radius * c.zoom && Math.abs(y - c.y) * c.zoom < c.height / 2 + radius * c.zoom;
}
