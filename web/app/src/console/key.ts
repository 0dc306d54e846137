// The admin key: kept for this tab only, asked for when the server wants it.
import { byId, say } from "../dom.ts";
import { sentence } from "./words.ts";

const place = "metronome-admin-key";
const form = byId("key", HTMLFormElement);
const field = byId("key-field", HTMLInputElement);
const trouble = byId("key-trouble", HTMLElement);

export function adminKey(): string {
  return sessionStorage.getItem(place) ?? "";
}

/** Asks for the key; a wrong one is forgotten. */
export function askKey(why: string, wrong: boolean): void {
  if (wrong) sessionStorage.removeItem(place);
  say(trouble, wrong ? sentence(why) : "");
  form.hidden = false;
  field.focus();
  field.select();
}

export function hideKey(): void {
  form.hidden = true;
  field.value = "";
}

/** Calls back with every key that is entered. */
export function onKey(entered: () => void): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value === "") return;
    sessionStorage.setItem(place, field.value);
    entered();
  });
}
