// A table whose rows keep their elements while their figures change, sorted by
// the column that was chosen.
import { make, text } from "../dom.ts";

export interface Column<Row> {
  title: string;
  /** What it is sorted by; a column of buttons is not. */
  by?: (row: Row) => number | string;
  /** Its text, where that is not what it is sorted by. */
  text?: (row: Row) => string;
  /** Fills the cell instead of text. */
  fill?: (cell: HTMLElement, row: Row) => void;
  /** Figures stand right, and begin with the largest. */
  figure?: boolean;
  /** A long text, which is broken into lines. */
  long?: boolean;
  /** Whether it is not shown now. */
  hidden?: () => boolean;
}

export class Table<Row> {
  readonly element: HTMLElement;
  private readonly body = make("tbody");
  private readonly heads: HTMLTableCellElement[] = [];
  private readonly rows = new Map<string, HTMLTableRowElement>();
  private shown: Row[] = [];

  constructor(
    title: string,
    private readonly columns: Column<Row>[],
    private readonly key: (row: Row) => string,
    private sorted: number,
    private down: boolean,
  ) {
    const head = make("tr");
    columns.forEach((column, at) => {
      const cell = make("th", column.figure ? "right" : "", column.by ? this.sorter(column.title, at) : make("span", "spoken", column.title));
      cell.scope = "col";
      this.heads.push(cell);
      head.append(cell);
    });
    const table = make("table", "", make("caption", "spoken", title), make("thead", "", head), this.body);
    this.element = make("div", "scroll", table);
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "region");
    this.element.setAttribute("aria-label", title);
    this.say();
  }

  private sorter(title: string, at: number): HTMLButtonElement {
    const button = make("button", "", title);
    button.type = "button";
    button.addEventListener("click", () => this.sortBy(at));
    return button;
  }

  /** Shows these rows and no others. */
  show(rows: Row[]): void {
    this.shown = rows;
    const keys = new Set(rows.map(this.key));
    for (const [key, element] of this.rows) {
      if (keys.has(key)) continue;
      element.remove();
      this.rows.delete(key);
    }
    for (const row of rows) this.fill(row);
    this.hideColumns();
    // Rows do not move away from under a pointer or a focus.
    if (!this.body.matches(":hover, :focus-within") || this.body.childElementCount !== rows.length) this.arrange();
  }

  private fill(row: Row): void {
    let element = this.rows.get(this.key(row));
    if (!element) {
      element = make("tr", "", ...this.columns.map((column) => make("td", column.figure ? "right figure" : column.long ? "long" : "")));
      this.rows.set(this.key(row), element);
    }
    this.columns.forEach((column, at) => {
      const cell = element.children[at] as HTMLElement;
      if (column.fill) column.fill(cell, row);
      else text(cell, column.text ? column.text(row) : String(column.by?.(row) ?? ""));
    });
  }

  private hideColumns(): void {
    this.columns.forEach((column, at) => {
      if (!column.hidden) return;
      const hidden = column.hidden();
      for (const cell of [this.heads[at], ...[...this.rows.values()].map((row) => row.children[at])]) {
        if (cell instanceof HTMLElement && cell.hidden !== hidden) cell.hidden = hidden;
      }
    });
  }

  private sortBy(at: number): void {
    this.down = at === this.sorted ? !this.down : (this.columns[at]?.figure ?? false);
    this.sorted = at;
    this.say();
    this.arrange();
  }

  private say(): void {
    this.heads.forEach((head, at) => {
      if (at === this.sorted) head.setAttribute("aria-sort", this.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  }

  private arrange(): void {
    const by = this.columns[this.sorted]?.by;
    if (!by) return;
    const sign = this.down ? -1 : 1;
    const sorted = [...this.shown].sort((a, b) => sign * compare(by(a), by(b)) || compare(this.key(a), this.key(b)));
    sorted.forEach((row, at) => {
      const element = this.rows.get(this.key(row));
      if (element && this.body.children[at] !== element) this.body.insertBefore(element, this.body.children[at] ?? null);
    });
  }
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}
