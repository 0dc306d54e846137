// One room: its last minutes as plots, its seats, and what an operator can do.
import { answer, api } from "./api.ts";
import type { NodeInfo, Overview, RoomDetail, RoomLine, SeatLine } from "./gen/metronome/v1/console_pb.ts";
import { kickBans, kickChoices, lengthTitle, whom } from "./ban.ts";
import { ask } from "./dialog.ts";
import { moveMeans, placeOptions, placesFor, type Placing } from "./move.ts";
import { mark, marked } from "./cells.ts";
import { byId, make, say, text } from "../dom.ts";
import { save } from "./save.ts";
import { History } from "./history.ts";
import { addressOf, nodeName, ownIfNone, sameNode, severalNodes } from "./nodes.ts";
import { Plots } from "./plots.ts";
import { place } from "./route.ts";
import { Table } from "./table.ts";
import { counted, health, kept, sentence, span, stateMood, ticks } from "./words.ts";

/** The longest reason of a close and announcement, bytes; the server cuts off what is over. */
const mostReason = 120;
const mostLine = 1000;

export const history = new History();
const plots = new Plots((at) => text(byId("at", HTMLElement), at === null ? "" : new Date(at * 1000).toLocaleTimeString("en-GB")));
let shown = "";
let node = "";
let sitting: SeatLine[] = [];
let hz = 1;
let locked = false;
let places: Placing[] = [];
let line: RoomLine | undefined;

const seats = new Table<SeatLine>(
  "Seats of this room",
  [
    { title: "Seat", by: (s) => s.seat, fill: fillSeat, figure: true },
    { title: "Player", by: (s) => s.name ?? "", fill: fillName },
    { title: "User", by: (s) => s.user ?? "", fill: fillUser },
    { title: "State", by: (s) => s.state ?? "", fill: (cell, s) => marked(cell, s.state === "active" ? "ok" : "warn", s.state ?? "") },
    { title: "Slack", by: (s) => s.slack ?? 0, text: (s) => ticks(s.slack, 1e9), figure: true },
    { title: "Last input used", by: (s) => s.inputAge ?? 0, text: (s) => ago(s.inputAge), figure: true },
    { title: "Last heard of", by: (s) => s.silent ?? 0, text: (s) => ago(s.silent), figure: true },
    { title: "Last snapshot", by: (s) => s.unsent ?? 0, text: (s) => ago(s.unsent), figure: true },
  ],
  (s) => String(s.seat),
  0,
  false,
);

byId("plots", HTMLElement).append(plots.element);
byId("seats", HTMLElement).append(seats.element);
byId("do-announce", HTMLButtonElement).addEventListener("click", announce);
byId("do-close", HTMLButtonElement).addEventListener("click", close);
byId("do-move", HTMLButtonElement).addEventListener("click", move);
byId("do-lock", HTMLButtonElement).addEventListener("click", lock);
byId("do-download", HTMLButtonElement).addEventListener("click", () => void download());

/** Turns to a room; "" to none. One that has moved is the same room: what is known of it stays. */
export function openRoom(id: string, on: string): void {
  say(byId("ended", HTMLElement), "");
  byId("room-views", HTMLElement).hidden = false;
  operable(true);
  if (id === shown) {
    if (on !== node && id !== "") done(`The room is at ${nodeName(ownIfNone(on))} now.`);
    node = on;
    return;
  }
  [shown, node] = [id, on];
  line = undefined;
  history.clear();
  plots.show(history);
  sitting = [];
  seats.show([]);
  text(byId("room-title", HTMLElement), id);
  text(byId("room-line", HTMLElement), "");
  done("");
  mark(byId("room-state", HTMLElement), "idle", "");
  mark(byId("room-health", HTMLElement), "idle", "");
  mark(byId("room-kept", HTMLElement), "idle", "");
  say(byId("not-kept", HTMLElement), "");
}

export function showRoom(o: Overview | undefined, detail: RoomDetail | undefined): void {
  const now = o?.room.find((r) => r.id === shown && sameNode(r.node, node));
  if (o && now) showLine(now, o.node);
  if (!detail || detail.room !== shown) return;
  if (detail.samples) {
    history.add(detail.samples);
    plots.show(history);
  }
  if (detail.seat.length === 0 && detail.occupied > 0) return; // the room was too busy to list them
  const listed = detail.seat;
  sitting = listed;
  seats.show(listed);
  const more = (detail.occupied ?? 0) - listed.length;
  say(byId("no-seats", HTMLElement), listed.length === 0 ? "Nobody sits in this room." : more > 0 ? `These are the first ${listed.length}; ${more} more are occupied.` : "");
}

/** The room is over; what is shown stays. */
export function roomEnded(why: string): void {
  const known = history.newest > 0;
  const rest = "The list of all rooms has those that are open.";
  say(byId("ended", HTMLElement), known ? `${sentence(why)} What you see is how it was last. ${rest}` : `No room "${shown}" is open ${node === "" ? "on this node" : `on ${nodeName(node)}`}; it may have ended. ${rest}`);
  mark(byId("room-state", HTMLElement), "bad", known ? "closed" : "");
  mark(byId("room-health", HTMLElement), "idle", "");
  byId("room-views", HTMLElement).hidden = !known;
  operable(false);
}

function operable(on: boolean): void {
  for (const id of ["do-announce", "do-lock", "do-move", "do-close", "do-download"]) byId(id, HTMLButtonElement).disabled = !on;
}

function showLine(r: RoomLine, nodes: NodeInfo[]): void {
  line = r;
  hz = r.tickHz ?? 1;
  mark(byId("room-state", HTMLElement), stateMood(r.state ?? ""), r.state ?? "");
  mark(byId("room-health", HTMLElement), health(r.health).mood, health(r.health).word);
  const keeping = kept(r.kept, Date.now() / 1000);
  mark(byId("room-kept", HTMLElement), keeping.mood, keeping.word);
  say(byId("not-kept", HTMLElement), keeping.fault);
  places = placesFor(r, nodes);
  const moves = byId("do-move", HTMLButtonElement);
  moves.hidden = !severalNodes();
  moves.disabled = places.length === 0;
  moves.title = places.length === 0 ? "No other node in service has this mode." : "";
  locked = r.state === "locked";
  text(byId("do-lock", HTMLElement), locked ? "Unlock" : "Lock");
  byId("do-lock", HTMLButtonElement).disabled = r.state !== "open" && !locked;
  const facts = [
    r.mode,
    ...(severalNodes() ? [nodeName(r.node)] : []),
    `${r.tickHz ?? 0} Hz`,
    `${r.taken ?? 0} of ${r.seats ?? 0} seats`,
    ...(r.spectators > 0 ? [counted(r.spectators, "spectator")] : []),
    `tick ${r.tick ?? 0}`,
    `up ${span(r.ageSeconds)}`,
    ...(severalNodes() ? [`epoch ${r.epoch}`] : []),
  ];
  text(byId("room-line", HTMLElement), facts.join(" · "));
  byId("do-download", HTMLElement).hidden = !nodes.find((n) => n.id === r.node)?.records;
}

function done(what: string): void {
  say(byId("done", HTMLElement), what);
}

function announce(): void {
  const room = shown;
  ask({
    title: `Announce to ${room}`,
    means: "Everybody in the room reads it as a line from the server.",
    field: "Announcement",
    needed: true,
    most: mostLine,
    act: "Announce",
    do: async (line) => {
      await answer(api().announce({ node, room, text: line }));
      done(`Announced: ${line}`);
    },
  });
}

function lock(): void {
  const [room, unlock] = [shown, locked];
  ask({
    title: unlock ? `Unlock ${room}?` : `Lock ${room}?`,
    means: unlock ? "New players may come in again." : "No new player gets in. Those who sit here play on, and may come back when their connection is lost.",
    act: unlock ? "Unlock" : "Lock",
    do: async () => {
      await answer(api().lockRoom({ node, room, unlock }));
      done(unlock ? "The room is open again." : "The room is locked.");
    },
  });
}

/** Asks where a room is to go, and goes after it. */
function move(): void {
  if (!line) return;
  const moved = line;
  ask({
    title: `Move ${moved.id}?`,
    means: moveMeans(moved),
    choice: { label: "To", options: placeOptions(places, nodeName) },
    act: "Move",
    doing: "Moving …",
    do: async (_, to) => {
      const { node: there } = await answer(api().moveRoom({ node: moved.node, room: moved.id, to }));
      if (shown === moved.id) location.hash = place({ room: moved.id, node: addressOf(there) });
    },
  });
}

function close(): void {
  const room = shown;
  ask({
    title: `Close ${room}?`,
    means: "The match ends now. Every player is told that the room has ended, with your reason, and goes back to the lobby.",
    field: "Reason",
    value: "the room was closed by an operator",
    most: mostReason,
    act: "Close the room",
    danger: true,
    do: async (reason) => {
      await answer(api().closeRoom({ node, room, reason }));
      done("The room was closed.");
    },
  });
}

/** Asks whether to kick who sits on a seat. */
export function kick(seat: number, name: string): void {
  const room = shown;
  const bans = kickBans(sitting.find((s) => s.seat === seat && s.name === name));
  ask({
    title: `Kick ${name}?`,
    means: `The connection of seat ${seat} is closed and the seat is free for others. The player sees your reason and does not come back by itself. ${bans}`,
    field: "Reason",
    value: "an operator removed you",
    most: mostReason,
    ...(bans === "" ? {} : { choice: { label: "Ban", options: kickChoices } }),
    act: "Kick",
    danger: true,
    do: async (reason, seconds) => {
      const { ban } = await answer(api().kickSeat({ node, room, seat, name, reason, ...(seconds === "" ? {} : { banSeconds: Number(seconds) }) }));
      done(ban ? `${name} was kicked, and the ${whom(ban)} banned ${lengthTitle(seconds)}.` : `${name} was kicked.`);
    },
  });
}

async function download(): Promise<void> {
  await save(node, shown, "", done);
}

function ago(n: number | undefined): string {
  return (n ?? 0) <= 1 ? "now" : `${ticks(n, hz)} ago`;
}

function fillSeat(cell: HTMLElement, s: SeatLine): void {
  if (cell.childElementCount === 0) cell.append(make("a", "figure", String(s.seat)));
  const link = cell.firstElementChild as HTMLAnchorElement;
  const there = place({ room: shown, node, seat: s.seat });
  if (link.getAttribute("href") !== there) link.setAttribute("href", there);
  const label = `Seat ${s.seat}, ${s.name ?? ""}`;
  if (link.getAttribute("aria-label") !== label) link.setAttribute("aria-label", label);
}

/** Who it is, or from where somebody unknown comes. */
function fillUser(cell: HTMLElement, s: SeatLine): void {
  const inner = cell.firstElementChild ?? cell.appendChild(make("span", "figure"));
  text(inner, s.user || s.address || "–");
  inner.classList.toggle("faint", !s.user);
}

function fillName(cell: HTMLElement, s: SeatLine): void {
  const name = cell.firstElementChild ?? cell.appendChild(make("span"));
  text(name, s.name ?? "");
  const tag = cell.children[1] ?? cell.appendChild(make("span", "tag", "bot"));
  (tag as HTMLElement).hidden = !s.bot;
}
