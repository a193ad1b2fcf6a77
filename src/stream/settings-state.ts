// The settings and the history of a detector as bytes: the part of a saved state that StreamingKNN and Fleet share.
import { AGGREGATIONS } from '../core/aggregate.ts';
import { describe } from '../core/checks.ts';
import { type DistanceFunction, euclidean, FittedMahalanobis } from '../core/metric.ts';
import type { StateReader, StateWriter } from '../core/state.ts';
import type { Normalization } from '../core/windows.ts';
import { checkHistoryState, type HistorySearch, type HistoryState } from './history/history.ts';
import { checkedSettings, MISSING, type StreamSettings } from './settings.ts';

// Choices are saved as their index in these lists and in AGGREGATIONS and MISSING: the order is part of the format.
const NORMALIZATIONS = ['none', 'mean', 'zscore'] as const;
const METRICS = ['euclidean', 'mahalanobis', 'function'] as const;

export function writeSettings(writer: StateWriter, settings: StreamSettings): void {
  const { windowSize, k, history, metric, normalize, aggregation, exclusionZone, missing, reference } = settings;
  writer.f64s([windowSize, k, history, exclusionZone]);
  writer.u8(NORMALIZATIONS.indexOf(normalize));
  writer.u8(AGGREGATIONS.indexOf(aggregation));
  writer.u8(MISSING.indexOf(missing));
  writer.u8(METRICS.indexOf(typeof metric === 'function' ? 'function' : metric ? 'mahalanobis' : 'euclidean'));
  if (typeof metric === 'object') writeMahalanobis(writer, metric);
  writer.u8(Number(reference !== undefined));
  if (reference) writer.f64s(reference.values);
}

/**
 * @param given the function metric, which bytes cannot hold
 * @throws TypeError when a function metric is needed and not given; RangeError when one is given and not needed, or bytes are
 * damaged
 */
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

export function writeHistory(writer: StateWriter, history: HistorySearch): void {
  const { numValues, memory, window } = history.snapshot();
  writer.f64(numValues);
  writer.f64s(memory);
  writer.f64s(window);
}

/** @throws RangeError for a state that `snapshot()` cannot have returned */
export function readHistoryState(reader: StateReader, settings: StreamSettings): HistoryState {
  const state = { numValues: reader.f64(), memory: reader.f64s(), window: reader.f64s() };
  checkHistoryState(state, settings);
  return state;
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

/** The choice with a saved index. */
function pick<T>(choices: readonly T[], index: number): T {
  const choice = choices[index];
  if (choice === undefined) throw new RangeError(`bytes are damaged: there is no choice ${index}`);
  return choice;
}
