// Asks before something is done that cannot be undone.
import { byId, make, say, text } from "../dom.ts";
import { sentence } from "./words.ts";

export interface Question {
  title: string;
  /** What it does to whom, as a sentence. */
  means: string;
  /** A line that is asked for: its label, and what stands in it first. */
  field?: string;
  value?: string;
  /** The line must not be empty. */
  needed?: boolean;
  most?: number;
  /** One of several things that is chosen, the first unless another is. */
  choice?: Choice;
  /** What the button says, unless what is chosen says otherwise. */
  act: string;
  /** What it says while that is done. */
  doing?: string;
  danger?: boolean;
  /** Does it. A fault is shown and the dialog stays. */
  do: (line: string, chosen: string) => Promise<void>;
}

export interface Choice {
  label: string;
  options: Option[];
}

export interface Option {
  value: string;
  title: string;
  /** What the button says while it is chosen. */
  act?: string;
}

const dialog = byId("ask", HTMLDialogElement);
const form = byId("ask-form", HTMLFormElement);
const line = byId("ask-line", HTMLInputElement);
const lineLabel = byId("ask-label", HTMLElement);
const choice = byId("ask-choice", HTMLSelectElement);
const choiceLabel = byId("ask-choice-label", HTMLElement);
const act = byId("ask-act", HTMLButtonElement);
const fault = byId("ask-fault", HTMLElement);
let question: Question | null = null;

export function ask(q: Question): void {
  question = q;
  text(byId("ask-title", HTMLElement), q.title);
  text(byId("ask-means", HTMLElement), q.means);
  text(lineLabel, q.field ?? "");
  lineLabel.hidden = line.hidden = q.field === undefined;
  text(choiceLabel, q.choice?.label ?? "");
  choiceLabel.hidden = choice.hidden = q.choice === undefined;
  choice.replaceChildren(...(q.choice?.options ?? []).map(option));
  choose();
  act.className = q.danger ? "danger" : "primary";
  act.disabled = false;
  line.value = q.value ?? "";
  line.required = q.needed ?? false;
  line.maxLength = q.most ?? 1000;
  say(fault, "");
  dialog.showModal();
  if (q.field !== undefined) line.focus();
}

/** An option of a select. */
export function option(o: Option): HTMLOptionElement {
  const element = make("option", "", o.title);
  element.value = o.value;
  return element;
}

/** Has the button say what it will do. */
function choose(): void {
  const chosen = question?.choice?.options.find((o) => o.value === choice.value);
  text(act, chosen?.act ?? question?.act ?? "");
}

choice.addEventListener("change", choose);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void answer();
});
byId("ask-cancel", HTMLButtonElement).addEventListener("click", () => dialog.close());

async function answer(): Promise<void> {
  const q = question;
  if (!q) return;
  act.disabled = true;
  if (q.doing) text(act, q.doing);
  say(fault, "");
  try {
    await q.do(line.value.trim(), choice.value);
    if (question === q) dialog.close();
  } catch (refused) {
    say(fault, sentence(refused instanceof Error ? refused.message : String(refused)));
  } finally {
    act.disabled = false;
    if (question === q) choose();
  }
}
