// The arena page.

import { LobbyError } from "@metronome/sdk";
import { askInfo, isDrawn } from "../lobby/info.ts";
import { sentence } from "../lobby/sentences.ts";
import { el } from "./dom.ts";
import { enter, type Way, wayOf } from "./entry.ts";
import { Game } from "./game.ts";
import { playerName } from "./names.ts";
import { backToLobby, Notice } from "./notice.ts";
import { makePainter } from "./painters.ts";
import { askName } from "./start.ts";
import type { ArenaSession } from "./types.ts";

/** How long the tab may be hidden before it lets go of its connection, ms; for trying it out. */
function hiddenAfter(): { hiddenAfter?: number } {
  const ms = Number(new URLSearchParams(location.search).get("hiddenAfter"));
  return ms > 0 ? { hiddenAfter: ms } : {};
}

/** A room that is full answers as a server that is asked too often does. */
function why(fault: unknown, way: Way): string {
  if (fault instanceof LobbyError && fault.message.includes("full")) return "The room is full. Try again when somebody has left, or choose another in the lobby.";
  return sentence(fault, way.kind === "code" ? way.code : "");
}

async function play(stage: HTMLElement, way: Way, name: string): Promise<void> {
  const notice = new Notice();
  stage.append(notice.root);
  // What is not drawn on yet has no size of its own.
  stage.classList.add("bare");
  try {
    const [session, painter] = await Promise.all([enter(way, name, hiddenAfter()), makePainter(stage)]);
    notice.root.remove();
    stage.classList.remove("bare");
    const game = new Game(session, stage, painter);
    if (new URLSearchParams(location.search).has("watch")) watchFirst(game, session);
    if (painter.name === "canvas") game.hud.chat.announce("No WebGL here: the arena is drawn in a plainer way.", performance.now());
  } catch (fault) {
    const retry = { text: "Retry", act: () => location.reload() };
    notice.say("No seat", why(fault, way), [backToLobby, retry]);
  }
}

/** Watches as soon as there is somebody to watch. */
function watchFirst(game: Game, session: ArenaSession): void {
  const stop = session.on("snapshot", () => {
    if (!game.picture.ships.some((s) => !s.own)) return;
    stop();
    game.setWatch(true);
  });
}

/** The first mode that this page can draw; "": the server's first, as it does not say. */
async function firstMode(): Promise<string> {
  const info = await askInfo().catch(() => null);
  return info?.modes.find(isDrawn)?.name ?? "";
}

async function main(): Promise<void> {
  const stage = el("div", "stage");
  document.body.append(stage);
  let way = wayOf(location.search);
  let name = playerName();
  if (!way) {
    name = await askName(stage, name);
    way = { kind: "mode", mode: await firstMode(), avoid: [] };
  }
  stage.append(el("h1", "spoken", "Arena"));
  await play(stage, way, name);
}

void main();
