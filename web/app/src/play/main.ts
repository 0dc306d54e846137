// The arena page.

import { LobbyError } from "@metronome/sdk";
import { sentence } from "../lobby/sentences.ts";
import { make as el } from "../dom.ts";
import { enter, spectate, type Way, wayOf } from "./entry.ts";
import { Game } from "./game.ts";
import { playerName } from "./names.ts";
import { backToLobby, Notice } from "./notice.ts";
import { makePainter } from "./painters.ts";
import { askStart, type Choice } from "./start.ts";
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
  const painting = makePainter(stage);
  const said = new URLSearchParams(location.search);
  const watches = way.kind === "room" && said.has("watch");
  // What is not drawn on yet has no size of its own.
  stage.classList.add("bare");
  try {
    const seat = watches ? spectate(way.id, hiddenAfter()) : enter(way, name, hiddenAfter());
    const [session, painter] = await Promise.all([seat, painting]);
    notice.root.remove();
    if (way.kind === "mode") offersOthers(session, stage, way.mode, name);
    stage.classList.remove("bare");
    const game = new Game(session, stage, painter);
    if (said.has("watch") && !session.spectating) watchFirst(game, session);
    if (said.has("feel")) game.hud.feel.toggle();
    if (painter.name === "canvas") game.hud.chat.announce("No WebGL here: the arena is drawn in a plainer way.", performance.now());
  } catch (fault) {
    // Nothing is drawn, so there is no canvas.
    stage.querySelector("canvas.world")?.remove();
    void painting.then((painter) => painter.destroy()).catch(() => {});
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

/** Asks again who came for a mode that there is not: with those that there are. */
function offersOthers(session: ArenaSession, stage: HTMLElement, mode: string, name: string): void {
  session.on("state", ({ state, end }) => {
    if (state !== "closed" || end?.name !== "lobby-invalid_argument" || end.reason !== "unknown mode") return;
    stage.replaceChildren();
    const screen = askStart(stage, name, `This server has no mode "${mode}". These are the modes that it has.`);
    void screen.then((choice) => location.assign(addressOf(choice)));
  });
}

const addressOf = ({ mode }: Choice): string => `play?mode=${encodeURIComponent(mode)}`;

async function main(): Promise<void> {
  const stage = el("div", "stage");
  document.body.append(stage);
  let way = wayOf(location.search);
  let name = playerName();
  if (!way) {
    const choice = await askStart(stage, name);
    name = choice.name;
    // A reload leads back into the match, not to this question.
    history.replaceState(null, "", addressOf(choice));
    way = { kind: "mode", mode: choice.mode, avoid: [] };
  }
  stage.append(el("h1", "spoken", "Arena"));
  await play(stage, way, name);
}

void main();
