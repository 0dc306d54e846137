// The seat over a reload of the page.
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

/**
 * Keeps a seat while a page is reloaded. It is written when the page goes away
 * and taken out when it comes: a tab that is duplicated while it plays finds
 * nothing, and does not take the seat from the first.
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
    try {
      const text = this.storage?.getItem(NAME);
      this.storage?.removeItem(NAME);
      const kept = text ? (JSON.parse(text) as Partial<Kept & { key: string }>) : null;
      if (!kept || kept.key !== this.key || typeof kept.url !== "string" || typeof kept.resume !== "string") return null;
      const { url, resume, commanded = 0, orders = [] } = kept;
      return typeof commanded === "number" && Array.isArray(orders) && orders.every(isOrder) ? { url, resume, commanded, orders } : null;
    } catch {
      return null; // somebody else wrote it, or storage is forbidden: a new seat will do
    }
  }

  put(kept: Kept): void {
    try {
      this.storage?.setItem(NAME, JSON.stringify({ ...kept, key: this.key }));
    } catch {
      // Storage is full or forbidden: the reload gets a new seat.
    }
  }
}

const isOrder = (o: unknown): boolean =>
  typeof o === "object" && o !== null && "values" in o && Array.isArray(o.values) && "list" in o && Array.isArray(o.list);

function sessionStorageOrNull(): Storage | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}
