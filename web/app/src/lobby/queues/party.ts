// A party: its code to send, who is in it, and who is ready.
import type { PartyMember, PartyState } from "@metronome/sdk";
import { button, make, say, text } from "../../dom.ts";

export interface PartyActs {
  create(): void;
  /** code: as typed. */
  join(code: string): void;
  ready(yes: boolean): void;
  remove(member: PartyMember): void;
  leave(): void;
}

export class PartyPanel {
  readonly root: HTMLElement;
  private readonly without: HTMLElement;
  private readonly within: HTMLElement;
  private readonly trouble = make("p", "notice bad");
  private readonly field = make("input");
  private readonly code = make("input", "figure");
  private readonly link = make("input", "figure");
  private readonly copied = make("p");
  private readonly members = make("ul", "members");
  private readonly hint = make("p", "hint-line");
  private readonly ready: HTMLButtonElement;
  private state: PartyState | null = null;

  /** linkTo: the address that leads into a party. */
  constructor(
    private readonly linkTo: (code: string) => string,
    private readonly acts: PartyActs,
  ) {
    this.trouble.setAttribute("role", "alert");
    this.copied.setAttribute("role", "status");
    this.hint.setAttribute("role", "status");
    this.trouble.hidden = this.copied.hidden = true;
    Object.assign(this.field, { autocomplete: "off", autocapitalize: "characters", spellcheck: false, placeholder: "ABC234", maxLength: 200 });
    const form = make("form", "copy", this.field, make("button", "", "Join the party"));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      acts.join(this.field.value);
    });
    const label = make("label", "small-label", "Party code or link");
    label.htmlFor = this.field.id = "party-field";
    this.without = make("div", "party-in", make("p", "", "Queue together: make a party and send its code, or join with the code that you were sent."), button("Make a party", "", acts.create), make("div", "field", label, form));
    this.ready = button("Ready", "", () => acts.ready(this.ready.getAttribute("aria-pressed") !== "true"));
    this.within = make(
      "div", "party-in",
      make("div", "party-keys", copyField("party-code", "Code", this.code, this.copied), copyField("party-link", "Link", this.link, this.copied)), this.copied,
      this.members, this.hint, make("div", "offer-acts", this.ready, button("Leave the party", "", acts.leave)),
    );
    this.root = make("section", "party panel cut", make("h3", "", "With friends"), this.trouble, this.without, this.within);
    this.root.setAttribute("aria-label", "Party");
    this.show(null, "");
  }

  /** Shows a party, or how to come to one; hint: what it waits for. */
  show(state: PartyState | null, hint: string): void {
    const changed = (state?.code ?? "") !== (this.state?.code ?? "");
    this.state = state;
    this.without.hidden = state !== null;
    this.within.hidden = state === null;
    if (!state) return;
    this.code.value = state.code;
    this.link.value = this.linkTo(state.code);
    if (changed) say(this.copied, "");
    const you = state.members.find((m) => m.you);
    this.ready.setAttribute("aria-pressed", String(you?.ready ?? false));
    text(this.ready, you?.ready ? "Ready ✓" : "I am ready");
    say(this.hint, hint);
    this.fill(state, you?.leader ?? false);
  }

  /** Says what went wrong. */
  complain(sentence: string): void {
    say(this.trouble, sentence);
  }

  /** Puts a code there to be joined. */
  offer(code: string): void {
    this.field.value = code;
    this.root.scrollIntoView({ block: "center" });
    this.within.hidden && this.field.form?.querySelector("button")?.focus({ preventScroll: true });
  }

  private fill(state: PartyState, leads: boolean): void {
    const focused = document.activeElement?.closest("[data-member]")?.getAttribute("data-member");
    this.members.replaceChildren(...state.members.map((m) => {
      const marks = [m.leader ? make("span", "tag", "leader") : "", m.here ? make("span", `tag ${m.ready ? "yes" : "open"}`, m.ready ? "ready" : "not ready") : make("span", "tag no", "away")];
      const out = leads && !m.you ? button("Remove", "small", () => this.acts.remove(m)) : "";
      if (out) out.ariaLabel = `Remove ${m.name} from the party`;
      const item = make("li", "", make("b", "", m.you ? `${m.name} (you)` : m.name), ...marks.filter((x) => x !== ""), out);
      item.dataset["member"] = String(m.number);
      return item;
    }));
    if (focused) this.members.querySelector<HTMLElement>(`[data-member="${focused}"] button`)?.focus();
  }
}

/** A text to be copied. Browsers give the clipboard only to pages from https or this machine; elsewhere it is marked for the keyboard. */
function copyField(id: string, title: string, input: HTMLInputElement, said: HTMLElement): HTMLElement {
  input.readOnly = true;
  input.id = id;
  const copy = button(`Copy ${title.toLowerCase()}`, "", () => {
    input.select();
    const written = navigator.clipboard ? navigator.clipboard.writeText(input.value) : Promise.reject(new Error("no clipboard"));
    written.then(() => say(said, `The ${title.toLowerCase()} is copied.`), () => say(said, "Your browser does not let this page copy. The text is marked: press Ctrl+C."));
  });
  const label = make("label", "", title);
  label.htmlFor = id;
  return make("div", "field", label, make("span", "copy", input, copy));
}
