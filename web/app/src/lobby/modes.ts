// Modes as cards: a picture, a sentence about what one does there, and how many
// do so now. The lobby and the arena's start screen offer them.
import type { Room } from "@metronome/sdk";
import { make, text } from "../dom.ts";
import duel from "../style/modes/duel.svg";
import ffa from "../style/modes/ffa.svg";
import open from "../style/modes/open.svg";
import other from "../style/modes/other.svg";
import teams from "../style/modes/teams.svg";
import { isDrawn, type Mode } from "./info.ts";

/** What the pages know of the arena's own modes. */
const known: Record<string, { picture: string; does: string }> = {
  ffa: { picture: ffa, does: "Everyone against everyone. Most kills when the clock ends." },
  teams: { picture: teams, does: "Blue against orange, bases at either side. First to 60 kills." },
  duel: { picture: duel, does: "One against one on a small ground. First to ten." },
  open: { picture: open, does: "A world without an end. Hunt for the board of the best." },
};

/** A picture for a mode; a general one for those that these pages do not know. */
export function pictureOf(mode: Pick<Mode, "name" | "game"> | undefined): string {
  return (mode && isDrawn(mode) && known[mode.name]?.picture) || other;
}

/** What one does in a mode, as a sentence. */
export function sentenceOf(mode: Mode): string {
  return (isDrawn(mode) && known[mode.name]?.does) || `A match of this server's own for ${mode.seats === 1 ? "one" : `up to ${mode.seats.toLocaleString("en")}`}.`;
}

/** How many play, people and bots apart. */
export interface Crowd {
  people: number;
  bots: number;
}

/** Who plays what, by mode. */
export function crowds(rooms: readonly Room[]): Map<string, Crowd> {
  const all = new Map<string, Crowd>();
  for (const room of rooms) {
    const crowd = all.get(room.mode) ?? { people: 0, bots: 0 };
    crowd.people += room.taken - room.bots;
    crowd.bots += room.bots;
    all.set(room.mode, crowd);
  }
  return all;
}

/** As in "2 playing, 20 bots". */
export function crowdWords({ people, bots }: Crowd): string {
  const some = [people > 0 ? `${people} playing` : "", bots > 0 ? `${bots} bot${bots === 1 ? "" : "s"}` : ""].filter(Boolean);
  return some.join(", ") || "be the first";
}

/** Radio buttons that look like what they lead to. */
export class ModeCards {
  private readonly counts = new Map<string, HTMLElement>();

  constructor(private readonly root: HTMLFieldSetElement) {}

  /** Offers modes; the one that was chosen, else the first, is chosen. */
  offer(modes: readonly Mode[], chosen = modes[0]?.name): void {
    this.root.append(...modes.map((mode) => this.card(mode, mode.name === chosen)));
    this.root.hidden = modes.length < 2;
  }

  /** Says how many play each mode. */
  count(all: ReadonlyMap<string, Crowd>): void {
    for (const [mode, element] of this.counts) text(element, crowdWords(all.get(mode) ?? { people: 0, bots: 0 }));
  }

  private card(mode: Mode, checked: boolean): HTMLElement {
    const radio = make("input");
    Object.assign(radio, { type: "radio", name: "mode", value: mode.name, checked });
    const picture = make("img");
    Object.assign(picture, { src: pictureOf(mode), alt: "", width: 240, height: 120 });
    const count = make("small", "figure");
    this.counts.set(mode.name, count);
    return make("label", "mode", radio, picture, make("b", "", mode.title), make("span", "", sentenceOf(mode)), count);
  }
}
