// What is said while there is no own ship: who did it and how, and when it goes
// on, or whom one is watching.

import { button, el, say, show } from "./dom.ts";
import { Ring } from "./ring.ts";
import { Weapon } from "./types.ts";

/** How the own ship was lost. */
export interface Fate {
  /** Who did it; "": nobody has yet. */
  by: string;
  weapon: number;
  /** How far away they were, units, and what hull they have left; -1: not seen. */
  far: number;
  left: number;
}

/** Returns how it was done, in a line. */
export function fateLine(f: Fate): string {
  const parts = [f.weapon === Weapon.Rail ? "with the rail" : "with the blaster"];
  if (f.far >= 0) parts.push(`from ${Math.round(f.far)} units`);
  if (f.left > 0) parts.push(`${f.left} hull left`);
  return parts.join(", ");
}

export class Respawn {
  readonly root = el("div", "respawn");
  private readonly title = el("strong");
  private readonly line = el("span", "how");
  private readonly time = el("p", "back");
  private readonly ring = new Ring();
  private readonly tools = el("div", "actions");

  constructor(next: (way: 1 | -1) => void, back: () => void) {
    this.root.setAttribute("role", "status");
    this.tools.append(button("Previous", "", () => next(-1)), button("Next", "", () => next(1)), button("Fly again", "primary", back));
    this.ring.root.setAttribute("aria-hidden", "true");
    this.time.append("Back in ", this.ring.root);
    this.root.append(this.title, this.line, this.time, this.tools);
    show(this.root, false);
  }

  /** left: seconds until the ship is back; 0 or less: not known. */
  dead(fate: Fate, left: number): void {
    show(this.root, true);
    show(this.tools, false);
    show(this.time, left > 0);
    say(this.title, fate.by ? `Destroyed by ${fate.by}` : "No ship yet");
    say(this.line, fate.by ? fateLine(fate) : "It comes in a moment");
    this.ring.set(left);
  }

  watching(name: string): void {
    show(this.root, true);
    show(this.tools, true);
    show(this.time, false);
    say(this.title, name ? `Watching ${name}` : "Looking around");
    say(this.line, "Your ship waits. Drag to look elsewhere.");
  }

  hide(): void {
    if (!this.root.hidden) this.ring.begin();
    show(this.root, false);
  }
}
