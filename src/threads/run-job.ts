// A job from its beginning to its end: who does it, in which portions, and what is known after each of them.
import type { DistanceFunction } from '../core/metric.ts';
import { mergeRows } from '../search/partial-rows.ts';
import { estimateSeconds } from '../search/plan.ts';
import { inTurns, throwIfAborted } from './abort.ts';
import type { Executor } from './executor.ts';
import { LocalExecutor } from './executor-local.ts';
import { WorkerExecutor } from './executor-workers.ts';
import type { Job } from './job.ts';
import { routes } from './metrics/named.ts';
import type { ThreadOptions } from './options.ts';
import { type Progress, ProgressMeter } from './progress.ts';
import { emptyResults, putFound, putRow, type Results, slotOf } from './results.ts';
import type { JobPlan } from './task.ts';
import { numProcessors, Thread } from './worker-pool.ts';

/** Seconds of work that make starting workers worth it, and each further worker. */
const WORTH_WORKERS = 0.2;
const WORTH_ANOTHER = 0.1;

/** Windows whose rows are merged at a time. */
const ROWS = 16384;

/** Results as they are known at some moment: exact, or upper bounds of the scores. */
export interface Snapshot extends Results {
  readonly exact: boolean;
  readonly progress: Progress;
}

/**
 * Does a job, whose arrays must stay as they are. Where its parts add to what is known of all windows (diagonals),
 * yields the results at each of `stops`, the shares of the work in ascending order; the last is 1, and for neighbors the
 * only one. Where they complete windows one by one, yields at the end only.
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
    let [plan, results] = await Promise.all([executor.prepare(), inTurns(emptyResults(job), signal)]);
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
        putFound(job, results, found);
        meter.add(first, last);
      });
      from = to;

      // Read the rows that several parts add to, and tell.
      await readRows(executor, plan, job, results);
      throwIfAborted(signal);
      const progress = stop === 1 ? meter.end() : meter.now();
      if (stop === 1) executor.release();
      const { values, indices } = results;
      yield { values: stop < 1 ? values.slice() : values, indices, exact: stop === 1, progress };
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    executor.end(undefined);
  }
}

/** Writes the rows that several parts add to; the score is Infinity where fewer neighbors are known than there are. */
async function readRows(executor: Executor, plan: JobPlan, job: Job, results: Results): Promise<void> {
  for (let from = 0; from < plan.numRows && !plan.isByRows; from += ROWS) {
    for (const blocks of await executor.rows(from, Math.min(from + ROWS, plan.numRows))) {
      mergeRows(blocks, (i, dist, index, base, known, most) => {
        const slot = slotOf(job, i);
        if (known < most) results.values[slot] = Infinity;
        else putRow(job, results, slot, dist, index, base, known);
      });
    }
  }
}

/** The calling thread for little work and for functions that no worker knows by name, else workers. */
function executorFor(job: Job, { threads, worker }: ThreadOptions): Executor {
  const { metric } = job;
  const seconds = estimateJob(job);
  const isLong = seconds >= WORTH_WORKERS || (threads !== undefined && threads > 1);
  const route = routes.get(metric as DistanceFunction);
  const sent = route ? route.metric : metric;
  if (typeof sent === 'function' || !isLong) return new LocalExecutor(job);
  const numThreads = threads ?? Math.min(numProcessors(), Math.ceil(seconds / WORTH_ANOTHER));
  return new WorkerExecutor({ ...job, metric: sent }, numThreads, worker ? () => new Thread(worker()) : route?.acquire);
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
