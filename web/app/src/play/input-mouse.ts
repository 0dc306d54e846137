// The mouse: aim from the ship to the pointer; left fires the blaster, right
// the rail, the middle button or the side buttons dash.

import { Blaster, Dash, Rail, type Reader } from "./controls.ts";
import { Held } from "./held.ts";

const byButton = [Blaster, Dash, Rail, Dash, Dash];

/** Reads the mouse over an element. ship says where the own ship is on the page, in CSS pixels. */
export function mouse(area: HTMLElement, ship: () => { x: number; y: number }): Reader {
  let at: { x: number; y: number } | null = null;
  const held = new Held<number>();
  const isMouse = (e: PointerEvent) => e.pointerType !== "touch";
  area.addEventListener("pointermove", (e) => {
    if (isMouse(e)) at = { x: e.clientX, y: e.clientY };
  });
  // mousedown, because a second button is no pointerdown.
  area.addEventListener("mousedown", (e) => {
    held.press(byButton[e.button] ?? 0);
    at ??= { x: e.clientX, y: e.clientY };
  });
  window.addEventListener("mouseup", (e) => held.release(byButton[e.button] ?? 0));
  window.addEventListener("blur", () => held.clear());
  area.addEventListener("contextmenu", (e) => e.preventDefault());
  // A finger moves the aim to its own stick.
  area.addEventListener("pointerdown", (e) => {
    if (!isMouse(e)) at = null;
  });
  return (now, least) => {
    const from = ship();
    const aim = at ? Math.atan2(at.y - from.y, at.x - from.x) : null;
    return { moveX: 0, moveY: 0, aim, buttons: Held.bits(held, now, least) };
  };
}
