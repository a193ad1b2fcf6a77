// KNN: the batch detector. Checks arguments, makes vectors, hands the join to an engine, turns distances into scores.
import { AGGREGATIONS, type Aggregation, aggregate } from './aggregate.ts';
import {
  checkChoice,
  checkInteger,
  checkNormalization,
  checkOptions,
  describe,
  firstMissing,
  type NumericTypedArray,
  type Series,
  toFloat64,
} from './detector.ts';
import { allEqual, embed, endOf, type Normalization, startOf, type WindowSet } from './embed.ts';
import { type Explanation, explainRow } from './explain.ts';
import {
  checkRank,
  type DistanceFunction,
  euclidean,
  FittedMahalanobis,
  type MahalanobisMetric,
  type Metric,
} from './metric.ts';
import { brute } from './search/brute.ts';
import { chooseEngine } from './search/engine.ts';
import { ENGINES, type EngineName } from './search/plan.ts';
import { type Emit, type Join, oneRow, referenceJoin, searchAll, selfJoin } from './search/search.ts';

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
  /** `'auto'`, or an engine by name. Never changes the result. */
  engine?: EngineName;
}

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

const OPTION_NAMES = ['metric', 'normalize', 'aggregation', 'exclusionZone', 'side', 'missing', 'engine'];

/**
 * k-nearest-neighbor anomaly scores of a series: how far each window is from the k windows most like it.
 *
 * With window i = xᵢ … xᵢ₊w₋₁ and d(i, j) = √Σₗ (xᵢ₊ₗ − xⱼ₊ₗ)², score[t] is the mean of the k smallest d(i, j) over the
 * other windows j, where t = i + w − 1 is the END of window i. score[t] = 0 for t < w − 1: not enough points yet.
 * The distances are exact: the bits of the left-to-right sum in float64, whatever the engine.
 *
 * @example
 * new KNN(2, 1).score([1, 2, 10, 2, 1]); // => [0, Math.SQRT2, Math.sqrt(65), Math.sqrt(65), Math.SQRT2]
 */
export class KNN {
  readonly windowSize: number;
  readonly k: number;
  readonly #metric: Metric;
  readonly #normalize: Normalization;
  readonly #aggregation: Aggregation;
  readonly #exclusionZone: number;
  readonly #side: 'both' | 'left';
  readonly #missing: 'omit' | 'throw';
  readonly #engine: EngineName;
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
      engine = 'auto',
    } = options;
    checkNormalization(normalize, windowSize);
    checkChoice(aggregation, 'aggregation', AGGREGATIONS);
    checkInteger(exclusionZone, 'exclusionZone', 0);
    checkChoice(side, 'side', ['both', 'left']);
    checkChoice(missing, 'missing', ['omit', 'throw']);
    checkChoice(engine, 'engine', ENGINES);
    checkMetric(metric, windowSize, normalize);
    checkEngine(engine, metric);
    this.windowSize = windowSize;
    this.k = k;
    this.#metric = metric;
    this.#normalize = normalize;
    this.#aggregation = aggregation;
    this.#exclusionZone = exclusionZone;
    this.#side = side;
    this.#missing = missing;
    this.#engine = engine;
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
   */
  score(series: NumericTypedArray, options?: { reference?: Series }): Float64Array;
  score(series: readonly (number | null | undefined)[], options?: { reference?: Series }): number[];
  score(series: Series, options?: { reference?: Series }): number[] | Float64Array;
  score(series: Series, options: { reference?: Series } = {}): number[] | Float64Array {
    const reference = referenceOf(options);
    if (reference !== undefined) return this.fit(reference).score(series);
    const x = this.#values(series, 'series');
    const scores = this.#scoresOf(x, this.#selfJoin(x));
    return likeInput(series, scores);
  }

  /**
   * The k nearest windows of every window: exactly the first k in the order (distance, start).
   * A row whose window touches a missing value holds no neighbor.
   *
   * @example
   * new KNN(2, 1).neighbors([1, 2, 10, 2, 1]).indices; // => Int32Array.of(3, 0, 3, 0)
   */
  neighbors(series: Series, options: { reference?: Series } = {}): Neighbors {
    const reference = referenceOf(options);
    if (reference !== undefined) return this.fit(reference).neighbors(series);
    return this.#neighborsOf(this.#selfJoin(this.#values(series, 'series')));
  }

  /**
   * Why the window that ends at `t` has its score: its neighbors, what they would have led one to expect, and which
   * values differ.
   *
   * @param t index of the window's last value, windowSize − 1 ≤ t < n
   * @throws RangeError when no window ends at `t`
   *
   * O(N·windowSize).
   *
   * @example
   * new KNN(2, 1).explain([1, 2, 1, 2, 9, 2], 4).expected; // => [1, 2]
   */
  explain(series: Series, t: number, options: { reference?: Series } = {}): Explanation {
    const reference = referenceOf(options);
    if (reference !== undefined) return this.fit(reference).explain(series, t);
    const x = this.#values(series, 'series');
    return this.#explanationOf(x, x, t, () => this.#selfJoin(x));
  }

  /**
   * The same detector with a memory that is given, not taken from the series it scores: every window is compared with
   * the windows of `reference`. `side` and `exclusionZone` have no meaning there.
   *
   * @throws RangeError when `reference` has no window without a missing value
   *
   * @example
   * const detector = new KNN(2, 1).fit([1, 2, 1, 2, 1]);
   * detector.score([2, 1, 5]); // => [0, 0, 3]
   */
  fit(reference: Series): FittedKNN {
    if (this.#forSelfOnly !== undefined) {
      throw new RangeError(`${this.#forSelfOnly} does not apply to a reference: every window of it is a candidate`);
    }
    const memory = this.#values(reference, 'reference').slice(); // the caller may reuse the array
    const windows = embed(memory, this.windowSize, this.#normalize);
    if (windows.starts.length === 0) {
      const needed = `reference must hold at least ${this.windowSize} values in a row without a missing one`;
      throw new RangeError(`${needed}, got ${memory.length} values`);
    }
    const metric = this.#fitMetric(windows);
    const columns = this.#vectors(windows, metric);
    const join = (x: Float64Array): Join =>
      referenceJoin(this.#vectors(embed(x, this.windowSize, this.#normalize), metric), columns);
    return {
      score: ((series: Series): number[] | Float64Array => {
        const x = this.#values(series, 'series');
        return likeInput(series, this.#scoresOf(x, join(x)));
      }) as FittedKNN['score'],
      neighbors: (series) => this.#neighborsOf(join(this.#values(series, 'series'))),
      explain: (series, t) => {
        const x = this.#values(series, 'series');
        return this.#explanationOf(x, memory, t, () => join(x));
      },
    };
  }

  #values(series: Series, argument: string): Float64Array {
    const x = toFloat64(series, argument);
    if (this.#missing === 'throw') {
      const t = firstMissing(x);
      if (t >= 0) throw new RangeError(`${argument}[${t}] is missing (${String(series[t])}) and missing is 'throw'`);
    }
    return x;
  }

  #selfJoin(x: Float64Array): Join {
    const windows = embed(x, this.windowSize, this.#normalize);
    // Windows that are all equal have distance 0 under any covariance, and none of their own.
    const vectors = allEqual(windows) ? windows : this.#vectors(windows, this.#fitMetric(windows));
    return selfJoin(vectors, this.#exclusionZone, this.#side);
  }

  /** The metric with its covariance taken from `windows`, if it still needs one. */
  #fitMetric(windows: WindowSet): DistanceFunction | FittedMahalanobis {
    const metric = this.#metric;
    return isUnfitted(metric) ? metric.fitWindows(windows) : metric;
  }

  #vectors(windows: WindowSet, metric: DistanceFunction | FittedMahalanobis): WindowSet {
    return metric instanceof FittedMahalanobis ? metric.whiten(windows) : windows;
  }

  #run(join: Join, byIndex: boolean, emit: Emit): void {
    const k = Math.max(1, Math.min(this.k, join.columns.starts.length));
    const search = isFunctionMetric(this.#metric) ? brute(this.#metric) : chooseEngine(this.#engine, join, k);
    searchAll(search, join, k, byIndex, emit);
  }

  #scoresOf(x: Float64Array, join: Join): Float64Array {
    const w = this.windowSize;
    const scores = new Float64Array(x.length);
    scores.fill(NaN, Math.min(x.length, w - 1));
    const root = !isFunctionMetric(this.#metric);
    this.#run(join, false, (i, dist, _index, base, count) => {
      scores[endOf(i, w)] = aggregate(this.#aggregation, root, dist, base, count);
    });
    return scores;
  }

  #neighborsOf(join: Join): Neighbors {
    const { k } = this;
    const { numWindows } = join.rows;
    if (numWindows * k > MOST_NEIGHBORS) {
      const fits = Math.floor(MOST_NEIGHBORS / numWindows);
      throw new RangeError(`k must be at most ${fits} for the neighbors of ${numWindows} windows, got ${k}`);
    }
    const indices = new Int32Array(numWindows * k).fill(-1);
    const distances = new Float64Array(numWindows * k).fill(Infinity);
    const root = !isFunctionMetric(this.#metric);
    this.#run(join, true, (i, dist, index, base, count) => {
      for (let p = 0; p < count; p++) {
        indices[i * k + p] = index[base + p]!;
        distances[i * k + p] = root ? Math.sqrt(dist[base + p]!) : dist[base + p]!;
      }
    });
    return { numWindows, k, indices, distances };
  }

  #explanationOf(x: Float64Array, memory: Float64Array, t: number, join: () => Join): Explanation {
    const w = this.windowSize;
    if (typeof t !== 'number') throw new TypeError(`t must be an integer, got ${describe(t)}`);
    if (!Number.isSafeInteger(t) || t < w - 1 || t >= x.length) {
      const range = x.length < w ? 'there is no window' : `windows end at ${w - 1} to ${x.length - 1}`;
      throw new RangeError(`t must be the end of a window (${range}), got ${t}`);
    }
    const i = startOf(t, w);
    const neighbors: Explanation['neighbors'] = [];
    const squares: number[] = [];
    let score = NaN;
    if (!x.subarray(i, i + w).some(Number.isNaN)) {
      const root = !isFunctionMetric(this.#metric);
      this.#run(oneRow(join(), i), true, (_i, dist, index, base, count) => {
        score = aggregate(this.#aggregation, root, dist, base, count);
        for (let p = base; p < base + count; p++) {
          const start = index[p]!;
          neighbors.push({ start, end: endOf(start, w), distance: root ? Math.sqrt(dist[p]!) : dist[p]! });
          squares.push(dist[p]!);
        }
      });
    }
    return explainRow({
      x,
      memory,
      t,
      windowSize: w,
      normalize: this.#normalize,
      score,
      neighbors,
      squares: this.#metric === euclidean ? squares : undefined,
    });
  }
}

/** Entries of the largest table of neighbors: 12 GB. */
const MOST_NEIGHBORS = 2 ** 30;

/** A detector with the windows of a reference as its memory: see {@link KNN.fit}. Reusable over many series. */
export interface FittedKNN {
  /** Scores against the reference: see {@link KNN.score}. */
  score(series: NumericTypedArray): Float64Array;
  score(series: readonly (number | null | undefined)[]): number[];
  score(series: Series): number[] | Float64Array;
  /** Neighbors among the reference's windows: see {@link KNN.neighbors}. */
  neighbors(series: Series): Neighbors;
  /** See {@link KNN.explain}; the neighbors' places are places of the reference. */
  explain(series: Series, t: number): Explanation;
}

function isUnfitted(metric: Metric): metric is MahalanobisMetric {
  return typeof metric === 'object' && metric.kind === 'mahalanobis';
}

/** True for a metric that we can only call; Euclidean distance, whitened or not, is known to the engines. */
function isFunctionMetric(metric: Metric): metric is DistanceFunction {
  return typeof metric === 'function' && metric !== euclidean;
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

function checkMetric(metric: Metric, windowSize: number, normalize: Normalization): void {
  if (typeof metric === 'function') return;
  if (metric instanceof FittedMahalanobis) {
    const fitted = `metric was fitted for windowSize ${metric.windowSize} and normalize '${metric.normalize}'`;
    if (metric.windowSize === windowSize && metric.normalize === normalize) return;
    throw new RangeError(`${fitted}, got windowSize ${windowSize} and normalize '${normalize}'`);
  }
  if ((metric as MahalanobisMetric | null)?.kind !== 'mahalanobis') {
    throw new TypeError(`metric must be a function or a Mahalanobis metric, got ${describe(metric)}`);
  }
  if (metric.needsFullRank) checkRank(normalize);
}

function referenceOf(options: { reference?: Series }): Series | undefined {
  checkOptions(options, ['reference']);
  return options.reference;
}

/** Typed arrays are answered with the typed array, everything else with a plain array (which JSON can show). */
function likeInput(series: Series, scores: Float64Array): number[] | Float64Array {
  return ArrayBuffer.isView(series) ? scores : Array.from(scores);
}
