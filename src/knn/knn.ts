// KNN: the public batch detector, with its documentation and the checks of its arguments. scorer.ts does the work.
import { AGGREGATIONS, type Aggregation } from '../core/aggregate.ts';
import { checkChoice, checkInteger, checkNormalization, checkOptions } from '../core/checks.ts';
import { checkMetric, euclidean, isFunctionMetric, type Metric } from '../core/metric.ts';
import type { Series } from '../core/series.ts';
import { lastOf } from '../core/steps.ts';
import type { Normalization } from '../core/windows.ts';
import { ENGINES, type EngineName } from '../search/plan.ts';
import { THREAD_OPTIONS, type ThreadOptions } from '../threads/options.ts';
import { ALIGNMENTS, type Alignment } from './align.ts';
import type { Explanation } from './explain.ts';
import { FittedKNN } from './fitted-knn.ts';
import { type Neighbors, type Refinements, Scorer, type ScoresLike } from './scorer.ts';
import type { Settings } from './settings.ts';
import { TOP_OPTIONS } from './top.ts';
import type { Anomaly } from './top-anomalies.ts';
import type { TopOptions, TopRefinements } from './top-types.ts';

/** Options of {@link KNN}, defaults first in each line. */
export interface KNNOptions {
  /** `euclidean`, a Mahalanobis metric of `knn-anomaly/metrics`, or any `(a, b) => number` with a result ≥ 0. */
  metric?: Metric;
  /** `'none'`; `'mean'`: windows are compared as x − μ; `'zscore'`: as (x − μ)/σ. The last two need windowSize ≥ 2. */
  normalize?: Normalization;
  /** `'mean'`, `'max'` (the largest) or `'median'` of the k distances. */
  aggregation?: Aggregation;
  /** 0: windows that start within this distance of the scored one are no neighbors; 0 excludes only itself. */
  exclusionZone?: number;
  /** `'both'`, or `'left'`: only windows that start earlier count, which is what a stream knows. */
  side?: 'both' | 'left';
  /** `'omit'`: a window that touches a missing value scores NaN and is nobody's neighbor; `'throw'`: a `RangeError`. */
  missing?: 'omit' | 'throw';
  /**
   * Where a window's score stands in the scores of a whole series: `'end'`: at its last value; `'center'`: in its middle,
   * start + ⌊w/2⌋, and values in no window's middle score 0; `'cover'`: every value scores the mean of the windows that
   * contain it, added left to right, without those that touch a missing value, and NaN if there is none left. The last
   * rates strange stretches best, for n·w additions. Neighbors and explanations are by window and stay what they are.
   */
  align?: Alignment;
  /** `'auto'`, or an engine by name. Never changes the result. */
  engine?: EngineName;
}

const OPTION_NAMES = ['metric', 'normalize', 'aggregation', 'exclusionZone', 'side', 'missing', 'align', 'engine'];

/**
 * k-nearest-neighbor anomaly scores of a series: how far each window is from the k windows most like it.
 *
 * With window i = xᵢ … xᵢ₊w₋₁ and d(i, j) = √Σₗ (xᵢ₊ₗ − xⱼ₊ₗ)², score[t] is the mean of the k smallest d(i, j) over the
 * other windows j, where t = i + w − 1 is the END of window i. score[t] = 0 for t < w − 1: not enough points yet.
 * The distances are exact: the bits of the left-to-right sum in float64, whatever the engine. `align` puts scores elsewhere.
 *
 * @example
 * new KNN(2, 1).score([1, 2, 10, 2, 1]); // => [0, Math.SQRT2, Math.sqrt(65), Math.sqrt(65), Math.SQRT2]
 */
export class KNN {
  readonly windowSize: number;
  readonly k: number;
  readonly #settings: Settings;
  /** The name of an option that was given and has no meaning with a reference. */
  readonly #forSelfOnly: string | undefined;

  /**
   * @param windowSize number of values in a window (w), at least 1
   * @param k number of neighbors, at least 1; where fewer windows exist, those that exist
   * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
   */
  constructor(windowSize: number, k: number, options: KNNOptions = {}) {
    checkInteger(windowSize, 'windowSize', 1);
    checkInteger(k, 'k', 1);
    checkOptions(options, OPTION_NAMES);
    const {
      metric = euclidean,
      normalize = 'none',
      aggregation = 'mean',
      exclusionZone = 0,
      side = 'both',
      missing = 'omit',
      align = 'end',
      engine = 'auto',
    } = options;
    checkNormalization(normalize, windowSize);
    checkChoice(aggregation, 'aggregation', AGGREGATIONS);
    checkInteger(exclusionZone, 'exclusionZone', 0);
    checkChoice(side, 'side', ['both', 'left']);
    checkChoice(missing, 'missing', ['omit', 'throw']);
    checkChoice(align, 'align', ALIGNMENTS);
    checkChoice(engine, 'engine', ENGINES);
    checkMetric(metric, windowSize, normalize);
    checkEngine(engine, metric);
    this.windowSize = windowSize;
    this.k = k;
    this.#settings = { windowSize, k, metric, normalize, aggregation, exclusionZone, side, missing, align, engine };
    this.#forSelfOnly = (['side', 'exclusionZone'] as const).find((name) => options[name] !== undefined);
  }

  /**
   * One score per value, higher = stranger; NaN where the window touches a missing value.
   *
   * @param series numbers in time order; it is not modified
   * @param options.reference score against the windows of this series instead: see {@link KNN.fit}
   * @returns a `Float64Array` for a typed array, else an array, of the same length
   * @throws TypeError when the series holds something that is neither a number nor missing, with its index
   *
   * With N windows: about O(N log N) for short windows and series that repeat, else O(N²) whatever the window size;
   * O(N²·windowSize) for function metrics and for long normalized or whitened windows.
   *
   * @example
   * new KNN(1, 2).score([5, 5, 5, 9, 5]); // => [0, 0, 0, 4, 0]
   * new KNN(2, 1).score([1, 2, NaN, 2, 1, 2]); // => [0, 0, NaN, NaN, Math.SQRT2, 0]
   * new KNN(3, 1, { align: 'center' }).score([0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0]); // => [0, 0, 0, 0, 9, 9, 9, 0, 0, 0, 0]
   * new KNN(3, 1, { align: 'cover' }).score([0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0]); // => [0, 0, 0, 3, 6, 9, 6, 3, 0, 0, 0]
   */
  score<S extends Series>(series: S, options: { reference?: Series } = {}): ScoresLike<S> {
    return this.#scorer(options).score(series);
  }

  /**
   * What {@link KNN.score} returns, to the bit, computed by several threads while this one stays free.
   *
   * Starting threads takes 50 to 100 ms, so they wait five seconds for the next call before they end; they do not keep
   * Node alive. The calling thread does the work where that start would take longer, where the metric is a function
   * of your own (those of `knn-anomaly/metrics` reach workers by name), and where no worker can be started. It works in
   * slices of a few milliseconds, between which timers and input have their turn; an index is built in one go.
   *
   * @param options.threads number of workers; default: as many as there are processors, for work above 0.2 s
   * @param options.signal an `AbortSignal` that ends the work: the promise is rejected with its reason
   * @param options.onProgress told {@link Progress} ten times a second and at the end; what it throws ends the work
   * @param options.worker starts a worker with the module `knn-anomaly/worker`, for bundlers that need to be told
   * @returns rejected where `score` throws, and if a worker dies
   *
   * @example
   * await new KNN(2, 1).scoreAsync([1, 2, 10, 2, 1], { threads: 2 }); // => [0, Math.SQRT2, Math.sqrt(65), Math.sqrt(65), Math.SQRT2]
   */
  async scoreAsync<S extends Series>(
    series: S,
    options: ThreadOptions & { reference?: Series } = {},
  ): Promise<ScoresLike<S>> {
    return this.#scorer(options, THREAD_OPTIONS).scoreAsync(series, options);
  }

  /**
   * Scores that improve until they are those of {@link KNN.score}: upper bounds of them, element by element, from one
   * refinement to the next never higher, and in the last one, marked `exact`, the scores themselves to the bit.
   *
   * They come after 1, 2, 5, 10, 20, 35, 50 and 75 % of the work. Near windows are compared first, then lags spread
   * over the whole series, so that most of the strangest places are right after a tenth of the work. Short windows,
   * series that repeat (both normally take moments) and function metrics have one refinement, the exact one.
   * Leaving the loop ends all work. The series is read when the loop begins.
   *
   * @param options see {@link KNN.scoreAsync}
   *
   * @example
   * for await (const { scores, exact } of new KNN(2, 1).refine([1, 2, 10, 2, 1])) {
   *   if (exact) scores; // => [0, Math.SQRT2, Math.sqrt(65), Math.sqrt(65), Math.SQRT2]
   * }
   */
  async *refine<S extends Series>(
    series: S,
    options: ThreadOptions & { reference?: Series } = {},
  ): Refinements<ScoresLike<S>> {
    yield* this.#scorer(options, THREAD_OPTIONS).refine(series, options);
  }

  /**
   * The `n` strangest places: `topAnomalies(score(series), n, { separation })` to the bit, order and ties included, in a
   * fraction of the time and of the memory. A window is dropped as soon as an upper bound of its score lies below the n-th
   * best score that is known.
   *
   * Where bounds cannot help, all windows are scored: with a function or Mahalanobis metric, `aggregation` `'median'`, `align`
   * `'cover'`, an `engine` by name, k above 64, fewer than 65 536 windows, and places that rule out a twentieth of the series;
   * of windows of up to 8 values also those that are normalized or compared with a reference, and k above 8. It is also what
   * the search falls back on after a tenth of that time, where most windows are about as strange as the strangest, as in noise
   * of few levels.
   *
   * @param n how many places, at least 1
   * @param options.separation least distance of two places; default 1: all places count
   * @param options.reference score against the windows of this series instead: see {@link KNN.fit}
   * @returns places highest first, equal scores by smaller index; fewer than `n` where no other score is above 0
   * @throws RangeError when `n` or `separation` is no positive integer
   *
   * Where bounds help: O(n) and little more in the length of the series, 12 to 15 bytes a value (28 normalized). Windows of up to 8
   * values: O(n log n) and 80 bytes a value, for a tree; `topAsync` searches it on the calling thread.
   *
   * @example
   * new KNN(2, 1).top([2, 2, 2, 2, 9, 2, 2, 2], 1, { separation: 2 }); // => [{ index: 4, score: 7 }]
   */
  top(series: Series, n: number, options: TopOptions & { reference?: Series } = {}): Anomaly[] {
    return this.#scorer(options, TOP_OPTIONS).top(series, n, options);
  }

  /**
   * What {@link KNN.top} returns, computed by several threads while this one stays free.
   *
   * @param options see {@link KNN.top} and {@link KNN.scoreAsync}; `onProgress` counts the windows that are known to be
   * places or not to be
   *
   * @example
   * await new KNN(2, 1).topAsync([2, 2, 2, 2, 9, 2, 2, 2], 1); // => [{ index: 4, score: 7 }]
   */
  async topAsync(
    series: Series,
    n: number,
    options: ThreadOptions & TopOptions & { reference?: Series } = {},
  ): Promise<Anomaly[]> {
    return (await lastOf(this.topRefine(series, n, options))).places;
  }

  /**
   * The places of {@link KNN.top} as they become known: the best among the windows whose scores are known, and the `bound`
   * above which no other score lies. A place whose score is at least `bound` is final. The last refinement, marked `exact`,
   * has the places of `top`. Leaving the loop ends all work. The series is read when the loop begins.
   *
   * @param options see {@link KNN.topAsync}
   *
   * @example
   * for await (const { places, exact } of new KNN(2, 1).topRefine([2, 2, 2, 2, 9, 2, 2, 2], 1)) {
   *   if (exact) places; // => [{ index: 4, score: 7 }]
   * }
   */
  async *topRefine(
    series: Series,
    n: number,
    options: ThreadOptions & TopOptions & { reference?: Series } = {},
  ): TopRefinements {
    yield* this.#scorer(options, [...THREAD_OPTIONS, ...TOP_OPTIONS]).topRefine(series, n, options);
  }

  /**
   * The k nearest windows of every window: exactly the first k in the order (distance, start).
   * A row whose window touches a missing value holds no neighbor.
   *
   * @example
   * new KNN(2, 1).neighbors([1, 2, 10, 2, 1]).indices; // => Int32Array.of(3, 0, 3, 0)
   */
  neighbors(series: Series, options: { reference?: Series } = {}): Neighbors {
    return this.#scorer(options).neighbors(series);
  }

  /**
   * What {@link KNN.neighbors} returns, to the bit, computed by several threads while this one stays free.
   *
   * @param options see {@link KNN.scoreAsync}; 12 bytes per window and neighbor come from the threads to the result
   * @returns rejected where `neighbors` throws, and if a worker dies
   *
   * @example
   * (await new KNN(2, 1).neighborsAsync([1, 2, 10, 2, 1], { threads: 2 })).indices; // => Int32Array.of(3, 0, 3, 0)
   */
  async neighborsAsync(series: Series, options: ThreadOptions & { reference?: Series } = {}): Promise<Neighbors> {
    return this.#scorer(options, THREAD_OPTIONS).neighborsAsync(series, options);
  }

  /**
   * Why the window that ends at `t` has its score: its neighbors, what they would have led one to expect, and which
   * values differ. `t` is the END of the window, whatever `align` is: the middle of a window + ⌈w/2⌉ − 1.
   *
   * @param t index of the window's last value, windowSize − 1 ≤ t < n; or several, which is cheaper than one by one
   * @throws RangeError when no window ends at `t`
   *
   * O(N·windowSize), and what fitting the metric costs, once.
   *
   * @example
   * new KNN(2, 1).explain([1, 2, 1, 2, 9, 2], 4).expected; // => [1, 2]
   */
  explain(series: Series, t: number, options?: { reference?: Series }): Explanation;
  explain(series: Series, t: readonly number[], options?: { reference?: Series }): Explanation[];
  explain(
    series: Series,
    t: number | readonly number[],
    options: { reference?: Series } = {},
  ): Explanation | Explanation[] {
    return this.#scorer(options).explain(series, t);
  }

  /**
   * The same detector with a reference: every window of a series is compared with the windows of `reference`, not with
   * the series' own. `side` and `exclusionZone` have no meaning there.
   *
   * @throws RangeError when `reference` has no window without a missing value
   *
   * @example
   * const detector = new KNN(2, 1).fit([1, 2, 1, 2, 1]);
   * detector.score([2, 1, 5]); // => [0, 0, 3]
   */
  fit(reference: Series): FittedKNN {
    this.#checkReference();
    return new FittedKNN(this.#settings, reference);
  }

  /** The scorer for a call with these options; besides a reference it may be given those called `others`. */
  #scorer(options: { reference?: Series }, others: readonly string[] = []): Scorer {
    checkOptions(options, ['reference', ...others]);
    const { reference } = options;
    if (reference === undefined) return new Scorer(this.#settings);
    this.#checkReference();
    return new Scorer(this.#settings, { reference });
  }

  /** Throws if an option was given that has no meaning with a reference. */
  #checkReference(): void {
    if (this.#forSelfOnly === undefined) return;
    throw new RangeError(`${this.#forSelfOnly} does not apply to a reference: every window of it is a candidate`);
  }
}

function checkEngine(engine: EngineName, metric: Metric): void {
  const cure = "use 'auto' or 'brute'";
  if (isFunctionMetric(metric) && (engine === 'kdtree' || engine === 'diagonal')) {
    throw new RangeError(`engine '${engine}' cannot serve a function metric: ${cure}`);
  }
  if (engine === 'diagonal' && metric !== euclidean) {
    throw new RangeError(`engine 'diagonal' cannot serve Mahalanobis distance: ${cure}`);
  }
}
