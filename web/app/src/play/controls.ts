// What the player asks for, whichever device it comes from, and its form on
// the wire: the fields of sim/arena's Input.

import { ButtonBlaster, ButtonDash, ButtonRail } from "./types.ts";

/** What one device says now. */
export interface Device {
  /** The stick, each part -1 to 1. */
  moveX: number;
  moveY: number;
  /** Where the weapons point, radians; null: this device does not say. */
  aim: number | null;
  buttons: number;
}

export interface Give {
  dx: number;
  dy: number;
  /** 65536 to the circle. */
  aim: number;
  buttons: number;
}

/** Says what a device asks for at a time; a press counts for so long at least. Both in ms. */
export type Reader = (now: number, least: number) => Device;

export const Blaster = ButtonBlaster;
export const Rail = ButtonRail;
export const Dash = ButtonDash;

/** Puts the devices together: the longest stick, the last that aims, all buttons. */
export class Controls {
  /** Set while nothing should be asked for: typing, watching, a panel is open. */
  idle = false;
  /** Where the ship aims when no device says, radians. */
  aim = 0;
  private readonly devices: Reader[] = [];
  private readonly until = new Map<number, number>();
  private before = 0;

  add(device: Reader): void {
    this.devices.push(device);
  }

  /** Returns what to send; now in ms, tick length in ms: a press counts for one tick at least. */
  give(now: number, tickMs: number): Give {
    let x = 0;
    let y = 0;
    let aimed: number | null = null;
    let held = 0;
    const least = 1.2 * tickMs;
    for (const read of this.devices) {
      const d = read(now, least);
      if (Math.hypot(d.moveX, d.moveY) > Math.hypot(x, y)) [x, y] = [d.moveX, d.moveY];
      aimed = d.aim ?? aimed;
      held |= d.buttons;
    }
    if (this.idle) return { dx: 0, dy: 0, aim: wire(this.aim), buttons: 0 };
    if (aimed !== null) this.aim = aimed;
    else if (Math.hypot(x, y) > 0.2) this.aim = Math.atan2(y, x);
    return { ...stick(x, y), aim: wire(this.aim), buttons: this.stretch(held, now, least) };
  }

  /** Keeps a button that was just pressed down until a tick has seen it. */
  private stretch(held: number, now: number, least: number): number {
    let buttons = held;
    for (const bit of [Blaster, Rail, Dash]) {
      if (held & bit & ~this.before) this.until.set(bit, now + least);
      if (now < (this.until.get(bit) ?? 0)) buttons |= bit;
    }
    this.before = held;
    return buttons;
  }
}

/** Returns a stick as whole numbers, 127 for full, no longer than that. */
export function stick(x: number, y: number): { dx: number; dy: number } {
  const long = Math.hypot(x, y);
  const k = 127 / Math.max(1, long);
  return { dx: Math.round(x * k), dy: Math.round(y * k) };
}

/** Returns an angle in radians as the wire has it. */
export function wire(angle: number): number {
  return Math.round((angle / (2 * Math.PI)) * 65536) & 0xffff;
}
