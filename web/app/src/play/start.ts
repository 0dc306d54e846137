// The first thing that who comes without a room sees: a match behind, a name
// that may stay as it is, the modes, and one button. Also who asks for a mode
// that there is not.

import { base } from "../base.ts";
import { make, say } from "../dom.ts";
import { askInfo, isDrawn } from "../lobby/info.ts";
import { Live, showLiveliest } from "../lobby/live.ts";
import { crowds, ModeCards } from "../lobby/modes.ts";
import { cleanName, maxName, storeName } from "../lobby/player.ts";

/** As whom and what somebody plays. */
export interface Choice {
  name: string;
  /** "": the server's first, as it did not say which it has. */
  mode: string;
}

/** Asks for a name and a mode, and resolves with them when Play is pressed. trouble: why it asks, if not because somebody has just come. */
export function askStart(stage: HTMLElement, name: string, trouble = ""): Promise<Choice> {
  const behind = make("div", "live");
  const form = make("form", "welcome");
  const field = make("input", "cut");
  const label = make("label", "field", "Your name", field);
  const notice = make("p", "notice bad");
  const modes = make("fieldset", "modes", make("legend", "spoken", "Mode"));
  const play = make("button", "primary go", "Play");
  const lobby = make("a", "", "All rooms");
  const screen = make("main", "screen start", behind, form);
  behind.ariaHidden = "true";
  modes.hidden = true;
  notice.setAttribute("role", "alert");
  say(notice, trouble);
  Object.assign(field, { type: "text", name: "name", value: name, maxLength: maxName, autocomplete: "nickname" });
  lobby.href = base() + "/";
  form.append(make("h1", "", "Arena"), make("p", "lead", "Ships, walls, a blaster and a rail gun. The amber one is you."), notice, label, play, modes, lobby);
  stage.append(screen);
  field.select();
  const live = new Live(behind);
  void offer(new ModeCards(modes), live);
  return new Promise((resolve) => {
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      const chosen = cleanName(field.value) || name;
      storeName(chosen);
      live.stop();
      screen.remove();
      resolve({ name: chosen, mode: String(new FormData(form).get("mode") ?? "") });
    });
  });
}

/** Offers what the server has, as soon as it says so. */
async function offer(cards: ModeCards, live: Live): Promise<void> {
  const info = await askInfo().catch(() => null); // Play leads to the server's first mode then
  if (!info) return;
  const drawn = info.modes.filter(isDrawn);
  cards.offer(drawn);
  await showLiveliest(live, base(), drawn.map((m) => m.name), (rooms) => cards.count(crowds(rooms)));
}
