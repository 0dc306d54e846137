// The question whether one plays the match that was found: a dialog with a
// count-down and who has said yes.
import type { EntryStatus } from "@metronome/sdk";
import { button, make, say, text } from "../../dom.ts";
import { Hulls } from "./hulls.ts";

export class Offer {
  readonly root = make("dialog", "offer cut");
  private readonly sentence = make("p");
  private readonly hulls = new Hulls();
  private readonly left = make("b", "figure left");
  private readonly bar = make("progress");
  private readonly members = make("ul", "members");
  private readonly trouble = make("p", "notice bad");
  private readonly acts = make("div", "offer-acts");
  private readonly yes: HTMLButtonElement;
  private readonly no: HTMLButtonElement;
  private until = 0; // by performance.now()
  private whole = 1;
  private beat: ReturnType<typeof setInterval> | undefined;

  constructor(answer: (yes: boolean) => void) {
    const title = make("h2", "", "Match found");
    this.root.setAttribute("aria-labelledby", (title.id = "offer-title"));
    this.sentence.setAttribute("role", "status");
    this.trouble.setAttribute("role", "alert");
    this.trouble.hidden = true;
    this.bar.ariaHidden = "true"; // the figure beside it says the same
    this.yes = button("Accept", "primary go", () => answer(true));
    this.no = button("Decline", "", () => answer(false));
    this.acts.append(this.yes, this.no);
    this.root.append(title, this.sentence, this.hulls.picture, make("div", "countdown", this.bar, this.left, make("span", "spoken", "seconds left")), this.members, this.trouble, this.acts);
    // To decline is more than to close something: it wants its button.
    this.root.addEventListener("cancel", (e) => e.preventDefault());
    this.root.addEventListener("keydown", (e) => e.key === "Escape" && e.preventDefault()); // a second one would close it past "cancel"
  }

  /** Shows how the offer is, or that there is none; now is performance.now(). */
  show(s: EntryStatus | null, now: number): void {
    if (s?.state !== "offered" || !s.match || s.match.untilMs < 0) return this.close();
    const { match } = s;
    const opens = !this.root.open;
    if (opens) {
      this.whole = Math.max(match.untilMs, 1);
      this.complain("");
      this.root.showModal();
      clearInterval(this.beat);
      this.beat = setInterval(() => this.tick(performance.now()), 200);
    }
    const players = match.seats - match.bots;
    const you = s.members.find((m) => m.you);
    const answered = you?.accepted === "yes";
    text(this.sentence, answered ? `You are in. ${match.accepted} of ${players} have accepted.` : `Accept to play. ${match.accepted} of ${players} have accepted.`);
    this.hulls.show(players, match.accepted + (answered ? 0 : 1), false);
    this.yes.disabled = answered;
    text(this.yes, answered ? "Accepted" : "Accept");
    this.fill(s.members.length > 1 ? s.members : []);
    this.until = now + match.untilMs;
    this.tick(now);
    document.title = "Match found · metronome";
    if (opens) this.yes.focus();
  }

  /** The answer was not taken. */
  complain(sentence: string): void {
    say(this.trouble, sentence);
  }

  private close(): void {
    clearInterval(this.beat);
    if (this.root.open) this.root.close();
  }

  private fill(members: EntryStatus["members"]): void {
    this.members.hidden = members.length === 0;
    this.members.replaceChildren(...members.map((m) => make("li", "", m.you ? `${m.name} (you)` : m.name, make("span", `tag ${m.accepted || "open"}`, said[m.accepted]))));
  }

  private tick(now: number): void {
    const ms = Math.max(0, this.until - now);
    text(this.left, String(Math.ceil(ms / 1000)));
    this.bar.max = this.whole;
    this.bar.value = Math.min(ms, this.whole);
  }
}

const said = { yes: "accepted", no: "declined", "": "not yet" } as const;
