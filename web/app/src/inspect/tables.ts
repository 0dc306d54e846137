// Every table of a game as a list that lives.
import { Kind, type ColumnSchema, type Schema, type Session, type TableSchema } from "@metronome/sdk";
import { make as el, text } from "../dom.ts";

/** How many rows of a table are shown: more would be no list to read. */
const most = 100;

export class Tables {
  private tables: { schema: TableSchema; details: HTMLDetailsElement; title: HTMLElement; body: HTMLTableSectionElement }[] = [];

  constructor(private readonly root: HTMLElement) {}

  /** Begins anew with the tables of a schema. */
  show(schema: Schema): void {
    const closed = new Set(this.tables.filter((t) => !t.details.open).map((t) => t.schema.name));
    this.tables = schema.tables.map((table) => {
      const [title, body] = [el("summary"), el("tbody")];
      const head = el("tr", "", el("th", "", "id"), ...table.columns.map((c) => el("th", "", c.private ? `${c.name} (own)` : c.name)));
      const scroll = el("div", "scroll", el("table", "", el("thead", "", head), body));
      scroll.tabIndex = 0;
      const details = el("details", "", title, scroll);
      details.open = !closed.has(table.name);
      return { schema: table, details, title, body };
    });
    this.root.replaceChildren(el("h2", "", "Tables"), ...this.tables.map((t) => t.details));
  }

  /** Shows the newest snapshot. */
  update(session: Session): void {
    for (const { schema, details, title, body } of this.tables) {
      const table = session.world.table(schema.name);
      text(title, `${schema.name} (${table.count})`);
      if (!details.open) continue;
      const count = Math.min(table.count, most);
      while (body.rows.length < count) body.append(el("tr", "", el("td"), ...schema.columns.map(() => el("td"))));
      while (body.rows.length > count) body.deleteRow(-1);
      const columns = schema.columns.map((c) => (c.private ? table.ownValues(c.name) : table.values(c.name)));
      const seats = schema.columns.flatMap((c, i) => (c.kind === Kind.SEAT && !c.private ? [i] : []));
      for (let row = 0; row < count; row++) {
        const own = table.ownIds.indexOf(table.ids[row]!);
        const cells = body.rows[row]!.cells;
        text(cells[0]!, String(table.ids[row]));
        schema.columns.forEach((c, i) => text(cells[i + 1]!, valueText(c, columns[i]![c.private ? own : row])));
        const mine = session.seat > 0 && seats.some((i) => columns[i]![row] === session.seat);
        if (body.rows[row]!.className !== (mine ? "mine" : "")) body.rows[row]!.className = mine ? "mine" : "";
      }
    }
  }
}

/** A value in the game's units; of a private column of somebody else there is none. */
export function valueText(c: Pick<ColumnSchema, "kind">, value: number | undefined): string {
  if (value === undefined) return "";
  if (c.kind === Kind.BOOL) return value ? "yes" : "";
  return c.kind === Kind.FIXED ? value.toFixed(2) : c.kind === Kind.ANGLE ? `${((value * 180) / Math.PI).toFixed(0)}°` : String(value);
}
