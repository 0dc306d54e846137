// The one menu: all that the page can do besides flying, with the keys that do
// the same, and the way out, which asks once more.

import { button, el, say, show } from "./dom.ts";

export interface Tool {
  name: string;
  text: string;
  /** The key's name as it is shown, "" for none. */
  key: string;
  /** Answers whether it is on now; undefined for what only happens. */
  act: () => boolean | void;
  on?: boolean;
  /** It opens nothing: the menu stays. */
  stays?: boolean;
  /** What is asked before it is done, and what is lost by it. */
  confirm?: () => string;
}

/** What flies the ship, for the list in the menu: keys and what they do. */
const flying = [
  ["WASD", "fly"], ["Mouse", "aim"], ["Left, Space", "blaster"], ["Right, E", "rail"], ["Shift", "dash"],
] as const;

export class Menu {
  readonly root = el("nav", "menu");
  private readonly opener = button("", "menu-open", () => (this.isOpen ? this.close() : this.open()));
  private readonly panel = el("div", "panel menu-panel");
  private readonly list = el("div", "menu-list");
  private readonly asking = el("div", "menu-asking");
  private readonly question = el("p");
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private confirmed: (() => void) | null = null;

  constructor(tools: readonly Tool[]) {
    this.root.setAttribute("aria-label", "Menu");
    this.panel.id = "menu";
    this.opener.setAttribute("aria-expanded", "false");
    this.opener.setAttribute("aria-controls", this.panel.id);
    const bars = el("span", "bars-icon");
    bars.setAttribute("aria-hidden", "true");
    this.opener.append(bars, el("span", "", "Menu"), el("kbd", "", "Esc"));
    this.list.append(...tools.map((t) => this.make(t)), keysOfTheShip());
    const row = el("div", "actions");
    row.append(button("Leave", "danger", () => this.confirmed?.()), button("Stay", "", () => this.close()));
    this.asking.append(this.question, row);
    this.panel.append(this.list, this.asking);
    show(this.panel, false);
    show(this.asking, false);
    this.root.append(this.opener, this.panel);
  }

  get isOpen(): boolean {
    return !this.panel.hidden;
  }

  /** Opens it; by key, the focus goes to its first button. */
  open(byKey = false): void {
    show(this.panel, true);
    this.opener.setAttribute("aria-expanded", "true");
    if (byKey) this.list.querySelector("button")?.focus();
  }

  /** Closes it; the keys are the ship's again. */
  close(): void {
    show(this.panel, false);
    show(this.list, true);
    show(this.asking, false);
    this.confirmed = null;
    this.opener.setAttribute("aria-expanded", "false");
    const at = document.activeElement;
    if (at instanceof HTMLElement && this.root.contains(at)) at.blur();
  }

  /** Says whether a tool is on. */
  set(name: string, on: boolean): void {
    this.buttons.get(name)?.setAttribute("aria-pressed", String(on));
  }

  private make(t: Tool): HTMLButtonElement {
    const b = button(t.text, "tool", () => {
      const question = t.confirm?.();
      if (question) return this.ask(question, t.act);
      if (!t.stays) this.close();
      const on = t.act();
      if (typeof on === "boolean") this.set(t.name, on);
    });
    b.dataset["tool"] = t.name;
    if (t.on !== undefined) b.setAttribute("aria-pressed", String(t.on));
    if (t.key) b.append(el("kbd", "", t.key));
    this.buttons.set(t.name, b);
    return b;
  }

  private ask(question: string, act: () => void): void {
    this.confirmed = act;
    say(this.question, question);
    show(this.list, false);
    show(this.asking, true);
    this.asking.querySelector("button")?.focus({ preventScroll: true });
  }
}

function keysOfTheShip(): HTMLElement {
  const list = el("dl", "menu-keys");
  list.setAttribute("aria-label", "Keys of the ship");
  for (const [key, what] of flying) {
    const name = el("dt");
    name.append(el("kbd", "", key));
    list.append(name, el("dd", "", what));
  }
  return list;
}
