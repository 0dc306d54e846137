// Who destroyed whom, the newest below; and lines from the server.

import { make as el } from "../dom.ts";
import { colourOf, css } from "./palette.ts";
import { Weapon } from "./types.ts";

/** How many lines, and how long each stays, in ms. */
const lines = 5;
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
    const gun = el("span", "gun", weapon === Weapon.Rail ? "rail" : "blaster");
    line.append(name(by), gun, name(victim));
    if (by.own || victim.own) line.classList.add("own");
    this.add(line, now);
  }

  say(text: string, now: number): void {
    this.add(el("li", "said", text), now);
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
