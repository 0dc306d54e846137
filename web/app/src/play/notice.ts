// What stands between the player and the game, in a sentence, and what can be
// done about it.

import { button, make as el, show } from "../dom.ts";
import { goTo } from "./onward.ts";

export interface Action {
  text: string;
  act: () => void;
}

export const backToLobby: Action = { text: "Back to the lobby", act: () => void goTo("") };

/** Leads into a room of a mode by quick play. */
const playAgain = (mode: string): Action => ({ text: "Play again", act: () => void goTo(`play?mode=${encodeURIComponent(mode)}`) });

/** What follows a match: the queue that it came from, else quick play. */
export function onward(mode: string): Action {
  const queue = new URLSearchParams(location.search).get("queue");
  return queue === null ? playAgain(mode) : { text: "Queue again", act: () => void goTo(`?queue=${encodeURIComponent(queue)}`) };
}

export class Notice {
  readonly root = el("section", "screen");
  private readonly box = el("div", "panel");
  private said = "";

  constructor() {
    this.root.setAttribute("role", "alert");
    this.root.append(this.box);
    show(this.root, false);
  }

  /** Covers the game: it is over or has not begun. */
  say(title: string, sentence: string, actions: readonly Action[], detail = ""): void {
    const key = [title, sentence, detail, ...actions.map((a) => a.text)].join("\n");
    show(this.root, true);
    if (key === this.said) return;
    this.said = key;
    const row = el("div", "actions");
    actions.forEach((a, i) => row.append(button(a.text, i === 0 ? "primary" : "", a.act)));
    this.box.replaceChildren(el("h2", "", title), el("p", "", sentence), ...(detail ? [el("p", "detail", detail)] : []), row);
    row.querySelector("button")?.focus({ preventScroll: true });
  }

  hide(): void {
    // The keys are the ship's again.
    if (this.root.contains(document.activeElement)) (document.activeElement as HTMLElement).blur();
    show(this.root, false);
    this.said = "";
  }
}

/** A line over the game that goes on or comes back by itself. */
export class Banner {
  readonly root = el("div", "banner");
  private readonly text = el("span");
  private readonly time = el("span", "figure");
  private readonly actions = el("span", "actions");
  private until = 0;

  constructor() {
    this.root.setAttribute("role", "status");
    this.root.append(this.text, this.time, this.actions);
    show(this.root, false);
  }

  /** until: when it is tried again, ms on performance.now()'s clock; 0: not known. */
  say(sentence: string, until: number, actions: readonly Action[]): void {
    if (this.text.textContent !== sentence || this.root.hidden) {
      this.text.textContent = sentence;
      this.actions.replaceChildren(...actions.map((a) => button(a.text, "", a.act)));
    }
    this.until = until;
    show(this.root, true);
  }

  tick(now: number): void {
    if (this.root.hidden) return;
    const left = Math.ceil((this.until - now) / 1000);
    this.time.textContent = this.until > 0 && left > 0 ? `Next try in ${left} s.` : "";
  }

  hide(): void {
    show(this.root, false);
  }
}
