// The net graph: what the connection does, as figures and small plots, and
// controls that make it worse on purpose.

import type { History, NetStats, NetworkSim } from "@metronome/sdk";
import { button, make as el, show, text as say } from "../dom.ts";
import { css, danger, ok, shield, text, you } from "./palette.ts";

interface Plot {
  label: string;
  colour: number;
  /** The value at a place of the history, and what the top of the plot is at least. */
  data: (h: NetStats["history"]) => History;
  least: number;
  /** Values below 0 are drawn too, in red. */
  signed?: boolean;
}

const plots: Plot[] = [
  { label: "snapshot, bytes", colour: shield, data: (h) => h.bytes, least: 100 },
  { label: "arrival, ms apart", colour: text, data: (h) => h.arrivalMs, least: 60 },
  { label: "slack, ticks", colour: ok, data: (h) => h.slack, least: 3, signed: true },
  { label: "view delay, ticks", colour: you, data: (h) => h.delayTicks, least: 4 },
];

const plotHeight = 28;
const rowHeight = plotHeight + 18;

export class NetGraph {
  readonly root = el("section", "panel netgraph");
  private readonly canvas = el("canvas");
  private readonly figures = el("dl", "figures");
  private readonly values = new Map<string, HTMLElement>();

  constructor(network: NetworkSim) {
    this.root.setAttribute("aria-label", "Net graph");
    this.root.append(el("h2", "", "Net graph"), this.figures, this.canvas, this.controls(network));
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", `Plots of the last snapshots: ${plots.map((p) => p.label).join("; ")}`);
    show(this.root, false);
  }

  /** Shows the figures of now; cheap while it is hidden. */
  draw(s: NetStats): void {
    if (this.root.hidden) return;
    const list: [string, string][] = [
      ["tick", String(s.tick)],
      ["slack, ticks", String(s.slack)],
      ["view delay, ticks", s.interpolationTicks.toFixed(2)],
      ["jitter, ms", s.jitterMs.toFixed(1)],
      ["round trip, ms", s.rttMs.toFixed(0)],
      ["last one, ms", s.lastRttMs.toFixed(0)],
      ["snapshot, bytes", String(s.snapshotBytes.last)],
      ["mean, bytes", s.snapshotBytes.mean.toFixed(1)],
      ["bits per entity", s.bitsPerEntity.toFixed(2)],
      ["decode, ms", s.decodeMs.mean.toFixed(3)],
      ["gaps", String(s.gaps)],
      ["backlog, ticks", String(s.backlog)],
      ["inputs dropped", String(s.dropped)],
      ["corrections", String(s.corrections)],
    ];
    for (const [name, value] of list) this.figure(name, value);
    this.plot(s);
  }

  private figure(name: string, value: string): void {
    let e = this.values.get(name);
    if (!e) {
      e = el("dd", "figure");
      e.dataset["figure"] = name.split(",")[0];
      this.values.set(name, e);
      const pair = el("div");
      pair.append(el("dt", "", name), e);
      this.figures.append(pair);
    }
    say(e, value);
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
  }

  private controls(network: NetworkSim): HTMLElement {
    const box = el("div", "net-controls");
    box.append(
      slider("Added delay", 400, 5, (ms) => network.set({ delayMs: ms / 2 })),
      slider("Added jitter", 100, 1, (ms) => network.set({ jitterMs: ms / 2 })),
      button("Stall for 1 s", "", () => network.stall(1000)),
    );
    return box;
  }
}

/** A slider in ms over a whole round trip: half of it is added in each direction. */
function slider(label: string, max: number, step: number, set: (ms: number) => void): HTMLElement {
  const row = el("label", "slider");
  const input = el("input");
  const value = el("output", "figure", "0 ms");
  Object.assign(input, { type: "range", min: "0", max: String(max), step: String(step), value: "0" });
  input.addEventListener("input", () => {
    value.textContent = `${input.value} ms`;
    set(Number(input.value));
  });
  row.append(el("span", "", label), input, value);
  return row;
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

function format(v: number): string {
  return Number.isInteger(v) ? String(v) : v.toFixed(1);
}
