// Where one is: "#" the overview, "#audit" and the like a page, "#history/1764240000"
// the history about a second, "#room/ID" a room of the node that is asked,
// "#room/ID/on/NODE" of another, "#room/ID/seat/3" a seat.
export const pages = ["players", "queues", "history", "events", "ended", "moderation", "audit", "outbox"] as const;
export type Page = (typeof pages)[number];

export interface Place {
  /** Empty: the rooms. */
  page: Page | "";
  room: string;
  /** Id of the room's node; empty: the one that is asked. */
  node: string;
  seat: number;
  /** The Unix second that the history shows; 0: now. */
  at: number;
}

const overview: Place = { page: "", room: "", node: "", seat: 0, at: 0 };

export function place(p: Partial<Place>): string {
  if (p.page === "history" && p.at) return `#history/${p.at}`;
  if (p.page) return `#${p.page}`;
  if (!p.room) return "#";
  const on = p.node ? `/on/${encodeURIComponent(p.node)}` : "";
  return `#room/${encodeURIComponent(p.room)}${on}${p.seat ? `/seat/${p.seat}` : ""}`;
}

export function parse(hash: string): Place {
  const page = pages.find((name) => hash === `#${name}`);
  if (page) return { ...overview, page };
  const second = /^#history\/(\d{1,10})$/.exec(hash);
  if (second) return { ...overview, page: "history", at: Number(second[1]) };
  const found = /^#room\/([^/]+)(?:\/on\/([^/]+))?(?:\/seat\/(\d{1,5}))?$/.exec(hash);
  if (!found) return overview;
  try {
    return { ...overview, room: decodeURIComponent(found[1] ?? ""), node: decodeURIComponent(found[2] ?? ""), seat: Number(found[3] ?? 0) };
  } catch {
    return overview;
  }
}
