// The idle pool: keeps workers and the memory of finished jobs for their next use.

/** Milliseconds that an item waits for its next use: starting a worker takes 50. */
const IDLE_TIME = 5000;

/** Whether a program can end while items wait in a pool. In Deno it cannot: Deno waits for every worker and timer. */
export const canPool = (): boolean => !('Deno' in globalThis);

/** Items that wait for their next use, each for five seconds at most. They do not keep Node alive. */
export class IdlePool<T> {
  readonly #timers: Map<T, ReturnType<typeof setTimeout>>;
  readonly #evict: (item: T) => void;

  /** @param evict called for an item that has waited too long */
  constructor(evict: (item: T) => void) {
    this.#timers = new Map();
    this.#evict = evict;
  }

  get size(): number {
    return this.#timers.size;
  }

  /** Adds an item that is in use no more. */
  release(item: T): void {
    const timer = setTimeout(() => {
      this.#timers.delete(item);
      this.#evict(item);
    }, IDLE_TIME);
    if (typeof timer === 'object') timer.unref();
    this.#timers.set(item, timer);
  }

  /** Removes the item that has waited longest; `undefined` if there is none. */
  acquire(): T | undefined {
    for (const [item, timer] of this.#timers) {
      this.#timers.delete(item);
      clearTimeout(timer);
      return item;
    }
    return undefined;
  }
}
