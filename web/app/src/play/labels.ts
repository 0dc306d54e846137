// Names of ships as drawings on a sheet of their own. A name gets a cell when
// it is first seen; the one not seen for longest gives its cell up.

import type { Frame, Sheet } from "./sheet.ts";

const columns = 4;
const rows = 64;
const cellWidth = 128;
const cellHeight = 16;

interface Cell {
  frame: Frame;
  text: string;
  used: number;
}

export class Labels implements Sheet {
  readonly canvas = document.createElement("canvas");
  version = 0;
  private readonly cells: Cell[] = [];
  private readonly byText = new Map<string, Cell>();
  private readonly context: CanvasRenderingContext2D;
  private clock = 0;

  /** Ratio is device pixels per CSS pixel. */
  constructor(readonly ratio: number) {
    const w = Math.ceil(cellWidth * ratio);
    const h = Math.ceil(cellHeight * ratio);
    this.canvas.width = w * columns;
    this.canvas.height = h * rows;
    const c = this.canvas.getContext("2d");
    if (!c) throw new Error("this browser cannot draw on a canvas");
    this.context = c;
    for (let i = 0; i < columns * rows; i++) {
      const frame = { id: i, x: (i % columns) * w, y: Math.floor(i / columns) * h, w, h, unit: 1 / ratio, plain: false };
      this.cells.push({ frame, text: "", used: 0 });
    }
  }

  /** Returns the frame of a text: one unit is one CSS pixel. */
  frame(text: string): Frame {
    this.clock++;
    let cell = this.byText.get(text);
    if (!cell) {
      cell = this.cells.reduce((a, b) => (b.used < a.used ? b : a));
      this.byText.delete(cell.text);
      cell.text = text;
      this.byText.set(text, cell);
      this.write(cell);
    }
    cell.used = this.clock;
    return cell.frame;
  }

  private write({ frame, text }: Cell): void {
    const c = this.context;
    c.clearRect(frame.x, frame.y, frame.w, frame.h);
    c.save();
    c.beginPath();
    c.rect(frame.x, frame.y, frame.w, frame.h);
    c.clip();
    c.font = `500 ${11 * this.ratio}px system-ui, "DejaVu Sans", sans-serif`;
    c.textAlign = "center";
    c.textBaseline = "middle";
    c.lineJoin = "round";
    c.lineWidth = 3 * this.ratio;
    c.strokeStyle = "rgba(11,15,23,0.85)";
    const x = frame.x + frame.w / 2;
    const y = frame.y + frame.h / 2;
    const widest = frame.w - 6 * this.ratio;
    c.strokeText(text, x, y, widest);
    c.fillStyle = "#fff";
    c.fillText(text, x, y, widest);
    c.restore();
    this.version++;
  }
}
