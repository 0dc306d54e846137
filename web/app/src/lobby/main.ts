// The lobby page.
import { listQueues, Lobby, LobbyError, type Room } from "@metronome/sdk";
import { base } from "../base.ts";
import { offerCreateModes, setUpCreate } from "./create.ts";
import { byId, make, say } from "../dom.ts";
import { askInfo, type Info, isDrawn } from "./info.ts";
import { setUpJoin } from "./join.ts";
import { Live } from "./live.ts";
import { pictureOf, sentenceOf } from "./modes.ts";
import { countPlayers, go, offerModes, playerName, setUpPlay } from "./play.ts";
import { handOver } from "./player.ts";
import { Poll } from "./poll.ts";
import { RoomList, summary, undrawn } from "./rooms.ts";
import { elsewhere, sentence } from "./sentences.ts";

/** Between an answer and the next question, ms: a room is seldom gone before it is seen to be. */
const every = 2000;
/** Rooms that are listed; the lobby gives no more at once. */
const most = 200;

const lobby = new Lobby(base());
const filterMode = byId("filter-mode", HTMLSelectElement);
const filterFree = byId("filter-free", HTMLInputElement);
const listed = byId("rooms", HTMLElement);
const rooms = new RoomList(listed, (name) => {
  const mode = info?.modes.find((m) => m.name === name);
  return { title: mode?.title ?? name, drawn: !mode || isDrawn(mode), picture: pictureOf(mode) };
});
const live = new Live(byId("live", HTMLElement));
let info: Info | null = null;
let nodes: string[] = [];

/** Answers how long the server asks to be left alone, ms. */
async function refresh(): Promise<number> {
  try {
    const { rooms: found, next } = await lobby.list({ mode: filterMode.value, withFreeSeat: filterFree.checked, pageSize: most });
    if (!info) {
      know(await askInfo());
      void offerQueues();
    }
    // Those that have rooms are there to be asked should this page's own server go.
    lobby.learn((nodes = [lobby.server, ...found.map((room) => room.node)]));
    show(found, next !== "");
    return 0;
  } catch (fault) {
    say(byId("trouble", HTMLElement), sentence(fault));
    listed.classList.add("old");
    return fault instanceof LobbyError ? fault.retryAfterMs : 0;
  }
}

function know(said: Info): void {
  info = said;
  const drawn = said.modes.filter(isDrawn);
  offerModes(drawn);
  offerCreateModes(drawn);
  const feel = byId("feel", HTMLAnchorElement);
  feel.hidden = drawn.length === 0;
  feel.href = `play?feel&mode=${encodeURIComponent(drawn[0]?.name ?? "")}`;
  for (const mode of said.modes) {
    const option = make("option", "", mode.title);
    option.value = mode.name;
    filterMode.append(option);
  }
  byId("version", HTMLElement).textContent = `version ${said.version}`;
}

/** Offers the queues of a server that has some: only then their part of the page is loaded. */
async function offerQueues(): Promise<void> {
  const queues = await listQueues(lobby.server).catch(() => []); // without them one plays at once
  if (queues.length === 0) return;
  const { Match } = await import("./queues/match.ts");
  const section = byId("queues", HTMLElement);
  section.hidden = byId("to-queues", HTMLElement).hidden = false;
  const address = new URLSearchParams(location.search);
  const match = new Match(section, queues, {
    server: () => lobby.server,
    nodes: () => nodes,
    name: playerName,
    about: (name) => {
      const mode = info?.modes.find((m) => m.name === name);
      return { picture: pictureOf(mode), does: mode ? sentenceOf(mode) : "", drawn: mode !== undefined && isDrawn(mode) };
    },
    undrawn,
    enter: (join, queue) => {
      handOver(join);
      go(lobby.server, `room=${encodeURIComponent(join.room.id)}&queue=${encodeURIComponent(queue)}`);
    },
  });
  if (address.has("queue") || address.has("party")) history.replaceState(null, "", location.pathname); // a reload does not begin anew
  await match.begin(address);
}

function show(found: Room[], more: boolean): void {
  say(byId("trouble", HTMLElement), lobby.server === base() ? "" : elsewhere(lobby.server));
  listed.classList.remove("old");
  rooms.show(found, lobby.server);
  live.offer(found, (name) => info?.modes.some((m) => m.name === name && isDrawn(m)) ?? false);
  const filtered = filterMode.value !== "" || filterFree.checked;
  if (!filtered) countPlayers(found);
  if (!filtered && !more) byId("summary", HTMLElement).textContent = summary(found);
  say(byId("none", HTMLElement), remark(found.length, filtered, more));
}

function remark(count: number, filtered: boolean, more: boolean): string {
  if (more) return `These are the ${count} fullest rooms. Choose a mode to see others.`;
  if (count > 0) return "";
  return filtered ? "No room fits. Press Play, or open one." : "No public room right now. Press Play, and one opens.";
}

setUpPlay(lobby);
setUpJoin(lobby);
setUpCreate(lobby);
const poll = new Poll(refresh, every);
filterMode.addEventListener("change", () => void poll.now());
filterFree.addEventListener("change", () => void poll.now());
void poll.now();
