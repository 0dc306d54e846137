// Finds players by name or user, in all rooms of all nodes.
import { answer, api, fault } from "./api.ts";
import { marked } from "./cells.ts";
import { byId, make, say } from "../dom.ts";
import type { FoundPlayer } from "./gen/metronome/v1/console_pb.ts";
import { addressOf, nodeName, severalNodes, silence } from "./nodes.ts";
import { place } from "./route.ts";
import { Table } from "./table.ts";
import { sentence } from "./words.ts";

const form = byId("find", HTMLFormElement);
const field = byId("find-text", HTMLInputElement);
const match = byId("find-match", HTMLSelectElement);

const players = new Table<FoundPlayer>(
  "Players found",
  [
    { title: "Player", by: (p) => p.seat?.name ?? "", fill: fillName },
    { title: "User", by: (p) => p.seat?.user || p.seat?.address || "–" },
    { title: "Room", by: (p) => p.room },
    { title: "Mode", by: (p) => p.mode },
    { title: "Node", by: (p) => nodeName(p.node), hidden: () => !severalNodes() },
    { title: "Seat", by: (p) => p.seat?.seat ?? 0, figure: true },
    { title: "State", by: (p) => p.seat?.state ?? "", fill: (cell, p) => marked(cell, p.seat?.state === "active" ? "ok" : "warn", p.seat?.state ?? "") },
  ],
  (p) => `${p.node}/${p.room}/${p.seat?.seat}/${p.seat?.name}`,
  0,
  false,
);

byId("found", HTMLElement).append(players.element);
players.element.hidden = true;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void find();
});

/** Has the field ready when the page is shown. */
export function lookForPlayers(on: boolean): void {
  if (on && document.activeElement === document.body) field.focus();
}

async function find(): Promise<void> {
  try {
    const found = await answer(api().findPlayers({ text: field.value, match: match.value }));
    players.show(found.player);
    players.element.hidden = found.player.length === 0;
    const more = found.more ? "There are more than these: say more of the name." : "";
    say(byId("find-said", HTMLElement), [found.player.length === 0 ? "Nobody of that name sits in a room." : more, silence(found.silent)].filter((s) => s !== "").join(" "));
  } catch (thrown) {
    say(byId("find-said", HTMLElement), sentence(fault(thrown).message));
  }
}

function fillName(cell: HTMLElement, p: FoundPlayer): void {
  if (cell.childElementCount > 0) return;
  const link = make("a", "", p.seat?.name ?? "");
  link.href = place({ room: p.room, node: addressOf(p.node), seat: p.seat?.seat ?? 0 });
  cell.append(link);
  if (p.seat?.bot) cell.append(make("span", "tag", "bot"));
}
