// The inspector: any game as its schema tells it. /inspect?mode=NAME takes a seat in a room of a
// mode, ?room=ID in that room, and with &watch one looks on.
import { connect, Lobby, quickPlay, watch, type Session } from "@metronome/sdk";
import { base } from "../base.ts";
import { byId, make as el, say, show, text } from "../dom.ts";
import { askInfo } from "../lobby/info.ts";
import { showGiven } from "./given.ts";
import { Extent, type Place, placesOf } from "./places.ts";
import { Tables } from "./tables.ts";

/** How often lists are written anew, ms: nobody reads faster. */
const every = 100;
/** How many events are shown. */
const mostEvents = 60;
const colors = ["#8cc8ff", "#d6a8ff", "#4fd18b", "#ff8a3d", "#e8edf5"];

const mode = byId("mode", HTMLSelectElement);
const seat = byId("seat", HTMLInputElement);
const map = byId("map", HTMLCanvasElement);
const tables = new Tables(byId("tables", HTMLElement));
const trouble = byId("trouble", HTMLElement);
let session: Session | null = null;
let places: Place[] = [];
let extent = new Extent();
let shown = 0;

/** Leaves what was inspected, and begins with another session. */
function inspect(begun: Session): void {
  session?.leave();
  session = begun;
  extent = new Extent();
  say(trouble, "");
  byId("events", HTMLElement).replaceChildren();
  show(byId("whose", HTMLElement), begun.spectating);
  begun.on("welcome", () => {
    if (!begun.schema) return;
    places = placesOf(begun.schema.tables);
    tables.show(begun.schema);
    showGiven(byId("given", HTMLElement), begun.schema, begun);
  });
  begun.on("event", ({ name, tick, values }) => event(tick, name, values));
  begun.on("announcement", (e) => event(begun.world.tick, "announcement", { text: e.text }));
  begun.on("state", (e) => say(trouble, e.end?.sentence ?? ""));
  begun.on("watched", (e) => (seat.value = String(e.seat)));
}

function event(tick: number, name: string, fields: object): void {
  const list = byId("events", HTMLElement);
  list.prepend(el("li", "", `${tick} ${name} ${Object.entries(fields).map(([k, v]) => `${k}=${typeof v === "number" ? +v.toFixed(2) : v}`).join(" ")}`));
  while (list.childElementCount > mostEvents) list.lastElementChild!.remove();
}

/** Watches a room of the chosen mode, or says that there is none. */
async function watchMode(): Promise<void> {
  const { rooms } = await new Lobby(base()).list({ mode: mode.value });
  const room = rooms[0];
  if (room) inspect(watch(`${room.node.replace(/^http/, "ws")}/rooms/${room.id}`));
  else say(trouble, "Nobody plays this mode: take a seat, and watch yourself from a second tab.");
}

function draw(now: number): void {
  requestAnimationFrame(draw);
  if (!session) return;
  const view = session.view(now);
  if (view.tick < 0) return;
  drawMap(session, view);
  if (now - shown < every) return;
  shown = now;
  tables.update(session);
  const who = session.spectating ? `watching seat ${session.watched}` : `seat ${session.seat}`;
  text(byId("standing", HTMLElement), `${session.mode} · room ${session.room} · ${who} · tick ${session.world.tick} · ${session.stats.snapshotBytes.mean.toFixed(0)} bytes a snapshot`);
  text(byId("legend", HTMLElement), extent.text);
}

function drawMap(from: Session, view: ReturnType<Session["view"]>): void {
  const pen = map.getContext("2d")!;
  pen.clearRect(0, 0, map.width, map.height);
  const rows = places.map((place) => {
    const table = view.table(place.table);
    return { count: table.count, x: table.values(place.x), y: table.values(place.y), owner: place.owner === "" ? null : table.values(place.owner) };
  });
  for (const { count, x, y } of rows) for (let i = 0; i < count; i++) extent.see(x[i]!, y[i]!);
  const on = extent.onto(map.width, map.height);
  rows.forEach(({ count, x, y, owner }, at) => {
    for (let i = 0; i < count; i++) {
      pen.fillStyle = owner !== null && from.seat > 0 && owner[i] === from.seat ? "#ffb000" : colors[at % colors.length]!;
      pen.fillRect(on.x(x[i]!) - 3, on.y(y[i]!) - 3, 6, 6);
    }
  });
}

byId("play", HTMLButtonElement).addEventListener("click", () => inspect(quickPlay(base(), { mode: mode.value, name: "inspector" })));
byId("watch", HTMLButtonElement).addEventListener("click", () => void watchMode().catch((fault: unknown) => say(trouble, String(fault))));
seat.addEventListener("change", () => session?.spectating && session.watchSeat(Number(seat.value)));

const address = new URLSearchParams(location.search);
try {
  const { modes } = await askInfo();
  mode.replaceChildren(...modes.map((m) => new Option(m.title, m.name, false, m.name === address.get("mode"))));
  const room = address.get("room");
  if (room !== null && address.has("watch")) inspect(watch(`${base().replace(/^http/, "ws")}/rooms/${encodeURIComponent(room)}`));
  else if (room !== null) inspect(connect((await new Lobby(base()).join({ id: room }, "inspector")).url, { name: "inspector" }));
  else if (address.has("watch")) await watchMode();
  else if (address.has("mode")) inspect(quickPlay(base(), { mode: mode.value, name: "inspector" }));
} catch (fault) {
  say(trouble, fault instanceof Error ? fault.message : String(fault));
}
requestAnimationFrame(draw);
