// What a stream is told: its options and their checks, the structure that serves them, their bytes. Shared by StreamingKNN and Fleet.
import { AGGREGATIONS, type Aggregation, aggregate } from '../core/aggregate.ts';
import { checkChoice, checkInteger, checkNormalization, checkOptions, describe } from '../core/checks.ts';
import {
  checkMetric,
  type DistanceFunction,
  euclidean,
  FittedMahalanobis,
  isUnfitted,
  type Metric,
} from '../core/metric.ts';
import { firstMissing, type Series, toFloat64 } from '../core/series.ts';
import type { StateReader, StateWriter } from '../core/state.ts';
import { embed, type Normalization } from '../core/windows.ts';
import { direct } from './history/direct.ts';
import { checkRecallState, type Recall, type RecallState } from './history/history.ts';
import { lags, servesLags } from './history/lags.ts';
import { scan, scanReference } from './history/scan.ts';
import { values, valuesOfReference } from './history/sorted-history.ts';

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

export const OPTION_NAMES = [
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

/** A detector's options, all of them. */
export interface StreamSettings {
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

/** The structure that serves these settings best; all give the same bits. */
export function recallOf(settings: StreamSettings, state: RecallState): Recall {
  const { reference, windowSize, metric, normalize } = settings;
  const isPlain = metric === undefined && normalize === 'none';
  if (isPlain && windowSize === 1) {
    return reference ? valuesOfReference(settings, reference, state) : values(settings, state);
  }
  if (reference) return scanReference(settings, reference, state);
  if (!isPlain || !servesLags(settings)) return scan(settings, state);
  return lags(settings, state) ?? direct(settings, state);
}

/** The score that `numFound` of `recall` make; `count` values came before. */
export function scoreOf(settings: StreamSettings, recall: Recall, numFound: number, count: number): number {
  if (numFound < 0) return count < settings.windowSize - 1 ? 0 : NaN;
  return aggregate(settings.aggregation, typeof settings.metric !== 'function', recall.dist, recall.base, numFound);
}

export function writeSettings(writer: StateWriter, settings: StreamSettings): void {
  const { windowSize, k, history, metric, normalize, aggregation, exclusionZone, missing, reference } = settings;
  writer.f64s([windowSize, k, history, exclusionZone]);
  writer.u8(NORMALIZATIONS.indexOf(normalize));
  writer.u8(AGGREGATIONS.indexOf(aggregation));
  writer.u8(MISSING.indexOf(missing));
  writer.u8(METRICS.indexOf(typeof metric === 'function' ? 'function' : metric ? 'mahalanobis' : 'euclidean'));
  if (typeof metric === 'object') writeMahalanobis(writer, metric);
  writer.u8(Number(reference !== undefined));
  if (reference) writer.f64s(reference);
}

/** @throws TypeError where a function metric is needed and not given; RangeError where one is not needed, or bytes are damaged */
export function readSettings(reader: StateReader, given: DistanceFunction | undefined): StreamSettings {
  const [windowSize = 0, k = 0, history = 0, exclusionZone = 0] = reader.f64s();
  const normalize = pick(NORMALIZATIONS, reader.u8());
  const aggregation = pick(AGGREGATIONS, reader.u8());
  const missing = pick(MISSING, reader.u8());
  const kind = pick(METRICS, reader.u8());
  const fitted = kind === 'mahalanobis' ? readMahalanobis(reader, windowSize, normalize) : undefined;
  const metric = loadedMetric(kind, fitted, given);
  const reference = reader.u8() === 1 ? reader.f64s() : undefined;
  const memory = reference ? { reference } : { history, exclusionZone };
  return checkedSettings(windowSize, k, { ...memory, metric, normalize, aggregation, missing });
}

export function writeRecall(writer: StateWriter, recall: Recall): void {
  const { numValues, memory, window } = recall.state();
  writer.f64(numValues);
  writer.f64s(memory);
  writer.f64s(window);
}

/** @throws RangeError for what `state()` cannot have returned */
export function readRecallState(reader: StateReader, settings: StreamSettings): RecallState {
  const state = { numValues: reader.f64(), memory: reader.f64s(), window: reader.f64s() };
  checkRecallState(state, settings);
  return state;
}

/** @throws TypeError for an argument of the wrong kind, RangeError for a wrong value */
export function checkedSettings(windowSize: number, k: number, options: StreamingKNNOptions): StreamSettings {
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

/** The options that give these settings. */
export function optionsOf(settings: StreamSettings): StreamingKNNOptions {
  const { reference, history, exclusionZone, metric = euclidean, normalize, aggregation, missing } = settings;
  const memory = reference ? { reference } : { history, exclusionZone };
  return { ...memory, metric, normalize, aggregation, missing };
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
