// Small helpers for the page. Whatever comes from others goes in as text.

/** The element with an id; a page without it is broken. */
export function byId<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return element;
}

/** A new element with a class and children; strings become text. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** Says a sentence in a notice; "" hides it. Saying the same again changes nothing. */
export function say(notice: HTMLElement, sentence: string): void {
  if (notice.textContent !== sentence) notice.textContent = sentence;
  notice.hidden = sentence === "";
}
