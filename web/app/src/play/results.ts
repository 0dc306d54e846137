// The pause between two matches: who won, the best, and when the next begins.

import { el, say, show } from "./dom.ts";
import type { Moment } from "./feats.ts";
import { teamMark, teamName } from "./hud-match.ts";
import { colourOf, css, teamColour } from "./palette.ts";
import { momentList, ownLine, podium, type Stand } from "./podium.ts";
import { Ring } from "./ring.ts";
import type { Line } from "./scoreboard.ts";
import { type MatchNow, place } from "./standing.ts";

export class Results {
  readonly root = el("section", "results");
  private readonly title = el("h2");
  private readonly best = el("div", "best");
  private readonly own = el("p", "own-line");
  private readonly next = el("p", "next");
  private readonly ring = new Ring();
  private drawn = "";

  constructor() {
    this.root.setAttribute("aria-label", "Result of the match");
    this.next.append("Next match in ", this.ring.root, el("span", "spoken", " seconds"));
    this.root.append(this.title, this.best, this.own, this.next);
    show(this.root, false);
  }

  /** moments are those of the match; longest is one's own streak. */
  set(m: MatchNow, lines: readonly Line[], moments: readonly Moment[], longest: number, tick: number, hz: number): void {
    show(this.next, m.endsAt > 0);
    if (this.drawn === "" || !this.drawn.startsWith(`${m.round} `)) this.ring.begin();
    this.ring.set((m.endsAt - tick) / hz);
    const key = `${m.round} ${m.winner} ${m.winnerTeam} ${lines.map((l) => `${l.seat}:${l.kills}:${l.name}`).join()}`;
    if (key === this.drawn) return;
    this.drawn = key;
    this.headline(m, lines);
    const stands: Stand[] = lines.map((l) => ({ ...l, place: place(lines, l) }));
    const shown = [podium(stands), momentList(moments)];
    this.best.replaceChildren(...shown.filter((e) => e !== null));
    say(this.own, ownLine(stands, longest));
  }

  private headline(m: MatchNow, lines: readonly Line[]): void {
    const winner = lines.find((l) => l.seat === m.winner);
    if (m.winnerTeam > 0) {
      say(this.title, `${teamMark(m.winnerTeam)} ${teamName(m.winnerTeam)} wins, ${m.score[0]} : ${m.score[1]}`);
      this.title.style.color = css(teamColour(m.winnerTeam));
    } else if (winner) {
      say(this.title, winner.own ? "You win" : `${winner.name} wins`);
      this.title.style.color = css(colourOf(winner.seat, winner.team, winner.own));
    } else {
      say(this.title, "A draw");
      this.title.style.color = "";
    }
  }
}
