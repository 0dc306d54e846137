// Who destroyed whom and with what, one line each, the newest below.

import { el } from "./dom.ts";
import { colourOf, css } from "./palette.ts";
import { weaponSign } from "./signs.ts";

/** How many lines, and how long each stays, in ms. */
const lines = 4;
const stay = 6000;

export interface Who {
  seat: number;
  team: number;
  name: string;
  own: boolean;
}

export class Feed {
  readonly root = el("ul", "feed");
  private readonly until: number[] = [];

  constructor() {
    this.root.setAttribute("aria-label", "Kills");
  }

  kill(by: Who, weapon: number, victim: Who, now: number): void {
    const line = el("li");
    line.append(name(by), weaponSign(weapon), name(victim));
    if (by.own || victim.own) line.classList.add("own");
    this.add(line, now);
  }

  /** Takes away what has been there long enough. */
  tidy(now: number): void {
    while (this.until[0] !== undefined && (this.until[0] < now || this.until.length > lines)) {
      this.until.shift();
      this.root.firstChild?.remove();
    }
  }

  private add(line: HTMLElement, now: number): void {
    this.root.append(line);
    this.until.push(now + stay);
    this.tidy(now);
  }
}

function name(w: Who): HTMLElement {
  const e = el("b", "", w.own ? "you" : w.name);
  e.style.color = css(colourOf(w.seat, w.team, w.own));
  return e;
}
