// The table of all players, shown while Tab is held or by a button. The own row
// is always in sight, however long the table is.

import { el, show } from "./dom.ts";
import { teamMark, teamName } from "./hud-match.ts";
import { colourOf, css } from "./palette.ts";
import type { PlayerNow } from "./standing.ts";

/** Rows at most; the own one is always among them. */
const most = 50;

/** The deaths, or the place, of somebody out of view. */
export const unknown = -1;

export interface Line extends PlayerNow {
  name: string;
  /** From 1, equals share it; unknown: nobody has said. */
  place: number;
  own: boolean;
  away: boolean;
}

export class Scoreboard {
  readonly root = el("section", "panel scoreboard");
  private readonly title = el("h2");
  private readonly body = el("tbody");
  private drawn = "";

  constructor() {
    const table = el("table");
    const head = el("tr");
    for (const [text, className] of [["#", "place"], ["", "mark"], ["Player", ""], ["Kills", "n"], ["Deaths", "n"]] as const) {
      const th = el("th", className, text);
      th.scope = "col";
      if (!text) th.append(el("span", "spoken", "Team"));
      if (text === "#") th.setAttribute("aria-label", "Place");
      head.append(th);
    }
    const thead = el("thead");
    thead.append(head);
    table.append(thead, this.body);
    const scroll = el("div", "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Scores");
    scroll.append(table);
    this.root.append(this.title, scroll);
    this.root.setAttribute("aria-label", "Scoreboard");
    show(this.root, false);
  }

  set(title: string, lines: readonly Line[]): void {
    const shown = lines.filter((l, i) => i < most || l.own);
    const key = `${title}\n${shown.map((l) => [l.place, l.seat, l.name, l.team, l.kills, l.deaths, l.away].join()).join("\n")}`;
    if (this.root.hidden || key === this.drawn) return;
    this.drawn = key;
    this.title.textContent = title;
    this.body.replaceChildren(...shown.map(row));
  }
}

function row(l: Line): HTMLElement {
  const tr = el("tr", l.own ? "own" : "");
  const colour = css(colourOf(l.seat, l.team, l.own));
  const mark = el("td", "mark", l.team > 0 ? teamMark(l.team) : "■");
  mark.style.color = colour;
  if (l.team > 0) mark.title = teamName(l.team);
  const name = el("td", "name", l.name);
  const place = el("td", "place figure", l.place === unknown ? "–" : String(l.place));
  if (l.own) name.append(" ", el("span", "tag", "you"));
  if (l.away) name.append(" ", el("span", "tag", "away"));
  tr.append(place, mark, name, el("td", "n figure", String(l.kills)), el("td", "n figure", l.deaths === unknown ? "" : String(l.deaths)));
  return tr;
}
