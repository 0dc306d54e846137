// The plots of a room: a grid with one cursor.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Figure } from "./api.ts";
import { make } from "../dom.ts";
import { minutes, type History } from "./history.ts";
import { bytes, ms, whole } from "./words.ts";

interface Line {
  figure: Figure;
  label: string;
  colour: string; // a custom property of tokens.css
  dash?: number[];
}

interface Plot {
  title: string;
  /** The least that the height shows, so that nothing does not look like much. */
  least: number;
  text: (value: number | null) => string;
  lines: Line[];
}

const solid = { p50: "--team-blue", high: "--accent", most: "--danger" };
const plots: Plot[] = [
  {
    title: "Tick time",
    least: 1000,
    text: ms,
    lines: [
      { figure: "tickP50", label: "p50", colour: solid.p50 },
      { figure: "tickP99", label: "p99", colour: solid.high, dash: [6, 3] },
      { figure: "tickMax", label: "max", colour: solid.most, dash: [2, 3] },
    ],
  },
  {
    title: "Lateness of ticks",
    least: 1000,
    text: ms,
    lines: [
      { figure: "lateP50", label: "p50", colour: solid.p50 },
      { figure: "lateP99", label: "p99", colour: solid.high, dash: [6, 3] },
      { figure: "lateMax", label: "max", colour: solid.most, dash: [2, 3] },
    ],
  },
  { title: "Snapshots out, per second", least: 1000, text: bytes, lines: [{ figure: "bytes", label: "payload", colour: solid.p50 }] },
  {
    title: "Inputs, per second",
    least: 10,
    text: whole,
    lines: [
      { figure: "onTime", label: "on time", colour: "--ok" },
      { figure: "late", label: "late", colour: solid.high, dash: [6, 3] },
      { figure: "early", label: "early", colour: "--team-blue", dash: [4, 4] },
      { figure: "double", label: "double", colour: "--muted", dash: [1, 3] },
      { figure: "dropped", label: "dropped", colour: solid.most, dash: [2, 3] },
    ],
  },
  {
    title: "Slack of inputs, ticks",
    least: 2,
    text: whole,
    lines: [
      { figure: "slackMax", label: "max", colour: "--muted", dash: [4, 4] },
      { figure: "slackP50", label: "p50", colour: solid.p50 },
      { figure: "slackMin", label: "min", colour: solid.high, dash: [6, 3] },
    ],
  },
  {
    title: "Seats",
    least: 4,
    text: whole,
    lines: [
      { figure: "seats", label: "active", colour: "--ok" },
      { figure: "backlogged", label: "backlogged", colour: solid.high, dash: [6, 3] },
      { figure: "ticksLost", label: "ticks lost", colour: solid.most, dash: [2, 3] },
    ],
  },
];

/** Of a plot, pixels. */
export const height = 132;

/** Makes the grid; `show` fills it. */
export class Plots {
  readonly element = make("div", "plots");
  private readonly charts: { chart: uPlot; plot: Plot; box: HTMLElement }[] = [];
  private readonly sized = new ResizeObserver(() => this.resize());

  /** `moved` is told the second whose figures stand below the plots. */
  constructor(moved: (at: number | null) => void) {
    for (const plot of plots) {
      const box = make("figure", "plot", make("figcaption", "", plot.title));
      box.setAttribute("aria-label", plot.title);
      this.element.append(box);
      const chart = new uPlot(options(plot, moved), [[], ...plot.lines.map(() => [])], box);
      chart.root.querySelector("canvas")?.setAttribute("aria-hidden", "true"); // the legend has the figures
      this.charts.push({ chart, plot, box });
    }
    this.sized.observe(this.element);
  }

  show(history: History): void {
    for (const { chart, plot } of this.charts) {
      chart.setData([history.at, ...plot.lines.map((line) => history.column(line.figure))]);
      if ((chart.cursor.left ?? -1) < 0) chart.setLegend({ idx: history.at.length - 1 });
    }
  }

  private resize(): void {
    for (const { chart, box } of this.charts) {
      const width = Math.floor(box.clientWidth - 16);
      if (width > 0 && width !== chart.width) chart.setSize({ width, height });
    }
  }
}

/**
 * Turns a legend that has no figures to those of a time, by its place, unless that is negative; reports whether it did. uPlot takes the
 * figures away when the pointer leaves, and when it draws for the first time, which is after the data was set.
 */
export function restLegend(chart: uPlot, place: number): boolean {
  const bare = chart.legend.idx == null && place >= 0;
  if (bare) chart.setLegend({ idx: place });
  return bare;
}

export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The line of a legend's mark, like that of its series. */
export function border(dash: number[] | undefined): string {
  return !dash ? "solid" : (dash[0] ?? 0) > 2 ? "dashed" : "dotted";
}

function options(plot: Plot, moved: (at: number | null) => void): uPlot.Options {
  const axis = { stroke: token("--muted"), font: `11px ${token("--mono")}`, grid: { stroke: token("--line"), width: 1 }, ticks: { show: false } };
  return {
    width: 320,
    height,
    padding: [8, 8, 0, 0],
    cursor: { sync: { key: "room" }, drag: { x: false, y: false }, points: { size: 5 } },
    legend: { live: true, markers: { width: 2, dash: (_, i) => border(plot.lines[i - 1]?.dash) } },
    hooks: {
      setLegend: [
        (chart) => {
          if (!restLegend(chart, chart.data[0].length - 1)) moved(chart.data[0][chart.legend.idx ?? -1] ?? null);
        },
      ],
    },
    scales: {
      x: { range: (_, min, max) => [(max ?? 0) - span(min, max), max ?? 0] },
      y: { range: (_, min, max) => bounds(min, max, plot.least) },
    },
    axes: [
      { ...axis, size: 24, space: 64, values: (_, at) => at.map((t) => clock(t, (at[1] ?? 60) - (at[0] ?? 0) < 60)) },
      { ...axis, size: 64, space: 32, values: (_, at) => at.map((v) => plot.text(v)) },
    ],
    series: [
      {},
      ...plot.lines.map((line) => ({
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

/** How much time the plots show, seconds: a room's life, from a minute to all that is kept. */
function span(min: number | null, max: number | null): number {
  return Math.min(Math.max((max ?? 0) - (min ?? 0), 60), minutes);
}

export function clock(seconds: number, exactly: boolean): string {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...(exactly ? { second: "2-digit" } : {}) });
}

/** From 0 (or below, for slack) to a little above the highest. */
export function bounds(min: number | null, max: number | null, least: number): [number, number] {
  const low = Math.min(min ?? 0, 0);
  const high = Math.max(max ?? 0, low + least);
  return [low < 0 ? low - 1 : 0, high + (high - low) * 0.1];
}
