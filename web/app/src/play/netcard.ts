// The netcode in one line: what this connection costs and how well it guesses.
// A click opens the net graph; the button beside it makes the connection worse.

import type { NetStats } from "@metronome/sdk";
import { button, el, say, show } from "./dom.ts";
import { type Feel, feltJitter, feltMs } from "./feel.ts";

/** Returns the line, and a shorter one for narrow pages. */
export function cardText(players: number, s: Pick<NetStats, "snapshotBytes" | "corrections" | "rttMs">): { long: string; short: string } {
  const count = (n: number, one: string) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;
  const bytes = Math.round(s.snapshotBytes.mean);
  const ms = Math.round(s.rttMs);
  return {
    long: `${count(players, "player")} · ${count(bytes, "byte")} a tick · ${count(s.corrections, "correction")} · ${ms} ms`,
    short: `${players.toLocaleString("en")} · ${bytes.toLocaleString("en")} B · ${ms} ms`,
  };
}

export class NetCard {
  readonly root = el("div", "netcard");
  private readonly long = el("span", "long");
  private readonly short = el("span", "short");
  private readonly figures: HTMLButtonElement;
  private readonly legend = el("p", "legend", `Dashed outline: where the server last had your ship. ${feltMs} ± ${feltJitter} ms are added.`);

  /** open shows or hides the net graph and answers whether it is shown. */
  constructor(feel: Feel, open: () => boolean) {
    this.figures = button("", "card", () => this.opened(open()));
    this.figures.append(this.long, this.short);
    this.figures.title = "What the connection does: opens the net graph";
    const worse = button(`Feel ${feltMs} ms`, "feel", () => feel.toggle());
    worse.title = "Adds delay and jitter, and draws your ship also where the server has it";
    feel.onChange = (on) => {
      worse.setAttribute("aria-pressed", String(on));
      show(this.legend, on);
    };
    this.opened(false);
    feel.onChange(false);
    this.legend.setAttribute("role", "status");
    const row = el("div", "netcard-row");
    row.append(this.figures, worse);
    this.root.append(this.legend, row);
  }

  /** Says whether the net graph is shown. */
  opened(on: boolean): void {
    this.figures.setAttribute("aria-expanded", String(on));
  }

  set(players: number, s: NetStats): void {
    const text = cardText(players, s);
    say(this.long, text.long);
    say(this.short, text.short);
  }
}
