// The state of the session in words: what is going on and what to do next.

import type { End, Events, State } from "@metronome/sdk";
import { undrawn } from "../lobby/rooms.ts";
import { elsewhere } from "./entry.ts";
import type { Note } from "./note.ts";
import { type Action, backToLobby, type Banner, type Notice } from "./notice.ts";
import { goTo } from "./onward.ts";

const again: Action = { text: "Play again", act: () => void goTo(`play${location.search}`) };
const retry: Action = { text: "Retry", act: again.act };

export class Status {
  /** The match is over and its result is shown: nothing of the connection matters any more. */
  ended = false;
  private played = false;
  private foreign = false;
  /** Since when there is no connection, ms, and why; null: there is one. */
  private gone: { since: number; why: string } | null = null;

  constructor(
    private readonly notice: Notice,
    private readonly banner: Banner,
    private readonly lost: Note,
    /** The room that is or was played in; "": none yet. */
    private readonly room: () => { room: string; mode: string },
  ) {}

  /** Nothing has come yet. */
  joining(): void {
    this.notice.say("Joining", "Looking for a seat in a room.", [backToLobby]);
  }

  /** A connection is in a room; now is performance.now(). */
  welcome(resumed: boolean, now: number): void {
    const { gone } = this;
    this.gone = null;
    if (resumed || !this.played || !gone) return;
    this.lost.say(seatLost(gone.why, (now - gone.since) / 1000), [{ text: "OK", act: () => this.lost.hide() }]);
  }

  /** now is performance.now(). */
  state(state: State, end: End | undefined, now: number): void {
    if (this.foreign || this.ended) return;
    if (end && !this.gone) this.gone = { since: now, why: end.name };
    switch (state) {
      case "playing":
        this.played = true;
        this.notice.hide();
        this.banner.hide();
        return;
      case "connecting":
      case "away":
        if (end) this.trouble(end, 0);
        return;
      case "closed":
        this.banner.hide();
        this.closed(end);
    }
  }

  /** The room is one of another game. */
  wrongGame(): void {
    this.foreign = true;
    this.notice.say("Another game", undrawn, [backToLobby]);
  }

  /** The server plays by other tables than this page was made for; seated: it has not done so before, and the seat is kept. */
  wrongVersion(seated: boolean): void {
    this.foreign = true;
    if (seated) {
      this.notice.say("The game was updated", "Reload the page to go on with the new version. Your seat is kept.", [
        { text: "Reload", act: () => location.reload() },
        backToLobby,
      ]);
      return;
    }
    this.notice.say("Another version", "The server's game is not the one that this page was made for. Reload the page; if that does not help, ask whoever runs the server.", [
      { text: "Reload", act: () => location.reload() },
      backToLobby,
    ]);
  }

  /** Another attempt follows: now is performance.now(). */
  retry(e: Events["retry"], now: number): void {
    this.trouble(e.end, now + e.in, e.in >= 1000 ? ` Next try in ${Math.ceil(e.in / 1000)} s.` : "");
  }

  private trouble(end: End, until: number, next = ""): void {
    if (this.played) this.banner.say(end.sentence, until, [backToLobby]);
    else this.notice.say("Not in play yet", end.sentence + next, [retry, backToLobby], end.reason);
  }

  private closed(end: End | undefined): void {
    if (!end || end.code === 1000) {
      this.notice.say("You have left", "Your seat is free again.", [again, backToLobby]);
      return;
    }
    if (end.name === "kicked") return this.kicked(end);
    this.notice.say(titles[end.name] ?? "The game is over for you", end.sentence, [again, backToLobby], end.reason);
  }

  /** Who was removed is not led back into the same room. */
  private kicked(end: End): void {
    const { room, mode } = this.room();
    const other: Action = { text: "Play in another room", act: () => void goTo(elsewhere(mode, room, location.search)) };
    this.notice.say("Removed from the room", "You were removed from the room. Play in another one, or choose one in the lobby.", [other, backToLobby], end.reason);
  }
}

const titles: Record<string, string> = {
  replaced: "Your seat is taken over",
  unreachable: "The server is gone",
  "bad-url": "This is no room",
  "refused-400": "Wrong version",
};

/** What became of a seat that was not there any more, after so many seconds. */
export function seatLost(why: string, seconds: number): string {
  const long = seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
  const how = why === "hidden" ? `This tab was hidden for ${long}, longer than a seat is kept.` : `The connection was lost for ${long}, and your seat with it.`;
  return `${how} You are on a new seat: your score starts again at 0.`;
}
