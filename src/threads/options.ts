// The options of a job that may use threads, and their checks.
import { checkInteger, describe } from '../core/checks.ts';
import { type AbortSignalLike, throwIfAborted } from './abort.ts';
import type { Progress } from './progress.ts';
import type { WorkerLike } from './worker-pool.ts';

/** The options of work by threads. None of them changes the scores. */
export interface ThreadOptions {
  /**
   * Workers that compute. Default: one per processor, fewer for little work and none where starting them would take
   * longer than the work. The distances of `knn-anomaly/metrics` are known to workers by name. A function of your own
   * cannot be sent: it is called on the calling thread, in slices, and `threads` of the progress is 0.
   */
  threads?: number | undefined;
  /** Ends the work and its workers when it is aborted: the promise is rejected with the signal's reason. */
  signal?: AbortSignalLike | undefined;
  /** Called at most ten times a second and once at the end. What it throws ends the work and rejects the promise. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * Starts a worker with the module `knn-anomaly/worker`, for bundlers that do not find that module by themselves; with
   * `knn-anomaly/metrics-worker`, if it is to know the distances of ml-distance, which else are computed on the calling
   * thread. Such workers are ended with the job; without this option workers wait five seconds for another job.
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
