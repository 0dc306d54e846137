// The end of a match: who won, the best, and when the next one begins.

import { clock } from "./clock.ts";
import { make as el, show, text as say } from "../dom.ts";
import { teamMark, teamName } from "./hud-match.ts";
import { colourOf, css, teamColour } from "./palette.ts";
import type { Line } from "./scoreboard.ts";
import { type MatchNow, place } from "./standing.ts";

export class Results {
  readonly root = el("section", "results");
  private readonly title = el("h2");
  private readonly own = el("p");
  private readonly best = el("ol");
  private readonly next = el("p", "next");
  private drawn = "";

  constructor() {
    this.root.setAttribute("aria-label", "Result of the match");
    this.root.append(this.title, this.own, this.best, this.next);
    show(this.root, false);
  }

  set(m: MatchNow, lines: readonly Line[], tick: number, hz: number): void {
    say(this.next, m.endsAt > 0 ? `Next match in ${clock(m.endsAt - tick, hz)}` : "");
    const key = `${m.round} ${m.winner} ${m.winnerTeam} ${lines.map((l) => `${l.seat}:${l.kills}:${l.name}`).join()}`;
    if (key === this.drawn) return;
    this.drawn = key;
    const own = lines.find((l) => l.own);
    this.headline(m, lines, own);
    const counted = own && `${own.kills} ${own.kills === 1 ? "kill" : "kills"}, ${own.deaths} ${own.deaths === 1 ? "death" : "deaths"}`;
    say(this.own, own ? `You: place ${place(lines, own)} of ${lines.length}, ${counted}` : "");
    this.best.replaceChildren(...lines.slice(0, 5).map(entry));
  }

  private headline(m: MatchNow, lines: readonly Line[], own: Line | undefined): void {
    const winner = lines.find((l) => l.seat === m.winner);
    if (m.winnerTeam > 0) {
      say(this.title, `${teamMark(m.winnerTeam)} ${teamName(m.winnerTeam)} wins, ${m.score[0]} : ${m.score[1]}`);
      this.title.style.color = css(teamColour(m.winnerTeam));
    } else if (winner) {
      say(this.title, winner === own ? "You win" : `${winner.name} wins`);
      this.title.style.color = css(colourOf(winner.seat, winner.team, winner.own));
    } else {
      say(this.title, "A draw");
      this.title.style.color = "";
    }
  }
}

function entry(l: Line): HTMLElement {
  const li = el("li", l.own ? "own" : "");
  const name = el("b", "", l.name);
  name.style.color = css(colourOf(l.seat, l.team, l.own));
  li.append(name, el("span", "figure", `${l.kills}`));
  return li;
}
