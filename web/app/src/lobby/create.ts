// Opening a room: a public one is entered at once; a private one shows its
// code and link first.
import { Lobby, LobbyError, type Join } from "@metronome/sdk";
import { byId, make, say } from "../dom.ts";
import type { Mode } from "./info.ts";
import { ParamFields } from "./params.ts";
import { go, playerName } from "./play.ts";
import { handOver } from "./player.ts";
import { playPage } from "./rooms.ts";
import { sentence } from "./sentences.ts";

const form = byId("create", HTMLFormElement);
const mode = byId("create-mode", HTMLSelectElement);
const hidden = byId("create-private", HTMLInputElement);
const trouble = byId("create-trouble", HTMLElement);
const params = new ParamFields(byId("create-params", HTMLElement));
const made = byId("made", HTMLElement);

export function setUpCreate(lobby: Lobby): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say(trouble, "");
    params.complain("");
    create(lobby).catch((fault: unknown) => {
      if (!(fault instanceof LobbyError) || !params.complain(fault.message)) say(trouble, sentence(fault));
    });
  });
  setUpCopy("copy-code", "made-code", "The code is copied.");
  setUpCopy("copy-link", "made-link", "The link is copied.");
}

export function offerCreateModes(list: readonly Mode[]): void {
  byId("create-submit", HTMLButtonElement).disabled = list.length === 0;
  mode.append(
    ...list.map((m) => {
      const option = make("option", "", m.title);
      option.value = m.name;
      return option;
    }),
  );
  const offer = (): void => params.offer(list.find((m) => m.name === mode.value)?.params ?? []);
  mode.addEventListener("change", offer);
  offer();
}

async function create(lobby: Lobby): Promise<void> {
  const join = await lobby.create({ mode: mode.value, private: hidden.checked, name: playerName(), params: params.values() });
  handOver(join);
  if (join.room.private) show(lobby.server, join);
  else go(lobby.server, `room=${encodeURIComponent(join.room.id)}`);
}

function show(server: string, join: Join): void {
  const { code } = join.room;
  byId("made-code", HTMLInputElement).value = code;
  byId("made-link", HTMLInputElement).value = `${server}/play?code=${code}`;
  say(byId("copied", HTMLElement), "");
  const enter = byId("enter", HTMLAnchorElement);
  enter.href = playPage(server, `code=${code}`);
  enter.onclick = (event) => {
    event.preventDefault();
    go(server, `code=${code}`);
  };
  made.hidden = false;
  byId("made-title", HTMLElement).focus();
}

/** Browsers give the clipboard only to pages from https or this machine; elsewhere the text is marked for the keyboard. */
function setUpCopy(button: string, field: string, done: string): void {
  byId(button, HTMLButtonElement).addEventListener("click", () => {
    const input = byId(field, HTMLInputElement);
    input.select();
    const copied = byId("copied", HTMLElement);
    const written = navigator.clipboard ? navigator.clipboard.writeText(input.value) : Promise.reject(new Error("no clipboard"));
    written.then(
      () => say(copied, done),
      () => say(copied, "Your browser does not let this page copy. The text is marked: press Ctrl+C."),
    );
  });
}
