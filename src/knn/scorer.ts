// The work of KNN and FittedKNN: makes the job of scoring a series against itself or a reference, and turns the
// neighbors that are found into scores, tables of neighbors and explanations.
import { describe } from '../core/checks.ts';
import { euclidean, isFunctionMetric, isUnfitted } from '../core/metric.ts';
import { checkNoneMissing, type NumericTypedArray, type Series, toFloat64 } from '../core/series.ts';
import { atOnce, lastOf, type Steps } from '../core/steps.ts';
import { allEqual, embed, endOf, startOf, type WindowSet } from '../core/windows.ts';
import { type Emit, type Join, oneRow, searchAll } from '../search/join.ts';
import type { IndexHolder } from '../search/kdtree/index.ts';
import { inTurns } from '../threads/abort.ts';
import {
  arenaSeries,
  type Job,
  type JobSettings,
  jobSeries,
  joinInArena,
  type StoredSeries,
  searchOf,
  windowsOf,
} from '../threads/job.ts';
import { routes } from '../threads/metrics/named.ts';
import { checkThreadOptions, type ThreadOptions } from '../threads/options.ts';
import type { Progress } from '../threads/progress.ts';
import { distanceOf, emptyResults, putRow, type Results, scoreOf, slotOf } from '../threads/results.ts';
import { runJob, type Snapshot } from '../threads/run-job.ts';
import { sharedCopy } from '../threads/shared-memory.ts';
import { releaseMemory } from '../wasm/arena.ts';
import { aligned } from './align.ts';
import { type Explanation, explainRow } from './explain.ts';
import type { Settings } from './settings.ts';
import { queryOf, top, topRefined } from './top.ts';
import type { Anomaly } from './top-anomalies.ts';
import type { Scoring, TopOptions, TopRefinements } from './top-types.ts';

/** The k nearest windows of every window, row-major by window start. */
export interface Neighbors {
  /** n − windowSize + 1, or 0. */
  numWindows: number;
  k: number;
  /** Starts of the neighbors, nearest first, equal distances by smaller start; −1 where there is none. */
  indices: Int32Array;
  /** Their distances; Infinity where there is none. */
  distances: Float64Array;
}

/** Upper bounds of the scores that improve until they are exact. */
export interface Refinement<Scores = number[] | Float64Array> {
  /** Upper bounds of the scores, Infinity where too little is known; in the last refinement the scores themselves. */
  scores: Scores;
  /** Whether this is the last refinement. */
  exact: boolean;
  progress: Progress;
}

/** Refined scores, one after the other. */
export type Refinements<Scores = number[] | Float64Array> = AsyncGenerator<Refinement<Scores>, void, undefined>;

/**
 * Scores in the kind of the series: a `Float64Array` for a typed array, `number[]` for an array, either for the rest.
 */
export type ScoresLike<S extends Series> = 0 extends 1 & S
  ? Float64Array // any
  : S extends NumericTypedArray
    ? Float64Array
    : S extends readonly unknown[]
      ? number[]
      : number[] | Float64Array;

/** Shares of the work after which refined scores are read: reading costs a few distances per window and neighbor. */
const STOPS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1];

/** Scores series by the given settings, against themselves or a reference. */
export class Scorer {
  readonly #settings: Settings;
  readonly #reference: Float64Array | undefined;
  /** The metric with its covariance taken from the reference, once that is done. */
  #fitted: { readonly metric: JobSettings['metric'] } | undefined;
  /** The windows of the reference, once they are made. */
  #columns: WindowSet | undefined;
  /** The index of the columns, which is built once. */
  readonly #columnsIndex: IndexHolder;

  /**
   * @param given the reference, and whether many series are scored against it
   * @throws RangeError when the reference has no window without a missing value
   */
  constructor(settings: Settings, given?: { readonly reference: Series; readonly isKept?: boolean }) {
    this.#settings = settings;
    this.#reference = given && this.#copy(this.#values(given.reference, 'reference'));
    this.#columnsIndex = given?.isKept ? { index: undefined, compared: 0 } : { index: undefined };
    if (this.#reference !== undefined && this.#windows(this.#reference).starts.length === 0) {
      const needed = `reference must hold at least ${settings.windowSize} values in a row without a missing one`;
      throw new RangeError(`${needed}, got ${this.#reference.length} values`);
    }
  }

  score<S extends Series>(series: S): ScoresLike<S> {
    return likeInput(series, atOnce(this.#aligned(this.#results(series, false).values)));
  }

  async scoreAsync<S extends Series>(series: S, options: ThreadOptions): Promise<ScoresLike<S>> {
    return (await lastOf(this.refine(series, options, [1]))).scores;
  }

  async *refine<S extends Series>(
    series: S,
    options: ThreadOptions,
    stops: readonly number[] = STOPS,
  ): Refinements<ScoresLike<S>> {
    for await (const { values, exact, progress } of this.#snapshots(series, false, options, stops)) {
      const scores = await inTurns(this.#aligned(values), options.signal);
      yield { scores: likeInput(series, scores), exact, progress };
    }
  }

  neighbors(series: Series): Neighbors {
    return this.#neighborsOf(this.#results(series, true));
  }

  async neighborsAsync(series: Series, options: ThreadOptions): Promise<Neighbors> {
    return this.#neighborsOf(await lastOf(this.#snapshots(series, true, options, [1])));
  }

  #neighborsOf({ values: distances, indices }: Results): Neighbors {
    const { k } = this.#settings;
    return { numWindows: indices.length / k, k, indices, distances };
  }

  /** The scores, or with `byIndex` the neighbors, of a series. */
  #results(series: Series, byIndex: boolean): Results {
    const job = this.#jobOnce(series, byIndex);
    const results = atOnce(emptyResults(job));
    search(job, this.#join(job), (i, dist, index, base, count) => {
      putRow(job, results, slotOf(job, i), dist, index, base, count);
    });
    return results;
  }

  /** The same by threads, as they become known. */
  async *#snapshots(
    series: Series,
    byIndex: boolean,
    options: ThreadOptions,
    stops: readonly number[],
  ): AsyncGenerator<Snapshot, void, undefined> {
    checkThreadOptions(options);
    const x = this.#values(series, 'series');
    const { metric, windowSize } = this.#settings;
    const stored = isFunctionMetric(metric) ? { series: this.#copy(x) } : jobSeries(x, windowSize);
    yield* runJob(await inTurns(this.#job(stored, byIndex), options.signal), options, stops);
  }

  top(series: Series, n: number, options: TopOptions): Anomaly[] {
    return top(this.#scoring(series), queryOf(n, options));
  }

  async *topRefine(series: Series, n: number, options: ThreadOptions & TopOptions): TopRefinements {
    const query = queryOf(n, options);
    checkThreadOptions(options);
    yield* topRefined(this.#scoring(series), query, options);
  }

  /** A series, and what its places are found by. */
  #scoring(series: Series): Scoring {
    const x = this.#values(series, 'series');
    return {
      settings: this.#settings,
      series: x,
      reference: this.#reference,
      score: () => this.score(x),
      scoreAsync: (options) => this.scoreAsync(x, options),
    };
  }

  explain(series: Series, t: number | readonly number[]): Explanation | Explanation[] {
    const x = this.#values(series, 'series');
    const ends: readonly unknown[] = Array.isArray(t) ? t : [t];
    for (const end of ends) this.#checkEnd(end, x.length);
    const job = atOnce(this.#job({ series: x }, true));
    let made: Join | undefined;
    const join = (): Join => (made ??= this.#join(job)); // not made if every window touches a missing value
    const explanations = (ends as number[]).map((end) => this.#explanation(job, join, end));
    return Array.isArray(t) ? explanations : explanations[0]!;
  }

  #checkEnd(t: unknown, n: number): void {
    const w = this.#settings.windowSize;
    if (typeof t !== 'number') throw new TypeError(`t must be an integer, got ${describe(t)}`);
    if (!Number.isSafeInteger(t) || t < w - 1 || t >= n) {
      const range = n < w ? 'there is no window' : `windows end at ${w - 1} to ${n - 1}`;
      throw new RangeError(`t must be the end of a window (${range}), got ${t}`);
    }
  }

  #explanation(job: Job, join: () => Join, t: number): Explanation {
    const { series, windowSize } = job;
    const i = startOf(t, windowSize);
    const neighbors: Explanation['neighbors'] = [];
    const squares: number[] = [];
    let score = NaN;
    if (!series.subarray(i, t + 1).some(Number.isNaN)) {
      search(job, oneRow(join(), i), (_i, dist, index, base, count) => {
        score = scoreOf(job, dist, base, count);
        for (let p = base; p < base + count; p++) {
          const start = index[p]!;
          neighbors.push({ start, end: endOf(start, windowSize), distance: distanceOf(job, dist[p]!) });
          squares.push(dist[p]!);
        }
      });
    }
    const hasShares = this.#settings.metric === euclidean;
    return explainRow(job, { index: t, score, neighbors }, hasShares ? squares : undefined);
  }

  /** The values of a series, checked as `missing` asks. */
  #values(series: Series, argument: string): Float64Array {
    const x = toFloat64(series, argument);
    if (this.#settings.missing === 'throw') checkNoneMissing(series, x, argument);
    return x;
  }

  /** A copy: the caller may change its array before the work is done. */
  #copy(values: Float64Array): Float64Array {
    const { metric } = this.#settings;
    return isFunctionMetric(metric) && !routes.has(metric) ? values.slice() : sharedCopy(values);
  }

  #aligned(scores: Float64Array): Steps<Float64Array> {
    return aligned(scores, this.#settings.windowSize, this.#settings.align);
  }

  #windows(values: Float64Array): WindowSet {
    return embed(values, this.#settings.windowSize, this.#settings.normalize);
  }

  /** The job of a series that is done at once: in an arena, if an index of the series may lie there. */
  #jobOnce(series: Series, byIndex: boolean): Job {
    const x = this.#values(series, 'series');
    const { metric, normalize, windowSize } = this.#settings;
    const isPlain = metric === euclidean && normalize === 'none' && this.#reference === undefined;
    const stored = isPlain ? arenaSeries(x, windowSize) : undefined;
    return atOnce(this.#job(stored ?? { series: x }, byIndex));
  }

  /** The job of a series that lies where the job may use it. */
  *#job({ series, arena, starts }: StoredSeries, byIndex: boolean): Steps<Job> {
    const { missing: _, align: __, ...settings } = this.#settings;
    const reference = this.#reference;
    const metric = reference === undefined ? yield* this.#fitSelf(series) : yield* this.fitReference();
    return { ...settings, byIndex, metric, series, reference, arena, starts };
  }

  /** The metric with its covariance taken from the reference, which is done once. */
  *fitReference(): Steps<JobSettings['metric']> {
    this.#fitted ??= { metric: yield* this.#fit(this.#reference!) };
    return this.#fitted.metric;
  }

  /** The metric with its covariance taken from the series that is scored. */
  *#fitSelf(x: Float64Array): Steps<JobSettings['metric']> {
    // Windows that are all equal have distance 0 under any covariance, and have no covariance themselves.
    const isFlat = typeof this.#settings.metric === 'object' && allEqual(this.#windows(x));
    return isFlat ? undefined : yield* this.#fit(x);
  }

  /** The metric with its covariance taken from the windows of `values`, if it still needs one. */
  *#fit(values: Float64Array): Steps<JobSettings['metric']> {
    const { metric } = this.#settings;
    if (metric === euclidean) return undefined;
    return isUnfitted(metric) ? yield* metric.fitWindows(this.#windows(values)) : metric;
  }

  #join(job: Job): Join {
    const columns = job.reference && (this.#columns ??= windowsOf(job, job.reference));
    return joinInArena(job, columns, this.#columnsIndex);
  }
}

/** Runs the search on the calling thread, and keeps the job's arena for the next job. */
function search(job: Job, join: Join, emit: Emit): void {
  const { search, k } = searchOf(job, join);
  searchAll(search, join, k, job.byIndex, emit);
  if (job.arena) releaseMemory(job.arena);
}

/** The scores as they are for a typed array, as a plain array (which JSON can show) for everything else. */
function likeInput<S extends Series>(series: S, scores: Float64Array): ScoresLike<S> {
  return (ArrayBuffer.isView(series) ? scores : Array.from(scores)) as ScoresLike<S>;
}
