// suggestWindow: the dominant period of a series, by its autocorrelation.
import { checkInteger, checkOptions } from '../core/checks.ts';
import { type Series, toFloat64 } from '../core/series.ts';

/** A window size that may fit a series, and how certain that is. */
export interface WindowSuggestion {
  /** The dominant period, in values: a window of this size holds one whole period. */
  windowSize: number;
  /**
   * 0 to 1: how far the autocorrelation rises to this period from its lowest point before, or one period later if that is
   * less, beyond what white noise of this length reaches. Below 0.3 it is a guess.
   */
  confidence: number;
}

/** Number of values that are used; of a longer series those in its middle. */
const MOST_VALUES = 20_000;

/** The shortest period that can be told from noise. */
const SHORTEST = 4;

/** A peak rises and falls by this share of the largest rise; noise on a slope does not. */
const LEAST_RISE = 1 / 3;

/** An earlier peak wins if it reaches this share of the highest: multiples of a period correlate as well. */
const NEARLY_HIGHEST = 0.8;

/** A peak of the autocorrelation: its lag, the lag of the lowest point before, its height, and its rise from that point. */
interface Peak {
  readonly lag: number;
  readonly low: number;
  readonly height: number;
  readonly rise: number;
}

/**
 * The dominant period of a series, by the prominent peaks of its autocorrelation
 *
 *     r(l) = Σ (xₜ − μ)(xₜ₊ₗ − μ) / (number of pairs · variance)
 *
 * over lags l from 4 to a third of the length. A peak is prominent if r rises to it and falls after it by a third of its
 * largest rise, max over l of r(l) − min over m ≤ l of r(m): what noise adds to a slope is no peak. The earliest that is at
 * least 0.8 of the highest is taken, because multiples of a period correlate as well, and the period is the center of
 * gravity of its upper half. Of two periods, such as day and week, this is the stronger, and the shorter of equally strong
 * ones. A slow drift is removed first (a moving mean over a third of the values). Pairs with a missing value do not count.
 *
 * Only {@link locate} uses it by itself. Of 35 metrics of web services, one value a minute, it finds the day of 31.
 *
 * @param options.maxWindow no longer period is looked for; default: a third of the length
 * @returns `undefined` where no peak is above white noise, as in most noise, a ramp or fewer than 12 values. A random walk
 * may have one by chance: with a confidence above 0.3, one of three
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
  const variance = covariance(x, 0);
  if (longest <= SHORTEST || !(variance > 0)) return undefined;
  const r = Float64Array.from({ length: longest + 1 }, (_, lag) => covariance(x, lag) / variance);
  const peaks = prominentPeaks(r);
  const highest = Math.max(...peaks.map(({ height }) => height));
  const best = peaks.find(({ height }) => height >= NEARLY_HIGHEST * highest);
  if (best === undefined || highest <= 0) return undefined;
  const windowSize = centerOf(r, best);
  const [, top] = rangeNear(x, 2 * windowSize, windowSize);
  const [bottom] = rangeNear(x, best.low + windowSize, windowSize);
  const confidence = confidenceOf(best, (top - bottom) / variance, x.length - longest, longest);
  return confidence > 0 ? { windowSize, confidence } : undefined;
}

/** The values minus their moving mean, which spans a third of them; missing values stay NaN. */
function detrended(values: Float64Array): Float64Array {
  const n = values.length;
  const level = values.find((value) => !Number.isNaN(value)) ?? 0; // exact zeros for a constant
  const sums = new Float64Array(n + 1);
  const counts = new Int32Array(n + 1);
  for (let t = 0; t < n; t++) {
    const isMissing = Number.isNaN(values[t]);
    sums[t + 1] = sums[t]! + (isMissing ? 0 : values[t]! - level);
    counts[t + 1] = counts[t]! + (isMissing ? 0 : 1);
  }
  const half = Math.ceil(n / 6);
  return values.map((value, t) => {
    const [from, to] = [Math.max(0, t - half), Math.min(n, t + half + 1)];
    return value - level - (sums[to]! - sums[from]!) / (counts[to]! - counts[from]!);
  });
}

/** The mean product of values this many apart, without pairs that have a missing value; 0 if there is no pair. */
function covariance(x: Float64Array, lag: number): number {
  let sum = 0;
  let count = 0;
  for (let t = 0; t + lag < x.length; t++) {
    const product = x[t]! * x[t + lag]!;
    if (Number.isNaN(product)) continue;
    sum += product;
    count++;
  }
  return count > 0 ? sum / count : 0;
}

/** The peaks to which r rises, and after which it falls, by {@link LEAST_RISE} of its largest rise; the last may not fall so far. */
function prominentPeaks(r: Float64Array): Peak[] {
  const longest = r.length - 1;
  let lowest = 1;
  let largest = 0;
  for (let l = 1; l <= longest; l++) {
    lowest = Math.min(lowest, r[l]!);
    if (l >= SHORTEST) largest = Math.max(largest, r[l]! - lowest);
  }
  const least = LEAST_RISE * largest;
  const peaks: Peak[] = [];
  let top = 0; // of the current rise; 0 while r falls
  let valley = 1; // the height of the lowest point since the last peak
  let low = 0; // the lag of the lowest point so far
  for (let l = 1; l <= longest && largest > 0; l++) {
    valley = Math.min(valley, r[l]!);
    if (top > 0 ? r[l]! > r[top]! : r[l]! - valley >= least) top = l;
    if (top > 0 && (r[top]! - r[l]! >= least || l === longest)) {
      const isInside = top >= SHORTEST && top < longest;
      if (isInside) peaks.push({ lag: top, low, height: r[top]!, rise: r[top]! - r[low]! });
      top = 0;
      valley = r[l]!;
    }
    if (r[l]! < r[low]!) low = l;
  }
  return peaks;
}

/**
 * The center of gravity of the upper half of a peak's rise, rounded. It is the period, as r is symmetric about it, and
 * noise moves it less than the highest point.
 */
function centerOf(r: Float64Array, { lag, height, rise }: Peak): number {
  const level = height - rise / 2;
  let [from, to] = [lag, lag];
  while (r[from - 1]! > level) from--;
  while (r[to + 1]! > level) to++;
  // A peak that the longest lag cuts off keeps as much on the left as on the right.
  if (to === r.length - 1) from = Math.max(from, 2 * lag - to);
  let sum = 0;
  let weight = 0;
  for (let l = from; l <= to; l++) {
    sum += l * (r[l]! - level);
    weight += r[l]! - level;
  }
  return Math.round(sum / weight);
}

/** The lowest and the highest covariance at lags within an eighth of a period of the given one. */
function rangeNear(x: Float64Array, lag: number, period: number): [number, number] {
  const reach = Math.max(1, period >> 3);
  let [lowest, highest] = [Infinity, -Infinity];
  for (let l = lag - reach; l <= lag + reach; l++) {
    const value = covariance(x, l);
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return [lowest, highest];
}

/**
 * Mean of rise and height, both at most the rise one period later: what does not come again is no period. Less 1.5 times
 * the largest of `numLags` autocorrelations of white noise, about √(2 ln numLags / numPairs), as far as the series is noise.
 */
function confidenceOf({ height, rise }: Peak, again: number, numPairs: number, numLags: number): number {
  const [leastRise, leastHeight] = [Math.min(rise, again), Math.min(height, again)];
  const noise = Math.sqrt((2 * Math.log(numLags)) / numPairs) * (1 - leastHeight);
  return Math.min(1, (leastRise + leastHeight) / 2 - 1.5 * noise);
}
