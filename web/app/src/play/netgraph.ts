// The net graph: what the connection does, as figures and small plots, and
// controls that make it worse on purpose.

import type { History, Misprediction, NetStats, NetworkSim } from "@metronome/sdk";
import { button, make as el, show, text as say } from "../dom.ts";
import { css, danger, ok, shield, text, you } from "./palette.ts";

interface Plot {
  label: string;
  /** What it shows, in a sentence. */
  what: string;
  colour: number;
  /** The value at a place of the history, and what the top of the plot is at least. */
  data: (h: NetStats["history"]) => History;
  least: number;
  /** Values below 0 are drawn too, in red. */
  signed?: boolean;
}

const plots: Plot[] = [
  { label: "snapshot, bytes", what: "The size of each of the last 300 snapshots: all that the server sends you about the world.", colour: shield, data: (h) => h.bytes, least: 100 },
  { label: "arrival, ms apart", what: "How long after the one before each snapshot came. An even row is a calm network.", colour: text, data: (h) => h.arrivalMs, least: 60 },
  { label: "slack, ticks", what: "How early your inputs reached the server. Red: too late, and the tick went on without them.", colour: ok, data: (h) => h.slack, least: 3, signed: true },
  { label: "view delay, ticks", what: "How far in the past the others are drawn, so that they move evenly. It follows the jitter.", colour: you, data: (h) => h.delayTicks, least: 4 },
];

/** Every figure: its name with the unit, its value, and what it means, in a sentence. */
const figures: [name: string, value: (s: NetStats) => string, what: string][] = [
  ["tick", (s) => String(s.tick), "The step of the simulation that your newest snapshot shows. The server counts them, so many a second."],
  ["slack, ticks", (s) => String(s.slack), "How early your inputs reach the server before the tick that they are for. Below 0 they are too late; the client steers so that they never are."],
  ["view delay, ticks", (s) => s.interpolationTicks.toFixed(2), "How far in the past the others are drawn, so that there is always a next snapshot to move them towards."],
  ["jitter, ms", (s) => s.jitterMs.toFixed(1), "How unevenly snapshots arrive. The more, the longer the view delay."],
  ["round trip, ms", (s) => s.rttMs.toFixed(0), "From you to the server and back: the shortest of the last five, with the server's wait for its next tick in it."],
  ["last one, ms", (s) => s.lastRttMs.toFixed(0), "The round trip that was measured last."],
  ["snapshot, bytes", (s) => String(s.snapshotBytes.last), "The size of the newest snapshot. It holds only what changed in what you see."],
  ["mean, bytes", (s) => s.snapshotBytes.mean.toFixed(1), "The size of a snapshot, as a mean of the last 300. Times the ticks of a second, that is your whole download."],
  ["bits per entity", (s) => s.bitsPerEntity.toFixed(2), "What one ship, shot or pickup in your view costs in one snapshot. One letter of text is 8."],
  ["decode, ms", (s) => s.decodeMs.mean.toFixed(3), "What your computer needs to read one snapshot."],
  ["gaps", (s) => String(s.gaps), "Snapshots that could not be used because something before them was missing. The client asks for a whole one then."],
  ["backlog, ticks", (s) => String(s.backlog), "Ticks that were sent together with later ones, because your connection took them too slowly."],
  ["inputs dropped", (s) => String(s.dropped), "Inputs that the server could not use: they came too late, or twice."],
  ["reconnects", (s) => String(s.reconnects), "How often your page took up its connection again; moves are among them."],
  ["moves", (s) => String(s.moves), "How often the match went on at another server, with you in it. The plots have a line there, with how long no snapshot came."],
  ["corrections", (s) => String(s.corrections), "How often the server had your ship elsewhere than your page had guessed it. 0 is a perfect guess."],
  ["predicted by", (s) => (s.predicting || "nobody"), "Who tells what your inputs do before the server has answered: the game's own Go in WebAssembly, or a function of this page."],
  ["predict, ms", (s) => s.predictMs.mean.toFixed(3), "What your computer needs in a frame to tell that."],
];

/** Mispredictions that are listed. */
const listed = 3;

/** The columns that were guessed wrongly last, a line for each: table, row and column, how far off it was in the game's units, and how often; "" while none was. */
export function missWords(misses: readonly Misprediction[]): string {
  return misses.slice(0, listed).map((m) => `${m.table} ${m.row} ${m.column} ${size(m.last)}${m.count > 1 ? ` (${m.count} times, up to ${size(m.most)})` : ""}`).join("\n");
}

const size = (v: number): string => String(v < 100 ? Number(v.toPrecision(2)) : Math.round(v));

/** Where the match went last, and how long that took, in a sentence; "" while it has stayed where it was. */
export function moveWords(s: Pick<NetStats, "moves" | "lastMove">): string {
  if (!s.lastMove) return "";
  const { host, pathname } = new URL(s.lastMove.url);
  const where = host + pathname.replace(/\/rooms\/[^/]*$/, "");
  return `Moved to ${where} in ${Math.round(s.lastMove.ms)} ms${s.moves > 1 ? ` (move ${s.moves})` : ""}.`;
}

const asked = "Point at a figure, or tap it, to read what it means.";

const plotHeight = 28;
const rowHeight = plotHeight + 18;

export class NetGraph {
  readonly root = el("section", "panel netgraph");
  private readonly canvas = el("canvas");
  private readonly list = el("ul", "figures");
  private readonly values: HTMLElement[] = [];
  private readonly what = el("p", "what", asked);
  private readonly moved = el("p", "moved");
  private readonly misses = el("p", "misses");
  /** Bring the sliders to what is added, which is not set by them alone. */
  private readonly sliders: (() => void)[] = [];

  constructor(network: NetworkSim) {
    this.root.setAttribute("aria-label", "Net graph");
    this.list.setAttribute("aria-label", "Figures of the connection");
    this.list.append(...figures.map(([name, , what]) => this.figure(name, what)));
    this.list.addEventListener("pointerleave", () => say(this.what, asked));
    this.root.append(el("h2", "", "Net graph"), this.list, this.what, this.moved, this.misses, this.canvas, this.controls(network));
    this.moved.setAttribute("role", "status");
    show(this.moved, false);
    show(this.misses, false);
    this.misses.title = "What was guessed wrongly last: table, row, column, and by how much";
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", `Plots of the last snapshots: ${plots.map((p) => `${p.label}: ${p.what}`).join(" ")}`);
    this.canvas.addEventListener("pointermove", (e) => say(this.what, plots[Math.floor(e.offsetY / rowHeight)]?.what ?? asked));
    this.canvas.addEventListener("pointerleave", () => say(this.what, asked));
    show(this.root, false);
  }

  /** Shows the figures of now; cheap while it is hidden. */
  draw(s: NetStats): void {
    if (this.root.hidden) return;
    figures.forEach(([, value], i) => say(this.values[i]!, value(s)));
    for (const follow of this.sliders) follow();
    say(this.moved, moveWords(s));
    show(this.moved, s.moves > 0);
    say(this.misses, missWords(s.mispredictions));
    show(this.misses, s.mispredictions.length > 0);
    this.plot(s);
  }

  /** A figure is a button, so that the keyboard and a finger reach its sentence too. */
  private figure(name: string, what: string): HTMLElement {
    const explain = () => say(this.what, what);
    const b = button("", "", explain);
    const value = el("span", "figure");
    value.dataset["figure"] = name.split(",")[0];
    this.values.push(value);
    b.append(el("span", "name", name), value);
    b.setAttribute("aria-description", what);
    b.addEventListener("pointerenter", explain);
    b.addEventListener("focus", explain);
    const item = el("li");
    item.append(b);
    return item;
  }

  private plot(s: NetStats): void {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const width = this.canvas.clientWidth;
    const height = plots.length * rowHeight;
    if (this.canvas.width !== Math.round(width * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.height = `${height}px`;
    }
    const c = this.canvas.getContext("2d")!;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    plots.forEach((p, i) => drawPlot(c, p, p.data(s.history), i * rowHeight, width));
    drawMoves(c, s.history.moveMs, width);
  }

  private controls(network: NetworkSim): HTMLElement {
    const box = el("div", "net-controls");
    const delay = slider("Added delay", 400, 5, () => 2 * network.delayMs, (ms) => network.set({ delayMs: ms / 2 }));
    const jitter = slider("Added jitter", 100, 1, () => 2 * network.jitterMs, (ms) => network.set({ jitterMs: ms / 2 }));
    this.sliders.push(delay.follow, jitter.follow);
    box.append(delay.row, jitter.row, button("Stall for 1 s", "", () => network.stall(1000)));
    return box;
  }
}

/** A slider in ms over a whole round trip: half of it is added in each direction. */
function slider(label: string, max: number, step: number, get: () => number, set: (ms: number) => void): { row: HTMLElement; follow: () => void } {
  const row = el("label", "slider");
  const input = el("input");
  const value = el("output", "figure", "0 ms");
  Object.assign(input, { type: "range", min: "0", max: String(max), step: String(step), value: "0" });
  input.addEventListener("input", () => set(Number(input.value)));
  row.append(el("span", "", label), input, value);
  const follow = () => {
    const text = `${get()} ms`;
    if (value.textContent === text) return;
    value.textContent = text;
    input.value = String(get());
  };
  return { row, follow };
}

function drawPlot(c: CanvasRenderingContext2D, p: Plot, h: History, top: number, width: number): void {
  let high = p.least;
  let low = 0;
  for (let i = 0; i < h.length; i++) {
    high = Math.max(high, h.at(i));
    if (p.signed) low = Math.min(low, h.at(i));
  }
  const base = top + 16 + plotHeight;
  const scale = plotHeight / (high - low);
  c.font = "11px ui-monospace, 'DejaVu Sans Mono', monospace";
  c.fillStyle = "#a3b0c6";
  c.textBaseline = "top";
  c.textAlign = "left";
  c.fillText(p.label, 0, top + 2);
  c.textAlign = "right";
  c.fillText(h.length > 0 ? format(h.at(h.length - 1)) : "", width, top + 2);
  c.fillStyle = "#26314a";
  c.fillRect(0, base + low * scale, width, 1);
  const step = width / 300;
  for (let i = 0; i < h.length; i++) {
    const v = h.at(i);
    const y = base + low * scale - v * scale;
    c.fillStyle = v < 0 ? css(danger) : css(p.colour);
    c.globalAlpha = 0.85;
    c.fillRect((300 - h.length + i) * step, Math.min(y, base + low * scale), Math.max(1, step), Math.max(1, Math.abs(v * scale)));
  }
  c.globalAlpha = 1;
}

/** Draws a line through all plots where the match went on at another server, with how long no snapshot came. */
function drawMoves(c: CanvasRenderingContext2D, h: History, width: number): void {
  const step = width / 300;
  c.textBaseline = "top";
  for (let i = 0; i < h.length; i++) {
    const ms = h.at(i);
    if (!(ms > 0)) continue;
    const x = Math.round((300 - h.length + i) * step);
    const words = `${Math.round(ms)} ms`;
    const wide = c.measureText(words).width + 6;
    const left = x + wide > width ? x - wide : x;
    c.fillStyle = css(you);
    plots.forEach((_, row) => c.fillRect(x, row * rowHeight + 16, 1, plotHeight));
    c.fillRect(left, rowHeight + 16, wide, 14);
    c.fillStyle = "#0b0f17";
    c.textAlign = "left";
    c.fillText(words, left + 3, rowHeight + 17);
  }
}

function format(v: number): string {
  return Number.isInteger(v) ? String(v) : v.toFixed(1);
}
