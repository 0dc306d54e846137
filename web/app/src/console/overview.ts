// The first view: this node in figures, all nodes, the rooms of this one.
import { call, type NodeInfo, type Overview, type RoomLine } from "./api.ts";
import { ask } from "./dialog.ts";
import { marked, tile } from "./cells.ts";
import { byId, make, say, text } from "../dom.ts";
import { adminKey } from "./key.ts";
import { place } from "./route.ts";
import { Table } from "./table.ts";
import { bytes, drains, health, ms, span, stateMood, whole } from "./words.ts";

const nodes = new Table<NodeInfo>(
  "Nodes",
  [
    { title: "Node", by: (n) => n.url ?? n.id, fill: fillNode },
    { title: "State", by: (n) => (n.draining ? 1 : 0), fill: (cell, n) => marked(cell, n.draining ? "warn" : "ok", n.draining ? "draining" : "in service") },
    { title: "Rooms", by: (n) => n.rooms ?? 0, figure: true },
    { title: "Players", by: (n) => n.players ?? 0, figure: true },
    { title: "Seats", by: (n) => n.seats ?? 0, figure: true, text: (n) => whole(n.seats ?? 0) },
    { title: "Version", by: (n) => n.version ?? "" },
  ],
  (n) => n.id,
  0,
  false,
);

const rooms = new Table<RoomLine>(
  "Rooms of this node",
  [
    { title: "Room", by: (r) => r.id, fill: fillRoom },
    { title: "Mode", by: (r) => r.mode ?? "" },
    { title: "State", by: (r) => r.state ?? "", fill: (cell, r) => marked(cell, stateMood(r.state ?? ""), r.state ?? "") },
    { title: "Now", by: (r) => order.indexOf(health(r).mood), fill: (cell, r) => marked(cell, health(r).mood, health(r).word) },
    { title: "Seats", by: (r) => r.taken ?? 0, text: seats, figure: true },
    { title: "Rate", by: (r) => r.tickHz ?? 0, text: (r) => `${r.tickHz ?? 0} Hz`, figure: true },
    { title: "Tick p99", by: (r) => r.tickUsP99 ?? 0, text: (r) => ms(r.tickUsP99 ?? 0), figure: true },
    { title: "Late p99", by: (r) => r.lateUsP99 ?? 0, text: (r) => ms(r.lateUsP99 ?? 0), figure: true },
    { title: "Out /s", by: (r) => r.bytes ?? 0, text: (r) => bytes(r.bytes ?? 0), figure: true },
    { title: "Inputs /s", by: (r) => r.inputs ?? 0, text: (r) => whole(r.inputs ?? 0), figure: true },
    { title: "Unused /s", by: (r) => r.unused ?? 0, text: (r) => whole(r.unused ?? 0), figure: true },
    { title: "Up", by: (r) => r.ageSeconds ?? 0, text: (r) => span(r.ageSeconds), figure: true },
  ],
  (r) => r.id,
  4,
  true,
);
const order = ["idle", "ok", "warn", "bad"];

const filter = byId("filter", HTMLInputElement);
let last: Overview = {};
let before: { cpu: number; at: number } | null = null;

byId("nodes", HTMLElement).append(nodes.element);
byId("rooms", HTMLElement).append(rooms.element);
filter.addEventListener("input", () => showRooms());

const drainButton = byId("do-drain", HTMLButtonElement);
let drained = false;
drainButton.addEventListener("click", drain);

export function showOverview(o: Overview): void {
  last = o;
  tiles(o);
  nodes.show(o.node ?? []);
  say(byId("node-fault", HTMLElement), o.nodeFault ? `${o.nodeFault}.` : "");
  drainButton.hidden = !o.drains;
  drainButton.disabled = drained || o.state !== "ready";
  showRooms();
}

function showRooms(): void {
  const all = last.room ?? [];
  const wanted = filter.value.trim().toLowerCase();
  const found = all.filter((r) => wanted === "" || `${r.id} ${r.mode} ${r.state} ${health(r).word}`.toLowerCase().includes(wanted));
  rooms.show(found);
  const none = wanted === "" ? "No room is open on this node. Whoever plays opens one." : "No room fits.";
  say(byId("none", HTMLElement), found.length === 0 ? none : "");
  text(byId("rooms-count", HTMLElement), found.length === all.length ? `${all.length}` : `${found.length} of ${all.length}`);
}

function sum(all: RoomLine[], of: (r: RoomLine) => number | undefined): number {
  return all.reduce((total, r) => total + (of(r) ?? 0), 0);
}

function tiles(o: Overview): void {
  const all = o.room ?? [];
  const now = { cpu: o.cpuSeconds ?? 0, at: performance.now() / 1000 };
  const cpu = before && now.at > before.at + 0.2 && now.cpu >= before.cpu ? (100 * (now.cpu - before.cpu)) / (now.at - before.at) : null;
  before = now;
  const bots = sum(all, (r) => r.bots);
  tile("t-players", `${whole(sum(all, (r) => r.taken) - bots)}`, `and ${whole(bots)} bots`);
  tile("t-cpu", cpu === null ? "–" : `${cpu.toFixed(cpu < 10 ? 1 : 0)} %`, "of one core");
  tile("t-memory", bytes((o.residentKb ?? 0) * 1000), "resident");
  tile("t-out", bytes(sum(all, (r) => r.bytes)), "of snapshots per second");
  tile("t-inputs", whole(sum(all, (r) => r.inputs)), `per second, ${whole(sum(all, (r) => r.unused))} unused`);
  tile("t-late", ms(Math.max(0, ...all.map((r) => r.lateUsP99 ?? 0))), "late p99, the worst room");
}

/** Asks whether to stop this node. */
function drain(): void {
  const rooms = last.room ?? [];
  ask({
    title: "Drain this node?",
    means: drains(rooms.length, sum(rooms, (r) => r.taken) - sum(rooms, (r) => r.bots)),
    act: "Drain",
    danger: true,
    do: async () => {
      await call(adminKey(), "DrainNode", {});
      say(byId("drain-done", HTMLElement), "The node drains: stop it when it has no rooms any more.");
      drained = drainButton.disabled = true;
    },
  });
}

function seats(r: RoomLine): string {
  const notes = [(r.bots ?? 0) > 0 ? `${r.bots} bots` : "", (r.away ?? 0) > 0 ? `${r.away} away` : ""].filter((note) => note !== "");
  return `${r.taken ?? 0}/${r.seats ?? 0}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}

function fillRoom(cell: HTMLElement, r: RoomLine): void {
  if (cell.childElementCount > 0) return;
  const link = make("a", "figure", r.id);
  link.href = place({ room: r.id, seat: 0 });
  cell.append(link);
  if (r.private) cell.append(" ", make("span", "tag", "private"));
}

function fillNode(cell: HTMLElement, n: NodeInfo): void {
  if (cell.childElementCount > 0) return;
  if (n.self) {
    cell.append(make("span", "figure", n.url ?? n.id), " ", make("span", "tag", "this one"));
    return;
  }
  const link = make("a", "figure", n.url ?? n.id);
  link.href = `${n.url ?? ""}/console`;
  cell.append(link);
}
