// The first view: all nodes in figures, their rooms, and what can be done to a node.
import { create } from "@bufbuild/protobuf";
import { answer, api } from "./api.ts";
import { ask } from "./dialog.ts";
import { buttons, marked, tile } from "./cells.ts";
import { byId, make, say, text } from "../dom.ts";
import { OverviewSchema, type NodeInfo, type RoomLine } from "./gen/metronome/v1/console_pb.ts";
import { addressOf, knowNodes, nodeName, severalNodes, silence } from "./nodes.ts";
import { place } from "./route.ts";
import { Table } from "./table.ts";
import { bytes, counted, drains, health, kept, moods, ms, percent, sentence, span, stateMood, whole } from "./words.ts";

/** The longest announcement, bytes; the server cuts off what is over. */
const mostLine = 1000;

const nodes = new Table<NodeInfo>(
  "Nodes",
  [
    { title: "Node", by: (n) => n.url || n.id, fill: fillNode },
    { title: "State", by: (n) => n.state, fill: (cell, n) => marked(cell, stateOf(n).mood, stateOf(n).word) },
    { title: "Now", by: (n) => moods.indexOf(health(n.health).mood), fill: (cell, n) => marked(cell, health(n.health).mood, health(n.health).word) },
    { title: "Rooms", by: (n) => n.rooms, figure: true },
    { title: "Players", by: (n) => n.players - n.bots, text: (n) => (n.bots > 0 ? `${whole(n.players - n.bots)} + ${counted(n.bots, "bot")}` : whole(n.players)), figure: true },
    { title: "CPU", by: (n) => n.cpuPermille, text: (n) => percent(n.cpuPermille), figure: true },
    { title: "Memory", by: (n) => n.residentKb, text: (n) => bytes(n.residentKb * 1000), figure: true },
    { title: "Up", by: (n) => n.uptimeSeconds, text: (n) => span(n.uptimeSeconds), figure: true },
    { title: "Version", by: (n) => n.version },
    { title: "What can be done", fill: fillActs },
  ],
  (n) => n.id,
  0,
  false,
);

const rooms = new Table<RoomLine>(
  "Rooms",
  [
    { title: "Room", by: (r) => r.id, fill: fillRoom },
    { title: "Node", by: (r) => nodeName(r.node), hidden: () => !severalNodes() },
    { title: "Mode", by: (r) => r.mode, text: (r) => (r.tickHz > 0 ? `${r.mode} · ${r.tickHz} Hz` : r.mode) },
    { title: "State", by: (r) => r.state, fill: (cell, r) => marked(cell, stateMood(r.state), r.state) },
    { title: "Now", by: (r) => moods.indexOf(health(r.health).mood), fill: (cell, r) => marked(cell, health(r.health).mood, health(r.health).word) },
    { title: "Kept", by: (r) => moods.indexOf(keptOf(r).mood), fill: (cell, r) => marked(cell, keptOf(r).mood, keptOf(r).fault === "" ? (r.kept?.by ?? "no") : keptOf(r).word), hidden: () => !last.room.some((r) => r.kept) },
    { title: "Seats", by: (r) => r.taken, text: seats, figure: true },
    { title: "Tick p99", by: (r) => r.tickUsP99, text: (r) => ms(r.tickUsP99), figure: true },
    { title: "Late p99", by: (r) => r.lateUsP99, text: (r) => ms(r.lateUsP99), figure: true },
    { title: "Out /s", by: (r) => r.bytes, text: (r) => bytes(r.bytes), figure: true },
    { title: "Inputs /s", by: (r) => r.inputs, text: inputs, figure: true },
    { title: "Up", by: (r) => r.ageSeconds, text: (r) => span(r.ageSeconds), figure: true },
  ],
  (r) => `${r.node}/${r.id}`,
  6,
  true,
);

const filter = byId("filter", HTMLInputElement);
let last = create(OverviewSchema);

byId("nodes", HTMLElement).append(nodes.element);
byId("rooms", HTMLElement).append(rooms.element);
filter.addEventListener("input", () => showRooms());
byId("do-announce-all", HTMLButtonElement).addEventListener("click", () => announce(""));

export function showOverview(o: typeof last): void {
  last = o;
  knowNodes(o.node);
  tiles();
  nodes.show(o.node);
  say(byId("node-fault", HTMLElement), o.nodeFault ? `${o.nodeFault}.` : "");
  showRooms();
}

function showRooms(): void {
  const all = last.room;
  const wanted = filter.value.trim().toLowerCase();
  const found = all.filter((r) => wanted === "" || `${r.id} ${r.mode} ${r.state} ${r.health?.word ?? ""} ${nodeName(r.node)}`.toLowerCase().includes(wanted));
  rooms.show(found);
  const none = wanted === "" ? "No room is open. Whoever plays opens one." : "No room fits.";
  const more = last.node.reduce((total, n) => total + n.moreRooms, 0);
  say(byId("none", HTMLElement), found.length === 0 ? none : more > 0 ? `${whole(more)} more rooms are open: each node lists its first 2,000.` : "");
  text(byId("rooms-count", HTMLElement), found.length === all.length ? `${all.length}` : `${found.length} of ${all.length}`);
}

function sum<Row>(all: Row[], of: (row: Row) => number): number {
  return all.reduce((total, row) => total + of(row), 0);
}

/** Sums over the nodes that answer. */
function tiles(): void {
  const answering = last.node.filter((n) => n.state !== "" && n.health?.word !== "does not answer");
  const ids = new Set(answering.map((n) => n.id));
  const all = last.room.filter((r) => ids.has(r.node));
  const bots = sum(answering, (n) => n.bots);
  const over = answering.length > 1 ? `on ${answering.length} nodes` : "of one core";
  tile("t-players", whole(sum(answering, (n) => n.players) - bots), `and ${counted(bots, "bot")} in ${counted(sum(answering, (n) => n.rooms), "room")}`);
  tile("t-cpu", percent(sum(answering, (n) => n.cpuPermille)), over);
  tile("t-memory", bytes(sum(answering, (n) => n.residentKb) * 1000), answering.length > 1 ? over : "resident");
  tile("t-out", bytes(sum(all, (r) => r.bytes)), "of snapshots per second");
  tile("t-inputs", whole(sum(all, (r) => r.inputs)), `per second, ${whole(sum(all, (r) => r.unused))} unused`);
  tile("t-late", ms(Math.max(0, ...all.filter((r) => r.taken > 0).map((r) => r.lateUsP99))), "late p99, the worst room");
}

function done(what: string): void {
  say(byId("overview-done", HTMLElement), what);
}

/** Asks whether to drain a node. */
function drain(n: NodeInfo): void {
  const now = last.node.find((other) => other.id === n.id) ?? n;
  ask({
    title: `Drain ${nodeName(n.id)}?`,
    means: drains(now.rooms, now.players - now.bots),
    act: "Drain",
    danger: true,
    do: async () => {
      await answer(api().drainNode({ node: n.id }));
      done(`${nodeName(n.id)} drains: stop it when it has no rooms any more.`);
    },
  });
}

/** Asks what to announce to all rooms of a node; "" is all nodes. */
function announce(node: string): void {
  const where = node === "" ? "all rooms" : `all rooms of ${nodeName(node)}`;
  ask({
    title: `Announce to ${where}`,
    means: "Everybody in them reads it as a line from the server.",
    field: "Announcement",
    needed: true,
    most: mostLine,
    act: "Announce",
    do: async (line) => {
      const told = await answer(api().announceToAll({ node, text: line }));
      const busy = told.failed > 0 ? ` ${told.failed} were too busy.` : "";
      done(`Announced to ${counted(told.rooms, "room")}: ${sentence(line)}${busy} ${silence(told.silent)}`.trim());
    },
  });
}

function stateOf(n: NodeInfo): { mood: string; word: string } {
  if (n.draining || n.state === "draining") return { mood: "warn", word: "draining" };
  return n.state === "" || n.state === "ready" ? { mood: "ok", word: "in service" } : { mood: "warn", word: n.state };
}

function keptOf(r: RoomLine): ReturnType<typeof kept> {
  return kept(r.kept, Date.now() / 1000);
}

function seats(r: RoomLine): string {
  const notes = [r.bots > 0 ? counted(r.bots, "bot") : "", r.away > 0 ? `${r.away} away` : "", r.spectators > 0 ? counted(r.spectators, "spectator") : ""].filter((note) => note !== "");
  return `${r.taken}/${r.seats}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}

function inputs(r: RoomLine): string {
  return r.unused > 0 ? `${whole(r.inputs)} (${whole(r.unused)} unused)` : whole(r.inputs);
}

function fillRoom(cell: HTMLElement, r: RoomLine): void {
  if (cell.childElementCount > 0) return;
  const link = make("a", "figure", r.id);
  link.href = place({ room: r.id, node: addressOf(r.node) });
  cell.append(link);
  if (r.private) cell.append(" ", make("span", "tag", "private"));
}

function fillNode(cell: HTMLElement, n: NodeInfo): void {
  if (cell.childElementCount > 0) return;
  cell.append(make("span", "figure", nodeName(n.id)));
  if (n.self) cell.append(" ", make("span", "tag", "this one"));
}

function fillActs(cell: HTMLElement, n: NodeInfo): void {
  buttons(cell, { title: "Announce", do: () => announce(n.id) }, { title: "Drain", danger: true, do: () => drain(n) });
  const drainButton = cell.querySelector<HTMLButtonElement>("button.danger");
  if (drainButton) drainButton.hidden = !n.drains;
  if (drainButton) drainButton.disabled = n.draining || n.state !== "ready";
}
