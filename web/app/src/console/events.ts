// What happened on all nodes, in the order of time; each line leads to its second
// in the history.
import { answer, api } from "./api.ts";
import { marked } from "./cells.ts";
import { byId, make, say, text } from "../dom.ts";
import type { EventInfo, ListEventsResponse } from "./gen/metronome/v1/console_pb.ts";
import { nodeChoice, nodeName, severalNodes, silence } from "./nodes.ts";
import { Poll } from "./poll.ts";
import { place } from "./route.ts";
import { Table } from "./table.ts";
import { closeName, eventMood, sentence, when, whole } from "./words.ts";

/** How many are asked for, the newest. */
const most = 500;

const kind = byId("event-kind", HTMLSelectElement);
const room = byId("event-room", HTMLInputElement);
const words = byId("event-text", HTMLInputElement);

const events = new Table<EventInfo>(
  "Events",
  [
    { title: "When", by: (e) => Number(e.atMs), fill: fillWhen },
    { title: "What", by: (e) => e.kind, fill: (cell, e) => marked(cell, eventMood(e.kind, e.code), e.kind) },
    { title: "Room", by: (e) => e.room },
    { title: "Node", by: (e) => nodeName(e.node), hidden: () => !severalNodes() },
    { title: "Who", by: who },
    { title: "Why", by: why, long: true },
  ],
  (e) => `${e.node}/${e.number}`,
  0,
  true,
);
const node = nodeChoice(byId("event-node", HTMLSelectElement), "all nodes", () => void poll.now());
const poll = new Poll(
  () => answer(api().listEvents({ node: node.value, kind: kind.value === "" ? [] : kind.value.split(" "), room: room.value.trim(), text: words.value.trim(), most })),
  show,
  (why) => say(byId("events-trouble", HTMLElement), sentence(why)),
);

byId("events", HTMLElement).append(events.element);
for (const field of [kind, room, words]) field.addEventListener("input", () => void poll.now());
byId("event-filter", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());

/** Begins to ask for the events, or stops. */
export function lookAtEvents(on: boolean): void {
  poll.look(on);
}

function show(got: ListEventsResponse): void {
  events.show(got.event);
  events.element.hidden = got.event.length === 0;
  const said = got.event.length === 0 ? "Nothing like it has happened since the nodes were started." : got.more ? `These are the newest ${whole(got.event.length)}.` : "";
  say(byId("events-said", HTMLElement), [said, silence(got.silent)].filter((s) => s !== "").join(" "));
  text(byId("events-count", HTMLElement), whole(got.event.length));
}

function who(e: EventInfo): string {
  if (e.name === "") return "";
  return `${e.name}${e.user ? ` (${e.user})` : ""}, seat ${e.seat}`;
}

function why(e: EventInfo): string {
  if (e.kind === "moved") return `to ${nodeName(e.other)} at tick ${whole(e.count)} · stood still for ${e.tookMs} ms`;
  if (e.kind === "taken-over") return `from ${nodeName(e.other)} at tick ${whole(e.count)}`;
  const count = e.count > 0 ? (e.kind === "ticks-lost" ? `${whole(e.count)} ticks` : e.kind === "ended" ? `tick ${whole(e.count)}` : e.count > 1 ? `${whole(e.count)} times` : "") : "";
  return [closeName(e.code), e.text, count].filter((part) => part !== "").join(" · ");
}

function fillWhen(cell: HTMLElement, e: EventInfo): void {
  if (cell.childElementCount > 0) return;
  const seconds = Math.floor(Number(e.atMs) / 1000);
  const link = make("a", "figure", `${when(seconds)}.${String(Number(e.atMs) % 1000).padStart(3, "0")}`);
  link.href = place({ page: "history", at: seconds });
  cell.append(link);
}
