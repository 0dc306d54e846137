// The top of the page: a name, a mode, one button.
import { byId, make } from "./dom.ts";
import type { Mode } from "./info.ts";
import { cleanName, storedName, storeName } from "./player.ts";

const form = byId("play", HTMLFormElement);
const field = byId("name", HTMLInputElement);
const modes = byId("modes", HTMLFieldSetElement);

/** The name as typed so far, as the server takes it. */
export function playerName(): string {
  return cleanName(field.value);
}

/** Remembers the name and goes to the play page; what says which room or mode, as "room=…". */
export function go(what: string): void {
  storeName(playerName());
  location.assign(`play?${what}`);
}

export function setUpPlay(): void {
  field.value = storedName();
  field.addEventListener("change", () => storeName(playerName()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const mode = new FormData(form).get("mode");
    go(mode ? `mode=${encodeURIComponent(String(mode))}` : "");
  });
}

/** Offers the modes; the first is chosen. */
export function offerModes(list: readonly Mode[]): void {
  modes.append(...list.map(choice));
  modes.hidden = list.length < 2;
}

function choice(mode: Mode, at: number): HTMLElement {
  const radio = make("input");
  radio.type = "radio";
  radio.name = "mode";
  radio.value = mode.name;
  radio.checked = at === 0;
  return make("label", "mode", radio, make("span", "", mode.title), make("small", "figure", `${mode.seats} seats, ${mode.tickHz} Hz`));
}
