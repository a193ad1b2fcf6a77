// A job done by workers. They load and prepare side by side; nobody waits for one that is late, cannot be loaded, or
// has no memory for the job.
import type { BuildPlan } from '../search/kdtree/index.ts';
import type { Rows } from '../search/partial-rows.ts';
import { releaseMemory } from '../wasm/arena.ts';
import type { Executor, PartsDone } from './executor.ts';
import type { SentJob } from './job.ts';
import type { Found } from './results.ts';
import type { JobPlan, Request, Sharing, ThreadPlan } from './task.ts';
import { acquireThread, releaseThread, type Thread } from './worker-pool.ts';

/** Milliseconds of work that a worker is given at a time. */
const BATCH = 50;

/** A worker and how far it is. */
interface JobWorker {
  readonly thread: Thread;
  /**
   * `'failed'`: it could not be loaded, does not know the metric, or one of its steps failed; its thread is ended and its
   * work left to the others.
   */
  state: 'loading' | 'ready' | 'failed';
  /** Settles when the steps that the worker was given so far are done, or it has failed. It is never rejected. */
  settled: Promise<void>;
  /** The worker's own choice of the engine, if it was asked for one. */
  plan: JobPlan | undefined;
}

/** Workers, each with a task of its own. */
export class WorkerExecutor implements Executor {
  readonly #job: SentJob;
  readonly #numThreads: number;
  readonly #acquire: () => Thread | undefined;
  readonly #workers: JobWorker[];
  /** The workers that chose the engine or ran a part: what they know of the rows counts. */
  readonly #contributors: Set<JobWorker>;
  /** Whether the workers keep what they know of the rows in one memory. */
  #areRowsShared: boolean;
  /** The first error of a worker that was loaded and could not go on. */
  #failure: { readonly error: unknown } | undefined;

  /** @param acquire starts a worker; by default they come from the pool, and go back there */
  constructor(job: SentJob, numThreads: number, acquire: () => Thread | undefined = acquireThread) {
    this.#job = job;
    this.#numThreads = numThreads;
    this.#acquire = acquire;
    this.#workers = [];
    this.#contributors = new Set();
    this.#areRowsShared = false;
  }

  get numThreads(): number {
    return this.#contributors.size;
  }

  /**
   * Five steps: load, plan, build, choose, follow. The first worker that is loaded plans the index, if one is needed.
   * All workers build it side by side in memory that they share, and the first worker chooses the engine. Diagonals it
   * prepares for all, in such memory, too. Without shared memory each worker chooses by itself and builds an index of its own at the same time. The choice depends on
   * counts alone, so it is the same for all; a worker that chose otherwise after all (because WebAssembly was refused
   * to it only) follows the first choice and prepares again.
   */
  async prepare(): Promise<JobPlan | undefined> {
    // Load the workers, and send them the job.
    this.#load();
    const planner = await firstReady(this.#workers);
    if (planner === undefined) return this.#giveUp();

    // Plan an index, and build it.
    const { index, isShared = false } = (await this.#ask<ThreadPlan>(planner, { plan: this.#numThreads })) ?? {};
    if (index !== undefined) await this.#build(index);

    // Choose the engine.
    const choosers = isShared ? [planner] : this.#workers;
    for (const worker of choosers) {
      this.#then(worker, async () => {
        const sharing = isShared ? this.#sharing(worker) : undefined;
        worker.plan = await this.#ask<JobPlan>(worker, { engine: this.#job.engine, sharing });
      });
    }
    const chooser = await firstReady(choosers);
    if (chooser === undefined) return this.#giveUp();
    this.#contributors.add(chooser);

    // All others follow, unless they chose the same.
    const plan = chooser.plan!;
    const { engine, shared } = plan;
    this.#areRowsShared = shared !== undefined;
    for (const worker of this.#workers) {
      this.#then(worker, async () => {
        if (worker === chooser) return;
        if (shared) await this.#ask(worker, { follow: shared, sharing: this.#sharing(worker) });
        else if (worker.plan?.engine !== engine) await this.#ask(worker, { engine });
      });
    }
    return plan;
  }

  /** How a worker takes part in a search that all do in one memory. */
  #sharing(worker: JobWorker): Sharing {
    return { numThreads: this.#workers.length, thread: this.#workers.indexOf(worker) };
  }

  run(from: number, to: number, done: PartsDone): Promise<void> {
    return this.#deal(from, to, async (worker, first, last) => {
      this.#contributors.add(worker);
      done(first, last, await worker.thread.ask<Found>({ parts: [first, last] }));
    });
  }

  async rows(from: number, to: number): Promise<Rows[][]> {
    const workers = [...this.#contributors];
    if (!this.#areRowsShared) {
      return [await Promise.all(workers.map(({ thread }) => thread.ask<Rows>({ rows: [from, to] })))];
    }
    // Every worker knows everything: each reads a share of the rows.
    const at = (w: number): number => from + Math.floor(((to - from) * w) / workers.length);
    const shares = workers.map(({ thread }, w) => thread.ask<Rows>({ rows: [at(w), at(w + 1)] }));
    return (await Promise.all(shares)).map((rows) => [rows]);
  }

  release(): void {
    if (this.#acquire !== acquireThread) return;
    const { arena } = this.#job;
    const threads = this.#workers.splice(0).map(({ thread }) => thread);
    // A worker that is late may still write to the arena.
    if (arena && !threads.some((thread) => thread.isOver || thread.isBusy)) releaseMemory(arena);
    for (const thread of threads) releaseThread(thread);
  }

  end(reason: unknown): void {
    for (const { thread } of this.#workers) thread.end(reason);
  }

  /** Starts the workers, as many as can be had, and sends the job to each as soon as it is loaded. */
  #load(): void {
    for (let t = 0; t < this.#numThreads; t++) {
      const thread = this.#acquire();
      if (thread === undefined) break;
      this.#workers.push({ thread, state: 'loading', settled: Promise.resolve(), plan: undefined });
    }
    for (const worker of this.#workers) worker.settled = this.#open(worker);
  }

  /** Waits for a worker's module, and sends it the job. */
  async #open(worker: JobWorker): Promise<void> {
    try {
      await worker.thread.loaded;
    } catch (error) {
      fail(worker, error);
      return;
    }
    worker.state = 'ready';
    const isKnown = await this.#ask<boolean>(worker, { job: this.#job });
    if (isKnown === false) fail(worker, undefined);
  }

  /** Builds an index, phase by phase. */
  async #build(plan: BuildPlan): Promise<void> {
    for (const [thread, worker] of this.#workers.entries()) {
      this.#then(worker, () => this.#ask(worker, { attach: plan, thread }));
    }
    for (const [phase, numParts] of plan.phases.entries()) {
      await this.#deal(0, numParts, ({ thread }, from, to) => thread.ask({ build: [phase, from, to] }));
    }
  }

  /** No worker is left: throws what was wrong with them, unless they only could not be loaded. */
  #giveUp(): undefined {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Deals the parts [from, to) to the workers as they are ready, some at a time. */
  #deal(
    from: number,
    to: number,
    work: (worker: JobWorker, from: number, to: number) => Promise<unknown>,
  ): Promise<void> {
    let next = from;
    let left = to - from;
    return new Promise((resolve, reject) => {
      const dealTo = async (worker: JobWorker): Promise<void> => {
        await worker.settled;
        for (let size = 1; worker.state === 'ready' && next < to; ) {
          const first = next;
          const last = Math.min(to, first + size);
          next = last;
          const begin = performance.now();
          await work(worker, first, last);
          left -= last - first;
          if (left === 0) resolve();
          const fits = Math.round((size * BATCH) / (performance.now() - begin));
          size = Math.max(1, Math.min(fits, Math.ceil((to - next) / (2 * this.#numThreads))));
        }
      };
      if (left === 0) resolve();
      const nobodyLeft = (): void => reject(this.#failure?.error); // has no effect when all is done
      Promise.all(this.#workers.map(dealTo)).then(nobodyLeft, reject);
    });
  }

  /** Gives a worker its next step, which begins when the steps before it are done. */
  #then(worker: JobWorker, step: () => Promise<void>): void {
    worker.settled = worker.settled.then(step);
  }

  /** What a worker that is ready replies; `undefined` from one that has failed, or fails now. */
  async #ask<T = void>(worker: JobWorker, message: Request): Promise<T | undefined> {
    if (worker.state === 'failed') return undefined;
    try {
      return await worker.thread.ask<T>(message);
    } catch (error) {
      this.#failure ??= { error };
      fail(worker, error);
      return undefined;
    }
  }
}

function fail(worker: JobWorker, error: unknown): void {
  worker.state = 'failed';
  worker.thread.end(error);
}

/** The first worker that is ready after its steps; `undefined` when all have failed. */
function firstReady(workers: readonly JobWorker[]): Promise<JobWorker | undefined> {
  const ready = workers.map(async (worker) => {
    await worker.settled;
    if (worker.state === 'ready') return worker;
    throw new Error(); // tells Promise.any to wait for the others
  });
  return Promise.any(ready).catch(() => undefined);
}
