// The queues: how they are and were, and any entry of them, explained.
import { answer, api, fault } from "./api.ts";
import { mark } from "./cells.ts";
import { byId, button, make, say, text } from "../dom.ts";
import type { ConsoleServiceExplainEntryResponse, ConsoleServiceListQueuesResponse, QueueLine } from "./gen/metronome/v1/console_pb.ts";
import { addressOf, nodeName } from "./nodes.ts";
import { Poll } from "./poll.ts";
import { QueuePlots } from "./queue-plots.ts";
import { place } from "./route.ts";
import { QueuePast } from "./samples.ts";
import { Table } from "./table.ts";
import { counted, sentence, wait, when, whole } from "./words.ts";

const queues = new Table<QueueLine>(
  "Queues",
  [
    { title: "Queue", by: (q) => q.name, text: (q) => (q.title === q.name ? q.name : `${q.title} (${q.name})`) },
    { title: "Mode, players", by: (q) => q.mode, text: (q) => `${q.mode}, ${q.least === q.most ? q.most : `${q.least} to ${q.most}`}` },
    { title: "Waiting", by: (q) => q.waiting, text: (q) => (q.players === q.waiting ? whole(q.waiting) : `${whole(q.waiting)} (${counted(q.players, "player")})`), figure: true },
    { title: "In, matched /min", by: (q) => q.enqueuedPerMinute, text: (q) => `${rate(q.enqueuedPerMinute)}, ${rate(q.matchedPerMinute)}`, figure: true },
    { title: "Wait p50, p99", by: (q) => q.waitMsP50, text: (q) => `${wait(q.waitMsP50)}, ${wait(q.waitMsP99)}`, figure: true },
    { title: "Spread, gap", by: (q) => q.spread, text: (q) => `${whole(Math.round(q.spread))}, ${whole(Math.round(q.gap))}`, figure: true },
    { title: "Being opened", by: (q) => q.offered + q.opening + q.open, text: opening, figure: true },
    { title: "Leader", by: (q) => nodeName(q.leader), fill: fillLeader },
    { title: "Waits longest, and why", by: (q) => q.oldestMs, fill: fillOldest, long: true },
  ],
  (q) => q.name,
  2,
  true,
);

const shown = byId("queue-shown", HTMLSelectElement);
const form = byId("entry-form", HTMLFormElement);
const field = byId("entry-id", HTMLInputElement);
const entry = byId("entry", HTMLElement);
const pasts = new Map<string, QueuePast>();
const poll = new Poll(ask, show, (why) => say(byId("queues-trouble", HTMLElement), sentence(why)));
let plots: QueuePlots | null = null; // once there is something to plot
let last: QueueLine[] = [];

byId("queues", HTMLElement).append(queues.element);
shown.addEventListener("change", showChosen);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void explain(field.value.trim());
});

/** Begins to ask for the queues, or stops. */
export function lookAtQueues(on: boolean): void {
  poll.look(on);
}

function ask(): Promise<ConsoleServiceListQueuesResponse> {
  // What one queue has, all have: a node looks at them together.
  const since = Math.min(...[...pasts.values()].map((past) => past.newest), ...(pasts.size === 0 ? [0] : []));
  return answer(api().listQueues({ since }));
}

function show(got: ConsoleServiceListQueuesResponse): void {
  last = got.queue;
  byId("queues-views", HTMLElement).hidden = false;
  queues.show(last);
  text(byId("queues-count", HTMLElement), String(last.length));
  const names = new Set(last.map((q) => q.name));
  for (const name of pasts.keys()) if (!names.has(name)) pasts.delete(name);
  for (const q of last) {
    const past = pasts.get(q.name) ?? new QueuePast();
    pasts.set(q.name, past);
    if (q.samples) past.add(q.samples);
  }
  offer();
  showChosen();
}

/** Offers the queues that there are, and keeps the one that is chosen. */
function offer(): void {
  const names = last.map((q) => q.name);
  if ([...shown.options].map((o) => o.value).join() === names.join()) return;
  const chosen = shown.value;
  shown.replaceChildren(...last.map((q) => Object.assign(make("option", "", q.title), { value: q.name })));
  shown.value = names.includes(chosen) ? chosen : (names[0] ?? "");
}

function showChosen(): void {
  const q = last.find((line) => line.name === shown.value);
  const past = pasts.get(shown.value);
  const ends = q?.ends.map((e) => `${whole(Number(e.entries))} ${e.state}`).join(", ");
  text(byId("queue-ends", HTMLElement), !q ? "" : `Entries that ended since the queue began: ${ends || "none"}. Leader ${q.leader === "" ? "none" : nodeName(q.leader)}, epoch ${q.epoch}.`);
  const known = past !== undefined && past.at.length > 0;
  say(byId("no-samples", HTMLElement), known ? "" : "Nothing was seen of this queue yet: a node looks every ten seconds.");
  byId("queue-plots", HTMLElement).hidden = !known;
  if (!known) return;
  plots ??= new QueuePlots(byId("queue-plots", HTMLElement));
  plots.show(past);
}

const rate = (v: number): string => (v > 0 && v < 10 ? v.toFixed(1) : whole(Math.round(v)));

function opening(q: QueueLine): string {
  const parts = [[q.offered, "offered"], [q.opening, "opening"], [q.open, "open"]] as const;
  return parts.filter(([n]) => n > 0).map(([n, state]) => `${n} ${state}`).join(", ") || "0";
}

function fillLeader(cell: HTMLElement, q: QueueLine): void {
  const inner = (cell.firstElementChild as HTMLElement | null) ?? cell.appendChild(make("span"));
  mark(inner, q.leader === "" ? "bad" : "ok", q.leader === "" ? "none" : nodeName(q.leader));
}

/** The entry's id is a button, which explains it; it stays the same element while the entry is the same. */
function fillOldest(cell: HTMLElement, q: QueueLine): void {
  if (cell.dataset["entry"] !== q.oldest) {
    cell.dataset["entry"] = q.oldest;
    const id = button(q.oldest, "figure link", () => void explain(q.oldest));
    cell.replaceChildren(...(q.oldest === "" ? [] : [id, make("span")]));
  }
  if (cell.lastElementChild) text(cell.lastElementChild, ` ${wait(q.oldestMs)}. ${sentence(q.oldestWhy)}`);
}

async function explain(id: string): Promise<void> {
  if (id === "") return;
  field.value = id;
  try {
    showEntry(await answer(api().explainEntry({ entry: id })));
    say(byId("entry-said", HTMLElement), "");
  } catch (thrown) {
    entry.hidden = true;
    say(byId("entry-said", HTMLElement), sentence(fault(thrown).message));
  }
  form.scrollIntoView({ block: "nearest" });
}

const moods: Record<string, string> = { waiting: "warn", offered: "warn", opening: "warn", open: "ok", played: "ok", canceled: "idle" };

function showEntry(e: ConsoleServiceExplainEntryResponse): void {
  const state = make("span");
  mark(state, moods[e.state] ?? "bad", e.state);
  const waits = e.state === "waiting";
  const facts: [string, Node | string][] = [
    ["State", state],
    ["Queue", e.queue],
    ["Since", when(e.sinceUnix)],
    [waits ? "Has waited" : "Waited", wait(e.waitedMs)],
    ["Players", e.member.map((m) => [m.name || "somebody", m.user ? `user ${m.user}` : "", m.rating === 0 ? "" : `rating ${Math.round(m.rating)}`, m.role.join(" or ")].filter((s) => s !== "").join(", ")).join("; ")],
  ];
  if (waits) {
    facts.push(
      ["Ratings it takes", e.window < 0 ? "any" : `within ${Math.round(e.window)}`],
      ["Latency it takes", e.latency < 0 ? "any" : `up to ${Math.round(e.latency)} ms`],
      ["Teams must be", e.fill >= 1 ? "full" : e.fill <= 0 ? "at their least" : `${Math.round(100 * e.fill)} % full`],
      ["Could play with", `${whole(e.candidates)} of ${counted(e.seen, "other entry").replace(/entrys$/, "entries")}`],
    );
  }
  if (e.why !== "") facts.push(["Why", sentence(e.why)]);
  if (e.match !== "") facts.push(["Match", roomLink(e)]);
  entry.replaceChildren(make("h4", "figure", e.entry), make("dl", "facts", ...facts.map(([what, value]) => make("div", "", make("dt", "", what), make("dd", "", value)))));
  if (e.reason.length > 0) {
    entry.append(make("h4", "", "What blocks, that which blocks most first"), make("ol", "reasons", ...e.reason.map((r) => make("li", "", make("span", "tag", r.cause), ` ${sentence(r.text)}`))));
  }
  if (e.loss.length > 0) {
    entry.append(make("h4", "", "Matches that came to nothing"), make("ol", "reasons", ...e.loss.map((l) => make("li", "", `${when(l.atUnix)}, ${l.match}: ${sentence(l.why)}`))));
  }
  entry.hidden = false;
}

function roomLink(e: ConsoleServiceExplainEntryResponse): HTMLElement {
  if (e.room === "") return make("span", "figure", e.match);
  const link = make("a", "figure", e.room);
  link.href = place({ room: e.room, node: addressOf(e.node) });
  return link;
}
