// What leaves this node: how its outbox is, and the dead letters.
import { create } from "@bufbuild/protobuf";
import { answer, api } from "./api.ts";
import { OutboxInfoSchema, type DeadLetterInfo, type ListDeadLettersResponse, type OutboxInfo, type OutboxTarget } from "./gen/metronome/v1/console_pb.ts";
import { letterKind } from "./ban.ts";
import { ask } from "./dialog.ts";
import { buttons, tile } from "./cells.ts";
import { byId, say } from "../dom.ts";
import { nodeChoice } from "./nodes.ts";
import { Poll } from "./poll.ts";
import { Table } from "./table.ts";
import { bytes, sentence, span, when, whole } from "./words.ts";

const chosen = nodeChoice(byId("outbox-node", HTMLSelectElement), "", () => void poll.now());
const targets = new Table<OutboxTarget>(
  "Targets of the outbox",
  [
    { title: "Target", by: (t) => t.name },
    { title: "Waiting", by: (t) => t.waiting ?? 0, text: (t) => whole(t.waiting ?? 0), figure: true },
    { title: "Dead letters", by: (t) => t.dead ?? 0, text: (t) => whole(t.dead ?? 0), figure: true },
    { title: "Delivered", by: (t) => Number(t.delivered ?? 0), text: (t) => whole(Number(t.delivered ?? 0)), figure: true },
    { title: "Attempts that failed", by: (t) => Number(t.retried ?? 0), text: (t) => whole(Number(t.retried ?? 0)), figure: true },
  ],
  (t) => t.name,
  0,
  false,
);
const letters = new Table<DeadLetterInfo>(
  "Dead letters",
  [
    { title: "Entry", by: (d) => d.id, long: true },
    { title: "Target", by: (d) => d.target },
    { title: "What", by: letterKind },
    { title: "Attempts", by: (d) => d.attempts ?? 0, figure: true },
    { title: "Size", by: (d) => d.bytes ?? 0, text: (d) => bytes(d.bytes ?? 0), figure: true },
    { title: "Since", by: (d) => Number(d.sinceUnix ?? 0), text: (d) => when(d.sinceUnix) },
    { title: "Last error", by: (d) => d.why ?? "", long: true },
    { title: "What can be done", fill: (cell, d) => buttons(cell, { title: "Retry", do: () => void retry(d) }, { title: "Drop", danger: true, do: () => drop(d) }) },
  ],
  (d) => JSON.stringify([d.id, d.target]),
  5,
  false,
);
const poll = new Poll(() => answer(api().listDeadLetters({ node: chosen.value })), show, (why) => say(byId("outbox-trouble", HTMLElement), sentence(why)));

byId("targets", HTMLElement).append(targets.element);
byId("letters", HTMLElement).append(letters.element);

/** Begins to ask for the outbox, or stops. */
export function lookAtOutbox(on: boolean): void {
  poll.look(on);
}

function show(got: ListDeadLettersResponse): void {
  byId("outbox-views", HTMLElement).hidden = false;
  showOutbox(got.outbox ?? create(OutboxInfoSchema));
  const listed = got.letter;
  letters.show(listed);
  letters.element.hidden = listed.length === 0;
  byId("no-letters", HTMLElement).hidden = listed.length > 0;
  const more = (got.outbox?.dead ?? 0) - listed.length;
  say(byId("more-letters", HTMLElement), more > 0 ? `These are the oldest ${listed.length}; there are ${whole(more)} more.` : "");
}

function showOutbox(o: OutboxInfo): void {
  const all = o.target ?? [];
  tile("o-waiting", whole(o.waiting ?? 0), `${bytes((o.waitingKb ?? 0) * 1000)} to be delivered`);
  tile("o-oldest", span(o.oldestSeconds), "has waited");
  tile("o-dead", whole(o.dead ?? 0), "not delivered");
  tile("o-delivered", whole(all.reduce((total, t) => total + Number(t.delivered ?? 0), 0)), "since the start");
  tile("o-lost", whole(Number(o.lost ?? 0)), "since the start");
  tile("o-disk", whole(o.unwritten ?? 0), o.diskFails ? "to be written: the disk fails" : "to be written");
  targets.show(all);
  targets.element.hidden = all.length === 0;
  byId("no-targets", HTMLElement).hidden = all.length > 0;
}

function done(what: string): void {
  say(byId("outbox-done", HTMLElement), what);
  void poll.now();
}

async function retry(d: DeadLetterInfo): Promise<void> {
  try {
    await answer(api().retryDeadLetter({ id: d.id, node: chosen.value }));
    done(`${d.id} is sent again.`);
  } catch (fault) {
    done(sentence(fault instanceof Error ? fault.message : String(fault)));
  }
}

function drop(d: DeadLetterInfo): void {
  ask({
    title: `Drop ${d.id}?`,
    means: "This message is given up: no target gets it that has not got it, and nothing brings it back.",
    act: "Drop",
    danger: true,
    do: async () => {
      await answer(api().dropDeadLetter({ id: d.id, node: chosen.value }));
      done(`${d.id} was dropped.`);
    },
  });
}
