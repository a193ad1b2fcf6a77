// Workers of Node and of browsers. Loading it starts nothing, and it imports no
// module of Node: bundlers for browsers must not meet one.

import { describe } from '../core/checks.ts';
import { canPool, IdlePool } from '../core/idle-pool.ts';
import type { Answer, Request } from './task.ts';

/** The members that are used here of a worker: a Web Worker, or one of `node:worker_threads`. */
export interface WorkerLike {
  // biome-ignore lint/suspicious/noExplicitAny: what both kinds accept
  postMessage(message: any): void;
  terminate(): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: what both kinds accept
  addEventListener?(type: string, listener: (event: any) => void): void;
  // biome-ignore lint/suspicious/noExplicitAny: what both kinds accept
  on?(event: string, listener: (value: any) => void): unknown;
  ref?(): unknown;
  unref?(): unknown;
}

/** A module of Node; `undefined` elsewhere. */
const builtin: typeof process.getBuiltinModule = (name: string) => globalThis.process?.getBuiltinModule?.(name);

/** How many threads can run at the same time. */
export function numProcessors(): number {
  return builtin('node:os')?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/**
 * A new thread; `undefined` where workers are missing or not allowed.
 *
 * @param start makes a worker of a browser
 * @param folder the folder whose worker.js is the module of one of Node
 */
export function startThread(start: () => WorkerLike, folder: string): Thread | undefined {
  try {
    return new Thread(typeof Worker === 'function' ? start() : startNodeWorker(`${folder}/worker.js`));
  } catch {
    return undefined;
  }
}

function startNodeWorker(path: string): WorkerLike {
  const { Worker: NodeWorker } = builtin('node:worker_threads');
  // A worker inherits Node's own arguments, but refuses this one.
  const isEval = process.execArgv.some((argument) => argument.startsWith('--input-type'));
  // It makes little garbage: without this limit each worker would take 10 MB more for it.
  return new NodeWorker(path, { ...(isEval && { execArgv: [] }), resourceLimits: { maxYoungGenerationSizeMb: 4 } });
}

const idleThreads = new IdlePool<Thread>((thread) => thread.end(undefined));

/** A worker of this package, an idle one if there is one; `undefined` where workers are missing or not allowed. */
export function acquireThread(): Thread | undefined {
  for (let thread = idleThreads.acquire(); thread !== undefined; thread = idleThreads.acquire()) {
    if (!thread.isOver) return thread;
  }
  // Bundlers know this expression, and only if it is written exactly so.
  const start = (): WorkerLike => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return startThread(start, import.meta.dirname);
}

/**
 * Makes a worker of {@link acquireThread} forget its job, and keeps it for the next one, for five seconds. At most as
 * many workers are kept as can run at the same time.
 */
export function releaseThread(thread: Thread): void {
  if (thread.isBusy || !canPool() || idleThreads.size >= numProcessors()) {
    thread.end(undefined);
    return;
  }
  thread.tell({ forget: true });
  idleThreads.release(thread);
}

/** A worker that answers one message at a time. It keeps Node alive only while an answer is pending. */
export class Thread {
  /** Settles when the worker's module was loaded, or could not be. */
  readonly loaded: Promise<unknown>;
  readonly #worker: WorkerLike;
  #pending: { resolve: (reply: unknown) => void; reject: (reason: unknown) => void } | undefined;
  #end: { readonly reason: unknown } | undefined;

  /** @throws TypeError when `worker` is no worker */
  constructor(worker: WorkerLike) {
    if (typeof worker?.postMessage !== 'function') {
      throw new TypeError(`worker must return a Worker, got ${describe(worker)}`);
    }
    this.#worker = worker;
    this.loaded = this.#answer();
    this.loaded.catch(() => {}); // a job that has ended waits for it no longer
    if (worker.on) {
      worker.on('message', (answer) => this.#receive(answer));
      worker.on('error', (error) => this.end(error));
      worker.on('messageerror', (error) => this.end(error));
      worker.on('exit', (code) => this.end(new Error(`a worker ended before its work was done (exit code ${code})`)));
    } else {
      worker.addEventListener!('message', (event) => this.#receive(event.data));
      for (const type of ['error', 'messageerror']) {
        worker.addEventListener!(type, (event) => {
          event.preventDefault(); // the promise reports it
          this.end(event.error ?? new Error(`a worker failed: ${event.message || event.type}`));
        });
      }
    }
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** Whether an answer is pending; the first one says that the module is loaded. */
  get isBusy(): boolean {
    return this.#pending !== undefined;
  }

  /** What the worker answers to a message. */
  async ask<T>(message: Request): Promise<T> {
    if (this.#end !== undefined) throw this.#end.reason;
    this.#worker.ref?.();
    const answer = this.#answer();
    this.#worker.postMessage(message);
    return answer as Promise<T>;
  }

  /** Sends the worker a message that has no answer. */
  tell(message: Request): void {
    this.#worker.postMessage(message);
  }

  /** Ends the worker at once: the pending answer and all later ones are rejected with `reason`. */
  end(reason: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    this.#worker.terminate();
    this.#worker.unref?.();
    this.#pending?.reject(reason);
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
  }

  #receive(answer: Answer): void {
    this.#worker.unref?.();
    const pending = this.#pending;
    this.#pending = undefined;
    if ('error' in answer) pending?.reject(answer.error);
    else pending?.resolve(answer.reply);
  }
}
