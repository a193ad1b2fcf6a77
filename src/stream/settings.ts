// The options of StreamingKNN and of every series of a Fleet: their defaults, their checks and the settings they make.
import { AGGREGATIONS, type Aggregation } from '../core/aggregate.ts';
import { checkChoice, checkInteger, checkNormalization, checkOptions, describe } from '../core/checks.ts';
import {
  checkMetric,
  type DistanceFunction,
  euclidean,
  type FittedMahalanobis,
  isUnfitted,
  type Metric,
} from '../core/metric.ts';
import { checkNoneMissing, type Series, toFloat64 } from '../core/series.ts';
import { embed, type Normalization } from '../core/windows.ts';
import { type HistorySettings, Reference } from './history/history.ts';

/** Options of {@link StreamingKNN}, defaults first in each line. */
export interface StreamingKNNOptions {
  /** 10 000: the number of windows before the scored one among which neighbors are searched; `Infinity` forgets nothing. */
  history?: number;
  /** A series whose windows are the only candidates: nothing is learned. Excludes `history` and `exclusionZone`. */
  reference?: Series;
  /** `euclidean`, a Mahalanobis metric made by `mahalanobis.fit(…)`, or any `(a, b) => number` with a result ≥ 0. */
  metric?: DistanceFunction | FittedMahalanobis;
  /** `'none'`; `'mean'`: windows are compared as x − μ; `'zscore'`: as (x − μ)/σ. The last two need windowSize ≥ 2. */
  normalize?: Normalization;
  /** `'mean'`, `'max'` (the largest) or `'median'` of the k distances. */
  aggregation?: Aggregation;
  /** 0: the number of windows just before the scored one that are no candidates; 0 excludes only the scored one itself. */
  exclusionZone?: number;
  /** `'omit'`: a window that touches a missing value scores NaN and is nobody's neighbor; `'throw'`: a `RangeError`. */
  missing?: 'omit' | 'throw';
}

export const OPTION_NAMES = [
  'history',
  'reference',
  'metric',
  'normalize',
  'aggregation',
  'exclusionZone',
  'missing',
] as const;

export const MISSING = ['omit', 'throw'] as const;

/** All settings of a detector: its options, checked and with their defaults. */
export interface StreamSettings extends HistorySettings {
  readonly aggregation: Aggregation;
  readonly missing: 'omit' | 'throw';
}

/** Throws unless `options` is an object whose keys are all known; an option of batch scores alone has its own message. */
export function checkStreamOptions(options: unknown, known: readonly string[]): void {
  if (typeof options === 'object' && options !== null && Object.hasOwn(options, 'align')) {
    const reason = 'a stream scores each value as it comes, at the end of its window';
    throw new RangeError(`align is for batch scores: ${reason}; leave it out or use new KNN(w, k, { align })`);
  }
  checkOptions(options, known);
}

/** @throws TypeError for an argument of the wrong kind, RangeError for a wrong value */
export function checkedSettings(windowSize: number, k: number, options: StreamingKNNOptions): StreamSettings {
  checkInteger(windowSize, 'windowSize', 1);
  checkInteger(k, 'k', 1);
  checkStreamOptions(options, OPTION_NAMES);
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
  const distance = metric === euclidean ? undefined : (metric as DistanceFunction | FittedMahalanobis);
  const reference =
    options.reference === undefined
      ? undefined
      : new Reference(checkedReference(windowSize, options.reference, options), windowSize, normalize, distance);
  return {
    windowSize,
    k,
    // With a reference no window of the stream itself is a candidate.
    history: reference ? 1 : history,
    metric: distance,
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
  if (options.missing === 'throw') checkNoneMissing(reference, values, 'reference');
  if (embed(values, windowSize, 'none').starts.length === 0) {
    const needed = `reference must hold at least ${windowSize} values in a row without a missing one`;
    throw new RangeError(`${needed}, got ${values.length} values`);
  }
  return values;
}

/** The options that give these settings. */
export function optionsOf(settings: StreamSettings): StreamingKNNOptions {
  const { reference, history, exclusionZone, metric = euclidean, normalize, aggregation, missing } = settings;
  const memory = reference ? { reference: reference.values } : { history, exclusionZone };
  return { ...memory, metric, normalize, aggregation, missing };
}
