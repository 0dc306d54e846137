// The keyboard, by where keys are and not by what is printed on them.

import { Blaster, Dash, Rail, type Device } from "./controls.ts";

const moves: Record<string, [number, number]> = {
  KeyW: [0, -1], ArrowUp: [0, -1],
  KeyS: [0, 1], ArrowDown: [0, 1],
  KeyA: [-1, 0], ArrowLeft: [-1, 0],
  KeyD: [1, 0], ArrowRight: [1, 0],
};

const buttons: Record<string, number> = { Space: Blaster, KeyE: Rail, ShiftLeft: Dash, ShiftRight: Dash };

/** Returns whether a key press is meant for a field or a button and not for the ship. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, button, a[href], [contenteditable]") !== null;
}

/** Reads the keyboard of a page. Keys are forgotten when the page loses the focus. */
export function keyboard(page: Window): () => Device {
  const down = new Set<string>();
  page.addEventListener("keydown", (e) => {
    if (isTyping(e.target) || e.ctrlKey || e.metaKey || e.altKey) return;
    if (!(e.code in moves) && !(e.code in buttons)) return;
    down.add(e.code);
    e.preventDefault();
  });
  page.addEventListener("keyup", (e) => down.delete(e.code));
  page.addEventListener("blur", () => down.clear());
  return () => {
    const d: Device = { moveX: 0, moveY: 0, aim: null, buttons: 0 };
    for (const code of down) {
      const [x, y] = moves[code] ?? [0, 0];
      d.moveX = Math.max(-1, Math.min(1, d.moveX + x));
      d.moveY = Math.max(-1, Math.min(1, d.moveY + y));
      d.buttons |= buttons[code] ?? 0;
    }
    return d;
  };
}
