// Rooms that have ended, with their recordings.
import { answer, api } from "./api.ts";
import { buttons } from "./cells.ts";
import { byId, make, say, text } from "../dom.ts";
import type { EndedRoom, ListEndedRoomsResponse } from "./gen/metronome/v1/console_pb.ts";
import { nodeName, severalNodes, silence } from "./nodes.ts";
import { Poll } from "./poll.ts";
import { place } from "./route.ts";
import { save } from "./save.ts";
import { Table } from "./table.ts";
import { bytes, closeName, sentence, span, when, whole } from "./words.ts";

const ended = new Table<EndedRoom>(
  "Ended rooms",
  [
    { title: "Ended", by: (r) => Number(r.endedUnix), fill: fillWhen },
    { title: "Room", by: (r) => r.room },
    { title: "Mode", by: (r) => r.mode },
    { title: "Node", by: (r) => nodeName(r.node), hidden: () => !severalNodes() },
    { title: "Lasted", by: (r) => Number(r.endedUnix - r.openedUnix), text: (r) => span(Number(r.endedUnix - r.openedUnix)), figure: true },
    { title: "Most seats", by: (r) => r.peak, figure: true },
    { title: "Why", by: (r) => `${closeName(r.code)} · ${r.reason}`, long: true },
    { title: "Recording", by: (r) => Number(r.recordingBytes), text: (r) => (r.recording === "" ? "–" : bytes(Number(r.recordingBytes))), figure: true },
    { title: "What can be done", fill: fillActs },
  ],
  (r) => `${r.node}/${r.room}/${r.openedUnix}`,
  0,
  true,
);
const poll = new Poll(() => answer(api().listEndedRooms({})), show, (why) => say(byId("ended-trouble", HTMLElement), sentence(why)));

byId("ended-rooms", HTMLElement).append(ended.element);

/** Begins to ask for the rooms, or stops. */
export function lookAtEnded(on: boolean): void {
  poll.look(on);
}

function show(got: ListEndedRoomsResponse): void {
  ended.show(got.room);
  ended.element.hidden = got.room.length === 0;
  text(byId("ended-count", HTMLElement), whole(got.room.length));
  say(byId("ended-none", HTMLElement), [got.room.length === 0 ? "No room has ended since the nodes were started." : "", silence(got.silent)].filter((s) => s !== "").join(" "));
}

function fillWhen(cell: HTMLElement, r: EndedRoom): void {
  if (cell.childElementCount > 0) return;
  const link = make("a", "figure", when(r.endedUnix));
  link.href = place({ page: "history", at: Number(r.endedUnix) });
  cell.append(link);
}

function fillActs(cell: HTMLElement, r: EndedRoom): void {
  if (r.recording === "") return;
  buttons(cell, { title: "Download", do: () => void save(r.node, r.room, r.recording, (sentence) => say(byId("ended-done", HTMLElement), sentence)) });
}
