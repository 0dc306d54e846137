// Draws a seat's last ticks: a mark per arrival, as high as it was early, and
// below it what the tick used.
import type { TraceTick } from "./gen/metronome/v1/console_pb.ts";

/** The slack that the picture spans, ticks. */
const low = -8;
const high = 12;
const usedHeight = 14;
const left = 30;

const used: Record<string, string> = { received: "--ok", repeated: "--accent", neutral: "--line-strong" };
const shapes: Record<string, { colour: string; draw: (pen: CanvasRenderingContext2D, x: number, y: number) => void }> = {
  "on-time": { colour: "--team-blue", draw: (pen, x, y) => dot(pen, x, y, 2.5) },
  late: { colour: "--accent", draw: cross },
  "too-late": { colour: "--danger", draw: cross },
  early: { colour: "--danger", draw: (pen, x, y) => pen.fillRect(x - 3, y - 3, 6, 6) },
  double: { colour: "--muted", draw: (pen, x, y) => ring(pen, x, y) },
  dropped: { colour: "--danger", draw: (pen, x, y) => wedge(pen, x, y) },
};

export function drawTrace(canvas: HTMLCanvasElement, ticks: TraceTick[], most: number): void {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0) return;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  pen.scale(ratio, ratio);
  const floor = height - usedHeight - 4;
  const at = (slack: number): number => floor - ((Math.min(Math.max(slack, low), high) - low) / (high - low)) * (floor - 8);
  grid(pen, width, at, colour);
  const step = (width - left - 4) / most;
  ticks.forEach((tick, i) => {
    const x = width - 4 - (ticks.length - i - 0.5) * step;
    pen.fillStyle = colour(used[tick.used] ?? "--line");
    const tall = tick.used === "received" ? usedHeight : tick.used === "repeated" ? usedHeight * 0.6 : usedHeight * 0.25;
    pen.fillRect(x - step / 2, height - tall, Math.max(step - 0.5, 0.5), tall);
    for (const arrival of tick.arrival ?? []) {
      const shape = shapes[arrival.fate];
      if (!shape) continue;
      pen.fillStyle = pen.strokeStyle = colour(shape.colour);
      shape.draw(pen, x, at((arrival.forTick ?? tick.tick + low) - tick.tick));
    }
  });
}

function grid(pen: CanvasRenderingContext2D, width: number, at: (slack: number) => number, colour: (name: string) => string): void {
  pen.font = `11px ${colour("--mono")}`;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const slack of [-5, 0, 5, 10]) {
    pen.fillStyle = colour("--muted");
    pen.fillText(slack > 0 ? `+${slack}` : String(slack), left - 6, at(slack));
    pen.fillStyle = colour(slack === 0 ? "--line-strong" : "--line");
    pen.fillRect(left, at(slack), width - left, 1);
  }
}

function dot(pen: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
}

function ring(pen: CanvasRenderingContext2D, x: number, y: number): void {
  pen.beginPath();
  pen.arc(x, y, 4, 0, 2 * Math.PI);
  pen.stroke();
}

function cross(pen: CanvasRenderingContext2D, x: number, y: number): void {
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(x - 3, y - 3);
  pen.lineTo(x + 3, y + 3);
  pen.moveTo(x + 3, y - 3);
  pen.lineTo(x - 3, y + 3);
  pen.stroke();
}

function wedge(pen: CanvasRenderingContext2D, x: number, y: number): void {
  pen.beginPath();
  pen.moveTo(x, y - 4);
  pen.lineTo(x + 4, y + 3);
  pen.lineTo(x - 4, y + 3);
  pen.fill();
}
