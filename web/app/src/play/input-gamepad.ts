// A gamepad of the standard layout: left stick flies, right stick aims;
// triggers and shoulders fire, A or B dashes.

import { Blaster, Dash, Rail, type Device, type Reader } from "./controls.ts";

/** Sticks that rest do not rest at 0. */
const dead = 0.18;

const nothing: Device = { moveX: 0, moveY: 0, aim: null, buttons: 0 };

/** Reads the first gamepad that the page has been shown. */
export function gamepad(): Reader {
  return () => {
    const pads = typeof navigator.getGamepads === "function" ? navigator.getGamepads() : [];
    const pad = pads.find((p) => p?.connected);
    return pad ? read(pad) : nothing;
  };
}

export function read(pad: Pick<Gamepad, "axes" | "buttons">): Device {
  const [lx = 0, ly = 0, rx = 0, ry = 0] = pad.axes;
  const on = (...at: number[]) => at.some((i) => (pad.buttons[i]?.value ?? 0) > 0.3);
  const move = beyondDead(lx, ly);
  const aim = beyondDead(rx, ry);
  return {
    moveX: move.x,
    moveY: move.y,
    aim: aim.x === 0 && aim.y === 0 ? null : Math.atan2(aim.y, aim.x),
    buttons: (on(7, 5) ? Blaster : 0) | (on(6, 4) ? Rail : 0) | (on(0, 1) ? Dash : 0),
  };
}

/** Takes the dead middle out, so that a stick begins at 0 beyond it. */
function beyondDead(x: number, y: number): { x: number; y: number } {
  const long = Math.hypot(x, y);
  if (long < dead) return { x: 0, y: 0 };
  const k = Math.min(1, (long - dead) / (1 - dead)) / long;
  return { x: x * k, y: y * k };
}
