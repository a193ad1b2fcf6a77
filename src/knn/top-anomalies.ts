// topAnomalies: the highest scores of an array, one per event.
import { checkInteger, checkOptions, describe } from '../core/checks.ts';

/** An index into the scores, and the score there. */
export interface Anomaly {
  /** Index into the scores: the last value of the window, unless `align` says otherwise. */
  index: number;
  score: number;
}

/**
 * The `n` highest scores that do not overlap, highest first; equal scores by smaller index. Scores of 0 (nothing
 * strange, or not enough points yet) and NaN are left out, so the result may be shorter than `n`.
 *
 * One event raises the scores of every window that touches it. With `separation` at the window size, no two of the
 * places returned share a value of the series.
 *
 * @param scores one score per value, as `score` returns them
 * @param n how many places, at least 1
 * @param options.separation least distance of two places; default 1: all places count
 * @throws RangeError when `n` or `separation` is no positive integer
 *
 * O(m log m) for m scores.
 *
 * @example
 * topAnomalies([0, 1, 9, 8, 1, 3], 2, { separation: 2 }); // => [{ index: 2, score: 9 }, { index: 5, score: 3 }]
 */
export function topAnomalies(scores: ArrayLike<number>, n: number, options: { separation?: number } = {}): Anomaly[] {
  if (typeof scores !== 'object' || scores === null || !Number.isSafeInteger(scores.length)) {
    throw new TypeError(`scores must be an array or typed array of numbers, got ${describe(scores)}`);
  }
  checkInteger(n, 'n', 1);
  checkOptions(options, ['separation']);
  const { separation = 1 } = options;
  checkInteger(separation, 'separation', 1);

  const indices = candidates(scores, n * (2 * separation - 1));
  indices.sort((a, b) => scores[b]! - scores[a]! || a - b);
  const taken = new Uint8Array(scores.length);
  const found: Anomaly[] = [];
  for (const t of indices) {
    if (found.length === n) break;
    if (taken[t] === 1) continue;
    found.push({ index: t, score: scores[t]! });
    taken.fill(1, Math.max(0, t - separation + 1), t + separation);
  }
  return found;
}

/** The indices of at least the `most` highest scores above 0. One anomaly rules out at most 2·separation − 2 others. */
function candidates(scores: ArrayLike<number>, most: number): number[] {
  const positive = Float64Array.from(scores, (score) => (score > 0 ? score : 0)).sort();
  const least = positive[positive.length - most] ?? 0;
  const indices: number[] = [];
  for (let t = 0; t < scores.length; t++) if (scores[t]! > 0 && scores[t]! >= least) indices.push(t);
  return indices;
}
