// One seat under watch: when its inputs arrived, what each tick used, and why
// an input was of no use.
import type { SeatTrace, TraceTick } from "./gen/metronome/v1/console_pb.ts";
import { mark } from "./cells.ts";
import { byId, make, say, text } from "../dom.ts";
import { kick } from "./room.ts";
import { drawTrace } from "./trace.ts";
import { sentence } from "./words.ts";

/** Ticks that are kept and drawn; faults that are listed. */
const keptTicks = 240;
const keptFaults = 60;

const drawer = byId("seat", HTMLElement);
const canvas = byId("trace", HTMLCanvasElement);
const list = byId("faults", HTMLElement);
const fates = ["on-time", "late", "too-late", "early", "double", "dropped"];
const counts = new Map<string, number>();
let seat = 0;
let occupant = "";
let trace: TraceTick[] = [];
let frame = 0;

byId("do-kick", HTMLButtonElement).addEventListener("click", () => kick(seat, occupant));
new ResizeObserver(() => draw()).observe(canvas);

/** Opens the drawer for a seat; 0 closes it. */
export function openSeat(number: number): void {
  drawer.hidden = number === 0;
  if (number === seat) return;
  seat = number;
  occupant = "";
  trace = [];
  counts.clear();
  list.replaceChildren();
  text(byId("seat-title", HTMLElement), `Seat ${number}`);
  mark(byId("seat-state", HTMLElement), "idle", "…");
  tell();
  draw();
  if (number > 0) byId("seat-title", HTMLElement).focus();
}

export function showSeat(t: SeatTrace): void {
  if (t.seat !== seat) return;
  occupant = t.name ?? "";
  text(byId("seat-title", HTMLElement), occupant === "" ? `Seat ${seat}` : `Seat ${seat}: ${occupant}`);
  mark(byId("seat-state", HTMLElement), t.state === "active" ? "ok" : t.state === "away" ? "warn" : "idle", t.state ?? "free");
  byId("do-kick", HTMLButtonElement).disabled = occupant === "";
  for (const tick of t.tick ?? []) add(tick);
  trace.splice(0, Math.max(trace.length - keptTicks, 0));
  tell();
  draw();
}

function add(tick: TraceTick): void {
  trace.push(tick);
  for (const arrival of tick.arrival ?? []) {
    counts.set(arrival.fate, (counts.get(arrival.fate) ?? 0) + 1);
    if (arrival.fate === "on-time") continue;
    const row = make("li", "", make("span", "figure", `tick ${tick.tick}`), make("b", `fate ${arrival.fate}`, arrival.fate), make("span", "", sentence(arrival.why ?? "")));
    list.prepend(row);
  }
  if (tick.more) list.prepend(make("li", "", make("span", "figure", `tick ${tick.tick}`), make("span", "", `And ${tick.more} more at the same tick.`)));
  while (list.childElementCount > keptFaults) list.lastElementChild?.remove();
}

function tell(): void {
  for (const fate of fates) text(byId(`n-${fate}`, HTMLElement), String(counts.get(fate) ?? 0));
  const last = trace.at(-1);
  text(byId("trace-said", HTMLElement), last ? said(last) : "No tick yet.");
  say(byId("no-faults", HTMLElement), list.childElementCount === 0 ? "Every input since you look was in time." : "");
}

/** The newest tick as a sentence. */
function said(t: TraceTick): string {
  const used = { received: "its own input", repeated: "the last input again, since none had come", neutral: "no input" }[t.used] ?? t.used;
  const waiting = t.waiting ? ` ${t.waiting === 1 ? "1 waits for its tick" : `${t.waiting} wait for later ticks`}.` : "";
  return `Tick ${t.tick} used ${used}${t.withLateButtons ? ", with the buttons of a late one" : ""}.${waiting}`;
}

function draw(): void {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => drawTrace(canvas, trace, keptTicks));
}
