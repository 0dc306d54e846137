// Seats over a reload of the page.
import type { ConnectOptions } from "../api.ts";
import type { Order } from "../engine/commands.ts";

/** What takes a seat back, and goes on with its commands. */
export interface Kept {
  url: string;
  resume: string;
  /** The number of the last command that the server has dealt with. */
  commanded: number;
  /** Those after it. */
  orders: Order[];
}

const NAME = "metronome.seat";
/** Seats that are kept at most: those of the pages that a tab went to last. */
const MOST = 8;

/** What is in the storage: a seat, which game it is of, and which page had it. */
type Entry = Kept & { key: string; page: number };

/** Differs for each load of a page. */
const thisPage = (): number => performance.timeOrigin;

/**
 * Keeps a seat while a page is reloaded. It is written when the page goes away
 * and taken out when it comes: a tab that is duplicated while it plays finds
 * nothing, and does not take the seat from the first. Seats of one page stand
 * one after the other, so that its sessions, made in the same order again, find
 * each its own.
 */
export class Keep {
  private readonly storage: NonNullable<ConnectOptions["storage"]> | null;

  constructor(
    storage: ConnectOptions["storage"],
    /** Which game it is a seat of. */
    private readonly key: string,
  ) {
    this.storage = storage === undefined ? sessionStorageOrNull() : storage;
  }

  /** The seat that was kept, once; null: none. */
  take(): Kept | null {
    const all = this.read();
    const at = all.findIndex((e) => e.key === this.key);
    if (at < 0) return null;
    const { url, resume, commanded, orders } = all.splice(at, 1)[0]!;
    this.write(all);
    return { url, resume, commanded, orders };
  }

  put(kept: Kept): void {
    const page = thisPage();
    // What an earlier page left there of this game is older than this.
    const others = this.read().filter((e) => e.key !== this.key || e.page === page);
    this.write([...others, { ...kept, key: this.key, page }].slice(-MOST));
  }

  private read(): Entry[] {
    try {
      const all: unknown = JSON.parse(this.storage?.getItem(NAME) ?? "[]");
      return Array.isArray(all) ? all.filter(isEntry) : [];
    } catch {
      return []; // somebody else wrote it, or storage is forbidden: a new seat will do
    }
  }

  private write(all: readonly Entry[]): void {
    try {
      if (all.length > 0) this.storage?.setItem(NAME, JSON.stringify(all));
      else this.storage?.removeItem(NAME);
    } catch {
      // Storage is full or forbidden: the reload gets a new seat.
    }
  }
}

function isEntry(v: unknown): v is Entry {
  if (typeof v !== "object" || v === null) return false;
  const e = v as Partial<Entry>;
  const texts = [e.key, e.url, e.resume].every((t) => typeof t === "string");
  return texts && typeof e.page === "number" && typeof e.commanded === "number" && Array.isArray(e.orders) && e.orders.every(isOrder);
}

const isOrder = (o: unknown): boolean =>
  typeof o === "object" && o !== null && "values" in o && Array.isArray(o.values) && "list" in o && Array.isArray(o.list) &&
  (!("names" in o) || Array.isArray(o.names));

function sessionStorageOrNull(): Storage | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}
