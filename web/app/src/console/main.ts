// The operator's console.
import type { WatchResponse } from "./api.ts";
import { byId, mark, say, text } from "./dom.ts";
import { adminKey, askKey, hideKey, onKey } from "./key.ts";
import { Link, type Status } from "./link.ts";
import { showOverview } from "./overview.ts";
import { history, openRoom, roomEnded, showRoom } from "./room.ts";
import { parse, place, type Place } from "./route.ts";
import { openSeat, showSeat } from "./seat.ts";
import { sentence, span } from "./words.ts";

let here: Place = { room: "", seat: 0 };
let heard = 0; // when something last came, ms
let lost: { sentence: string } | null = null;
let over = false; // the room has ended; only the overview is watched

const link = new Link(adminKey, () => (over ? { room: "", seat: 0, since: 0 } : { ...here, since: history.newest }), show, turn);

function show(m: WatchResponse): void {
  heard = performance.now();
  if (m.overview) {
    text(byId("version", HTMLElement), `version ${m.overview.version ?? ""} · ${m.overview.state ?? ""} · up ${span(m.overview.uptimeSeconds)}`);
    showOverview(m.overview);
  }
  if (over && m.overview?.room?.some((r) => r.id === here.room && r.state !== "closed")) return go(); // it is there again
  if (here.room !== "" && !over) showRoom(m.overview, m.detail);
  if (m.trace) showSeat(m.trace);
}

const pill = { live: ["ok", "live"], lost: ["warn", "reconnecting"], key: ["idle", "locked"], closed: ["idle", "closed"] } as const;

/** Says how the stream is, and shows what fits. */
function turn(s: Status): void {
  if (s.kind === "ended") {
    over = true;
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
  byId("views", HTMLElement).hidden = s.kind === "key" || s.kind === "closed" || heard === 0;
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
  byId("overview", HTMLElement).hidden = here.room !== "";
  byId("room", HTMLElement).hidden = here.room === "";
  document.title = here.room === "" ? "metronome: console" : `metronome: console, ${here.room}`;
  byId("seat-close", HTMLAnchorElement).href = place({ room: here.room, seat: 0 });
  openRoom(here.room);
  openSeat(here.seat);
  link.start();
}

onKey(() => {
  hideKey();
  link.start();
});
addEventListener("hashchange", go);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || here.seat === 0 || document.querySelector("dialog[open]")) return;
  const from = here;
  location.hash = place({ room: from.room, seat: 0 });
  document.querySelector<HTMLElement>(`#seats a[href="${CSS.escape(place(from))}"]`)?.focus();
});
// A tab that nobody sees asks for nothing; what it missed comes when it is shown.
document.addEventListener("visibilitychange", () => (document.hidden ? link.stop() : link.start()));
setInterval(tellLost, 1000);
go();
