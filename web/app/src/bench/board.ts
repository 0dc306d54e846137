// What the page says beside the picture: three large figures that are counted
// while one looks, how many ships, and all figures of a measured run.

import { button, el, say } from "../play/dom.ts";
import { type Crowd, crowds } from "./crowds.ts";
import { lines, type Result } from "./figures.ts";

/** What is counted now. */
export interface Now {
  ships: number;
  /** Of a snapshot, mean. */
  bytes: number;
  /** Decoding one, mean, ms. */
  decodeMs: number;
  fps: number;
  /** The same ships and shots as JSON text, bytes. */
  json: number;
}

const figures: [name: string, value: (n: Now) => string][] = [
  ["bytes a snapshot", (n) => Math.round(n.bytes).toLocaleString("en")],
  ["ms to decode it", (n) => n.decodeMs.toFixed(2)],
  ["frames a second", (n) => n.fps.toFixed(0)],
];

export class Board {
  readonly root = el("section", "panel report");
  private readonly title = el("h1", "", "Ships in one tab");
  private readonly values = figures.map(() => el("strong", "figure", "–"));
  private readonly told = el("p", "told");
  private readonly json = el("p");
  private readonly text = el("p");
  private readonly list = el("dl", "figure");
  private readonly slider: HTMLInputElement | null;
  private readonly count = el("output", "figure");

  /** choose is called with a crowd that is asked for; null: a live room is measured, whose ships nobody chooses. */
  constructor(choose: ((c: Crowd) => void) | null, again: () => void) {
    const row = el("ul", "large-figures");
    figures.forEach(([name], i) => {
      const item = el("li");
      item.append(this.values[i]!, el("span", "", name));
      row.append(item);
    });
    this.slider = choose && ships(choose, this.count);
    const label = el("label", "ships");
    if (this.slider) label.append(el("span", "", "Ships"), this.slider, this.count);
    const more = el("details");
    more.append(el("summary", "", "All figures"), this.text, this.list, button("Measure again", "", again));
    const links = el("p", "links");
    const [play, lobby] = [el("a", "button primary", "Play"), el("a", "button", "Lobby")];
    play.href = "./play";
    lobby.href = "./";
    links.append(play, lobby);
    this.root.append(this.title, row, ...(this.slider ? [label] : []), this.told, this.json, links, more);
  }

  /** Another recording plays, of so many bytes. */
  plays(c: Crowd, bytes: number): void {
    if (this.slider) this.slider.value = String(crowds.indexOf(c));
    this.count.textContent = c.ships.toLocaleString("en");
    this.slider?.setAttribute("aria-valuetext", `${c.ships} ships`);
    this.told.textContent =
      `Ten seconds as the server sent them (${Math.round(bytes / 1000)} KB), 30 snapshots a second, each with all that changed. ` +
      "They go through the decoder and the painter that the game uses.";
  }

  /** A live room is measured. */
  live(room: string): void {
    this.told.textContent = `The room ${room}, live.`;
  }

  fails(why: string): void {
    this.told.textContent = why;
  }

  set(n: Now): void {
    say(this.title, `${n.ships.toLocaleString("en")} ships in one tab`);
    figures.forEach(([, value], i) => say(this.values[i]!, value(n)));
    say(this.json, `The same ships as JSON text: ${n.json.toLocaleString("en")} bytes.`);
  }

  measures(seconds: number): void {
    this.list.replaceChildren();
    this.text.textContent = `Measuring for ${seconds} seconds. Keep this tab in front.`;
  }

  measured(r: Result): void {
    this.text.textContent = `${r.frames} frames and ${r.snapshots} snapshots in ${r.seconds.toFixed(1)} s.`;
    for (const [name, value] of lines(r)) {
      const row = el("div");
      row.append(el("dt", "", name), el("dd", "", value));
      this.list.append(row);
    }
  }
}

/** The slider has a stop for each recording. */
function ships(choose: (c: Crowd) => void, count: HTMLElement): HTMLInputElement {
  const input = el("input");
  Object.assign(input, { type: "range", min: "0", max: String(crowds.length - 1), step: "1", value: "0" });
  const at = () => crowds[Number(input.value)]!;
  input.addEventListener("input", () => (count.textContent = at().ships.toLocaleString("en")));
  input.addEventListener("change", () => choose(at()));
  return input;
}
