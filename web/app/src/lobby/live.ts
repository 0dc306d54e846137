// The match behind the first screen: that of the liveliest room, once the page
// has been drawn and has nothing else to do. Until then, and for who asked for
// less motion or fewer bytes, a still picture is there.
import { Lobby, type Room } from "@metronome/sdk";
import type { Backdrop } from "../play/backdrop.ts";

/** Fewer ships than this are no match. */
const fewest = 2;

export class Live {
  private backdrop: Promise<Backdrop> | null = null;
  private ended = false;

  /** root: what the match is drawn in; it has the class "on" while it shows one. */
  constructor(private readonly root: HTMLElement) {}

  /** Takes the rooms that there are; drawn: whether the pages can draw a mode. The first time that one is worth it, it is shown. */
  offer(rooms: readonly Room[], drawn: (mode: string) => boolean): void {
    if (this.backdrop || this.ended || !isWelcome()) return;
    const room = liveliestRoom(rooms, drawn);
    if (!room) return;
    this.backdrop = idle()
      .then(() => import("../play/backdrop.ts"))
      .then(({ Backdrop }) => Backdrop.show(this.root, watchAddress(room), () => this.root.classList.add("on"), () => this.gone()));
    this.backdrop.catch(() => (this.ended = true)); // the still picture does
  }

  /** Ends it for good: something else is shown. */
  stop(): void {
    this.ended = true;
    void this.backdrop?.then((b) => b.stop()).catch(() => {});
  }

  /** One match a page: what was too dear once, or was refused, is not tried again. */
  private gone(): void {
    this.ended = true;
    this.root.classList.remove("on");
  }
}

/** Asks for the rooms once, tells of them, and shows the liveliest. modes: those that the pages can draw. */
export async function showLiveliest(live: Live, server: string, modes: readonly string[], onRooms: (rooms: readonly Room[]) => void): Promise<void> {
  const listed = await new Lobby(server).list({ pageSize: 200 }).catch(() => null);
  if (!listed) return;
  onRooms(listed.rooms);
  live.offer(listed.rooms, (mode) => modes.includes(mode));
}

/** The fullest room that the pages can draw and whose ships one sees at once. */
export function liveliestRoom(rooms: readonly Room[], drawn: (mode: string) => boolean): Room | undefined {
  const there = rooms.filter((r) => drawn(r.mode) && !r.private && r.state === "open" && r.node && r.taken >= fewest);
  // People before bots: who is there is shown.
  return there.sort((a, b) => liveliness(b) - liveliness(a))[0];
}

const liveliness = (r: Room): number => r.taken + 4 * (r.taken - r.bots);

const watchAddress = (room: Room): string => `${room.node.replace(/^http/, "ws").replace(/\/$/, "")}/rooms/${encodeURIComponent(room.id)}`;

function isWelcome(): boolean {
  const line = (navigator as Navigator & { connection?: { saveData?: boolean } }).connection;
  return !matchMedia("(prefers-reduced-motion: reduce)").matches && line?.saveData !== true;
}

/** Resolves when the page has been drawn and has nothing to do. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    const rest = (): unknown => (typeof requestIdleCallback === "function" ? requestIdleCallback(() => resolve(), { timeout: 3000 }) : setTimeout(resolve, 300));
    if (document.readyState === "complete") rest();
    else addEventListener("load", rest, { once: true });
  });
}
