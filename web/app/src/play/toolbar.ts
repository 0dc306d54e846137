// The buttons at the top left: everything that has a key has a button too.

import { button, make as el } from "../dom.ts";

export interface Tool {
  name: string;
  text: string;
  /** The key's name as it is shown, "" for none. */
  key: string;
  /** Answers whether it is on now; undefined for what only happens. */
  act: () => boolean | void;
  on?: boolean;
}

export class Toolbar {
  readonly root = el("nav", "toolbar");
  private readonly more = el("div", "tools");
  private readonly buttons = new Map<string, HTMLButtonElement>();

  constructor(tools: readonly Tool[]) {
    this.root.setAttribute("aria-label", "Tools");
    const menu = button("Menu", "menu", () => this.open(this.root.classList.toggle("open")));
    menu.setAttribute("aria-expanded", "false");
    this.buttons.set("menu", menu);
    this.root.append(menu, this.more);
    for (const t of tools) this.more.append(this.make(t));
  }

  /** Says whether a tool is on. */
  set(name: string, on: boolean): void {
    this.buttons.get(name)?.setAttribute("aria-pressed", String(on));
  }

  /** Takes the focus to the first button that is there: from it, Tab goes to the others. */
  focus(): void {
    for (const b of this.buttons.values()) {
      if (b.checkVisibility()) return b.focus();
    }
  }

  private open(on: boolean): void {
    this.buttons.get("menu")?.setAttribute("aria-expanded", String(on));
  }

  private make(t: Tool): HTMLButtonElement {
    const b = button(t.text, "tool", () => {
      const on = t.act();
      if (typeof on === "boolean") this.set(t.name, on);
    });
    b.dataset["tool"] = t.name;
    if (t.on !== undefined) b.setAttribute("aria-pressed", String(t.on));
    if (t.key) b.append(el("kbd", "", t.key));
    this.buttons.set(t.name, b);
    return b;
  }
}
