// The proof of how far the sums of `run` may be from s(i, j), and the bounds that follow from it.
//
// A run compares `len` neighboring windows with those g later. Notation: ε = 2⁻⁵³; zₜ = fl(xₜ − xₜ₊g), within ε of its real value;
// dₜ = the real Σₗ (xₜ₊ₗ − xₜ₊ₗ₊g)²; D = the largest dₜ of the run. Every z² that a run meets is a part of some dₜ, so z² ≤ D(1 + 2.01ε).
//
// ## Windows as they are
//
//  (a) The seed, a sum of w squares in any order, is within (w + 3)εD of d₀. So is s of dₜ.
//  (b) A step fl(fl(z²) − fl(z′²)) is within 7.1εD of dₜ₊₁ − dₜ: 3.01εD for each square, εD for the difference.
//  (c) WASM adds four steps at a time: three additions among them and one to the carried sum, each of at most D. So a sum is
//      within (4·7.1 + 4)εD of its real value per four steps, and within 8εD more inside of four.
//  (d) Each operation that underflows adds at most 2⁻¹⁰⁷⁵.
//
// Together a computed sum is within (8.1t + 2w + 14)εD + 2⁻¹⁰⁰⁰ of s, less than half of 16(w + len + 8)ε times the largest computed sum.
//
// ## Windows less their means
//
// The difference of two windows less their real means has the squared norm cₜ = dₜ − bₜ²/w with bₜ = Σₗ (xₜ₊ₗ − xₜ₊ₗ₊g) and |bₜ| ≤ √(wD).
//
//  (e) The seed of b is within (w + 1)ε√(wD), four steps add at most (16√D + 7√(wD))ε ≤ 23ε√(wD): b is within (6t + w + 9)ε√(wD).
//  (f) So b²/w is within (2.1(6t + w + 9) + 3)εD, and c within (21t + 3.1w + 35)εD: less than half of 64(w + len + 8)εD.
//  (g) The definition subtracts the rounded mean, which is off by |δ| ≤ 1.02wεL, L the largest magnitude of a value. With aᵢ the
//      window less that mean in real numbers, |aᵢ − aⱼ|² = c + w(δᵢ − δⱼ)² ≤ c + E with E = `meanError` = 4.2w³ε²L².
//  (h) With σᵢ the computed deviation, |aᵢ|² = wσᵢ²(1 ± (w + 7)ε), see (j) of ../../diagonal/error-bound.ts.
//
// `MEAN`: s is within 2.02(w + 5)ε(|aᵢ|² + |aⱼ|²) of |aᵢ − aⱼ|², so
//
//     s ≤ c + E + 2.1(w + 6)εw(σᵢ² + σⱼ²)
//
// `ZSCORE`: s ≤ 2w − P + H with P = 2aᵢ·aⱼ/(σᵢσⱼ) and H = wε(6.1w + 80), by (j) to (m) there, whose errors have two sides.
// 2aᵢ·aⱼ = |aᵢ|² + |aⱼ|² − |aᵢ − aⱼ|², so
//
//     s ≤ 2w + H − [w(σᵢ² + σⱼ²)(1 − (w + 64)ε) − E − c] / (σᵢσⱼ)
//
// where 64 in the place of 7 covers the rounding of this expression. A window of equal values, σ = 0, is the zero vector: two
// of them have s = 0, and s of one and another window is |z|² ≤ w(1 + (6w + 80)ε).
import { MEAN, type TopState } from './state.ts';

export const EPSILON: number = 2 ** -53;

/** More than all underflow of a run. */
export const LEAST: number = 2 ** -1000;

/** Of windows as they are: see above. */
export const RUN_ERROR = 16;

/** Of windows less their means. */
export const RUN_ERROR_CENTERED = 64;

/**
 * Turns the carried sums of `length` pairs of normalized windows, from the pair (i, j) on, to upper bounds of s; writes upper
 * less lower bound to `width`. The sums of squares are in `bound`, within `margin`.
 */
export function boundsOf(
  { bound, sum, sigma, windowSize: w, mode, meanError }: TopState,
  i: number,
  j: number,
  length: number,
  margin: number,
  width: Float64Array,
): void {
  const zScoreError = w * EPSILON * (6.1 * w + 80);
  for (let t = 0; t < length; t++) {
    const p = sigma[i + t]!;
    const q = sigma[j + t]!;
    const centered = bound[t]! - (sum[t]! * sum[t]!) / w + meanError + margin;
    const squares = w * (p * p + q * q);
    if (p === 0 && q === 0) {
      bound[t] = 0;
      width[t] = 0;
    } else if (mode === MEAN) {
      const error = 2.1 * (w + 6) * EPSILON * squares;
      bound[t] = Math.max(0, centered) + error;
      width[t] = 2 * (margin + meanError + error);
    } else if (p === 0 || q === 0) {
      bound[t] = w + zScoreError;
      width[t] = 0;
    } else {
      const error = (w + 64) * EPSILON * squares;
      const product = p * q;
      bound[t] = Math.max(0, 2 * w - (squares - error - centered) / product) + zScoreError;
      width[t] = 2 * ((margin + meanError + error) / product + zScoreError);
    }
  }
}
