// What the players did in this match, counted from the events that this page
// has seen: kills in a row, damage, and how many of the own shots hit.

/** One player's, since the match began or this page came. */
export interface Feat {
  /** Kills since the last death. */
  row: number;
  /** The most kills without a death between them. */
  longest: number;
  damage: number;
}

/** A figure worth showing at the end. */
export interface Moment {
  what: string;
  value: string;
  /** Whose it is. */
  name: string;
}

/** Fewer own shots say nothing about the aim. */
const fewShots = 5;

export class Feats {
  private readonly bySeat = new Map<number, Feat>();
  private fired = 0;
  private landed = 0;

  /** The own seat fired once. */
  shot(): void {
    this.fired++;
  }

  hit(by: number, victim: number, damage: number, own: number): void {
    if (by === victim || by === 0) return;
    this.of(by).damage += damage;
    if (by === own) this.landed++;
  }

  /** Counts a kill and returns how many the killer has in a row now, and how many in a row the victim had. */
  kill(by: number, victim: number): { row: number; ended: number } {
    const lost = this.of(victim);
    const ended = lost.row;
    lost.row = 0;
    if (by === victim || by === 0) return { row: 0, ended };
    const f = this.of(by);
    f.row++;
    f.longest = Math.max(f.longest, f.row);
    return { row: f.row, ended };
  }

  of(seat: number): Feat {
    let f = this.bySeat.get(seat);
    if (!f) this.bySeat.set(seat, (f = { row: 0, longest: 0, damage: 0 }));
    return f;
  }

  /** Another match begins. */
  clear(): void {
    this.bySeat.clear();
    this.fired = this.landed = 0;
  }

  /** The best of the match, then the own; own is 0 for who only watches. */
  moments(own: number, nameOf: (seat: number) => string): Moment[] {
    const name = (seat: number) => (seat === own ? "you" : nameOf(seat));
    const all = [...this.bySeat];
    const best = (value: (f: Feat) => number) => all.reduce<[number, Feat] | null>((a, b) => (a && value(a[1]) >= value(b[1]) ? a : b), null);
    const list: Moment[] = [];
    const row = best((f) => f.longest);
    if (row && row[1].longest > 1) list.push({ what: "longest streak", value: `${row[1].longest} in a row`, name: name(row[0]) });
    const damage = best((f) => f.damage);
    if (damage && damage[1].damage > 0) list.push({ what: "most damage", value: String(damage[1].damage), name: name(damage[0]) });
    if (own > 0 && this.fired >= fewShots) list.push({ what: "your shots that hit", value: `${Math.min(100, Math.round((100 * this.landed) / this.fired))} %`, name: "you" });
    return list;
  }
}
