// Decides where bounds are carried in float32: where the margin (error-bound.ts) is small beside the thresholds. Then
// hardly any pair passes that would not pass in float64, and float32 handles twice as many lags per instruction.
import type { DiagonalState } from './state.ts';

/**
 * The largest mean of margin / threshold. Up to here, the pairs that pass needlessly cost less than the instructions that
 * float32 saves.
 */
const MAX_MARGIN_SHARE = 0.01;

/** The mean is taken over every seventh window. */
const SAMPLE_STEP = 7;

/**
 * Whether `margin` is small enough for the rows [first, last) and the columns [from, to). A window whose threshold is
 * infinite or below the margin counts as the share 1: with float32 its first threshold would be about as wide as the margin.
 */
export function fitsFloat32(
  { threshold, both }: DiagonalState,
  first: number,
  last: number,
  from: number,
  to: number,
  margin: number,
): boolean {
  let sum = 0;
  const add = (start: number, end: number): number => {
    for (let i = start; i < end; i += SAMPLE_STEP) {
      const t = threshold[i]!;
      if (t > -Infinity) sum += t > margin && t < Infinity ? margin / t : 1;
    }
    return Math.max(0, end - start) / SAMPLE_STEP;
  };
  const count = (both ? add(first, last) : 0) + add(from, to);
  return sum <= MAX_MARGIN_SHARE * count;
}
