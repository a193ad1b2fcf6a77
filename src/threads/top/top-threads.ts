// Workers that do the tasks of a top-n search in the memory that they share.
import type { SharedTop, TopResult, TopTask, TopWorker } from '../../search/top/engine.ts';
import type { ThreadOptions } from '../options.ts';
import { acquireThread, releaseThread, Thread } from '../worker-pool.ts';

/** Some workers. One that is late is not waited for; what one leaves undone another does, or the calling thread. */
export class TopThreads {
  /** Starts a worker; `undefined`: they come from the pool, and go back there. */
  readonly #start: ThreadOptions['worker'];
  readonly #threads: Thread[];
  /** The threads that have the search, and the promises of those that may still get it. */
  readonly #ready: Thread[];
  readonly #loading: Promise<void>[];
  readonly #computed: Set<Thread>;
  #failure: { readonly error: unknown } | undefined;
  #end: { readonly reason: unknown } | undefined;
  /** Called when a thread has become ready. */
  #onReady: ((thread: Thread) => void) | undefined;

  constructor(shared: Omit<SharedTop, 'thread'>, numThreads: number, start: ThreadOptions['worker']) {
    this.#start = start;
    this.#threads = [];
    this.#ready = [];
    this.#computed = new Set();
    for (let t = 0; t < numThreads; t++) {
      const thread = start ? new Thread(start()) : acquireThread();
      if (thread === undefined) break;
      this.#threads.push(thread);
    }
    this.#loading = this.#threads.map((thread, t) => this.#open(thread, { ...shared, thread: t + 1 }));
  }

  /** The number of workers that have computed. */
  get numThreads(): number {
    return this.#computed.size;
  }

  async #open(thread: Thread, top: SharedTop): Promise<void> {
    try {
      await thread.loaded;
      await thread.ask({ top });
      this.#ready.push(thread);
      this.#onReady?.(thread);
    } catch (error) {
      this.#fail(thread, error);
    }
  }

  #fail(thread: Thread, error: unknown): void {
    this.#failure ??= { error };
    thread.end(error);
    const at = this.#ready.indexOf(thread);
    if (at >= 0) this.#ready.splice(at, 1);
  }

  /** Does the tasks; `local` does what no worker can. */
  async run(tasks: readonly TopTask[], local: TopWorker): Promise<TopResult[]> {
    const results: TopResult[] = new Array(tasks.length);
    const todo = Array.from(tasks.keys()).reverse();
    const serve = async (thread: Thread): Promise<void> => {
      for (let task = todo.pop(); task !== undefined; task = todo.pop()) {
        try {
          results[task] = await thread.ask<TopResult>({ topTask: tasks[task]! });
          this.#computed.add(thread);
        } catch (error) {
          todo.push(task);
          this.#fail(thread, error);
          return;
        }
      }
    };
    const served: Promise<void>[] = [];
    this.#onReady = (thread) => served.push(serve(thread));
    while (todo.length > 0 && this.#end === undefined) {
      // One that fails leaves its task to those that had none left.
      served.push(...this.#ready.map(serve));
      if (served.length === 0) await Promise.race([Promise.all(this.#loading), ...this.#loading]);
      if (served.length === 0 && (await this.#areAllLost())) break;
      await Promise.all(served.splice(0));
    }
    await Promise.all(served);
    this.#onReady = undefined;
    if (this.#end !== undefined) throw this.#end.reason;
    for (let task = todo.pop(); task !== undefined; task = todo.pop()) results[task] = local.run(tasks[task]!);
    return results;
  }

  /** Whether no worker is left, and none will be. */
  async #areAllLost(): Promise<boolean> {
    await Promise.all(this.#loading);
    return this.#ready.length === 0;
  }

  /** Keeps the workers for the next job. */
  release(): void {
    if (this.#start !== undefined) return;
    for (const thread of this.#threads.splice(0)) if (!thread.isOver) releaseThread(thread);
  }

  /** Ends all work at once. */
  end(reason: unknown): void {
    this.#end ??= { reason };
    for (const thread of this.#threads) thread.end(reason);
  }
}
