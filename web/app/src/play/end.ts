// The end of a match that closes its room: how it ended for everybody, and what
// to do next.

import { button, make as el, show } from "../dom.ts";
import type { Moment } from "./feats.ts";
import { teamMark, teamName } from "./hud-match.ts";
import type { Action } from "./notice.ts";
import { colourOf, css } from "./palette.ts";
import { momentList, ownLine, podium, type Stand } from "./podium.ts";
import type { ArenaEnd } from "./types.ts";

/** Lines that are shown. */
const most = 50;

export class EndScreen {
  readonly root = el("section", "screen end");
  private readonly box = el("div", "panel");

  constructor() {
    this.root.setAttribute("role", "dialog");
    this.root.setAttribute("aria-label", "End of the match");
    this.root.append(this.box);
    show(this.root, false);
  }

  /** moments are those of the match; longest is one's own streak. */
  say(end: ArenaEnd, own: number, moments: readonly Moment[], longest: number, actions: readonly Action[]): void {
    const row = el("div", "actions");
    actions.forEach((a, i) => row.append(button(a.text, i === 0 ? "primary" : "", a.act)));
    const lines = byPlace(end);
    const stands = end.lines.map((l) => standOf(l, own)).sort((a, b) => (a.place || Infinity) - (b.place || Infinity));
    const said = ownLine(stands, longest);
    const parts = [
      el("h2", "", headline(end, own)), end.reason ? el("p", "detail", sentenceOf(end.reason)) : null, podium(stands), said ? el("p", "own-line", said) : null,
      momentList(moments), lines.length > 0 ? table(lines, own) : null, row,
    ];
    this.box.replaceChildren(...parts.filter((e) => e !== null));
    show(this.root, true);
    row.querySelector("button")?.focus({ preventScroll: true });
  }
}

type Line = ArenaEnd["lines"][number];

/** The best first; who has no place last. */
export function byPlace(end: ArenaEnd): Line[] {
  return [...end.lines].sort((a, b) => (a.place || Infinity) - (b.place || Infinity) || a.seat - b.seat).slice(0, most);
}

/** Who won, as a line of a few words. */
export function headline(end: ArenaEnd, own: number): string {
  const first = end.lines.filter((l) => l.place === 1);
  const [best] = first;
  if (!best) return "The match is over";
  if (best.team > 0 && first.every((l) => l.team === best.team)) return `${teamMark(best.team)} ${teamName(best.team)} wins`;
  if (first.length > 1) return "A draw";
  return best.seat === own ? "You win" : `${nameOf(best)} wins`;
}

const nameOf = (l: Line): string => l.name || `player ${l.seat}`;
const standOf = (l: Line, own: number): Stand => ({ seat: l.seat, team: l.team, name: nameOf(l), own: l.seat === own, place: l.place, kills: l.fields.kills, deaths: l.fields.deaths });
const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentenceOf = (reason: string): string => upper(reason) + (/[.!?]$/.test(reason) ? "" : ".");

/** The class of a field's column: a narrow page shows only what the places go by. */
const kindOf = (f: keyof Line["fields"]): string => (f === "kills" || f === "deaths" ? "n" : "n more");

function table(lines: readonly Line[], own: number): HTMLElement {
  const fields = Object.keys(lines[0]!.fields) as (keyof Line["fields"])[];
  const teams = lines.some((l) => l.team > 0);
  const head = el("tr");
  for (const [text, kind] of [["", "n"], ["Player", ""], ...(teams ? [["Team", ""]] : []), ...fields.map((f) => [f === "rail" ? "Best rail" : upper(f), kindOf(f)])]) head.append(header(text!, kind!));
  const body = el("tbody");
  body.append(...lines.map((l) => row(l, own, teams, fields)));
  const t = el("table");
  const top = el("thead");
  top.append(head);
  t.append(top, body);
  const scroll = el("div", "scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "Results");
  scroll.append(t);
  return scroll;
}

function row(l: Line, own: number, teams: boolean, fields: readonly (keyof Line["fields"])[]): HTMLElement {
  const tr = el("tr", l.seat === own ? "own" : "");
  const name = el("td", "name", nameOf(l));
  name.style.color = css(colourOf(l.seat, l.team, l.seat === own));
  if (l.bot) name.append(el("span", "tag", "bot"));
  if (l.seat === own) name.append(el("span", "tag", "you"));
  tr.append(el("td", "n figure", l.place > 0 ? `${l.place}.` : "–"), name);
  if (teams) tr.append(el("td", "", l.team > 0 ? `${teamMark(l.team)} ${teamName(l.team)}` : ""));
  tr.append(...fields.map((f) => el("td", `${kindOf(f)} figure`, f === "accuracy" ? `${l.fields[f]} %` : String(l.fields[f]))));
  return tr;
}

function header(text: string, className: string): HTMLElement {
  const th = el("th", className, text);
  th.scope = "col";
  if (text === "") th.append(el("span", "spoken", "Place"));
  return th;
}
