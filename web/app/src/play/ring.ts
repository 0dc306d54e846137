// A ring that runs empty with the seconds left in it.

import { el, say } from "./dom.ts";

const space = "http://www.w3.org/2000/svg";
const radius = 20;
const around = 2 * Math.PI * radius;

export class Ring {
  readonly root = el("span", "ring");
  private readonly bar = document.createElementNS(space, "circle");
  private readonly value = el("span", "figure");
  private total = 1;

  constructor() {
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 48 48");
    svg.setAttribute("aria-hidden", "true");
    const back = document.createElementNS(space, "circle");
    for (const c of [back, this.bar]) {
      c.setAttribute("cx", "24");
      c.setAttribute("cy", "24");
      c.setAttribute("r", String(radius));
      svg.append(c);
    }
    this.bar.setAttribute("stroke-dasharray", String(around));
    this.bar.classList.add("left");
    this.root.append(svg, this.value);
  }

  /** left: seconds. It is full at the most that was left since begin. */
  set(left: number): void {
    this.total = Math.max(this.total, left);
    this.bar.setAttribute("stroke-dashoffset", String(around * (1 - Math.max(0, left) / this.total)));
    say(this.value, String(Math.max(0, Math.ceil(left))));
  }

  /** Another time begins. */
  begin(): void {
    this.total = 1;
  }
}
