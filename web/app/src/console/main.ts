// The operator's console.
import { useKey } from "./api.ts";
import type { WatchResponse } from "./gen/metronome/v1/console_pb.ts";
import { lookAtAudit } from "./audit.ts";
import { mark } from "./cells.ts";
import { byId, say, text } from "../dom.ts";
import { adminKey, askKey, hideKey, onKey } from "./key.ts";
import { Link, type Status } from "./link.ts";
import { lookAtEnded } from "./ended.ts";
import { lookAtEvents } from "./events.ts";
import { lookAtBans } from "./moderation.ts";
import { addressOf, sameNode } from "./nodes.ts";
import { lookAtOutbox } from "./outbox.ts";
import { lookAtHistory } from "./past.ts";
import { lookForPlayers } from "./players.ts";
import { showOverview } from "./overview.ts";
import { lookAtQueues } from "./queues.ts";
import { history, openRoom, roomEnded, showRoom } from "./room.ts";
import { pages, parse, place, type Page, type Place } from "./route.ts";
import { openSeat, showSeat } from "./seat.ts";
import { sentence, span } from "./words.ts";

useKey(adminKey);
let here: Place = parse("");
let heard = 0; // when something last came, ms
let lost: { sentence: string } | null = null;
let over = false; // the room has ended; only the overview is watched
let overSince = 0; // by performance.now()

/** The overview is as old as that of other nodes, ms: a room may be in it after its end. */
const overviewAge = 5000;

const link = new Link(() => (over ? { room: "", node: "", seat: 0, since: 0 } : { room: here.room, node: here.node, seat: here.seat, since: history.newest }), show, turn);

function show(m: WatchResponse): void {
  heard = performance.now();
  if (m.overview) {
    text(byId("version", HTMLElement), `version ${m.overview.version} · ${m.overview.state} · up ${span(m.overview.uptimeSeconds)}`);
    showOverview(m.overview);
  }
  const elsewhere = over ? m.overview?.room.find((r) => r.id === here.room && r.state !== "closed" && !sameNode(r.node, here.node)) : undefined;
  if (elsewhere) return location.replace(place({ room: here.room, node: addressOf(elsewhere.node), seat: here.seat })); // it has moved
  if (over && performance.now() - overSince > overviewAge && m.overview?.room.some((r) => r.id === here.room && r.state !== "closed" && sameNode(r.node, here.node))) return go(); // it is there again
  if (here.room !== "" && !over) showRoom(m.overview, m.detail);
  if (m.trace) showSeat(m.trace);
}

const pill = { live: ["ok", "live"], lost: ["warn", "reconnecting"], key: ["idle", "locked"], closed: ["idle", "closed"] } as const;

/** Says how the stream is, and shows what fits. */
function turn(s: Status): void {
  if (s.kind === "ended") {
    over = true;
    overSince = performance.now();
    roomEnded(s.sentence);
    return link.start();
  }
  const [mood, word] = pill[s.kind];
  mark(byId("live", HTMLElement), mood, word);
  lost = s.kind === "lost" ? { sentence: s.sentence } : null;
  say(byId("trouble", HTMLElement), s.kind === "closed" ? sentence(s.sentence) : "");
  tellLost();
  if (s.kind === "key") askKey(s.sentence, s.wrong);
  else hideKey();
  const hidden = s.kind === "key" || s.kind === "closed" || heard === 0;
  byId("views", HTMLElement).hidden = byId("pages", HTMLElement).hidden = hidden;
  look(s.kind === "live");
  byId("views", HTMLElement).classList.toggle("old", s.kind === "lost");
}

function tellLost(): void {
  const element = byId("lost", HTMLElement);
  if (!lost) return say(element, "");
  const age = heard === 0 ? "" : ` What you see is ${span((performance.now() - heard) / 1000)} old.`;
  say(element, `${lost.sentence === "" ? "The server does not answer." : sentence(lost.sentence)}${age} Trying again by itself …`);
}

function go(): void {
  here = parse(location.hash);
  over = false;
  const at = here.page ? sectionOf(here.page) : here.room === "" ? "overview" : "room";
  for (const id of ["overview", "room", ...pages.map(sectionOf)]) byId(id, HTMLElement).hidden = id !== at;
  for (const link of document.querySelectorAll<HTMLAnchorElement>("#pages a")) {
    if (link.getAttribute("href") === place({ page: here.page })) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = ["metronome: console", here.page || here.room].filter((word) => word !== "").join(", ");
  byId("seat-close", HTMLAnchorElement).href = place({ room: here.room, node: here.node });
  openRoom(here.room, here.node);
  openSeat(here.seat);
  look(false); // until the stream is open, with the key
  link.start();
}

/** The id of a page's section; not the page's hash, to which the browser would scroll. */
function sectionOf(page: Page): string {
  return `page-${page}`;
}

/** Has the page that is shown, and no other, ask for its list. */
function look(on: boolean): void {
  lookForPlayers(on && here.page === "players");
  lookAtQueues(on && here.page === "queues");
  lookAtHistory(on && here.page === "history", here.at);
  lookAtEvents(on && here.page === "events");
  lookAtEnded(on && here.page === "ended");
  lookAtBans(on && here.page === "moderation");
  lookAtAudit(on && here.page === "audit");
  lookAtOutbox(on && here.page === "outbox");
}

onKey(() => {
  hideKey();
  link.start();
});
addEventListener("hashchange", go);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || here.seat === 0 || document.querySelector("dialog[open]")) return;
  const from = here;
  location.hash = place({ room: from.room, node: from.node });
  document.querySelector<HTMLElement>(`#seats a[href="${CSS.escape(place(from))}"]`)?.focus();
});
// A tab that nobody sees asks for nothing; what it missed comes when it is shown.
document.addEventListener("visibilitychange", () => {
  look(false);
  if (document.hidden) link.stop();
  else link.start();
});
setInterval(tellLost, 1000);
go();
