// Joining friends with a code or a link.
import { Lobby } from "@metronome/sdk";
import { byId, make, say } from "../dom.ts";
import { readInvite } from "./invite.ts";
import { go, playerName } from "./play.ts";
import { handOver } from "./player.ts";
import { sentence } from "./sentences.ts";

export function setUpJoin(lobby: Lobby): void {
  const form = byId("join", HTMLFormElement);
  const field = byId("code", HTMLInputElement);
  const trouble = byId("join-trouble", HTMLElement);
  const complain = (text: string): void => {
    say(trouble, text);
    field.ariaInvalid = String(text !== "");
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    complain("");
    const invite = readInvite(field.value, new URL(location.href));
    switch (invite.kind) {
      case "nothing":
        return complain(invite.sentence);
      case "room":
        return go(lobby.server, `room=${encodeURIComponent(invite.id)}`);
      case "elsewhere":
        return leadAway(trouble, invite.host, invite.url);
      case "code":
        return void enter(lobby, invite.code).catch((fault: unknown) => complain(sentence(fault, invite.code)));
    }
  });
}

/** Asks for the seat here, so that a wrong code is told beside its field. */
async function enter(lobby: Lobby, code: string): Promise<void> {
  const join = await lobby.join({ code }, playerName());
  handOver(join);
  go(lobby.server, `code=${code}`);
}

/** A link to another server is followed only by who wants to. */
function leadAway(trouble: HTMLElement, host: string, url: string): void {
  say(trouble, "That room is on another server: ");
  const link = make("a", "", host);
  link.href = url;
  trouble.append(link);
}
