// Two sticks that go to where the fingers come down: the left half of the page
// flies, the right half aims and fires. Two buttons for rail and dash.

import { Blaster, Dash, Rail, type Reader } from "./controls.ts";
import { el } from "./dom.ts";
import { Held } from "./held.ts";

/** How far in CSS pixels a stick goes from its middle. */
const reach = 56;

/** From this part of its way on the aiming stick fires. */
const fires = 0.3;

/** How long the aim stays after the finger has left its stick, ms: long enough for the same thumb to tap the rail. */
const stays = 2500;

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

/** Reads touches on an element; the sticks are put into layer, which is there where fingers are what points, else from the first touch on. */
export function touch(area: HTMLElement, layer: HTMLElement): Reader {
  layer.hidden = !matchMedia("(pointer: coarse)").matches;
  const fly = new Stick(layer, "fly");
  const aim = new Stick(layer, "aim");
  const held = new Held<number>();
  let last: { angle: number; until: number } | null = null;
  const press = (name: string, label: string, bit: number) => {
    const b = el("div", `touch-button ${name}`, label);
    b.setAttribute("aria-hidden", "true");
    b.addEventListener("pointerdown", (e) => {
      held.press(bit);
      b.classList.add("held");
      e.stopPropagation();
      e.preventDefault();
    });
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      b.addEventListener(end, () => {
        held.release(bit);
        b.classList.remove("held");
      });
    }
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
  return (now, least) => {
    const long = Math.hypot(aim.x, aim.y);
    const pressed = Held.bits(held, now, least);
    if (long > 0.15) last = { angle: Math.atan2(aim.y, aim.x), until: now + stays };
    else if (last && pressed !== 0) last.until = Math.max(last.until, now + least);
    return {
      moveX: fly.x,
      moveY: fly.y,
      aim: last && now < last.until ? last.angle : null,
      buttons: pressed | (long > fires ? Blaster : 0),
    };
  };
}
