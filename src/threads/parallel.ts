// A job done by workers, or by the calling thread in slices: dealing, progress, and an end at any moment.
import { checkInteger, describe } from '../core/checks.ts';
import type { Steps } from '../core/steps.ts';
import { endOf } from '../core/windows.ts';
import type { BuildPlan } from '../search/kdtree/index.ts';
import { mergeRows, type Rows } from '../search/partial-rows.ts';
import { releaseMemory } from '../wasm/arena.ts';
import {
  emptyScores,
  estimateJob,
  type Job,
  type JobPlan,
  joinAlone,
  type Request,
  type Scores,
  scoreOf,
  Task,
} from './job.ts';
import { acquireThread, numProcessors, releaseThread, Thread, turn, type WorkerLike } from './worker-pool.ts';

/** How far a job is, counted in windows: one ends at every value from the first full window on. */
export interface Progress {
  /** Windows' worth of work done, 0 to `total`; it never falls. */
  readonly done: number;
  /** Windows to score: those without a missing value. */
  readonly total: number;
  /** Windows per second, lately. */
  readonly rate: number;
  /** Seconds that the rest takes at this rate. */
  readonly remaining: number;
  /** Workers that compute; 0 where the calling thread does. */
  readonly threads: number;
}

/** An `AbortSignal`, as far as it is used here. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** How the work is done; none of it changes the scores. */
export interface ThreadOptions {
  /**
   * Workers that compute. Default: one per processor, fewer for little work and none where starting them would take
   * longer than the work. Function metrics cannot be sent to workers and are computed on the calling thread.
   */
  threads?: number | undefined;
  /** Ends the work and its workers when it is aborted: the promise is rejected with the signal's reason. */
  signal?: AbortSignalLike | undefined;
  /** Called at most ten times a second and once at the end. What it throws ends the work and rejects the promise. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * Starts a worker with the module `knn-anomaly/worker`, where the bundler does not see to it by itself. Such workers
   * are ended with the job; those that are found by themselves wait for another one for five seconds.
   */
  worker?: (() => WorkerLike) | undefined;
}

/** The names of {@link ThreadOptions}. */
export const THREAD_OPTIONS = ['threads', 'signal', 'onProgress', 'worker'] as const;

/** Throws for an option of the wrong kind or value, and for a signal that is aborted already. */
export function checkThreadOptions({ threads, signal, onProgress, worker }: ThreadOptions): void {
  if (threads !== undefined) checkInteger(threads, 'threads', 1);
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw new TypeError(`signal must be an AbortSignal, got ${describe(signal)}`);
  }
  for (const [name, value] of Object.entries({ onProgress, worker })) {
    if (value !== undefined && typeof value !== 'function') {
      throw new TypeError(`${name} must be a function, got ${describe(value)}`);
    }
  }
  throwIfAborted(signal);
}

/** Throws the reason of a signal that is aborted. */
function throwIfAborted(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

/** Does all steps with a turn for everything else between them, unless the signal is aborted. */
export async function inTurns<T>(steps: Steps<T>, signal: AbortSignalLike | undefined): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await turn();
    throwIfAborted(signal);
  }
}

/** Seconds of work for which workers are worth starting, and for which another one is. */
const WORTH_WORKERS = 0.2;
const WORTH_ANOTHER = 0.1;

/** Milliseconds of work that a worker is given at a time. */
const BATCH = 50;

/** Milliseconds that the calling thread works before everything else has its turn; a part may take as long again. */
const SLICE = 5;

/** Milliseconds from one report of progress to the next. */
const PATIENCE = 100;

/** Seconds over which the rate is averaged: what was faster or slower longer ago is forgotten. */
const MEMORY = 2;

/** Windows whose rows are put together at a time. */
const ROWS = 8192;

/** Scores as they are known at some moment: exact, or upper bounds. */
export interface Snapshot {
  readonly scores: Float64Array;
  readonly exact: boolean;
  readonly progress: Progress;
}

/**
 * Does a job, whose arrays must stay as they are. Where its parts add to what is known of all windows (diagonals),
 * yields the scores at each of `stops`, the shares of the work in ascending order; the last is 1. Where they complete
 * windows one by one, yields at the end only.
 */
export async function* runJob(
  job: Job,
  options: ThreadOptions,
  stops: readonly number[],
): AsyncGenerator<Snapshot, void, undefined> {
  const { signal } = options;
  throwIfAborted(signal);
  let crew = crewFor(job, options);
  const abort = (): void => crew.end(signal!.reason);
  signal?.addEventListener('abort', abort);
  try {
    let [plan, scores] = await Promise.all([crew.prepare(), inTurns(emptyScores(job), signal)]);
    throwIfAborted(signal);
    if (plan === undefined) {
      const alone = (crew = new Alone(job));
      plan = await alone.prepare();
    }
    const meter = new Meter(plan, crew, options.onProgress);
    let from = 0;
    for (const stop of plan.isByRows ? [1] : stops) {
      const to = meter.partsUntil(stop);
      if (stop < 1 && (to === from || to === plan.work.length)) continue;
      await crew.run(from, to, (first, last, found) => {
        for (let p = 0; p < found.at.length; p++) scores[found.at[p]!] = found.scores[p]!;
        meter.add(first, last);
      });
      from = to;
      await readRows(crew, plan, job, scores);
      throwIfAborted(signal);
      const progress = stop === 1 ? meter.end() : meter.now();
      if (stop === 1) crew.rest();
      yield { scores: stop < 1 ? scores.slice() : scores, exact: stop === 1, progress };
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    crew.end(undefined);
  }
}

/** Writes the scores of rows that several parts add to; Infinity where fewer neighbors are known than there are. */
async function readRows(crew: Crew, plan: JobPlan, job: Job, scores: Float64Array): Promise<void> {
  for (let from = 0; from < plan.numRows && !plan.isByRows; from += ROWS) {
    const blocks = await crew.rows(from, Math.min(from + ROWS, plan.numRows));
    mergeRows(blocks, (i, dist, _index, base, known, most) => {
      scores[endOf(i, job.windowSize)] = known < most ? Infinity : scoreOf(job, dist, base, known);
    });
  }
}

/** Called for the parts [from, to) when they are done, with the scores they completed. */
type Done = (from: number, to: number, scores: Scores) => void;

/** Whoever does a job. */
interface Crew {
  /** Workers that compute. */
  readonly numThreads: number;
  /** Opens the job; `undefined` where nobody can be had for it. */
  prepare(): Promise<JobPlan | undefined>;
  /** Runs the parts [from, to). */
  run(from: number, to: number, done: Done): Promise<void>;
  /** What is known of the valid windows [from, to), from everyone who ran a part. */
  rows(from: number, to: number): Promise<Rows[]>;
  /** All is done: whoever can be kept for another job is. */
  rest(): void;
  /** Ends all work at once; whatever is waited for is rejected with `reason`. */
  end(reason: unknown): void;
}

function crewFor(job: Job, { threads, worker }: ThreadOptions): Crew {
  const seconds = estimateJob(job);
  const isLong = seconds >= WORTH_WORKERS || (threads !== undefined && threads > 1);
  if (!isLong || typeof job.metric === 'function') return new Alone(job);
  return new Team(job, threads ?? Math.min(numProcessors(), Math.ceil(seconds / WORTH_ANOTHER)), worker);
}

/** The calling thread, in slices. */
class Alone implements Crew {
  readonly numThreads = 0;
  readonly #job: Job;
  #task: Task | undefined;
  #end: { readonly reason: unknown } | undefined;

  constructor(job: Job) {
    this.#job = job;
    this.#task = undefined;
    this.#end = undefined;
  }

  async prepare(): Promise<JobPlan> {
    await this.#turn();
    this.#task = new Task(this.#job, joinAlone(this.#job));
    return this.#task.prepare(this.#job.engine);
  }

  async run(from: number, to: number, done: Done): Promise<void> {
    let begin = performance.now();
    for (let p = from; p < to; p++) {
      done(p, p + 1, this.#task!.run(p, p + 1));
      if (performance.now() - begin < SLICE) continue;
      await this.#turn();
      begin = performance.now();
    }
  }

  async rows(from: number, to: number): Promise<Rows[]> {
    await this.#turn();
    return [this.#task!.rows(from, to)];
  }

  rest(): void {
    if (this.#job.arena) releaseMemory(this.#job.arena);
  }

  end(reason: unknown): void {
    this.#end ??= { reason };
  }

  async #turn(): Promise<void> {
    await turn();
    if (this.#end !== undefined) throw this.#end.reason;
  }
}

/** Workers, each with a task of its own. Nobody waits for one that is late, cannot be loaded, or has no memory. */
class Team implements Crew {
  readonly #job: Job;
  readonly #numThreads: number;
  readonly #start: ThreadOptions['worker'];
  readonly #threads: Thread[];
  /** Per thread: itself once it is ready for what comes next, `undefined` if it cannot be. */
  #ready: Promise<Thread | undefined>[];
  /** Why a thread that could be loaded could not go on. */
  #failure: { readonly error: unknown } | undefined;
  /** Those whose rows count. */
  readonly #members: Set<Thread>;

  constructor(job: Job, numThreads: number, start: ThreadOptions['worker']) {
    this.#job = job;
    this.#numThreads = numThreads;
    this.#start = start;
    this.#threads = [];
    this.#ready = [];
    this.#failure = undefined;
    this.#members = new Set();
  }

  get numThreads(): number {
    return this.#members.size;
  }

  /**
   * The first worker that is there says whether an index is needed. If so, all build it side by side in memory that they
   * share, and the first chooses the engine. Without shared memory each builds its own at the same time, and chooses: the
   * choice depends on counts alone, so it is the same for all. One that chose otherwise after all (where WebAssembly was
   * refused to it only) prepares again.
   */
  async prepare(): Promise<JobPlan | undefined> {
    for (let t = 0; t < this.#numThreads; t++) {
      const thread = this.#start ? new Thread(this.#start()) : acquireThread();
      if (thread === undefined) break; // no more are to be had
      this.#threads.push(thread);
    }
    this.#ready = this.#threads.map(async (thread) => {
      try {
        await thread.loaded;
      } catch (error) {
        thread.end(error);
        return undefined;
      }
      return this.#tell(thread, { job: this.#job });
    });
    const drafter = await firstOf(this.#ready);
    const draft = drafter && (await this.#ask<BuildPlan | undefined>(drafter, { draft: this.#numThreads }));
    if (draft?.reply !== undefined) await this.#build(draft.reply);
    const chooser = draft?.reply && drafter;
    const plans = this.#ready.map(async (ready) => {
      const thread = await ready;
      if (thread === undefined || (chooser !== undefined && thread !== chooser)) return undefined;
      const plan = await this.#ask<JobPlan>(thread, { engine: this.#job.engine });
      return plan && { thread, plan: plan.reply };
    });
    const first = await firstOf(plans);
    if (first === undefined && this.#failure !== undefined) throw this.#failure.error;
    if (first === undefined) return undefined;
    this.#members.add(first.thread);
    const { engine } = first.plan;
    this.#ready = this.#ready.map(async (ready, t) => {
      const thread = await ready;
      const own = await plans[t];
      if (thread === undefined || own?.plan.engine === engine) return thread;
      return this.#tell(thread, { engine });
    });
    return first.plan;
  }

  /** Builds an index, phase by phase. */
  async #build(draft: BuildPlan): Promise<void> {
    this.#ready = this.#ready.map(async (ready, thread) => {
      const one = await ready;
      return one && this.#tell(one, { share: draft, thread });
    });
    for (const [phase, parts] of draft.phases.entries()) {
      await this.#deal(0, parts, (thread, from, to) => thread.ask({ build: [phase, from, to] }));
    }
  }

  run(from: number, to: number, done: Done): Promise<void> {
    return this.#deal(from, to, async (thread, first, last) => {
      this.#members.add(thread);
      done(first, last, await thread.ask<Scores>({ parts: [first, last] }));
    });
  }

  /** Deals the parts [from, to) to the threads as they are ready, some at a time. */
  #deal(from: number, to: number, work: (thread: Thread, from: number, to: number) => Promise<unknown>): Promise<void> {
    let next = from;
    let left = to - from;
    return new Promise((resolve, reject) => {
      const deal = async (ready: Promise<Thread | undefined>): Promise<void> => {
        const thread = await ready;
        for (let size = 1; thread !== undefined && next < to; ) {
          const first = next;
          const last = Math.min(to, first + size);
          next = last;
          const begin = performance.now();
          await work(thread, first, last);
          left -= last - first;
          if (left === 0) resolve();
          const fits = Math.round((size * BATCH) / (performance.now() - begin));
          size = Math.max(1, Math.min(fits, Math.ceil((to - next) / (2 * this.#numThreads))));
        }
      };
      if (left === 0) resolve();
      const nobodyLeft = (): void => reject(this.#failure?.error); // of no effect when all is done
      Promise.all(this.#ready.map(deal)).then(nobodyLeft, reject);
    });
  }

  rows(from: number, to: number): Promise<Rows[]> {
    return Promise.all([...this.#members].map((thread) => thread.ask<Rows>({ rows: [from, to] })));
  }

  rest(): void {
    if (this.#start !== undefined) return;
    const { arena } = this.#job;
    // One that is late may still write.
    if (arena && !this.#threads.some((thread) => thread.isOver || thread.isBusy)) releaseMemory(arena);
    for (const thread of this.#threads.splice(0)) releaseThread(thread);
  }

  end(reason: unknown): void {
    for (const thread of this.#threads) thread.end(reason);
  }

  /** What a thread replies. One that cannot is ended: its work is left to the others. */
  async #ask<T>(thread: Thread, message: Request): Promise<{ readonly reply: T } | undefined> {
    try {
      return { reply: await thread.ask<T>(message) };
    } catch (error) {
      this.#failure ??= { error };
      thread.end(error);
      return undefined;
    }
  }

  /** The same where there is nothing to reply: the thread itself, or `undefined`. */
  async #tell(thread: Thread, message: Request): Promise<Thread | undefined> {
    return (await this.#ask(thread, message)) && thread;
  }
}

/** The first value there is that is not `undefined`. */
function firstOf<T>(promises: readonly Promise<T | undefined>[]): Promise<T | undefined> {
  const values = promises.map(async (promise) => {
    const value = await promise;
    if (value === undefined) throw undefined;
    return value;
  });
  return Promise.any(values).catch(() => undefined);
}

/** Counts the work and tells about it. */
class Meter {
  readonly #plan: JobPlan;
  readonly #crew: Crew;
  readonly #onProgress: ThreadOptions['onProgress'];
  readonly #work: number;
  #done: number;
  /** When it was last told, what was done then, and the rate. */
  #time: number;
  #told: number;
  #rate: number;

  constructor(plan: JobPlan, crew: Crew, onProgress: ThreadOptions['onProgress']) {
    this.#plan = plan;
    this.#crew = crew;
    this.#onProgress = onProgress;
    this.#work = plan.work.reduce((sum, work) => sum + work, 0);
    this.#done = 0;
    this.#time = performance.now();
    this.#told = 0;
    this.#rate = 0;
  }

  /** How many parts are a share of the work, or a little more. */
  partsUntil(share: number): number {
    const { work } = this.#plan;
    let sum = 0;
    let p = 0;
    while (p < work.length && (share === 1 || sum < share * this.#work)) sum += work[p++]!;
    return p;
  }

  /** The parts [from, to) are done. */
  add(from: number, to: number): void {
    for (let p = from; p < to; p++) this.#done += this.#plan.work[p]!;
    if (performance.now() - this.#time >= PATIENCE && this.#done < this.#work) this.#onProgress?.(this.now());
  }

  /** Everything is done. */
  end(): Progress {
    this.#done = this.#work;
    const progress = this.now();
    this.#onProgress?.(progress);
    return progress;
  }

  now(): Progress {
    const total = this.#plan.numRows;
    const done = this.#done < this.#work ? Math.floor((this.#done / this.#work) * total) : total;
    const seconds = Math.max(1e-4, (performance.now() - this.#time) / 1000);
    const share = this.#told === 0 ? 1 : 1 - Math.exp(-seconds / MEMORY);
    this.#rate += share * ((done - this.#told) / seconds - this.#rate);
    this.#time = performance.now();
    this.#told = done;
    const remaining = done < total ? (total - done) / this.#rate : 0;
    return { done, total, rate: this.#rate, remaining, threads: this.#crew.numThreads };
  }
}
