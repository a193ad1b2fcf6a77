// Explains a window's score: the values that its neighbors lead one to expect, and the values that differ from them.
import { type Normalization, startOf, windowMean, windowScale } from '../core/windows.ts';
import type { Job } from '../threads/job.ts';

/** The neighbors of one window, and how it differs from them. */
export interface Explanation {
  /** Index of the window's last value: where its score stands if scores are aligned to the end. */
  index: number;
  /** Index of its first value. */
  start: number;
  score: number;
  /** The window's values. */
  window: number[];
  /** The values to expect instead: the mean of the neighbors, brought to the window's own μ and σ if normalized. */
  expected: number[];
  /** Share of each value in the squared distances, 0 to 1, all 0 if these are 0; `null` for other metrics. */
  shares: number[] | null;
  /** Whether the value with the largest share (other metrics: the largest difference) lies above what was expected. */
  direction: 'above' | 'below' | 'none';
  /** Nearest first. Their indices are indices of the reference if one was given. */
  neighbors: { start: number; end: number; distance: number }[];
}

/**
 * Explains the window of the job's series that ends at `index` by its neighbors, which are windows of the reference if there is
 * one; `squares` holds their s(i, j) if shares are wanted. O(k·windowSize).
 */
export function explainRow(
  { series, reference = series, windowSize: w, normalize }: Job,
  { index, score, neighbors }: Pick<Explanation, 'index' | 'score' | 'neighbors'>,
  squares: readonly number[] | undefined,
): Explanation {
  const start = startOf(index, w);
  const own = shapeOf(series, start, w, normalize);
  const sums = new Float64Array(w); // Σⱼ of the neighbors' values
  const squaresAt = new Float64Array(w); // Σⱼ (xₗ − xⱼₗ)²
  for (const neighbor of neighbors) {
    const { values } = shapeOf(reference, neighbor.start, w, normalize);
    for (let l = 0; l < w; l++) {
      sums[l] = sums[l]! + values[l]!;
      squaresAt[l] = squaresAt[l]! + (own.values[l]! - values[l]!) ** 2;
    }
  }
  const window = Array.from(series.subarray(start, index + 1));
  const expected = Array.from(sums, (sum) => (sum / neighbors.length) * own.scale + own.mean);
  const total = squares?.reduce((sum, s) => sum + s, 0);
  const shares = total === undefined ? null : Array.from(squaresAt, (s) => (total > 0 ? s / total : 0));
  const odd = oddValueOf({ window, expected, shares });
  const difference = window[odd]! - expected[odd]!;
  const direction = difference > 0 ? 'above' : difference < 0 ? 'below' : 'none';
  return { index, start, score, window, expected, shares, direction, neighbors };
}

/** A window as it is compared; value·scale + mean is a value on the scale of the series. */
function shapeOf(
  series: Float64Array,
  start: number,
  w: number,
  normalize: Normalization,
): { values: Float64Array; mean: number; scale: number } {
  const values = series.slice(start, start + w);
  if (normalize === 'none') return { values, mean: 0, scale: 1 };
  const mean = windowMean(series, start, w);
  const scale = windowScale(series, start, w, mean, normalize);
  const compared = values.map((value) => (scale === 0 ? 0 : (value - mean) / scale));
  return { values: compared, mean, scale: normalize === 'mean' ? 1 : scale };
}

/** Position in the window of the value with the largest share; for other metrics, of the one with the largest difference. */
export function oddValueOf({ window, expected, shares }: Pick<Explanation, 'window' | 'expected' | 'shares'>): number {
  const weights = shares ?? window.map((value, l) => Math.abs(value - expected[l]!));
  let largest = 0;
  for (let l = 1; l < weights.length; l++) if (weights[l]! > weights[largest]!) largest = l;
  return largest;
}
