// Two sticks that appear where the fingers come down: the left half of the
// page flies, the right half aims and fires. Two buttons for rail and dash.

import { Blaster, Dash, Rail, type Device } from "./controls.ts";
import { make as el } from "../dom.ts";

/** How far in CSS pixels a stick goes from its middle. */
const reach = 56;

/** From this part of its way on the aiming stick fires. */
const fires = 0.3;

class Stick {
  readonly ring = el("div", "stick");
  private readonly knob = el("div", "knob");
  id: number | null = null;
  x = 0;
  y = 0;
  private fromX = 0;
  private fromY = 0;

  constructor(parent: HTMLElement, side: string) {
    this.ring.classList.add(side);
    this.ring.append(this.knob);
    this.ring.setAttribute("aria-hidden", "true");
    parent.append(this.ring);
  }

  take(e: PointerEvent): void {
    this.id = e.pointerId;
    [this.fromX, this.fromY] = [e.clientX, e.clientY];
    this.ring.classList.add("held");
    this.ring.style.left = `${e.clientX}px`;
    this.ring.style.top = `${e.clientY}px`;
    this.move(e);
  }

  move(e: PointerEvent): void {
    const dx = e.clientX - this.fromX;
    const dy = e.clientY - this.fromY;
    const k = 1 / Math.max(reach, Math.hypot(dx, dy));
    this.x = dx * k;
    this.y = dy * k;
    this.knob.style.transform = `translate(${this.x * reach}px, ${this.y * reach}px)`;
  }

  free(): void {
    this.id = null;
    this.x = this.y = 0;
    this.ring.classList.remove("held");
    this.ring.removeAttribute("style");
    this.knob.removeAttribute("style");
  }
}

/** Reads touches on an element; the sticks are put into layer, which shows itself at the first touch. */
export function touch(area: HTMLElement, layer: HTMLElement): () => Device {
  const fly = new Stick(layer, "fly");
  const aim = new Stick(layer, "aim");
  let held = 0;
  const press = (name: string, label: string, bit: number) => {
    const b = el("div", `touch-button ${name}`, label);
    b.setAttribute("aria-hidden", "true");
    b.addEventListener("pointerdown", (e) => {
      held |= bit;
      e.stopPropagation();
      e.preventDefault();
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) b.addEventListener(end, () => (held &= ~bit));
    layer.append(b);
  };
  press("rail", "Rail", Rail);
  press("dash", "Dash", Dash);
  area.addEventListener("pointerdown", (e) => {
    if (e.pointerType !== "touch") return;
    layer.hidden = false;
    const stick = e.clientX < area.clientWidth / 2 ? fly : aim;
    if (stick.id === null) stick.take(e);
    e.preventDefault();
  });
  const each = (e: PointerEvent, act: (s: Stick) => void) => [fly, aim].forEach((s) => s.id === e.pointerId && act(s));
  window.addEventListener("pointermove", (e) => each(e, (s) => s.move(e)));
  for (const end of ["pointerup", "pointercancel"] as const) window.addEventListener(end, (e) => each(e, (s) => s.free()));
  return () => {
    const long = Math.hypot(aim.x, aim.y);
    return {
      moveX: fly.x,
      moveY: fly.y,
      aim: long > 0.15 ? Math.atan2(aim.y, aim.x) : null,
      buttons: held | (long > fires ? Blaster : 0),
    };
  };
}
