// Small helpers to build the pages. Text only ever goes in as text, so that a
// name or a line of chat can never become markup.

/** A new element with a class and children; strings become text. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** A button that does something. */
export function button(title: string, className: string, act: () => void): HTMLButtonElement {
  const element = make("button", className, title);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

/** The element with an id; a page without it is broken. */
export function byId<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return element;
}

/** Sets a text only when it differs: writing costs layout. */
export function text(element: Element, value: string): void {
  if (element.textContent !== value) element.textContent = value;
}

/** Says a sentence in a notice; "" hides it. */
export function say(notice: HTMLElement, sentence: string): void {
  text(notice, sentence);
  notice.hidden = sentence === "";
}

/** Shows or hides an element. */
export function show(element: HTMLElement, on: boolean): void {
  if (element.hidden === on) element.hidden = !on;
}
