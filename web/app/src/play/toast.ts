// A line that comes and goes by itself: something was not done, and why.

import { make as el, show } from "../dom.ts";

/** How long a line stays, ms. */
const stay = 4_000;

export class Toast {
  readonly root = el("p", "toast");
  private timer = 0;

  constructor() {
    this.root.setAttribute("role", "status");
    show(this.root, false);
  }

  say(text: string): void {
    this.root.textContent = text;
    show(this.root, true);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => show(this.root, false), stay);
  }
}
