// What a player can ask for: an input as sliders, a command as a form.
import { MetronomeError, type InputField, type Schema, type Session } from "@metronome/sdk";
import { button, make as el, text } from "../dom.ts";

/** Shows the inputs and commands of a game, and gives what is set there to a session. */
export function showGiven(root: HTMLElement, schema: Schema, session: Session): void {
  root.replaceChildren(...inputs(schema, session), ...command(schema, session));
  if (root.childElementCount === 0) root.append(el("p", "", "A spectator asks for nothing."));
}

function inputs(schema: Schema, session: Session): HTMLElement[] {
  if (schema.input.length === 0 || session.spectating) return [];
  const values: Record<string, number> = {};
  session.input(() => values);
  return [el("h2", "", "Input"), ...schema.input.map((field) => slider(field, (value) => (values[field.name] = value)))];
}

/** A slider over a field's range, from what it is at rest. */
function slider(field: InputField, set: (value: number) => void): HTMLElement {
  const input = el("input");
  input.type = "range";
  [input.min, input.max, input.step] = [String(field.min), String(field.max), "1"];
  input.value = String(Math.min(Math.max(0, field.min), field.max));
  const shown = el("span", "figure", input.value);
  const take = () => {
    set(Number(input.value));
    text(shown, input.value);
  };
  input.addEventListener("input", take);
  take();
  return el("label", "field", field.name, input, shown);
}

function command(schema: Schema, session: Session): HTMLElement[] {
  if (schema.command.length === 0 || session.spectating) return [];
  const fields = schema.command.map((field) => {
    const input = el("input");
    input.type = field.list > 0 ? "text" : "number";
    [input.min, input.max, input.value] = [String(field.min), String(field.max), field.list > 0 ? "" : String(Math.max(0, field.min))];
    if (field.list > 0) input.placeholder = `at most ${field.list} numbers, with spaces between`;
    return { field, input };
  });
  const answer = el("p");
  answer.setAttribute("role", "status");
  const give = async () => {
    const values = Object.fromEntries(fields.map(({ field, input }) => [field.name, field.list > 0 ? numbersIn(input.value) : Number(input.value)]));
    try {
      const { fate, reason } = await session.command(values);
      text(answer, reason ? `${fate}: ${reason}` : fate);
    } catch (fault) {
      text(answer, fault instanceof MetronomeError ? fault.message : String(fault));
    }
  };
  const rows = fields.map(({ field, input }) => el("label", "field", field.name, input, el("span", "figure", field.list > 0 ? "" : `≤ ${field.max}`)));
  return [el("h2", "", "Command"), ...rows, button("Give", "button", () => void give()), answer];
}

/** The numbers of a text. */
export const numbersIn = (said: string): number[] => said.split(/[\s,]+/).filter((n) => n !== "").map(Number);
