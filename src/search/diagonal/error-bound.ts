// The proof of how far the recurrences of scalar.ts may be from s(i, j); the margins that follow from it, and the arrays that
// the recurrences read.
//
// A bound is computed for one pair, the seed, and carried along its diagonal from there. Notation: ε = 2⁻⁵³; every
// fl(a ∘ b) = (a ∘ b)(1 + δ), |δ| ≤ ε, unless it underflows; every sum of w terms goes left to right. I and J are the windows
// that the diagonal crosses, as rows and as columns.
//
// The error is at most the sum of three parts: `once` for the seed, `once` for the pair that is compared, and `steps` for the
// way between them. `once` of a pair is the largest of its row band plus the largest of its column bands. `steps` is summed
// over the bands of I and of J.
//
// ## Windows as they are
//
// c is any float64 (the median of a sample); yₜ = xₜ − c in real numbers; Eᵢ = Σₗ yᵢ₊ₗ² the energy of window i; d(i, j) = Σₗ (xᵢ₊ₗ − xⱼ₊ₗ)².
//
//  (a) d(i, j) ≤ 2(Eᵢ + Eⱼ), for (p − q)² ≤ 2p² + 2q².
//  (b) A sum of w squares is within (w + 3)ε·d of d: |s − d| ≤ 2(w + 3)ε(Eᵢ + Eⱼ). Both the seed and the s
//      that bounds are compared with are such sums.
//  (c) One step adds fl(fl(uᵢ − uⱼ)·fl(vᵢ − vⱼ)). With Mᵢ = |yᵢ₊w| + |yᵢ| and M = Mᵢ + Mⱼ, the computed uᵢ is within εMᵢ,
//      vᵢ within 2.01εMᵢ of its real value, so the two differences are within 2.01εM and 3.02εM, both are at most M, and
//      the product is within 6.1εM² ≤ 24.4ε(yᵢ₊w² + yᵢ² + yⱼ₊w² + yⱼ²).
//  (d) Adding the step rounds by ε|d + error| ≤ 2.01ε(Eᵢ₊₁ + Eⱼ₊₁); moving the bound to another margin,
//      once per band, rounds by at most 2.01ε times (the largest E of the band of i + the largest E of the band of j).
//  (e) Each operation that underflows adds at most 2⁻¹⁰⁷⁵.
//
// So |carried − s(i, j)| is less than the sum of the parts with
//
//     once  = 2.05ε(w + 8)·Eᵢ          steps = 2.05ε·max Eᵢ + Σᵢ ε[26(yᵢ₊w² + yᵢ²) + 2.05Eᵢ₊₁]
//
// and (e). The slack in the constants covers the rounding of the energies and of the parts.
//
// ### Without any error
//
// Let all y be multiples of a power of two q, and |y| ≤ L with 4·max(w, 4)·(L/q)² ≤ 2²³. Then u and v are multiples of q of at most
// 2L, the factors of a step at most 4L, and steps, sums and d are multiples of q² of at most 2²³q²: all of them are exact, in
// float32, too. The margin is then as good as 0. It matters for counts and for 0 and 1, where most pairs tie with the k-th: a bound
// that equals the threshold turns them away. Neighbors by index need these ties, and keep the margins above.
//
// ## Windows less their means
//
// μᵢ is the mean in real numbers. mᵢ is the mean that the definition subtracts: the rounded one, or the value itself if all
// values are equal. aₗ = xᵢ₊ₗ − mᵢ in real numbers, Qᵢ = Σₗ aₗ², Dᵢ = Σₗ aₗ = −wδᵢ with δᵢ = mᵢ − μᵢ. mᵢ may be
// coarse (on a level of 10⁹ it is off by 10⁻⁶), but the computed D tells by how much, within 1.01wε·√(wQᵢ), by Cauchy and
// Schwarz. The recurrence is the one of the real means, with gᵢ = (xᵢ₊w − mᵢ₊₁) + (xᵢ − mᵢ) − (Dᵢ + Dᵢ₊₁)/w.
//
//  (f) The computed g is within ηᵢ = κ(√Qᵢ + √Qᵢ₊₁) of the real one, κ = 1.05ε(√w + 5): 1.01ε√w from D, 1.43ε from adding
//      and dividing, as |D| ≤ √(wQ) and w ≥ 2, 2.01ε from the two differences and their sum, 1.73ε from the last one.
//  (g) With A = |uᵢ| + |uⱼ| and G = |gᵢ| + |gⱼ|, the step fl(fl(uᵢ − uⱼ)·fl(gᵢ − gⱼ)) is within 4.1εAG + A(ηᵢ + ηⱼ) of its
//      real value; AG ≤ uᵢ² + uⱼ² + gᵢ² + gⱼ², and A(ηᵢ + ηⱼ) ≤ κ√w(uᵢ² + uⱼ²) + 2κ/√w·(Qᵢ + Qᵢ₊₁ + Qⱼ + Qⱼ₊₁).
//  (h) Adding the step rounds by 2.02ε(Qᵢ₊₁ + Qⱼ₊₁): the real value is |aᵢ − aⱼ|² less w(δᵢ − δⱼ)², at most 2(Qᵢ + Qⱼ).
//      Moving the bound rounds by 2.02ε(Qᵢ + Qⱼ).
//  (i) The seed and s are sums of w squares of differences of differences: both are within 2.02(w + 5)ε(Qᵢ + Qⱼ) of
//      |aᵢ − aⱼ|², which is within 2w(δᵢ² + δⱼ²) of the carried value; δ² ≤ 2D²/w² + 2.1ε²wQ.
//
// So |carried − s(i, j)| is less than the sum of the parts with
//
//     once  = 2.05ε(w + 8)Qᵢ + 4.1Dᵢ²/w
//     steps = Σᵢ 1.1ε[(w + 5√w + 4)uᵢ² + 5gᵢ² + (4 + 10/√w)(Qᵢ + Qᵢ₊₁)]
//
// and (e).
//
// ## Bounds in float32
//
// Without z-scores, the same proof holds for bounds that are carried through a band in float32, with ε = 2⁻²⁴ in `steps`.
// The seed, s and the margins stay float64, and so does `once`. u and v (or g) are the values above, multiplied by a power of
// two f, which is exact, and rounded to float32. Bounds and thresholds are multiplied by f². The errors of float64 are 2⁻²⁹ of
// those that are counted here.
//
//  (n) u is within 1.001ε|u| of its real value, v within 1.001ε|v|: each at most M. In (c) both differences are within
//      2.01εM, and the product within 5.1εM² ≤ 20.4ε(yᵢ₊w² + yᵢ² + yⱼ₊w² + yⱼ²). In (g) the step is within 5.1εAG + A(ηᵢ + ηⱼ)
//      with the η of float64. Rounding a bound to float32 at the first row of a band replaces the move of (d)
//      and (h).
//  (o) The carried bound is d less the margin m, give or take the error, which is at most m. Rounding it adds up to ε·2m. There
//      are at most 16 bands of 513 roundings: 2·8208ε = 0.001 of the margin.
//  (p) An operation that underflows adds at most 2⁻¹⁵⁰. Where u or v underflows, the product changes by at most 2⁻¹⁵⁰ times
//      the other difference, which is below ε/32 times its square, or below 2⁻²⁶⁰.
//  (q) Nothing overflows: with |x| ≤ L and w(Lf)² ≤ 2¹¹⁴, d and the steps are at most 2¹¹⁸, and margins are less.
//
// A bound in float32 is compared with the threshold rounded up. A bound that is below it is converted to float64, and compared
// there like all others.
//
// ## z-scores
//
// The recurrence carries 2C. Each of (g) to (i) holds with half the bound: a step is two products and their sum,
// 2|pq| ≤ p² + q² replaces (p + q)² ≤ 2p² + 2q², |C(i, j)| ≤ ½(Qᵢ + Qⱼ), and the error of s is counted below, in (j) to (m).
// So half the margin M is enough.
//
// Let σᵢ be the computed deviation, z the computed vectors, fl(fl(x − mᵢ)/σᵢ), and P = 2(aᵢ·aⱼ)/(σᵢσⱼ), so that in real
// numbers |aᵢ/σᵢ − aⱼ/σⱼ|² = Qᵢ/σᵢ² + Qⱼ/σⱼ² − P.
//
//  (j) σᵢ² = (Qᵢ/w)(1 ± (w + 7)ε): the two quotients are within w(w + 7)ε of w each.
//  (k) |zᵢ − aᵢ/σᵢ| ≤ 2.01ε·√w: the squared distance of the z is within 16.3wε of that of the a/σ.
//  (l) s is within (w + 3)ε·4.01w of it.
//  (m) The bound of −P is fl(fl(carried·fl(1/σⱼ))·fl(1/σᵢ)): rounded by 4.01ε(2w + M/σᵢσⱼ). Adding `base` rounds by 4.1wε,
//      taking it from a threshold by 6.1wε (thresholds above 5w turn nothing away, as s < 4.1w). M's constants cover its part.
//
// Together s ≥ 2w − P − H with H = wε(6.1w + 80), and the lower bound base + (bound of −P) with base = 2w − H is exceeded by
// s by less than M/(σᵢσⱼ) + 2H. Windows of equal values have no σ: constant-windows.ts handles them.
//
// `isInRange` demands that neighboring values are equal or differ by at least 2⁻⁴⁴⁹. Then Q is 0 or above 2⁻⁹⁰⁰, and the
// underflow in Q, D and 1/σ is far below the slack of the constants. So is 2⁻¹⁰⁷⁵ times a u or g: it is below ε times its
// square, or counted in (e).

import type { Join } from '../join.ts';
import { centerOf, clampInto } from './clamp.ts';
import { type DiagonalKernel, type DiagonalState, LANES } from './state.ts';

/**
 * Rows per band. A group of lags reads little enough of one band to stay in the first-level cache. Margins are per band, so a
 * spike widens those of the bands it lies in and no others.
 */
export const BAND = 512;

const EPSILON = 2 ** -53;

/** More than the underflow of a step, (e), or of w steps. */
const LEAST = 2 ** -1000;

/** The parts of a margin, per band: see the proof above. */
export interface Margins {
  readonly once: Float64Array;
  readonly steps: Float64Array;
}

function emptyMargins({ numWindows }: DiagonalState): Margins {
  const numBands = Math.ceil(numWindows / BAND);
  return { once: new Float64Array(numBands).fill(LEAST), steps: new Float64Array(numBands).fill(LEAST) };
}

/** The bands of the columns that the rows of `band` meet at the lags g … g + LANES − 1: the first and the last. */
export function columnBands({ once }: Margins, band: number, g: number): [first: number, last: number] {
  const last = Math.floor(((band + 1) * BAND + g + LANES) / BAND);
  return [band + Math.floor(g / BAND), Math.min(once.length - 1, last)];
}

/** `once` of the pairs of the rows of `band` with the columns of the bands first … last. */
export function onceOf({ once }: Margins, band: number, first: number, last: number): number {
  let most = 0;
  for (let b = first; b <= last; b++) most = Math.max(most, once[b]!);
  return once[band]! + most;
}

/** `steps` of the same pairs. */
export function stepsOf({ steps }: Margins, band: number, first: number, last: number): number {
  let sum = steps[band]!;
  for (let b = first; b <= last; b++) sum += steps[b]!;
  return sum;
}

/** `steps` in float32 over `steps` in float64: the quotient of the two ε, and (o). */
const FLOAT32_GROWTH = 1.01 * 2 ** 29;

/** More than the underflow of a band in float32, (p), multiplied by the square of the factor. */
const FLOAT32_LEAST = 2 ** -130;

/** What `steps`, or the sum of `steps` over up to four bands, becomes if the bounds are carried in float32. */
export function float32Steps(steps: number, factor: number): number {
  return FLOAT32_GROWTH * steps + FLOAT32_LEAST / factor / factor;
}

/** The power of two that u and v are multiplied by for float32: w(Lf)² ≤ 2¹¹⁴, see (q). */
export function float32Factor({ x, clamp, clamped, windowSize }: DiagonalState): number {
  let largest = 0;
  for (const value of clamp ? clamped : x) largest = Math.max(largest, Math.abs(value));
  return 2 ** Math.min(500, Math.floor(57 - Math.log2(windowSize) / 2 - Math.log2(largest)));
}

/** For z-scores: `base` is added to a bound of −P to make one of s, `slack` is added to the width for upper bounds. */
export function zScoreBounds(w: number): { base: number; slack: number } {
  const error = w * EPSILON * (6.1 * w + 80);
  return { base: 2 * w - error, slack: 2 * error };
}

/**
 * Windows as they are: fills x, u and v; returns the margins. A missing value is replaced by the center; no window that
 * contains it is a row or a column.
 */
export function fillRaw(state: DiagonalState, join: Join, columnOffset: number): Margins {
  const { u, v, length, windowSize: w, numWindows, clamp, clamped, isColumn } = state;
  // The series, with gaps filled, and clamped; and the steps of the recurrence.
  copySeries(state.x, join, columnOffset);
  const center = centerOf(state.x.subarray(0, length));
  for (let t = 0; t < length; t++) if (Number.isNaN(state.x[t])) state.x[t] = center;
  if (clamp) clampInto(clamp, state.x.subarray(0, length), clamped, isColumn, w);
  const x = clamp ? clamped : state.x;
  for (let i = 0; i + w < length; i++) {
    u[i] = x[i + w]! - x[i]!;
    v[i] = x[i + w]! - center + (x[i]! - center);
  }
  // The margins, band by band.
  const margins = emptyMargins(state);
  if (!state.byIndex && isExact(x.subarray(0, length), center, w)) return margins;
  const sums = new Float64Array(BAND + w + 2); // sums[p] = Σ of the band's first p values, squared
  for (let first = 0; first < numWindows; first += BAND) {
    const band = first / BAND;
    const count = Math.min(length - first, BAND + w + 1);
    for (let p = 0; p < count; p++) sums[p + 1] = sums[p]! + (x[first + p]! - center) ** 2;
    const error = 4 * count * EPSILON * sums[count]!; // of a difference of two sums of up to `count` terms, at most
    let largest = 0;
    for (let p = 0; p + w <= count && p < BAND; p++) {
      const energy = sums[p + w]! - sums[p]! + error;
      largest = Math.max(largest, energy);
      addOnce(margins, band, 2.05 * EPSILON * (w + 8) * energy);
      if (p + w === count) continue;
      const next = sums[p + w + 1]! - sums[p + 1]! + error;
      const [out, into] = [x[first + p]! - center, x[first + p + w]! - center];
      addStep(margins, band, EPSILON * (26 * (out * out + into * into) + 2.05 * next));
    }
    addStep(margins, band, 2.05 * EPSILON * largest);
  }
  return margins;
}

/** Whether nothing rounds: see above. */
function isExact(x: Float64Array, center: number, w: number): boolean {
  let largest = 0;
  for (let t = 0; t < x.length; t++) largest = Math.max(largest, Math.abs(x[t]! - center));
  const most = Math.floor(Math.sqrt(2 ** 23 / (4 * Math.max(w, 4)))); // of L/q
  const unit = 2 ** Math.max(-500, Math.ceil(Math.log2(largest / most)));
  if (!(largest <= most * unit)) return false;
  for (let t = 0; t < x.length; t++) if (!Number.isInteger((x[t]! - center) / unit)) return false;
  return true;
}

function addOnce({ once }: Margins, band: number, error: number): void {
  once[band] = Math.max(once[band]!, error);
}

function addStep({ steps }: Margins, band: number, error: number): void {
  steps[band] = steps[band]! + error;
}

/**
 * Normalized windows: fills x, mean, scale, inverse, u, and v (with g); returns the margins. A missing value is replaced by the
 * value before it.
 */
export function fillNormalized(
  state: DiagonalState,
  kernel: DiagonalKernel,
  join: Join,
  columnOffset: number,
): Margins {
  const { x, mean, scale, inverse, u, v, length, windowSize: w, numWindows } = state;
  // The series, with gaps filled, and the moments of every window.
  copySeries(x, join, columnOffset);
  fillGaps(x, length);
  // u and v hold Q and D at first: those of window i are read for the last time when u and g of window i overwrite them.
  const squares = u;
  const drift = v;
  for (let i = 0; i < numWindows; i += LANES) kernel.moments(i);
  // Constant windows: their mean is the value itself, exactly.
  let numEqual = 0; // number of equal values from i on
  for (let i = length - 1; i >= 0; i--) {
    numEqual = x[i] === x[i + 1] && i + 1 < length ? numEqual + 1 : 1;
    if (i >= numWindows || numEqual < w) continue;
    mean[i] = x[i]!;
    squares[i] = 0;
    drift[i] = 0;
  }
  // Scales, steps and margins. A window that is neither a row nor a column keeps the inverse NaN.
  scale.fill(1);
  inverse.fill(NaN);
  const isValid = new Uint8Array(numWindows);
  for (const i of join.rows.starts) isValid[i] = 1;
  for (const j of join.columns.starts) isValid[columnOffset + j] = 1;
  const margins = emptyMargins(state);
  const root = Math.sqrt(w);
  for (let i = 0; i < numWindows; i++) {
    const band = Math.floor(i / BAND);
    const q = squares[i]!;
    addOnce(margins, band, 2.05 * EPSILON * (w + 8) * q + (4.1 * drift[i]! * drift[i]!) / w);
    if (state.scaled && isValid[i] === 1 && q > 0) {
      scale[i] = Math.sqrt(q / w);
      inverse[i] = 1 / scale[i]!;
    }
    if (i + w >= length) continue;
    const step = x[i + w]! - x[i]!;
    const sum = x[i + w]! - mean[i + 1]! + (x[i]! - mean[i]!) - (drift[i]! + drift[i + 1]!) / w;
    const energies = (w + 5 * root + 4) * step * step + 5 * sum * sum + (4 + 10 / root) * (q + squares[i + 1]!);
    addStep(margins, band, 1.1 * EPSILON * energies);
    u[i] = step;
    v[i] = sum;
  }
  return margins;
}

/** Whether sums of squares are finite and the quotients of normalized windows are in the range of float64: see the proof. */
export function isInRange({ rows, columns, isSelf }: Join): boolean {
  const series = isSelf ? [rows.data] : [rows.data, columns.data];
  const largest = Math.max(...series.map(largestOf));
  if (rows.width * largest * largest >= 2 ** 1015) return false;
  return rows.normalize === 'none' || series.every((values) => smallestStepOf(values) >= 2 ** -449);
}

/** The largest magnitude of the values that are not missing. */
function largestOf(values: Float64Array): number {
  let largest = 0;
  for (let t = 0; t < values.length; t++) if (Math.abs(values[t]!) > largest) largest = Math.abs(values[t]!);
  return largest;
}

/** The smallest nonzero step from a value to the next one that is not missing. */
export function smallestStepOf(values: Float64Array): number {
  let smallest = Infinity;
  let previous = NaN;
  for (let t = 0; t < values.length; t++) {
    const value = values[t]!;
    if (Number.isNaN(value)) continue;
    const step = Math.abs(value - previous);
    if (step > 0 && step < smallest) smallest = step;
    previous = value;
  }
  return smallest;
}

/** Copies the series into x: with a reference, the one of the rows and behind it the one of the columns. */
function copySeries(x: Float64Array, { rows, columns }: Join, columnOffset: number): void {
  if (columnOffset > 0) x.set(rows.data);
  x.set(columns.data, columnOffset);
}

/** Replaces every missing value by the value before it. */
function fillGaps(x: Float64Array, length: number): void {
  let previous = 0;
  for (let t = length - 1; t >= 0; t--) if (!Number.isNaN(x[t])) previous = x[t]!; // the first value, for gaps at the start
  for (let t = 0; t < length; t++) {
    if (Number.isNaN(x[t])) x[t] = previous;
    else previous = x[t]!;
  }
}
