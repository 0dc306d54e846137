// Top of the page: the clock, what the match is about, the score of the teams
// or the own place.

import { clock, el, say, show } from "./dom.ts";
import { css, teamColour } from "./palette.ts";
import { type MatchNow, type PlayerNow, place, placeAmong } from "./standing.ts";
import { Phase } from "./types.ts";

const teamNames = ["", "Blue", "Orange", "Violet", "Green"];
const teamMarks = ["", "●", "◆", "▲", "■"];

export function teamName(team: number): string {
  return teamNames[team] ?? `Team ${team}`;
}

/** A team's mark says in form what its colour says. */
export function teamMark(team: number): string {
  return teamMarks[team] ?? "";
}

export class MatchHud {
  readonly root = el("div", "match");
  private readonly left = el("span", "score");
  private readonly time = el("span", "clock figure");
  private readonly right = el("span", "score");
  private readonly line = el("div", "match-line");

  constructor() {
    const row = el("div", "match-row");
    row.append(this.left, this.time, this.right);
    this.root.append(row, this.line);
  }

  /** best: of a world with more players than those in view; null: all are in view. */
  set(m: MatchNow, players: readonly PlayerNow[], own: PlayerNow | undefined, best: readonly { seat: number; kills: number }[] | null, tick: number, hz: number): void {
    say(this.time, m.endsAt > 0 ? clock(m.endsAt - tick, hz) : m.phase === Phase.Warmup ? "warm-up" : "∞");
    this.root.classList.toggle("late", m.phase === Phase.Play && m.endsAt > 0 && m.endsAt - tick < 30 * hz);
    const teams = players.some((p) => p.team > 0);
    if (teams) this.teams(m);
    else this.alone(own, own ? ownPlace(players, own, best) : "");
    say(this.line, this.about(m, teams));
    show(this.line, this.line.textContent !== "");
  }

  private teams(m: MatchNow): void {
    const side = (e: HTMLElement, team: number) => {
      say(e, team === 1 ? `${teamMark(1)} ${m.score[0]}` : `${m.score[1]} ${teamMark(2)}`);
      e.style.color = css(teamColour(team));
      e.setAttribute("aria-label", `${teamName(team)} ${m.score[team - 1]}`);
    };
    side(this.left, 1);
    side(this.right, 2);
  }

  private alone(own: PlayerNow | undefined, place: string): void {
    say(this.left, own ? `${own.kills} ${own.kills === 1 ? "kill" : "kills"}` : "");
    say(this.right, place);
  }

  private about(m: MatchNow, teams: boolean): string {
    if (m.phase === Phase.Warmup) return "Waiting for another player. Everything works, nothing counts yet.";
    if (m.phase === Phase.Pause || m.goal === 0) return "";
    return teams ? `First team to ${m.goal} kills` : `First to ${m.goal} kills`;
  }
}

/** The own place in words; "": nobody knows it. */
function ownPlace(players: readonly PlayerNow[], own: PlayerNow, best: readonly { seat: number; kills: number }[] | null): string {
  if (!best) return `place ${place(players, own)} of ${players.length}`;
  const among = placeAmong(best, own);
  if (among > 0) return `place ${among}`;
  return best.length > 0 ? `not in the top ${best.length}` : "";
}
