// Windows as they are need not be copied to the memory of the kernel: runs copy those that they need, and pairs are summed where the
// values are. Few pairs are: of 10⁶ values, windows of 100, a search makes 30 000 to 400 000 runs.
import { sqDist } from '../../exactness.ts';
import type { TopKernel, TopState } from './state.ts';

/** The values of a search. Missing is NaN. */
export interface Outside {
  /** Those of the rows, and of the columns if these are others. */
  readonly series: Float64Array;
  readonly reference?: Float64Array | undefined;
}

/** The import of a kernel: s(i, j) of windows as they are, which touch no missing value. See `sqDist`. */
export function distanceOf(
  { x, firstColumn, windowSize: w }: TopState,
  outside: Outside | undefined,
): (i: number, j: number, limit: number) => number {
  const { series, reference = series } = outside ?? { series: x };
  const offset = outside ? firstColumn : 0;
  return (i, j, limit) => sqDist(series, i, reference, j - offset, w, limit);
}

/** `run` with the values that it needs. */
export function runOf(
  { firstColumn, blockX, columnX, hasFlags, center }: TopState,
  { series, reference = series }: Outside,
  run: TopKernel['run'],
): TopKernel['run'] {
  // From number `from` on; the center where one is missing.
  const copy = (values: Float64Array, from: number, to: Float64Array): void => {
    to.set(values.subarray(from, from + to.length));
    if (hasFlags) for (let l = 0; l < to.length; l++) if (Number.isNaN(to[l])) to[l] = center;
  };
  let block = -1;
  return (first, at, length, lag, low, tight) => {
    if (first - at !== block) copy(series, (block = first - at), blockX);
    copy(reference, first + lag - firstColumn, columnX);
    return run(first, at, length, lag, low, tight);
  };
}
