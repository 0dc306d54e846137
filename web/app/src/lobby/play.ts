// The top of the page: a name, a mode, one button.
import type { Lobby, Room } from "@metronome/sdk";
import { byId, say } from "../dom.ts";
import type { Mode } from "./info.ts";
import { crowds, ModeCards } from "./modes.ts";
import { cleanName, storedName, storeName } from "./player.ts";
import { playPage, undrawn } from "./rooms.ts";

const form = byId("play", HTMLFormElement);
const field = byId("name", HTMLInputElement);
const cards = new ModeCards(byId("modes", HTMLFieldSetElement));
const button = byId("go", HTMLButtonElement);

/** The name as typed so far, as the server takes it. */
export function playerName(): string {
  return cleanName(field.value);
}

/** Remembers the name and goes to a server's play page; what says which room or mode, as "room=…". */
export function go(server: string, what: string): void {
  storeName(playerName());
  location.assign(playPage(server, what));
}

export function setUpPlay(lobby: Lobby): void {
  field.value = storedName();
  field.addEventListener("change", () => storeName(playerName()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const mode = new FormData(form).get("mode");
    go(lobby.server, mode ? `mode=${encodeURIComponent(String(mode))}` : "");
  });
}

/** Offers the modes that can be drawn; the first is chosen. */
export function offerModes(list: readonly Mode[]): void {
  cards.offer(list);
  button.disabled = list.length === 0;
  say(byId("no-modes", HTMLElement), list.length === 0 ? `${undrawn} So it is with all games of this server.` : "");
}

/** Says at the modes how many play there. */
export function countPlayers(rooms: readonly Room[]): void {
  cards.count(crowds(rooms));
}
