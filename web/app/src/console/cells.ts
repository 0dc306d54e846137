// What the console's tables and heads are filled with: states, buttons, tiles.

import { button, byId, make, text } from "../dom.ts";

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
    inner.append(button(act.title, act.danger ? "danger" : "", act.do));
  }
  cell.append(inner);
}

/** Sets a figure and what stands below it. */
export function tile(id: string, value: string, note: string): void {
  const element = byId(id, HTMLElement);
  text(element.children[1] as HTMLElement, value);
  text(element.children[2] as HTMLElement, note);
}
