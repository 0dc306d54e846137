// A sentence about how things stand that does not stop the game, with what can
// be done about it.

import { button, el, say, show } from "./dom.ts";
import type { Action } from "./notice.ts";

export class Note {
  readonly root = el("div", "note");
  private readonly text = el("span");
  private readonly actions = el("span", "actions");

  constructor() {
    this.root.setAttribute("role", "status");
    this.root.append(this.text, this.actions);
    show(this.root, false);
  }

  /** The same sentence again changes nothing. */
  say(sentence: string, actions: readonly Action[]): void {
    if (this.text.textContent !== sentence || this.root.hidden) {
      say(this.text, sentence);
      this.actions.replaceChildren(...actions.map((a) => button(a.text, "", a.act)));
    }
    show(this.root, true);
  }

  hide(): void {
    show(this.root, false);
  }
}
