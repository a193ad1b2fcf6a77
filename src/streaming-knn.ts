// StreamingKNN: one value in, one exact score out. Checks its arguments and says which recall remembers; bytes of its state.
import { AGGREGATIONS, type Aggregation, aggregate } from './aggregate.ts';
import {
  checkChoice,
  checkInteger,
  checkNormalization,
  checkOptions,
  describe,
  firstMissing,
  learnAll,
  type Series,
  type StreamingDetector,
  toFloat64,
  toNumber,
  type Value,
} from './detector.ts';
import { embed, type Normalization } from './embed.ts';
import { checkMetric, type DistanceFunction, euclidean, FittedMahalanobis, isUnfitted, type Metric } from './metric.ts';
import { direct } from './search/direct.ts';
import { lags, servesLags } from './search/lags.ts';
import { checkRecallState, NO_VALUES, type Recall, type RecallState } from './search/recall.ts';
import { scan, scanReference } from './search/scan.ts';
import { values, valuesOfReference } from './search/values.ts';
import { StateReader, StateWriter } from './state.ts';

/** Options of {@link StreamingKNN}, defaults first in each line. */
export interface StreamingKNNOptions {
  /** 10 000: how many windows back neighbors are looked for; `Infinity` forgets nothing. */
  history?: number;
  /** A series whose windows are the memory, for good: nothing is learned. Without `history` and `exclusionZone`. */
  reference?: Series;
  /** `euclidean`, a Mahalanobis metric made by `mahalanobis.fit(…)`, or any `(a, b) => number` with a result ≥ 0. */
  metric?: DistanceFunction | FittedMahalanobis;
  /** `'none'`; `'mean'`: windows are compared as x − μ; `'zscore'`: as (x − μ)/σ. The last two need windowSize ≥ 2. */
  normalize?: Normalization;
  /** `'mean'`, `'max'` (the largest) or `'median'` of the k distances. */
  aggregation?: Aggregation;
  /** 0: so many windows before the scored one are no neighbors, either; 0 excludes only itself. */
  exclusionZone?: number;
  /** `'omit'`: a window that touches a missing value scores NaN and is nobody's neighbor; `'throw'`: a `RangeError`. */
  missing?: 'omit' | 'throw';
}

const OPTION_NAMES = [
  'history',
  'reference',
  'metric',
  'normalize',
  'aggregation',
  'exclusionZone',
  'missing',
] as const;

const NORMALIZATIONS = ['none', 'mean', 'zscore'] as const;
const MISSING = ['omit', 'throw'] as const;
const METRICS = ['euclidean', 'mahalanobis', 'function'] as const;

/** The fields of saved bytes: see `save`. */
const FORMAT = 1;

/** A detector's options, all of them. */
interface Settings {
  readonly windowSize: number;
  readonly k: number;
  readonly history: number;
  /** `undefined` is Euclidean distance. */
  readonly metric: DistanceFunction | FittedMahalanobis | undefined;
  readonly normalize: Normalization;
  readonly aggregation: Aggregation;
  readonly exclusionZone: number;
  readonly missing: 'omit' | 'throw';
  readonly reference: Float64Array | undefined;
}

/**
 * k-nearest-neighbor anomaly scores of a stream: how far each window is from the k windows before it that are most like it.
 *
 * Windows and distances are those of {@link KNN}. The score of value t is about window i = t − w + 1, which ends with it, and
 * about the windows j with i − history ≤ j < i − exclusionZone: the mean of the k smallest d(i, j), of those that exist if
 * there are fewer, 0 if there is none. The first w − 1 scores are 0; a window that touches a missing value scores NaN
 * and is no candidate later, but it counts as one of the `history` windows.
 * So with `history` at least as long as the series, the scores are those of `new KNN(w, k, { side: 'left' })`, to the bit.
 *
 * With `update(x, { learn: false })` the value enters the current window but not the memory: the windows that contain it,
 * up to w − 1 later ones included, are scored and are no candidates later, like windows that touch a missing value.
 *
 * Memory is that of about history · (1 to windowSize) numbers, whichever is needed.
 *
 * @example
 * const detector = new StreamingKNN(2, 1);
 * [1, 2, 1, 2, 9, 2].map((x) => detector.update(x)); // => [0, 0, Math.SQRT2, 0, Math.sqrt(50), Math.sqrt(50)]
 */
export class StreamingKNN implements StreamingDetector {
  readonly windowSize: number;
  readonly k: number;
  readonly #settings: Settings;
  #recall: Recall;
  /** Of values. */
  #count: number;

  /**
   * @param windowSize number of values in a window (w), at least 1
   * @param k number of neighbors, at least 1; where fewer windows exist, those that exist
   * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
   */
  constructor(windowSize: number, k: number, options: StreamingKNNOptions = {}) {
    this.windowSize = windowSize;
    this.k = k;
    this.#settings = checkedSettings(windowSize, k, options);
    this.#recall = recallOf(this.#settings, NO_VALUES);
    this.#count = 0;
  }

  /**
   * The score of `x`, higher = stranger, which is then learned; NaN where the window touches a missing value.
   *
   * O(log history) for windowSize 1, else O(history) whatever the window size; O(history · windowSize) for function
   * metrics and for normalized or whitened windows.
   *
   * @param x `null`, `undefined`, NaN, ±Infinity and |x| > 2⁵⁰⁰ are missing values
   * @param options.learn `false`: score `x`, but keep windows that contain it out of the memory; default `true`
   * @throws TypeError when `x` is neither a number nor missing; RangeError when it is missing and `missing` is `'throw'`,
   * or when a function metric returns something else than a number ≥ 0. The detector is as it was then.
   *
   * @example
   * const detector = new StreamingKNN(1, 1);
   * [3, 3, 7, 7].map((x) => detector.update(x, { learn: x < 5 })); // => [0, 0, 4, 4]
   */
  update(x: Value, options?: { learn?: boolean }): number {
    const value = this.#valueOf(x);
    const learn = options === undefined || learnOf(options);
    const score = this.#scoreOf(this.#recall.update(value, learn));
    this.#count++;
    return score;
  }

  /**
   * The score that `update(x)` would return; changes nothing. O(history · windowSize).
   *
   * @throws where `update` does
   *
   * @example
   * const detector = new StreamingKNN(1, 1);
   * detector.learn([1, 2, 3]);
   * detector.peek(7); // => 4
   */
  peek(x: Value): number {
    return this.#scoreOf(this.#recall.peek(this.#valueOf(x)));
  }

  /**
   * `update` over a series: its scores.
   *
   * @throws where `update` does; the values before are learned then
   *
   * @example
   * new StreamingKNN(2, 1).learn([1, 2, 1, 2, 9]); // => [0, 0, Math.SQRT2, 0, Math.sqrt(50)]
   */
  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  /** Forgets all values: as newly constructed. A reference stays. */
  reset(): void {
    this.#recall = recallOf(this.#settings, NO_VALUES);
    this.#count = 0;
  }

  /**
   * All of the state as bytes: about 8 per value that is remembered. A detector loaded from them continues bit for bit, in
   * another process and on another machine. A function metric is not part of them: see {@link StreamingKNN.load}.
   *
   * @example
   * const detector = new StreamingKNN(2, 1);
   * detector.learn([1, 2, 1, 2]);
   * StreamingKNN.load(detector.save()).update(9); // => Math.sqrt(50)
   */
  save(): Uint8Array {
    const { windowSize, k, history, metric, normalize, aggregation, exclusionZone, missing, reference } =
      this.#settings;
    const writer = new StateWriter('StreamingKNN', FORMAT);
    writer.f64s([windowSize, k, history, exclusionZone]);
    writer.u8(NORMALIZATIONS.indexOf(normalize));
    writer.u8(AGGREGATIONS.indexOf(aggregation));
    writer.u8(MISSING.indexOf(missing));
    writer.u8(METRICS.indexOf(typeof metric === 'function' ? 'function' : metric ? 'mahalanobis' : 'euclidean'));
    if (typeof metric === 'object') writeMahalanobis(writer, metric);
    writer.u8(Number(reference !== undefined));
    if (reference) writer.f64s(reference);
    const state = this.#recall.state();
    writer.f64(state.numValues);
    writer.f64s(state.memory);
    writer.f64s(state.window);
    return writer.finish();
  }

  /**
   * A detector as `save` left it.
   *
   * @param options.metric the function metric it was made with, if it was: a function cannot be saved
   * @throws TypeError when `bytes` is no `Uint8Array`, or `metric` is needed and not given; RangeError when they are
   * damaged, of something else, or written by a newer version
   */
  static load(bytes: Uint8Array, options: { metric?: DistanceFunction } = {}): StreamingKNN {
    checkOptions(options, ['metric']);
    const reader = new StateReader(bytes, 'StreamingKNN', FORMAT);
    const sizes = reader.f64s();
    const [windowSize = 0, k = 0, history = 0, exclusionZone = 0] = sizes;
    const normalize = pick(NORMALIZATIONS, reader.u8());
    const aggregation = pick(AGGREGATIONS, reader.u8());
    const missing = pick(MISSING, reader.u8());
    const kind = pick(METRICS, reader.u8());
    const fitted = kind === 'mahalanobis' ? readMahalanobis(reader, windowSize, normalize) : undefined;
    const metric = loadedMetric(kind, fitted, options.metric);
    const reference = reader.u8() === 1 ? reader.f64s() : undefined;
    const memoryOptions = reference ? { reference } : { history, exclusionZone };
    const detector = new StreamingKNN(windowSize, k, { ...memoryOptions, metric, normalize, aggregation, missing });
    const state: RecallState = { numValues: reader.f64(), memory: reader.f64s(), window: reader.f64s() };
    reader.end();
    checkRecallState(state, detector.#settings);
    detector.#recall = recallOf(detector.#settings, state);
    detector.#count = state.numValues;
    return detector;
  }

  #valueOf(x: Value): number {
    const value = toNumber(x);
    if (this.#settings.missing === 'throw' && Number.isNaN(value)) {
      throw new RangeError(`x is missing (${String(x)}) at index ${this.#count} and missing is 'throw'`);
    }
    return value;
  }

  #scoreOf(numFound: number): number {
    if (numFound < 0) return this.#count < this.windowSize - 1 ? 0 : NaN;
    const { aggregation, metric } = this.#settings;
    return aggregate(aggregation, typeof metric !== 'function', this.#recall.dist, this.#recall.base, numFound);
  }
}

/** The structure that serves these settings best; all give the same bits. */
function recallOf(settings: Settings, state: RecallState): Recall {
  const { reference, windowSize, metric, normalize } = settings;
  const isPlain = metric === undefined && normalize === 'none';
  if (isPlain && windowSize === 1) {
    return reference ? valuesOfReference(settings, reference, state) : values(settings, state);
  }
  if (reference) return scanReference(settings, reference, state);
  if (!isPlain || !servesLags(settings)) return scan(settings, state);
  return lags(settings, state) ?? direct(settings, state);
}

function checkedSettings(windowSize: number, k: number, options: StreamingKNNOptions): Settings {
  checkInteger(windowSize, 'windowSize', 1);
  checkInteger(k, 'k', 1);
  checkOptions(options, OPTION_NAMES);
  const {
    history = 10_000,
    metric = euclidean,
    normalize = 'none',
    aggregation = 'mean',
    exclusionZone = 0,
    missing = 'omit',
  } = options;
  if (history !== Infinity) checkHistory(history);
  checkNormalization(normalize, windowSize);
  checkChoice(aggregation, 'aggregation', AGGREGATIONS);
  checkInteger(exclusionZone, 'exclusionZone', 0);
  checkChoice(missing, 'missing', MISSING);
  checkFitted(metric);
  checkMetric(metric, windowSize, normalize);
  const reference =
    options.reference === undefined ? undefined : checkedReference(windowSize, options.reference, options);
  return {
    windowSize,
    k,
    // Nothing of a stream itself is a candidate beside a reference.
    history: reference ? 1 : history,
    metric: metric === euclidean ? undefined : (metric as DistanceFunction | FittedMahalanobis),
    normalize,
    aggregation,
    exclusionZone,
    missing,
    reference,
  };
}

function checkHistory(history: unknown): void {
  const expectation = 'history must be a positive integer or Infinity';
  if (typeof history !== 'number') throw new TypeError(`${expectation}, got ${describe(history)}`);
  if (!Number.isSafeInteger(history) || history < 1) throw new RangeError(`${expectation}, got ${history}`);
}

function checkFitted(metric: Metric): void {
  if (typeof metric !== 'object' || metric === null || !isUnfitted(metric)) return;
  const reason = 'a covariance estimated on the way would see the future';
  throw new TypeError(`metric must be fitted for a stream, ${reason}: use mahalanobis.fit(series, windowSize)`);
}

function checkedReference(windowSize: number, reference: Series, options: StreamingKNNOptions): Float64Array {
  for (const name of ['history', 'exclusionZone'] as const) {
    if (options[name] === undefined) continue;
    throw new RangeError(`${name} does not apply to a reference: every window of it is a candidate`);
  }
  const values = toFloat64(reference, 'reference').slice();
  if (options.missing === 'throw') {
    const t = firstMissing(values);
    if (t >= 0) throw new RangeError(`reference[${t}] is missing (${String(reference[t])}) and missing is 'throw'`);
  }
  if (embed(values, windowSize, 'none').starts.length === 0) {
    const needed = `reference must hold at least ${windowSize} values in a row without a missing one`;
    throw new RangeError(`${needed}, got ${values.length} values`);
  }
  return values;
}

function learnOf(options: { learn?: boolean }): boolean {
  checkOptions(options, ['learn']);
  const { learn = true } = options;
  if (typeof learn !== 'boolean') throw new TypeError(`learn must be true or false, got ${describe(learn)}`);
  return learn;
}

function writeMahalanobis(writer: StateWriter, metric: FittedMahalanobis): void {
  writer.f64s(metric.mean);
  writer.f64s(metric.covariance.flat());
  writer.f64(metric.shrinkage ?? NaN);
  writer.f64s(metric.whitening);
}

function readMahalanobis(reader: StateReader, windowSize: number, normalize: Normalization): FittedMahalanobis {
  const mean = Array.from(reader.f64s());
  const flat = reader.f64s();
  const covariance = mean.map((_, r) => Array.from(flat.subarray(r * windowSize, (r + 1) * windowSize)));
  const shrinkage = reader.f64();
  return new FittedMahalanobis({
    windowSize,
    normalize,
    mean,
    covariance,
    shrinkage: Number.isNaN(shrinkage) ? undefined : shrinkage,
    whitening: reader.f64s(),
  });
}

function loadedMetric(
  kind: (typeof METRICS)[number],
  fitted: FittedMahalanobis | undefined,
  given: DistanceFunction | undefined,
): DistanceFunction | FittedMahalanobis {
  if (kind !== 'function') {
    if (given === undefined) return fitted ?? euclidean;
    throw new RangeError(`metric must not be given: the detector was saved with its own, ${kind}`);
  }
  if (typeof given === 'function') return given;
  const need = 'metric must be the function that the detector was made with';
  throw new TypeError(`${need}, got ${describe(given)}: load(bytes, { metric })`);
}

/** What a saved number stands for. */
function pick<T>(choices: readonly T[], index: number): T {
  const choice = choices[index];
  if (choice === undefined) throw new RangeError(`bytes are damaged: there is no choice ${index}`);
  return choice;
}
