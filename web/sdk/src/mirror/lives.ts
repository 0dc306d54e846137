import type { List } from "./list.ts";

/**
 * Numbers the lives of rows, so that nobody draws a line from a row that left to
 * another one that got its id. In a frame that skipped ticks a row that changed
 * groups comes as one that left and one that entered: it keeps its number unless
 * that happened in one group. A keyframe of a group keeps those that it had.
 */
export class Lives {
  private last = 0;
  /** In this frame, by table and id. */
  private readonly left = new Map<number, { life: number; list: List }>();
  private readonly entered = new Map<number, List>();
  private tracing = false;

  begin(skipped: boolean): void {
    this.tracing = skipped;
    this.left.clear();
    this.entered.clear();
  }

  /** A row left a list; keyed: with all others, because a keyframe follows. */
  leaving(l: List, position: number): void {
    if (!this.tracing) return;
    const key = keyOf(l, l.ids[position]!);
    const to = this.entered.get(key);
    if (to && to !== l) {
      const at = to.index(l.ids[position]!);
      if (at >= 0) to.lives[at] = l.lives[position]!;
    } else this.left.set(key, { life: l.lives[position]!, list: l });
  }

  /** A row enters a list, in a keyframe or not; answers the number of its life. */
  entering(l: List, id: number, keyframe: boolean): number {
    if (this.tracing) {
      const key = keyOf(l, id);
      const from = this.left.get(key);
      if (from && (keyframe || from.list !== l)) {
        this.left.delete(key);
        return from.life;
      }
      this.entered.set(key, l);
    }
    this.last = (this.last + 1) >>> 0 || 1;
    return this.last;
  }
}

function keyOf(l: List, id: number): number {
  return l.table * 2 ** 32 + id;
}
