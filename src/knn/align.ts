// Where the score of a window stands in batch results: at its last value, in its middle, or at all of its values.
import type { Steps } from '../core/steps.ts';
import { endOf } from '../core/windows.ts';

/** See `KNNOptions.align`. */
export type Alignment = 'end' | 'center' | 'cover';

/** The choices of `align`. */
export const ALIGNMENTS: readonly Alignment[] = ['end', 'center', 'cover'];

/** Additions between two turns of others: a few milliseconds. */
const ADDITIONS = 2 ** 21;

/** Scores that stand at the ends of their windows, aligned as asked; they may be changed on the way. O(n), covered O(n·w). */
export function* aligned(scores: Float64Array, w: number, align: Alignment): Steps<Float64Array> {
  if (align === 'cover') return yield* covered(scores, w);
  if (align === 'end') return scores;
  // From the end i + w − 1 to the middle i + ⌊w/2⌋. What precedes the first end is 0 and precedes the first middle, too.
  return scores.copyWithin(w >> 1, endOf(0, w)).fill(0, Math.max(0, scores.length - ((w - 1) >> 1)));
}

/**
 * Each value's mean of the scores of the windows that contain it: they are added left to right, NaN left out, and divided
 * by their number; NaN if there is none. A moving sum would be faster and drift. Rounding is monotone, so that upper
 * bounds of the scores give upper bounds of the means.
 */
function* covered(scores: Float64Array, w: number): Steps<Float64Array> {
  const n = scores.length;
  const means = new Float64Array(n);
  const first = endOf(0, w);
  for (let t = 0, additions = 0; t < n; t++) {
    // The windows that contain t end at t … t + w − 1, as far as there are windows.
    const to = Math.min(n, t + w);
    let sum = 0;
    let count = 0;
    additions += w;
    for (let end = Math.max(t, first); end < to; end++) {
      const score = scores[end]!;
      if (Number.isNaN(score)) continue;
      sum += score;
      count++;
    }
    means[t] = sum / count; // 0 / 0 is NaN
    if (additions < ADDITIONS) continue;
    additions = 0;
    yield;
  }
  return means;
}
