// Small helpers to build the page. Text only ever goes in as textContent, so
// that a name or a line of chat can never become markup.

/** Makes an element with a class and a text. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", text = ""): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text) e.textContent = text;
  return e;
}

/** Makes a button that does something. */
export function button(text: string, className: string, act: () => void): HTMLButtonElement {
  const b = el("button", className, text);
  b.type = "button";
  b.addEventListener("click", act);
  return b;
}

/** Sets a text only when it differs: writing costs layout. */
export function say(e: HTMLElement, text: string): void {
  if (e.textContent !== text) e.textContent = text;
}

/** Shows or hides an element. */
export function show(e: HTMLElement, on: boolean): void {
  if (e.hidden === on) e.hidden = !on;
}

/** Returns ticks as "1:05". */
export function clock(ticks: number, hz: number): string {
  const s = Math.max(0, Math.ceil(ticks / hz));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}
