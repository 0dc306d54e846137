// The mouse: aim from the ship to the pointer; left fires the blaster, right
// the rail, the middle button or the side buttons dash.

import { Blaster, Dash, Rail, type Device } from "./controls.ts";

const byButton = [Blaster, Dash, Rail, Dash, Dash];

/** Reads the mouse over an element. ship says where the own ship is on the page, in CSS pixels. */
export function mouse(area: HTMLElement, ship: () => { x: number; y: number }): () => Device {
  let at: { x: number; y: number } | null = null;
  let held = 0;
  const isMouse = (e: PointerEvent) => e.pointerType !== "touch";
  area.addEventListener("pointermove", (e) => {
    if (isMouse(e)) at = { x: e.clientX, y: e.clientY };
  });
  // mousedown, because a second button is no pointerdown.
  area.addEventListener("mousedown", (e) => {
    held |= byButton[e.button] ?? 0;
    at ??= { x: e.clientX, y: e.clientY };
  });
  window.addEventListener("mouseup", (e) => (held &= ~(byButton[e.button] ?? 0)));
  window.addEventListener("blur", () => (held = 0));
  area.addEventListener("contextmenu", (e) => e.preventDefault());
  // A finger moves the aim to its own stick.
  area.addEventListener("pointerdown", (e) => {
    if (!isMouse(e)) at = null;
  });
  return () => {
    const from = ship();
    const aim = at ? Math.atan2(at.y - from.y, at.x - from.x) : null;
    return { moveX: 0, moveY: 0, aim, buttons: held };
  };
}
