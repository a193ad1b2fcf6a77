// Waits until a file may have changed: the system tells, where it can, and a clock ticks besides, as on network file systems.
import { type FSWatcher, realpathSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Milliseconds that two looks at a file are apart at least, so that a busy writer does not make a reader busy. */
const LEAST = 10;

/** Wakes a reader that has reached the end of a file. */
export class Waker {
  readonly #poll: number;
  readonly #watchers: FSWatcher[];
  /** Whether something happened since the last wake. */
  #isStirred: boolean;
  #wake: () => void;
  #last: number;

  /** @param poll seconds between two looks at least */
  constructor(path: string, poll: number) {
    this.#poll = 1000 * poll;
    this.#isStirred = false;
    this.#wake = () => {};
    this.#last = -Infinity;
    const names = new Set([path]);
    try {
      names.add(realpathSync(path));
    } catch {} // not there yet
    this.#watchers = Array.from(names, (name) => this.#watch(name)).filter((watcher) => watcher !== undefined);
  }

  /** Returns when something happened to the file, or when the time is over. */
  async wait(): Promise<void> {
    const least = this.#last + LEAST - performance.now();
    if (least > 0) await sleep(Math.min(least, this.#poll));
    if (!this.#isStirred) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#poll);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#isStirred = false;
    this.#last = performance.now();
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }

  /** Watches the folder of a file, in which it may be replaced. What cannot be watched is looked at now and then. */
  #watch(path: string): FSWatcher | undefined {
    const name = basename(path);
    try {
      const watcher = watch(dirname(path), { persistent: false }, (_event, changed) => {
        if (changed !== null && changed !== name) return;
        this.#isStirred = true;
        this.#wake();
      });
      return watcher.on('error', () => {});
    } catch {
      return undefined;
    }
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
