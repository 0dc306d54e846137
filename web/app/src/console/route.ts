// Where one is: "#" the overview, "#audit" and the like a page, "#room/ID" a room,
// "#room/ID/seat/3" a seat.
export const pages = ["moderation", "audit", "outbox"] as const;
export type Page = (typeof pages)[number];

export interface Place {
  /** Empty: the rooms. */
  page: Page | "";
  room: string;
  seat: number;
}

const overview: Place = { page: "", room: "", seat: 0 };

export function place(p: Partial<Place>): string {
  if (p.page) return `#${p.page}`;
  if (!p.room) return "#";
  return `#room/${encodeURIComponent(p.room)}${p.seat ? `/seat/${p.seat}` : ""}`;
}

export function parse(hash: string): Place {
  const page = pages.find((name) => hash === `#${name}`);
  if (page) return { ...overview, page };
  const found = /^#room\/([^/]+)(?:\/seat\/(\d{1,5}))?$/.exec(hash);
  if (!found) return overview;
  try {
    return { page: "", room: decodeURIComponent(found[1] ?? ""), seat: Number(found[2] ?? 0) };
  } catch {
    return overview;
  }
}
