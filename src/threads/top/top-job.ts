// A top-n search from its beginning to its end: by workers that share its memory, or by the calling thread in slices.
import { turn } from '../../core/steps.ts';
import {
  type Costs,
  type Place,
  prepareTop,
  surveyOf,
  type TopQuery,
  type TopResult,
  TopSearch,
  type TopSource,
  type TopTask,
  type TopWorker,
} from '../../search/top/engine.ts';
import { throwIfAborted } from '../abort.ts';
import type { ThreadOptions } from '../options.ts';
import { type Progress, REPORT_INTERVAL } from '../progress.ts';
import { canShare } from '../shared-memory.ts';
import { numProcessors } from '../worker-pool.ts';
import { TopThreads } from './top-threads.ts';

/** What a search is told. */
export interface TopJob {
  readonly source: TopSource;
  readonly k: number;
  readonly isMax: boolean;
  readonly numRows: number;
  readonly query: TopQuery;
  /** What a search by bounds of blocks may cost; undefined: a tree is searched, leaf by leaf, see leaf-job.ts. */
  readonly costs: Costs | undefined;
}

/** What is known of the places at some moment. */
export interface TopSnapshot {
  /** The places among the windows whose scores are known; in the last snapshot the places. */
  readonly places: readonly Place[];
  readonly exact: boolean;
  /** No window whose score is unknown has a higher one. */
  readonly bound: number;
  readonly progress: Progress;
}

/** Windows from which on workers are worth their start. */
const WORTH_WORKERS = 400_000;

/** Milliseconds that the calling thread works before timers and input have their turn. */
export const SLICE = 5;

/** Does a job; yields whenever more is known of the places. If the search gives up, nothing that it yields is exact. */
export async function* runTop(job: TopJob, options: ThreadOptions): AsyncGenerator<TopSnapshot, void, undefined> {
  const { signal, onProgress } = options;
  throwIfAborted(signal);
  await turn();
  const numThreads = numWorkers(job, options);
  // Looked at anew: the caller may have changed the series since it was planned.
  const { shape, worker, shared } = prepareTop(job.source, surveyOf(job.source), job.k, job.isMax, numThreads);
  const threads = shared && new TopThreads(shared, numThreads, options.worker);
  const abort = (): void => threads?.end(signal!.reason);
  signal?.addEventListener('abort', abort);
  try {
    const search = new TopSearch(shape, job.numRows, job.query, job.costs);
    const meter = new TopMeter(job.numRows, () => threads?.numThreads ?? 0);
    const run = (tasks: readonly TopTask[]): Promise<TopResult[]> =>
      threads ? threads.run(tasks, worker) : inSlices(tasks, worker, options);
    const steps = search.search();
    let stage = 0;
    for (let next = steps.next(); ; next = steps.next(await run(next.value))) {
      throwIfAborted(signal);
      if (next.done) {
        if (!next.value) return;
        const progress = meter.now(job.numRows);
        onProgress?.(progress);
        threads?.release();
        yield { places: next.value, exact: true, bound: 0, progress };
        return;
      }
      if (meter.isDue) onProgress?.(meter.now(search.done));
      if (search.stage === stage) continue;
      stage = search.stage;
      yield { places: search.places, exact: false, bound: search.bound, progress: meter.now(search.done) };
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    threads?.end(undefined);
  }
}

function numWorkers({ numRows }: TopJob, { threads }: ThreadOptions): number {
  const isLong = numRows >= WORTH_WORKERS || (threads !== undefined && threads > 1);
  return isLong && canShare() ? (threads ?? numProcessors()) : 0;
}

/** Does the tasks on this thread. */
async function inSlices(tasks: readonly TopTask[], worker: TopWorker, { signal }: ThreadOptions): Promise<TopResult[]> {
  const results: TopResult[] = [];
  let begin = performance.now();
  for (const task of tasks) {
    results.push(worker.run(task));
    if (performance.now() - begin < SLICE) continue;
    await turn();
    throwIfAborted(signal);
    begin = performance.now();
  }
  return results;
}

/** Counts how far a search is. What is done never falls. */
export class TopMeter {
  readonly #total: number;
  readonly #numThreads: () => number;
  readonly #begin: number;
  #reported: number;
  #done = 0;

  constructor(total: number, numThreads: () => number) {
    this.#total = total;
    this.#numThreads = numThreads;
    this.#begin = performance.now();
    this.#reported = this.#begin;
  }

  /** Whether the last report is old enough. */
  get isDue(): boolean {
    return performance.now() - this.#reported >= REPORT_INTERVAL;
  }

  now(done: number): Progress {
    this.#reported = performance.now();
    this.#done = Math.max(this.#done, done);
    const rate = this.#done / Math.max(1e-4, (this.#reported - this.#begin) / 1000);
    const left = this.#total - this.#done;
    return {
      done: this.#done,
      total: this.#total,
      rate,
      remaining: left === 0 ? 0 : left / rate,
      threads: this.#numThreads(),
    };
  }
}
