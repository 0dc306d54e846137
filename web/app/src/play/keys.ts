// The page's own keys and the menu: chat, scores, net graph, watching, sound.

import { base } from "../base.ts";
import { show } from "./dom.ts";
import { canFill, fillScreen } from "./fullscreen.ts";
import type { Game } from "./game.ts";
import { isForControl, isTyping } from "./input-keyboard.ts";
import type { Tool } from "./menu.ts";
import { goTo } from "./onward.ts";

function toggle(e: HTMLElement): boolean {
  show(e, e.hidden !== false);
  return !e.hidden;
}

export function tools(g: Game): Tool[] {
  const all: Tool[] = [
    { name: "scores", text: "Scores", key: "Tab", on: false, act: () => toggle(g.hud.scoreboard.root) },
    { name: "chat", text: "Chat", key: "Enter", act: () => g.hud.chat.start() },
    { name: "net", text: "Net graph", key: "N", on: false, act: () => g.hud.showNetgraph(g.hud.netgraph.root.hidden !== false) },
    { name: "watch", text: "Watch", key: "V", on: false, act: () => g.setWatch(!g.watch.on) },
    { name: "sound", text: "Sound", key: "M", on: g.sound.on, act: () => g.sound.toggle(), stays: true },
  ];
  if (canFill()) all.push({ name: "full", text: "Full screen", key: "F", act: () => void fillScreen() });
  all.push(
    { name: "link", text: "Copy link", key: "", act: () => void copyLink(g) },
    { name: "leave", text: "Leave", key: "", act: () => leave(g), confirm: () => (g.session.state === "closed" ? "" : "Leave this match? Your seat and your score are given up.") },
  );
  return all;
}

function leave(g: Game): void {
  g.session.leave();
  void goTo("");
}

/** A link for friends leads to this very room. */
export async function copyLink(g: Game): Promise<void> {
  const code = new URLSearchParams(location.search).get("code");
  const link = `${base()}/play?${code ? `code=${encodeURIComponent(code)}` : `room=${encodeURIComponent(g.session.room)}`}`;
  const now = performance.now();
  try {
    await navigator.clipboard.writeText(link);
    g.hud.chat.announce("The link to this room is copied. Send it to friends.", now);
  } catch {
    g.hud.chat.announce(`The link to this room: ${link}`, now);
  }
}

export function keys(g: Game): void {
  const { hud } = g;
  const scores = (on: boolean): void => {
    show(hud.scoreboard.root, on);
    hud.menu.set("scores", on);
  };
  let tab = false;
  window.addEventListener("keydown", (e) => {
    if (isTyping(e.target) || e.ctrlKey || e.metaKey || e.altKey || !hud.notice.root.hidden || !hud.end.root.hidden) return;
    // From a button, Tab goes to the next and Enter presses it.
    if (e.code !== "Escape" && isForControl(e)) return;
    switch (e.code) {
      case "Tab":
        if (g.session.state !== "playing") return;
        tab = true;
        scores(true);
        break;
      case "Enter":
        hud.chat.start();
        break;
      case "KeyN":
        hud.showNetgraph(hud.netgraph.root.hidden !== false);
        break;
      case "KeyM":
        hud.menu.set("sound", g.sound.toggle());
        break;
      case "KeyV":
        g.setWatch(!g.watch.on);
        break;
      case "KeyF":
        if (!canFill()) return;
        void fillScreen();
        break;
      case "Escape":
        escape(g, scores);
        break;
      default:
        if (g.watch.on && (e.code === "ArrowLeft" || e.code === "ArrowRight")) g.watch.next(g.picture, e.code === "ArrowRight" ? 1 : -1);
        return;
    }
    e.preventDefault();
  });
  const up = (): void => {
    if (tab) scores(false);
    tab = false;
  };
  window.addEventListener("keyup", (e) => {
    if (e.code === "Tab") up();
  });
  // Whoever changes to another window lets go of the key there.
  window.addEventListener("blur", up);
  // After a click the keys are the ship's again; who came by keyboard stays.
  hud.root.addEventListener("click", (e) => {
    const at = document.activeElement;
    if (e.detail > 0 && at instanceof HTMLElement && at.matches("button, input[type=range]")) at.blur();
  });
  // What was opened from the menu closes by a press beside it.
  g.stage.addEventListener("pointerdown", (e) => {
    if (!(e.target instanceof HTMLCanvasElement)) return;
    hud.menu.close();
    scores(false);
  });
  drag(g);
}

/** Escape takes away what is open, the menu last; with nothing open it opens the menu. */
function escape(g: Game, scores: (on: boolean) => void): void {
  const { menu, scoreboard } = g.hud;
  if (menu.isOpen) return menu.close();
  if (!scoreboard.root.hidden) return scores(false);
  const at = document.activeElement;
  if (at instanceof HTMLElement && at !== document.body) at.blur();
  menu.open(true);
}

/** While watching, the view can be dragged. */
function drag(g: Game): void {
  g.stage.addEventListener("pointermove", (e) => {
    if (e.buttons === 0 || !(e.target instanceof HTMLCanvasElement) || (g.picture.own && !g.watch.on)) return;
    const c = g.scene.follow.camera;
    g.watch.drag(c, -e.movementX / c.zoom, -e.movementY / c.zoom, g.picture);
  });
}
