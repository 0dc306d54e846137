// Who plays and how the match stands, read from the tables.

import type { ArenaView, ArenaWorld } from "./types.ts";

export interface PlayerNow {
  seat: number;
  team: number;
  kills: number;
  deaths: number;
}

export interface MatchNow {
  phase: number;
  round: number;
  endsAt: number;
  goal: number;
  winner: number;
  winnerTeam: number;
  score: readonly [number, number, number, number];
}

const nobody: MatchNow = { phase: 0, round: 0, endsAt: 0, goal: 0, winner: 0, winnerTeam: 0, score: [0, 0, 0, 0] };

export function matchOf(world: ArenaWorld | ArenaView): MatchNow {
  const t = world.table("match");
  if (t.count === 0) return nobody;
  const first = (c: Parameters<typeof t.column>[0]) => t.column(c)[0]!;
  return {
    phase: first("phase"),
    round: first("round"),
    endsAt: first("endsat"),
    goal: first("goal"),
    winner: first("winner"),
    winnerTeam: first("winnerteam"),
    score: [first("score.0"), first("score.1"), first("score.2"), first("score.3")],
  };
}

/** Players in view, best first. */
export function playersOf(world: ArenaWorld | ArenaView): PlayerNow[] {
  const t = world.table("player");
  const [seat, team, kills, deaths] = [t.column("seat"), t.column("team"), t.column("kills"), t.column("deaths")];
  const all: PlayerNow[] = [];
  for (let i = 0; i < t.count; i++) all.push({ seat: seat[i]!, team: team[i]!, kills: kills[i]!, deaths: deaths[i]! });
  return all.sort(order);
}

/** The best of a world too large to see everybody; empty elsewhere. */
export function leadersOf(world: ArenaWorld | ArenaView): { seat: number; kills: number }[] {
  const t = world.table("leader");
  const [seat, kills] = [t.column("seat"), t.column("kills")];
  return Array.from({ length: t.count }, (_, i) => ({ seat: seat[i]!, kills: kills[i]! })).sort((a, b) => b.kills - a.kills || a.seat - b.seat);
}

/** More kills first, then fewer deaths, then the lower seat. */
export function order(a: PlayerNow, b: PlayerNow): number {
  return b.kills - a.kills || a.deaths - b.deaths || a.seat - b.seat;
}

/**
 * The place of a player by the best of a large world, from 1; equals share it.
 * 0: below them, where nobody knows.
 */
export function placeAmong(best: readonly { seat: number; kills: number }[], own: { seat: number; kills: number }): number {
  if (!best.some((b) => b.seat === own.seat)) return 0;
  return 1 + best.filter((b) => b.kills > own.kills).length;
}

/** The places of players that are sorted best first, from 1; equals share one. */
export function places(sorted: readonly PlayerNow[]): number[] {
  const all: number[] = [];
  sorted.forEach((p, i) => {
    const before = sorted[i - 1];
    all.push(before && before.kills === p.kills && before.deaths === p.deaths ? all[i - 1]! : i + 1);
  });
  return all;
}

/** The place of a player, from 1; equals share it. */
export function place(players: readonly PlayerNow[], own: PlayerNow): number {
  return 1 + players.filter((p) => p.kills > own.kills || (p.kills === own.kills && p.deaths < own.deaths)).length;
}
