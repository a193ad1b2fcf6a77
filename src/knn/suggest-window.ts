// suggestWindow: the dominant period of a series, by its autocorrelation.
import { checkInteger, checkOptions } from '../core/checks.ts';
import { type Series, toFloat64 } from '../core/series.ts';

/** A window size that may fit a series, and how certain that is. */
export interface WindowSuggestion {
  /** The dominant period, in values: a window of this size holds one whole period. */
  windowSize: number;
  /** 0 to 1: how far the autocorrelation rises to this period from its lowest point before. Below 0.3 it is a guess. */
  confidence: number;
}

/** Number of values that are used; of a longer series those in its middle. */
const MOST_VALUES = 20_000;

/** The shortest period that can be told from noise. */
const SHORTEST = 4;

/** An earlier peak wins if it reaches this share of the highest: multiples of a period correlate as well. */
const NEARLY_HIGHEST = 0.9;

/**
 * The dominant period of a series, by the highest peak of its autocorrelation
 *
 *     r(l) = Σ (xₜ − μ)(xₜ₊ₗ − μ) / (number of pairs · variance)
 *
 * after its first minimum, over lags l from 4 to a third of the length. Of several peaks that are nearly as high the
 * earliest is taken: multiples of a period correlate as well. A slow drift is removed first (a moving mean over a third
 * of the values). Pairs with a missing value do not count. Only {@link locate} uses it by itself.
 *
 * @param options.maxWindow no longer period is looked for; default: a third of the length
 * @returns `undefined` where there is no peak, as in white noise, a ramp or fewer than 12 values
 *
 * O(m²/3) for m = min(n, 20 000) values: 20 000 take about 0.1 s.
 *
 * @example
 * const series = Array.from({ length: 200 }, (_, t) => [0, 3, 5, 3, 0, -1][t % 6]!);
 * suggestWindow(series)!.windowSize; // => 6
 */
export function suggestWindow(series: Series, options: { maxWindow?: number } = {}): WindowSuggestion | undefined {
  const values = toFloat64(series, 'series');
  checkOptions(options, ['maxWindow']);
  const { maxWindow = values.length } = options;
  checkInteger(maxWindow, 'maxWindow', 0);
  const from = Math.max(0, (values.length - MOST_VALUES) >> 1);
  const x = detrended(values.subarray(from, from + MOST_VALUES));
  const longest = Math.min(maxWindow, Math.floor(x.length / 3));
  if (longest <= SHORTEST) return undefined;
  const r = autocorrelation(x, longest);
  let highest = 0;
  let lowest = 1;
  const peaks: { lag: number; height: number; rise: number }[] = [];
  for (let l = 1; l < longest; l++) {
    lowest = Math.min(lowest, r[l]!);
    const isPeak = l >= SHORTEST && r[l]! > r[l - 1]! && r[l]! >= r[l + 1]!;
    if (!isPeak) continue;
    peaks.push({ lag: l, height: r[l]!, rise: r[l]! - lowest });
    highest = Math.max(highest, r[l]!);
  }
  const best = peaks.find(({ height }) => height >= NEARLY_HIGHEST * highest);
  if (best === undefined || highest <= 0) return undefined;
  return { windowSize: best.lag, confidence: Math.min(1, Math.max(0, best.rise / 2 + best.height / 2)) };
}

/** The values minus their moving mean, which spans a third of them; missing values stay NaN. */
function detrended(values: Float64Array): Float64Array {
  const n = values.length;
  const sums = new Float64Array(n + 1);
  const counts = new Int32Array(n + 1);
  for (let t = 0; t < n; t++) {
    const isMissing = Number.isNaN(values[t]);
    sums[t + 1] = sums[t]! + (isMissing ? 0 : values[t]!);
    counts[t + 1] = counts[t]! + (isMissing ? 0 : 1);
  }
  const half = Math.ceil(n / 6);
  return values.map((value, t) => {
    const [from, to] = [Math.max(0, t - half), Math.min(n, t + half + 1)];
    return value - (sums[to]! - sums[from]!) / (counts[to]! - counts[from]!);
  });
}

/** The autocorrelation at lags 0 to `most`, without pairs that have a missing value. */
function autocorrelation(x: Float64Array, most: number): Float64Array {
  const r = new Float64Array(most + 1);
  for (let l = 0; l <= most; l++) {
    let sum = 0;
    let count = 0;
    for (let t = 0; t + l < x.length; t++) {
      const product = x[t]! * x[t + l]!;
      if (Number.isNaN(product)) continue;
      sum += product;
      count++;
    }
    r[l] = count > 0 ? sum / count : 0;
  }
  const variance = r[0]!;
  return r.map((value) => (variance > 0 ? value / variance : 0));
}
