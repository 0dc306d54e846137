// The keyboard, by where keys are and not by what is printed on them.

import { Blaster, Dash, type Device, Rail, type Reader } from "./controls.ts";
import { Held } from "./held.ts";

const moves: Record<string, [number, number]> = {
  KeyW: [0, -1], ArrowUp: [0, -1],
  KeyS: [0, 1], ArrowDown: [0, 1],
  KeyA: [-1, 0], ArrowLeft: [-1, 0],
  KeyD: [1, 0], ArrowRight: [1, 0],
};

const buttons: Record<string, number> = { Space: Blaster, KeyE: Rail, ShiftLeft: Dash, ShiftRight: Dash };

/** Returns whether what is typed is text, and so never meant for the ship. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

/** Returns whether a press is meant for the button, slider or list that has the focus: all keys but those with a letter. */
export function isForControl(e: KeyboardEvent): boolean {
  return !e.code.startsWith("Key") && e.target instanceof Element && e.target.closest("input, button, a[href], [tabindex]") !== null;
}

/** Reads the keyboard of a page. Keys are forgotten when the page loses the focus. */
export function keyboard(page: Window): Reader {
  const held = new Held<string>();
  page.addEventListener("keydown", (e) => {
    if (isTyping(e.target) || isForControl(e) || e.ctrlKey || e.metaKey || e.altKey) return;
    if (!(e.code in moves) && !(e.code in buttons)) return;
    held.press(e.code);
    e.preventDefault();
  });
  page.addEventListener("keyup", (e) => held.release(e.code));
  page.addEventListener("blur", () => held.clear());
  return (now, least) => {
    const d: Device = { moveX: 0, moveY: 0, aim: null, buttons: 0 };
    for (const code of held.read(now, least)) {
      const [x, y] = moves[code] ?? [0, 0];
      d.moveX = Math.max(-1, Math.min(1, d.moveX + x));
      d.moveY = Math.max(-1, Math.min(1, d.moveY + y));
      d.buttons |= buttons[code] ?? 0;
    }
    return d;
  };
}
