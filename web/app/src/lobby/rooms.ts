// The list of rooms. Rows stay the same elements from one answer to the next,
// so that whoever is on a button with the keyboard stays there.
import type { Room } from "@metronome/sdk";
import { base } from "../base.ts";
import { make, text } from "../dom.ts";
import { crowdWords } from "./modes.ts";

/** What is said of a game that is played without a page. */
export const undrawn = "No page draws this game: play it in the inspector, with a client or bots.";

/** What the list tells of a room's mode. */
export interface About {
  /** For people. */
  title: string;
  /** The play page can draw it. */
  drawn: boolean;
  /** The address of a picture of it. */
  picture: string;
}

/** The address of a server's page; what says which room or mode, as "room=…". */
const pageOf = (server: string, name: string, what: string): string => `${server === base() ? "" : `${server}/`}${name}?${what}`;

/** The address of a server's play page. */
export const playPage = (server: string, what: string): string => pageOf(server, "play", what);

export class RoomList {
  private readonly rows = new Map<string, Row>();

  /** about: what is known of a mode. */
  constructor(
    private readonly list: HTMLElement,
    private readonly about: (mode: string) => About,
  ) {}

  /** server: where the rooms are entered. */
  show(rooms: readonly Room[], server: string, now = Date.now()): void {
    const focused = document.activeElement as HTMLElement | null;
    const listed = new Set(rooms.map((room) => room.id));
    for (const [id, row] of this.rows) {
      if (!listed.has(id)) {
        row.item.remove();
        this.rows.delete(id);
      }
    }
    rooms.forEach((room, at) => {
      const row = this.rows.get(room.id) ?? new Row(room.id);
      this.rows.set(room.id, row);
      row.show(room, this.about(room.mode), server, now);
      const there = this.list.children[at];
      if (there !== row.item) this.list.insertBefore(row.item, there ?? null);
    });
    // A row that moved has lost the focus.
    if (focused !== document.activeElement && this.list.contains(focused)) focused?.focus();
  }
}

class Row {
  readonly item: HTMLLIElement;
  private readonly picture = make("img");
  private readonly name = make("span");
  private readonly crowd = make("span");
  private readonly seats = make("span", "figure");
  private readonly age = make("small", "figure");
  private readonly bar = new Bar();
  private readonly join = make("a", "button", "Join");
  private readonly watch = make("a", "button", "Watch");
  private readonly act = make("span", "act", this.join, this.watch);
  private readonly undrawn = make("small", "undrawn", undrawn);

  constructor(private readonly id: string) {
    this.picture.alt = "";
    const full = make("span", "seats", make("span", "", this.crowd, this.seats), this.bar.picture);
    this.item = make("li", "", this.picture, make("span", "title", this.name, this.age), this.act, full, this.undrawn);
    this.watch.title = "Takes no seat";
  }

  show(room: Room, { title, drawn, picture }: About, server: string, now: number): void {
    const page = pageOf(server, drawn ? "play" : "inspect", `room=${encodeURIComponent(room.id)}`);
    const open = room.state === "open" && room.taken - room.fillers < room.seats;
    const says = room.state === "open" ? (open ? "Join" : "Full") : "Closed";
    if (this.picture.getAttribute("src") !== picture) this.picture.src = picture;
    text(this.name, title);
    text(this.age, `${this.id}, ${age(now / 1000 - room.createdUnix)}`);
    text(this.crowd, crowdWords({ people: room.taken - room.bots, bots: room.bots }));
    text(this.seats, `${room.taken} / ${room.seats.toLocaleString("en")}`);
    text(this.join, says);
    this.bar.show(room);
    this.undrawn.hidden = drawn;
    this.join.classList.toggle("off", !open);
    if (open) this.join.href = page;
    else this.join.removeAttribute("href");
    this.join.ariaLabel = open ? `Join ${title} ${room.id}` : `${title} ${room.id}: ${says}`;
    this.watch.href = `${page}&watch`;
    this.watch.ariaLabel = `Watch ${title} ${room.id}`;
  }
}

/** How full a room is: bots first, then people. The figures beside it say the same. */
class Bar {
  readonly picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  private readonly bots = this.part("bots");
  private readonly people = this.part("people");

  constructor() {
    this.picture.classList.add("bar");
    this.picture.setAttribute("viewBox", "0 0 100 8");
    this.picture.setAttribute("preserveAspectRatio", "none");
    this.picture.ariaHidden = "true";
  }

  show(room: Room): void {
    const percent = (n: number): string => ((100 * Math.min(n, room.seats)) / Math.max(room.seats, 1)).toFixed(1);
    this.bots.setAttribute("width", percent(room.bots));
    this.people.setAttribute("x", percent(room.bots));
    this.people.setAttribute("width", percent(room.taken - room.bots));
  }

  private part(className: string): SVGRectElement {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    rect.setAttribute("class", className);
    rect.setAttribute("height", "8");
    return this.picture.appendChild(rect);
  }
}

/** Seconds as a person says them. */
export function age(seconds: number): string {
  if (seconds < 60) return "new";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

/** One line about all that are listed. */
export function summary(rooms: readonly Room[]): string {
  const bots = rooms.reduce((sum, room) => sum + room.bots, 0);
  const people = rooms.reduce((sum, room) => sum + room.taken, 0) - bots;
  return `${count(people, "player")}, ${count(bots, "bot")} in ${count(rooms.length, "room")}`;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
