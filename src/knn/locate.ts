// locate: the strangest places of a whole series, without a parameter to choose.
import { checkInteger, checkOptions } from '../core/checks.ts';
import { type Series, toFloat64 } from '../core/series.ts';
import { KNN } from './knn.ts';
import { suggestWindow, type WindowSuggestion } from './suggest-window.ts';
import { topAnomalies } from './top-anomalies.ts';

/** A strange place of a series: the values [begin, end]. */
export interface LocatedAnomaly {
  /** The strangest value: the middle of the windows that are least like any other; of equally strange values the middle. */
  index: number;
  /** First value of the place: the largest of the windows that have `index` in their middle begins here. */
  begin: number;
  /** Last value of the place. */
  end: number;
  /** Standard deviations above the mean of all places; of up to three profiles, added. Comparable within one series. */
  score: number;
}

/** @deprecated The name is also a global type of browsers: use {@link LocatedAnomaly}. */
export type Location = LocatedAnomaly;

/** Size of the windows of raw values: the best of all fixed and automatic sizes on the UCR archive (see the README). */
const RAW_WINDOW = 50;

/** Size of the z-scored windows beside those of the period. */
const SHAPE_WINDOW = 100;

/** Raw windows are at most this share of the series: places would have too few others to be compared with. */
const MOST_SHARE = 1 / 10;

/**
 * Number of windows, end to end, from which on a profile has its full say. One anomaly covers up to 2w of n places, so that
 * its z is at most √(n / 2w): below 5 in a shorter series. The period counts for more there, by the square of what is
 * missing, 5²·2w / n; the profile of shapes is left out, as its noise would drown what the others see.
 */
const MANY_WINDOWS = 50;

/** A period of less confidence is a guess and counts for less. */
const CERTAIN = 0.3;

/** Sums that differ by less than this share are equal: rounding is no difference. */
const TIE = 1e-9;

/**
 * The `n` strangest places of a series, strangest first, without overlap, and without a parameter to choose.
 *
 * Every value adds up what the three windows have that have it in their middle (start + ⌊w/2⌋):
 *
 *     z(contrast of raw windows of 50) + weight · z(contrast of z-scored windows of the period) + z(distance of z-scored windows of 100)
 *
 * The distance dᵢ of window i is that to the nearest window nn(i) at least half a window away. Its contrast is dᵢ − d_nn(i),
 * less the distance of nn(i) to its own nearest: windows of a noisy stretch are all far from each other, but an anomaly is
 * far from windows that are near to others. z takes the mean off and divides by the deviation over the series. Raw windows
 * see strange values and levels, z-scored ones strange shapes. The period is that of {@link suggestWindow}, up to an eighth
 * of the series; if there is none, that part is missing. Its weight is 1 in a series of 50 periods or more and grows with
 * 50·period / n below that, as far as the period is certain; it is less for a confidence below 0.3. Raw windows are a tenth of a series of fewer than 500
 * values, and one of fewer than 5000 has no windows of 100.
 *
 * On 234 series of the public UCR archive, with one anomaly each, a prototype of this sum (without weight) was right in
 * 78 %, without contrast in 72 %; the usual z-normalized discord finds 58 %.
 *
 * Windows with a missing value are not compared.
 *
 * @param options.n number of places, at least 1; default 1. Fewer come back where nothing is above the mean
 * @throws TypeError for a series of the wrong kind, RangeError for a wrong n
 *
 * Three times the cost of {@link KNN.score}, and that of {@link suggestWindow}: the mean, the deviation and the contrast of
 * every value need the neighbors of all windows, which bounds cannot spare. In a series of 10⁶ values and more,
 * {@link KNN.top} finds the strangest windows of one size in a fraction of that.
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
  const { length } = values;
  const raw = Math.max(1, Math.min(RAW_WINDOW, Math.floor(length * MOST_SHARE)));
  const shape = length >= MANY_WINDOWS * SHAPE_WINDOW ? SHAPE_WINDOW : 0;
  const { windowSize: period, confidence } = suggestWindow(values, { maxWindow: length >> 3 }) ?? NO_PERIOD;

  const sum = new Float64Array(length);
  addProfile(sum, values, raw, 'none', true, 1);
  const few = Math.max(1, (MANY_WINDOWS * period) / length);
  const weight = Math.min(1, confidence / CERTAIN) * (1 + confidence * (few - 1));
  if (period > 0) addProfile(sum, values, period, 'zscore', true, weight);
  if (shape > 0) addProfile(sum, values, shape, 'zscore', false, 1);

  const width = Math.max(raw, period, shape);
  return topAnomalies(middlesOfTies(sum), n, { separation: width }).map(({ index, score }) => {
    const begin = index - (width >> 1);
    return { index, begin: Math.max(0, begin), end: Math.min(length, begin + width) - 1, score };
  });
}

const NO_PERIOD: WindowSuggestion = { windowSize: 0, confidence: 0 };

/** Adds `weight` times the standardized distances of all windows to their nearest, or contrasts, at the windows' middles. */
function addProfile(
  sum: Float64Array,
  values: Float64Array,
  windowSize: number,
  normalize: 'none' | 'zscore',
  isContrast: boolean,
  weight: number,
): void {
  const knn = new KNN(windowSize, 1, { normalize, exclusionZone: windowSize >> 1 });
  const { indices, distances } = knn.neighbors(values);
  const profile = distances.map((d, i) => (isContrast ? d - distances[indices[i]!]! : d)); // no neighbor: NaN or Infinity
  const known = profile.filter(Number.isFinite);
  const mean = known.reduce((total, d) => total + d, 0) / known.length;
  const variance = known.reduce((total, d) => total + (d - mean) ** 2, 0) / known.length;
  if (!(variance > 0)) return;
  const scale = weight / Math.sqrt(variance);
  const middle = windowSize >> 1;
  for (const [i, d] of profile.entries()) {
    if (Number.isFinite(d)) sum[i + middle] = sum[i + middle]! + (d - mean) * scale;
  }
}

/** The sums with 0 for all of a run of equal ones but the middle: one event ties all windows that hold the whole of it. */
function middlesOfTies(sum: Float64Array): Float64Array {
  const middles = new Float64Array(sum.length);
  for (let from = 0, to = 0; from < sum.length; from = to) {
    const tie = TIE * Math.abs(sum[from]!);
    while (to < sum.length && Math.abs(sum[to]! - sum[from]!) <= tie) to++;
    const middle = (from + to - 1) >> 1;
    middles[middle] = sum[middle]!;
  }
  return middles;
}
