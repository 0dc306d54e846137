// The first thing that who comes without a room sees: a name that may stay as
// it is, and one button.

import { cleanName, maxName, storeName } from "../lobby/player.ts";
import { make as el } from "../dom.ts";

/** Asks for a name and resolves with it when Play is pressed. */
export function askName(stage: HTMLElement, name: string): Promise<string> {
  const screen = el("main", "screen start");
  const form = el("form", "panel");
  const field = el("input");
  const label = el("label", "field", "Your name");
  const play = el("button", "primary", "Play");
  const lobby = el("a", "", "All rooms");
  Object.assign(field, { type: "text", name: "name", value: name, maxLength: maxName, autocomplete: "nickname" });
  play.type = "submit";
  lobby.href = "/";
  label.append(field);
  form.append(el("h1", "", "Arena"), el("p", "", "Ships, walls, a blaster and a rail gun. You are the amber one."), label, play, lobby);
  screen.append(form);
  stage.append(screen);
  field.select();
  return new Promise((resolve) => {
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      const chosen = cleanName(field.value) || name;
      storeName(chosen);
      screen.remove();
      resolve(chosen);
    });
  });
}
