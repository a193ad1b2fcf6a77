// Rare huge values, such as sentinels, under windows as they are. A margin grows with the squares of the values that a diagonal
// crosses: one value of 2³¹ − 1 among ordinary ones would make all pairs of its bands ambiguous. Bounds are therefore carried for
// clamped values x′ = min(max(x, c − R), c + R).
//
// Clamping brings no two values farther apart, and rounding is monotone: |fl(x′ᵢ − x′ⱼ)| ≤ |fl(xᵢ − xⱼ)|, so that by the lemma of
// exactness.ts the left-to-right sum of the clamped windows is at most s(i, j). A lower bound of that sum is one of s. An upper bound
// it is only if neither window holds a clamped value. For a pair with such a window (isColumn & CLAMPED) s itself is computed.
import type { Join } from '../join.ts';

/** The bit of `isColumn` that stands for a window with a clamped value. */
export const CLAMPED = 2;

/** c and R. */
export interface Clamp {
  readonly center: number;
  readonly radius: number;
}

/** Values of the sample. */
const NUM_SAMPLED = 1001;

/** The share of values that are ordinary, and R over the largest of their distances from c: margins of R² are small then. */
const ORDINARY = 0.9;
const FACTOR = 2 ** 20;

/** Up to this share of the windows may hold a clamped value: a pair with one of them may cost a sum of w terms. */
const MOST_CLAMPED = 0.3;

/** The median of a sample: near most values, even if a few are far away. */
export function centerOf(values: Float64Array): number {
  const sample = sampleOf(values);
  return sample[sample.length >> 1] ?? 0;
}

/** A sample of the values that are not missing, sorted. */
function sampleOf(values: Float64Array): Float64Array {
  const every = Math.ceil(values.length / NUM_SAMPLED);
  const valid = values.filter((value) => !Number.isNaN(value));
  return valid.filter((_, t) => t % every === 0).sort();
}

/** How the values of a join are clamped; `undefined` where none is huge, or too many are. */
export function clampOf({ rows, columns }: Join): Clamp | undefined {
  if (rows.normalize !== 'none') return undefined;
  const series = rows.data === columns.data ? [rows.data] : [rows.data, columns.data];
  const sample = sampleOf(columns.data);
  const center = sample[sample.length >> 1] ?? 0;
  const distances = sample.map((x) => Math.abs(x - center)).sort();
  const radius = FACTOR * (distances[Math.floor(ORDINARY * distances.length)] ?? 0);
  let numClamped = 0;
  let length = 0;
  for (const values of series) {
    for (let t = 0; t < values.length; t++) if (Math.abs(values[t]! - center) > radius) numClamped++;
    length += values.length;
  }
  const isRare = numClamped > 0 && numClamped * rows.width <= MOST_CLAMPED * length;
  return radius > 0 && isRare ? { center, radius } : undefined;
}

/**
 * Writes the clamped values of x to `clamped`, and marks the windows that hold one. Missing values have been filled in x.
 */
export function clampInto(
  { center, radius }: Clamp,
  x: Float64Array,
  clamped: Float64Array,
  isColumn: Uint8Array,
  windowSize: number,
): void {
  const [least, most] = [center - radius, center + radius];
  let last = -1; // the last value that was clamped
  for (let t = 0; t < x.length; t++) {
    clamped[t] = Math.min(Math.max(x[t]!, least), most);
    if (clamped[t] !== x[t]) last = t;
    const i = t - windowSize + 1;
    if (i >= 0 && last >= i && i < isColumn.length) isColumn[i] = isColumn[i]! | CLAMPED;
  }
}
