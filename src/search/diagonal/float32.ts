// Where bounds are carried in float32: where their margin (margin.ts) is small beside the thresholds that they are held
// against, so that next to nothing passes that would not pass in float64.
import type { DiagonalState } from './scalar.ts';

/** Margins of this share of the thresholds, on average, let so little more pass that half the steps are well saved. */
const MOST = 0.01;

/** Every so many windows are looked at. */
const SAMPLED = 7;

/**
 * Whether `margin` is small enough for the rows [first, last) and the columns [from, to). Not where thresholds are still to
 * be found: they would be that of the margin.
 */
export function isNarrowEnough(
  { threshold, both }: DiagonalState,
  first: number,
  last: number,
  from: number,
  to: number,
  margin: number,
): boolean {
  let sum = 0;
  const add = (start: number, end: number): number => {
    for (let i = start; i < end; i += SAMPLED) {
      const t = threshold[i]!;
      if (t > -Infinity) sum += t > margin && t < Infinity ? margin / t : 1;
    }
    return Math.max(0, end - start) / SAMPLED;
  };
  const count = (both ? add(first, last) : 0) + add(from, to);
  return sum <= MOST * count;
}
