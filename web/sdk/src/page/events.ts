// Listeners, and the events that wait until the view reaches their tick.

/** Calls listeners by the name of what happens. */
export class Emitter<E> {
  private readonly listeners = new Map<keyof E, Set<(e: never) => void>>();

  on<K extends keyof E>(name: K, fn: (e: E[K]) => void): () => void {
    let all = this.listeners.get(name);
    if (!all) this.listeners.set(name, (all = new Set()));
    all.add(fn as (e: never) => void);
    return () => void all.delete(fn as (e: never) => void);
  }

  /** One listener that throws does not keep the others from hearing; its error is reported as uncaught. */
  emit<K extends keyof E>(name: K, e: E[K]): void {
    for (const fn of [...(this.listeners.get(name) ?? [])]) call(fn as (e: E[K]) => void, e);
  }
}

/** Calls a listener. What it throws does not reach the caller; it is reported as uncaught. */
export function call<E>(fn: (e: E) => void, e: E): void {
  try {
    fn(e);
  } catch (fault) {
    uncaught(fault);
  }
}

/** Reports a fault as uncaught. */
export function uncaught(fault: unknown): void {
  queueMicrotask(() => {
    throw fault;
  });
}

/** Events that wait at most; more: the oldest are let go at once, as nobody draws. */
const MOST = 1_000;

/** Events in the order of their ticks. */
export class EventQueue<T extends { tick: number }> {
  private readonly waiting: T[] = [];

  constructor(private readonly release: (e: T) => void) {}

  push(e: T): void {
    this.waiting.push(e);
    if (this.waiting.length > MOST) this.release(this.waiting.shift()!);
  }

  /** Releases what happened up to a tick. */
  upTo(tick: number): void {
    while (this.waiting.length > 0 && this.waiting[0]!.tick <= tick) this.release(this.waiting.shift()!);
  }

  clear(): void {
    this.waiting.length = 0;
  }
}
