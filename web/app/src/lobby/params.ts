// What a room can be made with, as a form: a field for each param of a mode.
import { make, say } from "../dom.ts";
import type { Param } from "./info.ts";

/** The fields of one mode. Each says at its own place what the server refused of it. */
export class ParamFields {
  private fields: Field[] = [];

  constructor(private readonly root: HTMLElement) {}

  /** Asks for what a mode can be made with, instead of what was asked before. */
  offer(params: readonly Param[]): void {
    this.fields = params.map((p) => new Field(p));
    this.root.replaceChildren(...this.fields.map((f) => f.root));
    this.root.hidden = params.length === 0;
  }

  /** What differs from the mode's defaults. */
  values(): Record<string, string> {
    return Object.fromEntries(this.fields.filter((f) => f.value !== f.param.default).map((f) => [f.param.name, f.value]));
  }

  /** Says at the fields what the server refused of them; "" clears all. False: it was none of these fields. */
  complain(message: string): boolean {
    const refused = refusals(message);
    for (const f of this.fields) f.complain(refused.get(f.param.name) ?? "");
    const first = this.fields.find((f) => refused.has(f.param.name));
    first?.control.focus();
    return first !== undefined;
  }
}

class Field {
  readonly root: HTMLElement;
  readonly control: HTMLInputElement | HTMLSelectElement;
  private readonly trouble = make("small", "refused");

  constructor(readonly param: Param) {
    this.control = controlOf(param);
    this.control.id = `param-${param.name}`;
    this.control.setAttribute("aria-describedby", (this.trouble.id = `refused-${param.name}`));
    this.trouble.setAttribute("role", "alert");
    this.trouble.hidden = true;
    const label = param.kind === "switch" ? make("label", "check", this.control, param.title) : make("label", "field", param.title, this.control);
    this.root = make("div", "param", label, this.trouble);
  }

  get value(): string {
    const { control } = this;
    return this.param.kind === "switch" ? String((control as HTMLInputElement).checked) : control.value.trim();
  }

  complain(text: string): void {
    say(this.trouble, text);
    this.control.ariaInvalid = String(text !== "");
  }
}

function controlOf(p: Param): HTMLInputElement | HTMLSelectElement {
  if (p.kind === "option") {
    const select = make("select", "", ...p.options.map((name) => {
      const option = make("option", "", name);
      option.value = name;
      return option;
    }));
    select.value = p.default;
    return select;
  }
  const input = make("input");
  if (p.kind === "switch") {
    input.type = "checkbox";
    input.checked = p.default === "true";
    return input;
  }
  Object.assign(input, { type: "number", min: String(p.min), max: String(p.max), step: "1", value: p.default, inputMode: "numeric" });
  return input;
}

/** What the server refused, by param: a sentence for each. */
export function refusals(message: string): Map<string, string> {
  const refused = new Map<string, string>();
  for (const line of message.split("\n")) {
    const [, name, why] = /^param (\w+): (.+)$/.exec(line.trim()) ?? [];
    if (name && why) refused.set(name, sentenceOf(why));
  }
  return refused;
}

/** sentenceOf is for people what the server says of a value: it quotes it, and says what it wants. */
function sentenceOf(why: string): string {
  const [, value, want] = /^"(.*)", want (.+)$/.exec(why) ?? [];
  if (want === undefined) return `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
  return value === "" ? `This needs ${want}.` : `${value} does not fit: this needs ${want}.`;
}
