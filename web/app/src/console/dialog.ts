// Asks before something is done that cannot be undone.
import { byId, say, text } from "./dom.ts";
import { sentence } from "./words.ts";

export interface Question {
  title: string;
  /** What it does to whom, as a sentence. */
  means: string;
  /** The label of the line that is asked for, and what stands in it first. */
  field: string;
  value?: string;
  /** The line must not be empty. */
  needed?: boolean;
  most: number;
  /** What the button says. */
  act: string;
  danger?: boolean;
  /** Does it. A fault is shown and the dialog stays. */
  do: (line: string) => Promise<void>;
}

const dialog = byId("ask", HTMLDialogElement);
const form = byId("ask-form", HTMLFormElement);
const line = byId("ask-line", HTMLInputElement);
const act = byId("ask-act", HTMLButtonElement);
const fault = byId("ask-fault", HTMLElement);
let question: Question | null = null;

export function ask(q: Question): void {
  question = q;
  text(byId("ask-title", HTMLElement), q.title);
  text(byId("ask-means", HTMLElement), q.means);
  text(byId("ask-label", HTMLElement), q.field);
  text(act, q.act);
  act.className = q.danger ? "danger" : "primary";
  act.disabled = false;
  line.value = q.value ?? "";
  line.required = q.needed ?? false;
  line.maxLength = q.most;
  say(fault, "");
  dialog.showModal();
  line.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void answer();
});
byId("ask-cancel", HTMLButtonElement).addEventListener("click", () => dialog.close());

async function answer(): Promise<void> {
  const q = question;
  if (!q) return;
  act.disabled = true;
  say(fault, "");
  try {
    await q.do(line.value.trim());
    if (question === q) dialog.close();
  } catch (refused) {
    say(fault, sentence(refused instanceof Error ? refused.message : String(refused)));
  } finally {
    act.disabled = false;
  }
}
