// locate: the strangest places of a whole series, without a parameter to choose.
import { checkInteger, checkOptions } from '../core/checks.ts';
import { type Series, toFloat64 } from '../core/series.ts';
import { endOf } from '../core/windows.ts';
import { KNN } from './knn.ts';
import { suggestWindow } from './suggest-window.ts';
import { topAnomalies } from './top-anomalies.ts';

/** A strange place of a series: the values [begin, end]. */
export interface LocatedAnomaly {
  /** The strangest value: the middle of the window that is least like any other. */
  index: number;
  /** First value of the place. */
  begin: number;
  /** Last value of the place. */
  end: number;
  /** Standard deviations above the mean of all places; of two profiles, added. Comparable within one series. */
  score: number;
}

/** @deprecated The name is also a global type of browsers: use {@link LocatedAnomaly}. */
export type Location = LocatedAnomaly;

/** Size of the windows of raw values: the best of all fixed and automatic sizes on the UCR archive (see the README). */
const RAW_WINDOW = 50;

/**
 * The `n` strangest places of a series, strangest first, without overlap, and without a parameter to choose.
 *
 * Two profiles are added: raw windows of 50 values, which see strange values and levels, and z-scored windows of the
 * dominant period ({@link suggestWindow}, if there is one), which see strange shapes. A profile holds, at the middle of
 * each window, the distance to the nearest window at least half a window away, standardized: less its mean and divided
 * by its deviation over the series. On the public UCR archive (one anomaly per series) this finds 71 %, the usual
 * z-normalized discord 58 %.
 *
 * Windows with a missing value are never found. A series shorter than 100 values has raw windows of half its length.
 *
 * @param options.n number of places, at least 1; default 1. Fewer come back where nothing is above the mean
 * @throws TypeError for a series of the wrong kind, RangeError for a wrong n
 *
 * Twice the cost of {@link KNN.score}, and that of {@link suggestWindow}.
 *
 * @example
 * const series = Array.from({ length: 600 }, (_, t) => [0, 3, 5, 3, 0, -1, -2, -1][t % 8]!);
 * series.fill(0, 400, 408);
 * const [place] = locate(series);
 * place!.begin <= 400 && place!.end >= 407; // => true
 */
export function locate(series: Series, options: { n?: number } = {}): LocatedAnomaly[] {
  const values = toFloat64(series, 'series');
  checkOptions(options, ['n']);
  const { n = 1 } = options;
  checkInteger(n, 'n', 1);
  const rawWindow = Math.max(1, Math.min(RAW_WINDOW, values.length >> 1));
  const sum = new Float64Array(values.length);
  addProfile(sum, values, rawWindow, 'none');
  const period = suggestWindow(values, { maxWindow: values.length >> 3 })?.windowSize;
  if (period !== undefined) addProfile(sum, values, period, 'zscore');
  const width = Math.max(rawWindow, period ?? 1);
  return topAnomalies(sum, n, { separation: width }).map(({ index, score }) => {
    const begin = Math.max(0, index - (width >> 1));
    return { index, begin, end: Math.min(values.length, begin + width) - 1, score };
  });
}

/** Adds the standardized scores of all windows, each at the middle of its window. */
function addProfile(sum: Float64Array, values: Float64Array, windowSize: number, normalize: 'none' | 'zscore'): void {
  const scores = new KNN(windowSize, 1, { normalize, exclusionZone: windowSize >> 1 }).score(values);
  const known = scores.subarray(endOf(0, windowSize)).filter((score) => !Number.isNaN(score));
  const mean = known.reduce((total, score) => total + score, 0) / known.length;
  const variance = known.reduce((total, score) => total + (score - mean) ** 2, 0) / known.length;
  if (!(variance > 0)) return;
  const deviation = Math.sqrt(variance);
  for (let t = endOf(0, windowSize); t < scores.length; t++) {
    if (Number.isNaN(scores[t])) continue;
    const middle = t - (windowSize >> 1);
    sum[middle] = sum[middle]! + (scores[t]! - mean) / deviation;
  }
}
