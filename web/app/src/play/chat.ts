// Chat: Enter opens the line, Enter sends it, Escape leaves it. Everything
// that others write is text and nothing else.

import { make as el, show } from "../dom.ts";
import { colourOf, css } from "./palette.ts";

/** Lines kept, how long one stays while the line is closed (ms), and the longest line, bytes of UTF-8. */
const kept = 40;
const stay = 10_000;
const longest = 240;

export class Chat {
  readonly root = el("section", "chat");
  private readonly log = el("ol", "chat-log");
  private readonly form = el("form", "chat-form");
  private readonly field = el("input");
  private readonly lines: { line: HTMLElement; until: number }[] = [];

  /** send answers false when the line was not taken. */
  constructor(
    send: (text: string) => boolean,
    private readonly onClose: () => void,
  ) {
    this.root.setAttribute("aria-label", "Chat");
    this.log.setAttribute("aria-live", "polite");
    this.field.type = "text";
    this.field.maxLength = longest;
    this.field.autocomplete = "off";
    this.field.setAttribute("aria-label", "Say to everybody");
    this.field.placeholder = "Say to everybody";
    this.form.append(this.field);
    show(this.form, false);
    this.root.append(this.log, this.form);
    this.form.addEventListener("submit", (e) => {
      e.preventDefault();
      const text = cutText(this.field.value.trim());
      if (text && !send(text)) return;
      this.close();
    });
    this.field.addEventListener("keydown", (e) => {
      e.stopPropagation();
      if (e.key === "Escape") this.close();
    });
    this.field.addEventListener("blur", () => this.close());
  }

  get open(): boolean {
    return !this.form.hidden;
  }

  start(): void {
    show(this.form, true);
    this.root.classList.add("open");
    this.field.focus();
  }

  add(from: { seat: number; team: number; name: string; own: boolean }, text: string, now: number): void {
    const line = el("li");
    const name = el("b", "", from.name);
    name.style.color = css(colourOf(from.seat, from.team, from.own));
    line.append(name, el("span", "", text));
    this.put(line, now);
  }

  /** A line from the server or its operator. */
  announce(text: string, now: number): void {
    this.put(el("li", "said", text), now);
  }

  tidy(now: number): void {
    for (const l of this.lines) l.line.classList.toggle("old", l.until < now);
  }

  private put(line: HTMLElement, now: number): void {
    this.log.append(line);
    this.lines.push({ line, until: now + stay });
    if (this.lines.length > kept) this.lines.shift()?.line.remove();
    this.log.scrollTop = this.log.scrollHeight;
  }

  private close(): void {
    if (this.form.hidden) return;
    this.field.value = "";
    show(this.form, false);
    this.root.classList.remove("open");
    this.onClose();
  }
}

/** Cuts a text to what the server takes, between two characters. */
export function cutText(text: string): string {
  let bytes = 0;
  let cut = "";
  for (const c of text) {
    bytes += new TextEncoder().encode(c).length;
    if (bytes > longest) break;
    cut += c;
  }
  return cut;
}
