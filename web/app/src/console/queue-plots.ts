// The plots of a queue: a grid with one cursor.
import uPlot from "uplot";
import { make } from "../dom.ts";
import { border, bounds, clock, height, restLegend, token } from "./plots.ts";
import type { QueuePast, SampleColumn } from "./samples.ts";
import { wait, whole } from "./words.ts";

interface Line {
  column: SampleColumn;
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

/** Rates are fractions; a digit does until ten. */
const rate = (v: number | null): string => (v === null ? "–" : v < 10 && v > 0 ? v.toFixed(1) : whole(Math.round(v)));

const plots: Plot[] = [
  {
    title: "Waiting",
    least: 4,
    text: whole,
    lines: [
      { column: "waiting", label: "entries", colour: "--team-blue" },
      { column: "players", label: "players", colour: "--ok", dash: [6, 3] },
    ],
  },
  {
    title: "Entries per minute",
    least: 4,
    text: rate,
    lines: [
      { column: "enqueuedPerMinute", label: "came", colour: "--team-blue" },
      { column: "matchedPerMinute", label: "got a match", colour: "--ok", dash: [6, 3] },
    ],
  },
  {
    title: "Wait of the last matches",
    least: 1000,
    text: wait,
    lines: [
      { column: "waitMsP50", label: "p50", colour: "--team-blue" },
      { column: "waitMsP99", label: "p99", colour: "--accent", dash: [6, 3] },
      { column: "oldestMs", label: "who waits longest", colour: "--danger", dash: [2, 3] },
    ],
  },
  { title: "Matches that are being opened", least: 4, text: whole, lines: [{ column: "matches", label: "offered, opening or open", colour: "--team-blue" }] },
];

export class QueuePlots {
  private readonly charts: { chart: uPlot; plot: Plot; box: HTMLElement }[];

  constructor(grid: HTMLElement) {
    this.charts = plots.map((plot) => {
      const box = make("figure", "plot", make("figcaption", "", plot.title));
      box.setAttribute("aria-label", plot.title);
      grid.append(box);
      const chart = new uPlot(options(plot), [[], ...plot.lines.map(() => [])], box);
      chart.root.querySelector("canvas")?.setAttribute("aria-hidden", "true"); // the legend has the figures
      return { chart, plot, box };
    });
    new ResizeObserver(() => this.resize()).observe(grid);
  }

  show(past: QueuePast): void {
    for (const { chart, plot } of this.charts) {
      chart.setData([past.at, ...plot.lines.map((line) => past.column(line.column))]);
      if ((chart.cursor.left ?? -1) < 0) chart.setLegend({ idx: past.at.length - 1 });
    }
  }

  private resize(): void {
    for (const { chart, box } of this.charts) {
      const width = Math.floor(box.clientWidth - 16);
      if (width > 0 && width !== chart.width) chart.setSize({ width, height });
    }
  }
}

function options(plot: Plot): uPlot.Options {
  const axis = { stroke: token("--muted"), font: `11px ${token("--mono")}`, grid: { stroke: token("--line"), width: 1 }, ticks: { show: false } };
  return {
    width: 320,
    height,
    padding: [8, 8, 0, 0],
    cursor: { sync: { key: "queue" }, drag: { x: false, y: false }, points: { size: 5 } },
    legend: { live: true, markers: { width: 2, dash: (_, i) => border(plot.lines[i - 1]?.dash) } },
    hooks: { setLegend: [(chart) => void restLegend(chart, chart.data[0].length - 1)] },
    scales: {
      // Ten minutes at least, so that a first sample is not a whole plot.
      x: { range: (_, min, max) => [Math.min(min ?? 0, (max ?? 0) - 600), max ?? 0] },
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
