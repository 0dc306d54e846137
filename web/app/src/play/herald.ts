// What is called out in the middle of the page for a moment: a kill of one's
// own with the streak, the streaks of others, and what the server announces.

import { el, say, show } from "./dom.ts";

/** How long a call and an announcement stay, ms. */
const callStays = 2_400;
const announcementStays = 8_000;

/** Kills in a row from which one's own streak is called, and that of others: then every fifth. */
const ownStreak = 2;
const othersStreak = 5;

/** Returns what is said below a kill of one's own; "": nothing. ended is how many in a row the victim had. */
export function streakLine(row: number, ended: number, victim: string): string {
  const parts = [];
  if (row >= ownStreak) parts.push(`${row} in a row`);
  if (ended >= othersStreak) parts.push(`ended ${victim}'s ${ended}`);
  return parts.join(" · ");
}

/** Returns whether somebody else's streak is worth a call. */
export function isCalled(row: number): boolean {
  return row > 0 && row % othersStreak === 0;
}

export class Herald {
  readonly root = el("div", "herald");
  private readonly announcement = el("p", "announcement");
  private readonly call = el("p", "call");
  private readonly title = el("strong");
  private readonly detail = el("span", "figure");
  private callUntil = 0;
  private announcementUntil = 0;

  constructor() {
    // The feed says the same of kills to who listens.
    this.call.setAttribute("aria-hidden", "true");
    this.announcement.setAttribute("role", "status");
    this.call.append(this.title, this.detail);
    this.root.append(this.announcement, this.call);
    show(this.announcement, false);
    show(this.call, false);
  }

  /** Calls out a line and what is below it; now on performance.now()'s clock. */
  say(title: string, detail: string, now: number): void {
    say(this.title, title);
    say(this.detail, detail);
    show(this.call, false);
    void this.call.offsetWidth; // so that it appears anew
    show(this.call, true);
    this.callUntil = now + callStays;
  }

  /** Shows what the server or its operator has to say to everybody. */
  announce(text: string, now: number): void {
    say(this.announcement, text);
    show(this.announcement, true);
    this.announcementUntil = now + announcementStays;
  }

  /** Takes away what has been there long enough. */
  tidy(now: number): void {
    if (now > this.callUntil) show(this.call, false);
    if (now > this.announcementUntil) show(this.announcement, false);
  }
}
