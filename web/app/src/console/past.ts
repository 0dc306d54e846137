// The history of a day: plots of all nodes together, of each, or of one, zoomed by
// dragging over them; what happened stands in them as marks.
import uPlot from "uplot";
import { answer, api } from "./api.ts";
import { byId, make, say, text } from "../dom.ts";
import type { EventInfo, GetHistoryResponse, NodeHistory } from "./gen/metronome/v1/console_pb.ts";
import { nodeChoice, nodeName, silence } from "./nodes.ts";
import { bounds, border, clock, height, restLegend, token } from "./plots.ts";
import { Poll } from "./poll.ts";
import { columnOf, stepOf, timesOf, type Measure } from "./series.ts";
import { bytes, ms, sentence, span, when, whole } from "./words.ts";

interface Line extends Measure {
  label: string;
  colour: string; // a custom property of tokens.css
  dash?: number[];
}

interface Plot {
  title: string;
  /** The least that the height shows. */
  least: number;
  text: (value: number | null) => string;
  /** The first is the one that nodes are compared by. */
  lines: Line[];
}

const gauge = { steps: "most", nodes: "sum" } as const;
const rate = { steps: "mean", nodes: "sum" } as const;
const worst = { steps: "most", nodes: "most" } as const;
const count = { steps: "sum", nodes: "sum" } as const;
const [blue, amber, red, green, grey] = ["--team-blue", "--accent", "--danger", "--ok", "--muted"] as const;

const plots: Plot[] = [
  {
    title: "Seats taken",
    least: 4,
    text: whole,
    lines: [
      { ...gauge, column: "players", label: "players", colour: green },
      { ...gauge, column: "bots", label: "bots", colour: blue, dash: [6, 3] },
      { ...gauge, column: "away", label: "away", colour: amber, dash: [2, 3] },
    ],
  },
  { title: "Rooms", least: 4, text: whole, lines: [{ ...gauge, column: "rooms", label: "rooms", colour: blue }] },
  { title: "CPU, % of a core", least: 50, text: (v) => (v === null ? "–" : `${(v / 10).toFixed(v < 100 ? 1 : 0)} %`), lines: [{ ...rate, column: "cpuPermille", label: "CPU", colour: blue }] },
  { title: "Memory", least: 50_000, text: (v) => bytes(v === null ? null : Math.round(v) * 1000), lines: [{ ...gauge, column: "residentKb", label: "resident", colour: blue }] },
  {
    title: "Ticks, the worst second",
    least: 1000,
    text: ms,
    lines: [
      { ...worst, column: "lateP99", label: "late p99", colour: amber },
      { ...worst, column: "tickP99", label: "took p99", colour: blue, dash: [6, 3] },
    ],
  },
  { title: "Ticks lost", least: 4, text: whole, lines: [{ ...count, column: "ticksLost", label: "lost", colour: red }] },
  { title: "Snapshots out, per second", least: 1000, text: (v) => bytes(v === null ? null : Math.round(v)), lines: [{ ...rate, column: "bytes", label: "payload", colour: blue }] },
  {
    title: "Inputs, per second",
    least: 10,
    text: (v) => whole(v === null ? null : Math.round(v)),
    lines: [
      { ...rate, column: "inputs", label: "all", colour: green },
      { ...rate, column: "unused", label: "of no use", colour: red, dash: [2, 3] },
    ],
  },
  {
    title: "Comings and goings",
    least: 4,
    text: whole,
    lines: [
      { ...count, column: "joins", label: "joined", colour: green },
      { ...count, column: "closes", label: "connections closed", colour: grey, dash: [4, 4] },
    ],
  },
];
/** What stands in the plots. */
const markedKinds = ["fault", "ticks-lost", "node", "act", "moved"];
const ofNodes = [blue, amber, green, "--team-red", grey, red];

const grid = byId("history-plots", HTMLElement);
const rangeButtons = [...document.querySelectorAll<HTMLButtonElement>("#history-ranges button")];
const zoomOut = byId("history-out", HTMLButtonElement);
const node = nodeChoice(byId("history-node", HTMLSelectElement), "all nodes together", () => void poll.now());
const each = byId("history-each", HTMLInputElement);
const poll = new Poll(ask, show, (why) => say(byId("history-trouble", HTMLElement), sentence(why)));

let back = 600; // how far back is shown, seconds
let zoomed: { from: number; to: number } | null = null;
let second = 0; // that somebody came for
let charts: { chart: uPlot; plot: Plot; box: HTMLElement }[] = [];
let lines: Line[][] = [];
let marks: EventInfo[] = [];
let resting = -1; // place of the time that the legends tell of while no pointer is over the plots

for (const button of rangeButtons) {
  button.addEventListener("click", () => {
    back = Number(button.value);
    zoom(null);
  });
}
zoomOut.addEventListener("click", () => zoom(null));
each.addEventListener("change", () => void poll.now());
new ResizeObserver(resize).observe(grid);

/** Begins to ask for the history, or stops; about a second, 0: the newest. */
export function lookAtHistory(on: boolean, at: number): void {
  if (on && at !== second) {
    second = at;
    zoomed = at === 0 ? null : { from: at - 120, to: at + 120 };
  }
  if (on) sayRange();
  poll.look(on);
}

function zoom(to: { from: number; to: number } | null): void {
  zoomed = to;
  if (!to) second = 0;
  sayRange();
  void poll.now();
}

function sayRange(): void {
  for (const button of rangeButtons) button.setAttribute("aria-pressed", String(!zoomed && Number(button.value) === back));
  zoomOut.hidden = !zoomed;
  text(byId("history-said", HTMLElement), zoomed ? `${when(zoomed.from)} and ${span(zoomed.to - zoomed.from)} on` : "Drag over a plot to look closer.");
}

interface Past {
  history: GetHistoryResponse;
  events: EventInfo[];
}

async function ask(): Promise<Past> {
  const range = zoomed ?? { from: Math.floor(Date.now() / 1000) - back, to: 0 };
  const until = range.to === 0 ? {} : { beforeMs: BigInt(range.to) * 1000n };
  const [history, found] = await Promise.all([
    answer(api().getHistory({ node: node.value, ...range })),
    answer(api().listEvents({ node: node.value, kind: markedKinds, fromMs: BigInt(range.from) * 1000n, most: 200, ...until })),
  ]);
  return { history, events: found.event };
}

function show({ history, events }: Past): void {
  const nodes = history.node;
  const apart = each.checked && nodes.length > 1;
  const wanted = plots.map((plot) => (apart ? nodes.map((n, i) => lineOf(plot, n, i)) : plot.lines));
  const same = charts.length > 0 && wanted.every((all, i) => all.length === lines[i]?.length && all.every((l, j) => l.label === lines[i]?.[j]?.label));
  if (!same) build(wanted);
  marks = events;
  const [times, step] = [timesOf(nodes), stepOf(nodes)];
  resting = nearest(times, second);
  charts.forEach(({ chart }, i) => {
    const columns = (wanted[i] ?? []).map((line, j) => columnOf(apart ? nodes.slice(j, j + 1) : nodes, line, times, step));
    chart.setData([times, ...columns]);
    if ((chart.cursor.left ?? -1) < 0) chart.setLegend({ idx: resting });
  });
  const said = [times.length === 0 ? "Nothing is known of that time." : "", silence(history.silent)];
  say(byId("history-none", HTMLElement), said.filter((s) => s !== "").join(" "));
  text(byId("history-step", HTMLElement), times.length === 0 ? "" : `a step is ${span(step)}`);
}

function lineOf(plot: Plot, n: NodeHistory, i: number): Line {
  const first = plot.lines[0] as Line;
  const { dash: _, ...plain } = first;
  return { ...plain, label: nodeName(n.node), colour: ofNodes[i % ofNodes.length] ?? blue, ...(i < ofNodes.length ? {} : { dash: [4, 3] }) };
}

/** The place of the first time at or after a second; the last without one, -1 of no times. */
function nearest(times: number[], at: number): number {
  const later = at === 0 ? -1 : times.findIndex((t) => t >= at);
  return later < 0 ? times.length - 1 : later;
}

function build(wanted: Line[][]): void {
  for (const { chart } of charts) chart.destroy();
  grid.replaceChildren();
  lines = wanted;
  charts = plots.map((plot, i) => {
    const box = make("figure", "plot", make("figcaption", "", plot.title));
    box.setAttribute("aria-label", plot.title);
    grid.append(box);
    const chart = new uPlot(options(plot, wanted[i] ?? []), [[], ...(wanted[i] ?? []).map(() => [])], box);
    chart.root.querySelector("canvas")?.setAttribute("aria-hidden", "true"); // the legend has the figures
    return { chart, plot, box };
  });
  resize();
}

function resize(): void {
  for (const { chart, box } of charts) {
    const width = Math.floor(box.clientWidth - 16);
    if (width > 0 && width !== chart.width) chart.setSize({ width, height });
  }
}

function options(plot: Plot, of: Line[]): uPlot.Options {
  const axis = { stroke: token("--muted"), font: `11px ${token("--mono")}`, grid: { stroke: token("--line"), width: 1 }, ticks: { show: false } };
  return {
    width: 320,
    height,
    padding: [8, 8, 0, 0],
    cursor: { sync: { key: "history" }, drag: { x: true, y: false, setScale: false }, points: { size: 5 } },
    legend: { live: true, markers: { width: 2, dash: (_, i) => border(of[i - 1]?.dash) } },
    hooks: {
      setSelect: [select],
      setLegend: [
        (chart) => {
          if (!restLegend(chart, resting)) sayTime(chart.data[0][chart.legend.idx ?? -1]);
        },
      ],
      draw: [drawMarks],
    },
    scales: {
      x: { range: () => range() },
      y: { range: (_, min, max) => bounds(min, max, plot.least) },
    },
    axes: [
      { ...axis, size: 24, space: 64, values: (_, at) => at.map((t) => clock(t, (at[1] ?? 60) - (at[0] ?? 0) < 60)) },
      { ...axis, size: 64, space: 32, values: (_, at) => at.map((v) => plot.text(v)) },
    ],
    series: [
      {},
      ...of.map((line) => ({
        label: line.label,
        stroke: token(line.colour),
        width: 1.5,
        ...(line.dash ? { dash: line.dash } : {}),
        points: { show: false },
        value: (_: uPlot, v: number | null | undefined) => plot.text(v ?? null),
      })),
    ],
  };
}

function range(): [number, number] {
  const now = Date.now() / 1000;
  return zoomed ? [zoomed.from, zoomed.to] : [now - back, now];
}

/** Zooms to what was dragged over. */
function select(chart: uPlot): void {
  const { left, width } = chart.select;
  if (width < 4) return;
  const [from, to] = [Math.floor(chart.posToVal(left, "x")), Math.ceil(chart.posToVal(left + width, "x"))];
  chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
  zoom({ from, to: Math.max(to, from + 10) });
}

function sayTime(at: number | null | undefined): void {
  text(byId("history-at", HTMLElement), at ? when(at) : "");
}

/** Draws what happened, and the second that somebody came for. */
function drawMarks(chart: uPlot): void {
  const pen = chart.ctx;
  const { left, top, width, height: high } = chart.bbox;
  const line = (at: number, colour: string, dash: number[]): void => {
    const x = Math.round(chart.valToPos(at, "x", true));
    if (x < left || x > left + width) return;
    pen.strokeStyle = token(colour);
    pen.setLineDash(dash);
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x, top + high);
    pen.stroke();
  };
  pen.save();
  pen.lineWidth = devicePixelRatio;
  for (const e of marks) line(Number(e.atMs) / 1000, e.kind === "fault" || e.kind === "ticks-lost" ? "--danger" : "--line-strong", [2, 3]);
  if (second > 0) line(second, "--accent", []);
  pen.restore();
}
