// Where one is: "#" the overview, "#room/ID" a room, "#room/ID/seat/3" a seat.
export interface Place {
  room: string;
  seat: number;
}

export function place(p: Place): string {
  if (p.room === "") return "#";
  return `#room/${encodeURIComponent(p.room)}${p.seat > 0 ? `/seat/${p.seat}` : ""}`;
}

export function parse(hash: string): Place {
  const found = /^#room\/([^/]+)(?:\/seat\/(\d{1,5}))?$/.exec(hash);
  if (!found) return { room: "", seat: 0 };
  try {
    return { room: decodeURIComponent(found[1] ?? ""), seat: Number(found[2] ?? 0) };
  } catch {
    return { room: "", seat: 0 };
  }
}
