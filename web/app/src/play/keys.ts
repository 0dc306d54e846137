// The page's own keys and buttons: chat, scores, net graph, watching, sound.

import { base } from "../base.ts";
import { show } from "../dom.ts";
import type { Game } from "./game.ts";
import { isTyping } from "./input-keyboard.ts";
import { goTo } from "./onward.ts";
import type { Tool } from "./toolbar.ts";

function toggle(e: HTMLElement): boolean {
  show(e, e.hidden !== false);
  return !e.hidden;
}

export function tools(g: Game): Tool[] {
  return [
    { name: "scores", text: "Scores", key: "Tab", on: false, act: () => toggle(g.hud.scoreboard.root) },
    { name: "chat", text: "Chat", key: "Enter", act: () => g.hud.chat.start() },
    { name: "net", text: "Net graph", key: "N", on: false, act: () => toggle(g.hud.netgraph.root) },
    { name: "watch", text: "Watch", key: "V", on: false, act: () => g.setWatch(!g.watch.on) },
    { name: "sound", text: "Sound", key: "M", on: g.sound.on, act: () => g.sound.toggle() },
    { name: "link", text: "Copy link", key: "", act: () => void copyLink(g) },
    { name: "leave", text: "Leave", key: "", act: () => leave(g) },
  ];
}

function leave(g: Game): void {
  g.session.leave();
  void goTo("");
}

/** A link for friends leads to this very room. */
async function copyLink(g: Game): Promise<void> {
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
  const free = () => document.activeElement === document.body || document.activeElement === null;
  window.addEventListener("keydown", (e) => {
    if (isTyping(e.target) || e.ctrlKey || e.metaKey || e.altKey || !hud.notice.root.hidden) return;
    switch (e.code) {
      case "Tab":
        // Only while flying: from a button, Tab goes to the next.
        if (!free() || g.session.state !== "playing") return;
        show(hud.scoreboard.root, true);
        hud.toolbar.set("scores", true);
        break;
      case "Enter":
        hud.chat.start();
        break;
      case "KeyN":
        hud.toolbar.set("net", toggle(hud.netgraph.root));
        break;
      case "KeyM":
        hud.toolbar.set("sound", g.sound.toggle());
        break;
      case "KeyV":
        g.setWatch(!g.watch.on);
        break;
      case "Escape":
        hud.toolbar.focus();
        break;
      default:
        if (g.watch.on && (e.code === "ArrowLeft" || e.code === "ArrowRight")) g.watch.next(g.picture, e.code === "ArrowRight" ? 1 : -1);
        return;
    }
    e.preventDefault();
  });
  window.addEventListener("keyup", (e) => {
    if (e.code !== "Tab" || !free()) return;
    show(hud.scoreboard.root, false);
    hud.toolbar.set("scores", false);
  });
  // After a click the keys are the ship's again; who came by keyboard stays.
  hud.root.addEventListener("click", (e) => {
    const at = document.activeElement;
    if (e.detail > 0 && at instanceof HTMLElement && at.matches("button, input[type=range]")) at.blur();
  });
  drag(g);
}

/** While watching, the view can be dragged. */
function drag(g: Game): void {
  g.stage.addEventListener("pointermove", (e) => {
    if (e.buttons === 0 || !(e.target instanceof HTMLCanvasElement) || (g.picture.own && !g.watch.on)) return;
    const c = g.scene.follow.camera;
    g.watch.drag(c, -e.movementX / c.zoom, -e.movementY / c.zoom, g.picture);
  });
}
