// A search as one sees it: for how long, what it takes by now, how many wait, and
// what blocks.
import type { EntryStatus, Queue } from "@metronome/sdk";
import { button, make, say, text } from "../../dom.ts";
import { Hulls } from "./hulls.ts";
import { clock, headings, reasonWords, searchWords } from "./words.ts";

export class Search {
  readonly root: HTMLElement;
  private readonly title = make("h3");
  private readonly hulls = new Hulls();
  private readonly time = make("p", "waited figure");
  private readonly lines = make("dl", "asks");
  private readonly reason = make("p", "reason");
  private readonly trouble = make("p", "notice bad");
  private readonly cancel: HTMLButtonElement;
  private status: EntryStatus | null = null;
  private since = 0; // by performance.now()
  private seats = 2;
  private beat: ReturnType<typeof setInterval> | undefined;
  private name = "";

  constructor(cancel: () => void) {
    this.cancel = button("Leave the queue", "", cancel);
    this.title.tabIndex = -1;
    this.reason.setAttribute("role", "status");
    this.trouble.setAttribute("role", "status");
    this.trouble.hidden = true;
    this.root = make("div", "search panel cut", this.title, this.hulls.picture, this.time, this.reason, this.lines, this.trouble, this.cancel);
    this.root.hidden = true;
  }

  /** Begins a search; now is performance.now(). */
  begin(queue: Pick<Queue, "title" | "teams">, now: number): void {
    this.name = queue.title;
    this.seats = queue.teams.reduce((n, t) => n + t.most, 0) || 2;
    this.status = null;
    this.since = now;
    this.cancel.disabled = false;
    this.root.hidden = false;
    text(this.title, `Queueing for ${queue.title}`);
    text(this.reason, "Asking the server for a place.");
    this.lines.replaceChildren();
    say(this.trouble, "");
    this.hulls.show(this.seats, 1, true);
    this.tick(now);
    clearInterval(this.beat);
    this.beat = setInterval(() => this.tick(performance.now()), 1000);
    this.title.focus({ preventScroll: true });
    this.root.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  end(): void {
    clearInterval(this.beat);
    this.root.hidden = true;
  }

  show(s: EntryStatus, now: number): void {
    this.status = s;
    this.since = now - s.waitedMs;
    text(this.title, s.state === "waiting" ? `${headings.waiting}: ${this.name}` : (headings[s.state] ?? this.name));
    text(this.reason, reasonWords(s));
    say(this.trouble, "");
    this.cancel.disabled = s.state === "open";
    const own = s.members.length || 1;
    const sure = s.state === "waiting" ? own : s.state === "offered" ? Math.max(own, s.match?.accepted ?? 0) : Infinity;
    this.hulls.show(s.match ? s.match.seats : this.seats, sure, s.state === "waiting" || s.state === "opening");
    this.fill(s.state === "waiting" ? searchWords(s) : []);
    this.tick(now);
  }

  /** The watch was dropped, and is opened again. */
  dropped(sentence: string): void {
    say(this.trouble, sentence);
  }

  private fill(lines: { what: string; value: string }[]): void {
    if (this.lines.childElementCount !== lines.length) {
      this.lines.replaceChildren(...lines.map(({ what }) => make("div", "", make("dt", "", what), make("dd"))));
    }
    lines.forEach(({ value }, i) => text(this.lines.children[i]!.lastElementChild!, value));
  }

  private tick(now: number): void {
    const waited = clock(now - this.since);
    text(this.time, waited);
    if (!this.status || this.status.state === "waiting") document.title = `${waited} in the queue · metronome`;
  }
}
