// What operators and backends did.
import { answer, api } from "./api.ts";
import type { ActInfo, ListActsResponse } from "./gen/metronome/v1/console_pb.ts";
import { nodeName } from "./nodes.ts";
import { marked } from "./cells.ts";
import { byId, say, text } from "../dom.ts";
import { Poll } from "./poll.ts";
import { Table } from "./table.ts";
import { sentence, when } from "./words.ts";

/** How many are asked for, the newest. */
const most = 500;

/** An act with its place in time: a second has many. */
type Line = ActInfo & { order: number };

const acts = new Table<Line>(
  "Audit",
  [
    { title: "When", by: (a) => a.order, text: (a) => when(a.atUnix) },
    { title: "Who", by: (a) => a.who ?? "" },
    { title: "From", by: (a) => a.remote ?? "" },
    { title: "What", by: (a) => a.what ?? "" },
    { title: "On", by: (a) => a.on ?? "", long: true },
    { title: "Detail", by: (a) => a.detail ?? "", long: true },
    { title: "Came to", by: (a) => a.fault ?? "", fill: (cell, a) => marked(cell, a.fault ? "warn" : "ok", a.fault ? sentence(a.fault) : "done"), long: true },
    { title: "Node", by: (a) => nodeName(a.node) },
  ],
  (a) => String(a.order),
  0,
  true,
);
const filter = byId("acts-filter", HTMLInputElement);
const poll = new Poll(() => answer(api().listActs({ most })), show, (why) => say(byId("audit-trouble", HTMLElement), sentence(why)));
let last: Line[] = [];

byId("acts", HTMLElement).append(acts.element);
filter.addEventListener("input", showFound);

/** Begins to ask for the acts, or stops. */
export function lookAtAudit(on: boolean): void {
  poll.look(on);
}

function show(answer: ListActsResponse): void {
  const all = answer.act ?? [];
  last = all.map((a, at) => ({ ...a, order: all.length - at }));
  showFound();
}

function showFound(): void {
  const wanted = filter.value.trim().toLowerCase();
  const found = last.filter((a) => wanted === "" || [a.who, a.remote, a.what, a.on, a.detail, a.fault, a.node].join(" ").toLowerCase().includes(wanted));
  acts.show(found);
  acts.element.hidden = found.length === 0;
  say(byId("no-acts", HTMLElement), found.length > 0 ? "" : last.length === 0 ? "Nobody has done anything yet." : "Nothing fits.");
  text(byId("acts-count", HTMLElement), found.length === last.length ? String(last.length) : `${found.length} of ${last.length}`);
}
