import type { List } from "./list.ts";

/** Rows that left their groups in this frame, because they may turn up in a group that comes later. */
export class Departed {
  private readonly rows: { table: number; id: number; life: number; first: number }[] = [];
  private readonly values: number[] = [];

  reset(): void {
    this.rows.length = this.values.length = 0;
  }

  /** Remembers a row of a list that is about to leave it. */
  keep(l: List, position: number): void {
    this.rows.push({ table: l.table, id: l.ids[position]!, life: l.lives[position]!, first: this.values.length });
    for (let c = 0; c < l.shapes.length; c++) {
      this.values.push(l.values[c]![position]!);
      if (l.shapes[c]!.linear) this.values.push(l.changes[c]![position]!);
    }
  }

  /** Appends a departed row to a list, once; false when there is none. */
  take(l: List, id: number): boolean {
    const row = this.rows.find((r) => r.id === id && r.table === l.table);
    if (!row) return false;
    row.table = -1;
    const at = l.append(id, row.life);
    let from = row.first;
    for (let c = 0; c < l.shapes.length; c++) {
      l.values[c]![at] = this.values[from++]!;
      if (l.shapes[c]!.linear) l.changes[c]![at] = this.values[from++]!;
    }
    return true;
  }
}
