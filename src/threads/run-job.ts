// A job from its beginning to its end: who does it, in which portions, and what is known after each of them.
import { endOf } from '../core/windows.ts';
import { mergeRows } from '../search/partial-rows.ts';
import { estimateSeconds } from '../search/plan.ts';
import { inTurns, throwIfAborted } from './abort.ts';
import type { Executor } from './executor.ts';
import { LocalExecutor } from './executor-local.ts';
import { WorkerExecutor } from './executor-workers.ts';
import { emptyScores, type Job, scoreOf } from './job.ts';
import type { ThreadOptions } from './options.ts';
import { type Progress, ProgressMeter } from './progress.ts';
import type { JobPlan } from './task.ts';
import { numProcessors } from './worker-pool.ts';

/** Seconds of work that make starting workers worth it, and each further worker. */
const WORTH_WORKERS = 0.2;
const WORTH_ANOTHER = 0.1;

/** Windows whose rows are merged at a time. */
const ROWS = 16384;

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
  let executor = executorFor(job, options);
  const abort = (): void => executor.end(signal!.reason);
  signal?.addEventListener('abort', abort);
  try {
    // Prepare; where no worker can be had the calling thread does the job.
    let [plan, scores] = await Promise.all([executor.prepare(), inTurns(emptyScores(job), signal)]);
    throwIfAborted(signal);
    if (plan === undefined) {
      const local = (executor = new LocalExecutor(job));
      plan = await local.prepare();
    }
    const meter = new ProgressMeter(plan, executor, options.onProgress);
    let from = 0;
    for (const stop of plan.isByRows ? [1] : stops) {
      // Run the parts up to this stop. Two stops may be the same part: the second one is skipped.
      const to = meter.partsUntil(stop);
      if (stop < 1 && (to === from || to === plan.work.length)) continue;
      await executor.run(from, to, (first, last, found) => {
        for (let p = 0; p < found.at.length; p++) scores[found.at[p]!] = found.scores[p]!;
        meter.add(first, last);
      });
      from = to;

      // Read the scores that several parts add to, and tell.
      await readRows(executor, plan, job, scores);
      throwIfAborted(signal);
      const progress = stop === 1 ? meter.end() : meter.now();
      if (stop === 1) executor.release();
      yield { scores: stop < 1 ? scores.slice() : scores, exact: stop === 1, progress };
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    executor.end(undefined);
  }
}

/** Writes the scores of rows that several parts add to; Infinity where fewer neighbors are known than there are. */
async function readRows(executor: Executor, plan: JobPlan, job: Job, scores: Float64Array): Promise<void> {
  for (let from = 0; from < plan.numRows && !plan.isByRows; from += ROWS) {
    for (const blocks of await executor.rows(from, Math.min(from + ROWS, plan.numRows))) {
      mergeRows(blocks, (i, dist, _index, base, known, most) => {
        scores[endOf(i, job.windowSize)] = known < most ? Infinity : scoreOf(job, dist, base, known);
      });
    }
  }
}

/** The calling thread for little work and for function metrics, else workers. */
function executorFor(job: Job, { threads, worker }: ThreadOptions): Executor {
  const seconds = estimateJob(job);
  const isLong = seconds >= WORTH_WORKERS || (threads !== undefined && threads > 1);
  if (!isLong || typeof job.metric === 'function') return new LocalExecutor(job);
  return new WorkerExecutor(job, threads ?? Math.min(numProcessors(), Math.ceil(seconds / WORTH_ANOTHER)), worker);
}

/** Seconds that one thread needs, about. */
function estimateJob(job: Job): number {
  const { series, reference, windowSize: width, k, metric, normalize, engine } = job;
  const numWindows = (values: Float64Array): number => Math.max(0, values.length - width + 1);
  const numRows = numWindows(series);
  const numColumns = numWindows(reference ?? series);
  const shape = {
    numRows,
    numColumns,
    width,
    k,
    isSelf: reference === undefined,
    diagonal: metric === undefined,
    isLazy: normalize !== 'none',
  };
  return estimateSeconds(shape, engine, typeof metric === 'function');
}
