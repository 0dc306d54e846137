// Says when nobody else is in the room, and what helps.

import type { Action } from "./notice.ts";
import type { Note } from "./note.ts";

/** How long one is alone before it is said, ms: bots and friends take a moment to come. */
const patience = 2500;

export class Alone {
  private since = -1;

  constructor(
    private readonly note: Note,
    private readonly link: Action,
  ) {}

  /** others: how many more are in the room, or Infinity where that is not known; now in ms. */
  tick(others: number, now: number): void {
    if (others > 0) {
      this.since = -1;
      this.note.hide();
      return;
    }
    if (this.since < 0) this.since = now;
    if (now - this.since >= patience) this.note.say("You are alone here until players or bots come. Send a friend the link to this room.", [this.link]);
  }
}
