// Threads in Node and in browsers, told apart here and nowhere else. Loading this file starts nothing, and no module of
// Node is imported: bundlers for browsers must not meet one.

import { describe } from '../core/checks.ts';
import { canPool, IdlePool } from '../core/idle-pool.ts';

/** A worker as far as it is used here: a Web Worker, or one of `node:worker_threads`. */
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

/** A new worker of this package; `undefined` where there are none, or none are allowed. */
function startWorker(): WorkerLike | undefined {
  try {
    // Bundlers know this expression, and only if it is written exactly so.
    if (typeof Worker === 'function') return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    const { Worker: NodeWorker } = builtin('node:worker_threads');
    // A worker inherits Node's own arguments, and this one it refuses.
    const isEval = process.execArgv.some((argument) => argument.startsWith('--input-type'));
    return new NodeWorker(`${import.meta.dirname}/worker.js`, isEval ? { execArgv: [] } : {});
  } catch {
    return undefined;
  }
}

/** What a worker answers: a reply, or what was thrown. Its first message, unasked, says that it is there. */
export type Answer = { readonly reply: unknown } | { readonly error: unknown };

const idleThreads = new IdlePool<Thread>((thread) => thread.end(undefined));

/** A worker of this package, perhaps one that has rested; `undefined` where there are none, or none are allowed. */
export function acquireThread(): Thread | undefined {
  for (let thread = idleThreads.acquire(); thread !== undefined; thread = idleThreads.acquire()) {
    if (!thread.isOver) return thread;
  }
  const worker = startWorker();
  return worker && new Thread(worker);
}

/**
 * Keeps a worker of {@link acquireThread} whose job is done for the next one, for a while. It forgets the job. Never more of
 * them are kept than can run at the same time.
 */
export function releaseThread(thread: Thread): void {
  if (thread.isBusy || !canPool() || idleThreads.size >= numProcessors()) {
    thread.end(undefined);
    return;
  }
  thread.tell({ rest: true });
  idleThreads.release(thread);
}

/** A worker that is asked one thing at a time. While nothing is asked it does not keep Node alive. */
export class Thread {
  /** Settles when the worker's module was loaded, or could not be. */
  readonly loaded: Promise<unknown>;
  readonly #worker: WorkerLike;
  #pending: { resolve: (reply: unknown) => void; reject: (reason: unknown) => void } | undefined;
  #end: { readonly reason: unknown } | undefined;

  /** @throws TypeError for what is no worker */
  constructor(worker: WorkerLike) {
    if (typeof worker?.postMessage !== 'function') {
      throw new TypeError(`worker must return a Worker, got ${describe(worker)}`);
    }
    this.#worker = worker;
    this.#end = undefined;
    this.loaded = this.#answer();
    this.loaded.catch(() => {}); // perhaps nobody waits for it any more
    if (worker.on) {
      worker.on('message', (answer) => this.#receive(answer));
      worker.on('error', (error) => this.end(error));
      worker.on('messageerror', (error) => this.end(error));
      worker.on('exit', (code) => this.end(new Error(`a worker ended before its work was done (exit code ${code})`)));
    } else {
      worker.addEventListener!('message', (event) => this.#receive(event.data));
      for (const type of ['error', 'messageerror']) {
        worker.addEventListener!(type, (event) => {
          event.preventDefault(); // it is reported by the promise
          this.end(event.error ?? new Error(`a worker failed: ${event.message || event.type}`));
        });
      }
    }
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** Whether it has not answered yet. */
  get isBusy(): boolean {
    return this.#pending !== undefined;
  }

  /** What the worker answers to a message. */
  async ask<T>(message: unknown): Promise<T> {
    if (this.#end !== undefined) throw this.#end.reason;
    this.#worker.ref?.();
    const answer = this.#answer();
    this.#worker.postMessage(message);
    return answer as Promise<T>;
  }

  /** Tells the worker what it does not answer to. */
  tell(message: unknown): void {
    this.#worker.postMessage(message);
  }

  /** Ends the worker at once; what was asked, and what will be, is rejected with `reason`. */
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

/** Whether threads may share memory: in browsers, pages that are isolated from other origins. */
export function canShare(): boolean {
  return typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated !== false;
}

/** A copy of the values that threads share where that is allowed; elsewhere each gets its own with the message. */
export function sharedCopy(values: Float64Array): Float64Array {
  const copy = canShare()
    ? new Float64Array(new SharedArrayBuffer(values.byteLength))
    : new Float64Array(values.length);
  copy.set(values);
  return copy;
}

/** Lets timers, input and everything else that waits have its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    // A timer of 0 ms would take 4 in a browser, and a second in a hidden page.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
