// The end of a match, whichever way it ends: three ships on a podium, the own
// line, and figures of the best moments.

import { el } from "./dom.ts";
import { hullOf } from "./draw-ships.ts";
import type { Moment } from "./feats.ts";
import { teamMark } from "./hud-match.ts";
import { colourOf, css } from "./palette.ts";
import { shapes } from "./shapes.ts";

/** Somebody in the result of a match. */
export interface Stand {
  seat: number;
  team: number;
  name: string;
  own: boolean;
  /** From 1; 0: none. */
  place: number;
  kills: number;
  deaths: number;
}

/** Pixels of a ship's drawing, per side. */
const side = 144;

/** Makes the podium of the best three; null when nobody has a place. lines are best first. */
export function podium(lines: readonly Stand[]): HTMLElement | null {
  const best = lines.filter((l) => l.place > 0).slice(0, 3);
  if (best.length === 0) return null;
  const list = el("ol", "podium");
  list.setAttribute("aria-label", "The best three");
  list.append(...best.map((l, i) => step(l, i + 1)));
  return list;
}

function step(l: Stand, rank: number): HTMLElement {
  const item = el("li", `rank${rank}${l.own ? " own" : ""}`);
  const colour = css(colourOf(l.seat, l.team, l.own));
  const name = el("b", "", `${l.team > 0 ? `${teamMark(l.team)} ` : ""}${l.own ? "you" : l.name}`);
  name.style.color = colour;
  const block = el("span", "block");
  block.append(el("span", "figure", String(l.place)));
  item.append(shipOf(l, colour), name, el("span", "figure kills", counted(l.kills, "kill")), block);
  return item;
}

/** Draws a ship, nose up, in a colour. */
function shipOf(l: Stand, colour: string): HTMLCanvasElement {
  const shape = shapes[hullOf(l.seat, l.team)]!;
  const [grey, canvas] = [square(), square()];
  const [g, c] = [grey.getContext("2d"), canvas.getContext("2d")];
  canvas.setAttribute("aria-hidden", "true");
  if (!g || !c) return canvas;
  g.translate(side / 2, side / 2);
  g.rotate(-Math.PI / 2);
  g.scale(side / (2 * shape.w), side / (2 * shape.h));
  shape.draw(g);
  c.drawImage(grey, 0, 0);
  c.globalCompositeOperation = "multiply";
  c.fillStyle = colour;
  c.fillRect(0, 0, side, side);
  c.globalCompositeOperation = "destination-in";
  c.drawImage(grey, 0, 0);
  return canvas;
}

function square(): HTMLCanvasElement {
  const canvas = el("canvas");
  canvas.width = canvas.height = side;
  return canvas;
}

function counted(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? "" : "s"}`;
}

/** Says how oneself did, in a line; "" for who did not play. longest: kills in a row, the most. */
export function ownLine(lines: readonly Stand[], longest: number): string {
  const own = lines.find((l) => l.own);
  if (!own) return "";
  const parts = [own.place > 0 ? `place ${own.place} of ${lines.length}` : "no place", counted(own.kills, "kill"), counted(own.deaths, "death")];
  if (longest > 1) parts.push(`${longest} in a row`);
  return `You: ${parts.join(" · ")}`;
}

/** Makes the list of the best moments; null when there are none. */
export function momentList(moments: readonly Moment[]): HTMLElement | null {
  if (moments.length === 0) return null;
  const list = el("ul", "moments");
  list.setAttribute("aria-label", "Best moments");
  for (const m of moments) {
    const item = el("li");
    item.append(el("strong", "figure", m.value), el("span", "", m.what), el("b", "", m.name));
    list.append(item);
  }
  return list;
}
