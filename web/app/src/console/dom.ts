// Small helpers for the page. Whatever comes from others goes in as text.

/** A new element with a class and children; strings become text. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** The element with an id; a page without it is broken. */
export function byId<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return element;
}

/** Sets a text, and touches nothing when it is the same. */
export function text(element: Element, value: string): void {
  if (element.textContent !== value) element.textContent = value;
}

/** Says a sentence in a notice; "" hides it. */
export function say(notice: HTMLElement, sentence: string): void {
  text(notice, sentence);
  notice.hidden = sentence === "";
}

/** A state: a word and a mark of its own shape and colour. */
export function mark(element: HTMLElement, mood: string, word: string): void {
  text(element, word);
  if (element.className !== `mark ${mood}`) element.className = `mark ${mood}`;
}

/** Fills a cell with a state. */
export function marked(cell: HTMLElement, mood: string, word: string): void {
  const inner = (cell.firstElementChild as HTMLElement | null) ?? cell.appendChild(make("span"));
  mark(inner, mood, word);
}

/** Fills a cell with buttons, once: they are for the row that the cell belongs to. */
export function buttons(cell: HTMLElement, ...acts: { title: string; danger?: boolean; do: () => void }[]): void {
  if (cell.childElementCount > 0) return;
  const inner = make("div", "row-acts");
  for (const act of acts) {
    const button = make("button", act.danger ? "danger" : "", act.title);
    button.type = "button";
    button.addEventListener("click", act.do);
    inner.append(button);
  }
  cell.append(inner);
}

/** Sets a figure and what stands below it. */
export function tile(id: string, value: string, note: string): void {
  const element = byId(id, HTMLElement);
  text(element.children[1] as HTMLElement, value);
  text(element.children[2] as HTMLElement, note);
}
