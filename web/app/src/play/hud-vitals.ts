// Bottom of the page: shield and health, the rail's ammo, and when rail and
// dash are ready.

import { make as el, show, text as say } from "../dom.ts";
import type { Rules } from "./rules.ts";

export interface Vitals {
  health: number;
  shield: number;
  ammo: number;
  /** Ticks until they are ready; 0 or less: now. */
  rail: number;
  dash: number;
}

class Bar {
  readonly root = el("div", "bar");
  private readonly fill = el("div", "fill");
  private readonly value = el("span", "figure");

  constructor(
    name: string,
    private readonly label: string,
  ) {
    this.root.classList.add(name);
    const track = el("div", "track");
    track.append(this.fill);
    this.root.append(el("span", "bar-name", label), track, this.value);
    this.root.setAttribute("role", "img");
  }

  set(value: number, most: number): void {
    const text = String(value);
    if (this.value.textContent === text) return;
    say(this.value, text);
    this.fill.style.transform = `scaleX(${Math.min(1, value / most)})`;
    this.root.classList.toggle("low", value <= 0.35 * most);
    this.root.setAttribute("aria-label", `${this.label}: ${value}`);
  }
}

/** A weapon: its name, pips or nothing, and a line that fills up until it is ready. */
class Ready {
  readonly root = el("div", "ready");
  private readonly fill = el("div", "fill");
  private readonly count = el("span", "figure");

  constructor(name: string, key: string) {
    const track = el("div", "track");
    track.append(this.fill);
    const head = el("div", "ready-head");
    head.append(el("span", "", name), this.count, el("kbd", "", key));
    this.root.append(head, track);
  }

  set(left: number, reload: number, count: string, usable: boolean): void {
    const part = usable ? Math.min(1, Math.max(0, 1 - left / reload)) : 0;
    this.fill.style.transform = `scaleX(${part.toFixed(3)})`;
    this.root.classList.toggle("now", part >= 1);
    say(this.count, count);
  }
}

export class VitalsHud {
  readonly root = el("div", "vitals");
  private readonly shield = new Bar("shield", "Shield");
  private readonly health = new Bar("health", "Hull");
  private readonly rail = new Ready("Rail", "E");
  private readonly dash = new Ready("Dash", "Shift");

  constructor(private readonly rules: Rules) {
    const bars = el("div", "bars");
    bars.append(this.shield.root, this.health.root);
    const weapons = el("div", "weapons");
    weapons.append(this.rail.root, this.dash.root);
    this.root.append(bars, weapons);
  }

  /** Null while there is no ship. */
  set(v: Vitals | null): void {
    show(this.root, v !== null);
    if (!v) return;
    this.shield.set(v.shield, this.rules.shield);
    this.health.set(v.health, this.rules.health);
    this.rail.set(v.rail, this.rules.railReload, `${v.ammo}`, v.ammo > 0);
    this.dash.set(v.dash, this.rules.dashReload, "", true);
  }
}
