// Everything of the page that is not the picture, in one place: made once, put
// into the page, filled ten times a second.

import { Alone } from "./alone.ts";
import { Chat } from "./chat.ts";
import { el, show } from "./dom.ts";
import { EndScreen } from "./end.ts";
import { Feed } from "./feed.ts";
import type { Feats } from "./feats.ts";
import { Feel } from "./feel.ts";
import { Herald } from "./herald.ts";
import { MatchHud } from "./hud-match.ts";
import { type Vitals, VitalsHud } from "./hud-vitals.ts";
import { Menu, type Tool } from "./menu.ts";
import { Minimap } from "./minimap.ts";
import { NetCard } from "./netcard.ts";
import { NetGraph } from "./netgraph.ts";
import { Note } from "./note.ts";
import { Banner, Notice } from "./notice.ts";
import { Respawn } from "./respawn.ts";
import { Results } from "./results.ts";
import type { Rules } from "./rules.ts";
import { type Line, Scoreboard, unknown } from "./scoreboard.ts";
import { leadersOf, matchOf, placeAmong, places, playersOf } from "./standing.ts";
import { Toast } from "./toast.ts";
import { type ArenaSession, Phase } from "./types.ts";

export interface HudActions {
  tools: readonly Tool[];
  watchNext: (way: 1 | -1) => void;
  watchEnd: () => void;
  copyLink: () => void;
}

export class Hud {
  readonly root = el("div", "hud");
  readonly feed = new Feed();
  readonly minimap = new Minimap();
  readonly scoreboard = new Scoreboard();
  readonly banner = new Banner();
  readonly notice = new Notice();
  readonly results = new Results();
  readonly end = new EndScreen();
  readonly toast = new Toast();
  readonly herald = new Herald();
  /** Said once in a while, the most urgent first: of them a small page shows one. */
  readonly lost = new Note();
  readonly offer = new Note();
  private readonly alone: Alone;
  readonly chat: Chat;
  readonly netgraph: NetGraph;
  readonly feel: Feel;
  readonly card: NetCard;
  readonly menu: Menu;
  readonly respawn: Respawn;
  readonly sticks = el("div", "sticks");
  readonly hurt = el("div", "hurt");
  readonly hint = el("p", "hint", "WASD fly · mouse aims · left button blaster · right button rail · Shift dash · Enter chat · Tab scores");
  private readonly match = new MatchHud();
  private vitals: VitalsHud | null = null;
  private readonly bottom = el("div", "bottom");
  /** The last players, best first. */
  lines: Line[] = [];

  constructor(
    private readonly session: ArenaSession,
    actions: HudActions,
  ) {
    this.chat = new Chat((text) => session.chat(text), () => {});
    this.netgraph = new NetGraph(session.network);
    this.feel = new Feel(session.network);
    this.card = new NetCard(this.feel, () => this.showNetgraph(this.netgraph.root.hidden !== false));
    this.menu = new Menu(actions.tools);
    this.respawn = new Respawn(actions.watchNext, actions.watchEnd);
    show(this.sticks, false);
    this.hurt.setAttribute("aria-hidden", "true");
    const nobody = new Note();
    this.alone = new Alone(nobody, { text: "Copy link", act: actions.copyLink });
    const notes = el("div", "notes");
    notes.append(this.lost.root, nobody.root, this.offer.root);
    const middle = el("div", "middle");
    middle.append(this.banner.root, this.respawn.root, notes, this.herald.root);
    const right = el("div", "right");
    right.append(this.minimap.root, this.netgraph.root, this.feed.root);
    this.bottom.append(this.chat.root);
    this.root.append(
      this.hurt, this.sticks, this.match.root, right, this.bottom, middle, this.card.root, holding(),
      this.results.root, this.hint, this.toast.root, this.scoreboard.root, this.menu.root, this.end.root, this.notice.root,
    );
  }

  /** Shows or hides the net graph; answers whether it is shown. */
  showNetgraph(on: boolean): boolean {
    show(this.netgraph.root, on);
    this.card.opened(on);
    this.menu.set("net", on);
    return on;
  }

  /** Fits the bars to a mode's rules. */
  rules(r: Rules): void {
    this.vitals?.root.remove();
    this.vitals = new VitalsHud(r);
    this.bottom.append(this.vitals.root);
  }

  /** Fills everything that changes slowly; vitals null: there is no own ship. */
  fill(now: number, feats: Feats, vitals: Vitals | null): void {
    const { session } = this;
    const m = matchOf(session.world);
    const players = playersOf(session.world);
    const at = places(players);
    this.lines = players.map((p, i) => ({ ...p, place: at[i]!, name: nameOf(session, p.seat), own: p.seat === session.seat, away: session.roster.get(p.seat)?.presence === "away" }));
    const own = this.lines.find((l) => l.own);
    const best = session.mode === "open" ? leadersOf(session.world) : null;
    this.match.set(m, players, own, best, session.world.tick, session.tickHz);
    this.scoreboard.set(this.title(), this.listed(best, own));
    show(this.results.root, m.phase === Phase.Pause && this.end.root.hidden === true);
    if (m.phase === Phase.Pause) this.results.set(m, this.lines, feats.moments(session.seat, (seat) => nameOf(session, seat)), feats.of(session.seat).longest, session.world.tick, session.tickHz);
    this.vitals?.set(vitals);
    this.card.set(session.roster.size, session.stats);
    this.alone.tick(session.state === "playing" && session.roster.size > 0 ? session.roster.size - 1 : Infinity, now);
    this.feed.tidy(now);
    this.herald.tidy(now);
    this.chat.tidy(now);
    this.banner.tick(now);
  }

  /** In a large world the best of all and the own line, else everybody. */
  private listed(best: readonly { seat: number; kills: number }[] | null, own: Line | undefined): Line[] {
    if (!best) return this.lines;
    const known = new Map(this.lines.map((l) => [l.seat, l]));
    const listed = best.map((b) => ({
      ...(known.get(b.seat) ?? { team: 0, deaths: unknown, name: nameOf(this.session, b.seat), own: b.seat === this.session.seat, away: false }),
      seat: b.seat, kills: b.kills, place: placeAmong(best, b),
    }));
    return own && !listed.some((l) => l.own) ? [...listed, { ...own, place: unknown }] : listed;
  }

  private title(): string {
    const titles: Record<string, string> = { ffa: "Free for all", teams: "Two teams", duel: "Duel", open: "Open world: the best" };
    return titles[this.session.mode] ?? this.session.mode;
  }
}

/** The sign over a picture that stands still; stage.css shows it. */
function holding(): HTMLElement {
  const sign = el("div", "holding");
  const bars = el("span", "pause-icon");
  bars.setAttribute("aria-hidden", "true");
  sign.append(bars, el("span", "", "On hold"));
  return sign;
}

/** A player's name; rooms of many do not send all names. */
export function nameOf(session: ArenaSession, seat: number): string {
  return session.roster.get(seat)?.name || `player ${seat}`;
}
