// What is said while there is no own ship: who did it and when it goes on, or
// whom one is watching.

import { button, make as el, show, text as say } from "../dom.ts";
import { Weapon } from "./types.ts";

export class Respawn {
  readonly root = el("div", "respawn");
  private readonly title = el("strong");
  private readonly time = el("span", "figure");
  private readonly tools = el("div", "actions");

  constructor(next: (way: 1 | -1) => void, back: () => void) {
    this.root.setAttribute("role", "status");
    this.tools.append(button("Previous", "", () => next(-1)), button("Next", "", () => next(1)), button("Fly again", "primary", back));
    this.root.append(this.title, this.time, this.tools);
    show(this.root, false);
  }

  /** left: seconds until the ship is back. */
  dead(by: string, weapon: number, left: number): void {
    show(this.root, true);
    show(this.tools, false);
    say(this.title, by ? `Destroyed by ${by}${weapon === Weapon.Rail ? "'s rail" : ""}` : "No ship yet");
    say(this.time, left > 0 ? `Back in ${left.toFixed(1)} s` : "Back in a moment");
  }

  watching(name: string): void {
    show(this.root, true);
    show(this.tools, true);
    say(this.title, name ? `Watching ${name}` : "Looking around");
    say(this.time, "Your ship waits. Drag to look elsewhere.");
  }

  hide(): void {
    show(this.root, false);
  }
}
