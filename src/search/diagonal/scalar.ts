// The diagonal kernel, scalar twin of assembly/diagonal.ts: many lags side by side, one step of a recurrence per pair.
//
// For a lag g = j − i the squared distances d²(i, i + g) are linked by
//
//     d²(i + 1, j + 1) = d²(i, j) − (xᵢ − xⱼ)² + (xᵢ₊w − xⱼ₊w)²
//                      = d²(i, j) + (uᵢ − uⱼ)(vᵢ − vⱼ)      uᵢ = xᵢ₊w − xᵢ,   vᵢ = (xᵢ₊w − c) + (xᵢ − c)
//
// so that a pair costs two subtractions, a product and a sum, whatever the window. For windows less their means μ the
// same holds with gᵢ = (xᵢ₊w − μᵢ₊₁) + (xᵢ − μᵢ) instead of vᵢ. z-scores are compared by the product
// C(i, j) = Σₗ (xᵢ₊ₗ − μᵢ)(xⱼ₊ₗ − μⱼ), for which
//
//     2C(i + 1, j + 1) = 2C(i, j) + uᵢgⱼ + gᵢuⱼ
//
// The kernel does not carry the distance (or −2C) itself but a lower bound of it: the recurrence less a margin, which
// error-bound.ts proves. A pair whose bound is not below the threshold of its row is finished; nearly all pairs are. The
// other pairs become candidates:
//
//   row i     holds up to `capacity` candidates (lower bound, upper bound, column), unsorted
//   full row  `compact`: the k-th smallest upper bound becomes the threshold, and candidates above it are dropped. If more
//             than half of the spare slots stay taken, the bounds are too wide, and s is computed for every candidate
//   finish    computes s for the few candidates that are left
//
// A refined candidate has both bounds equal to s, so the k candidates that remain are exact.

import { allocateArray } from '../../wasm/arrays.ts';
import { CLAMPED } from './clamp.ts';
import { append, compact, distance, finish } from './scalar-candidates.ts';
import { type DiagonalKernel, type DiagonalShape, type DiagonalState, LANES, stateOf } from './state.ts';

/** A run in plain TypeScript: for where WASM is refused, and as the reference that the tests hold the WASM kernel against. */
export function scalarDiagonal(shape: DiagonalShape): { state: DiagonalState; kernel: DiagonalKernel } {
  const state = stateOf(shape, allocateArray);
  const fourLags = shape.scaled ? fourScaledLags : fourRawLags;
  const kernel: DiagonalKernel = {
    moments: (i) => moments(state, i),
    seed: (i, g, margin) => seed(state, i, g, margin),
    refresh: () => {}, // `group` compares with every threshold itself
    group: (from, to, g, shift, width) => {
      for (let lane = 0; lane < LANES; lane += 4) fourLags(state, from, to, g + lane, shift, width);
    },
    distance: (i, j, limit) => distance(state, i, j, limit),
    append: (i, j, lower, upper) => append(state, i, j, lower, upper),
    compact: (i) => compact(state, i),
    finish: (i) => finish(state, i),
    float32: null,
  };
  return { state, kernel };
}

/** See `DiagonalKernel.moments`: mean first, then both sums of differences from it. */
function moments({ x, mean, u, v, windowSize: w }: DiagonalState, first: number): void {
  for (let i = first; i < first + LANES; i++) {
    let sum = 0;
    for (let t = i; t < i + w; t++) sum += x[t]!;
    const m = sum / w;
    let squares = 0;
    let drift = 0;
    for (let t = i; t < i + w; t++) {
      const z = x[t]! - m;
      squares += z * z;
      drift += z;
    }
    mean[i] = m;
    u[i] = squares;
    v[i] = drift;
  }
}

/** C(i, j), the left-to-right sum. */
function product({ x, mean, windowSize }: DiagonalState, i: number, j: number): number {
  const a = mean[i]!;
  const b = mean[j]!;
  let sum = 0;
  for (let l = 0; l < windowSize; l++) sum += (x[i + l]! - a) * (x[j + l]! - b);
  return sum;
}

/** See `DiagonalKernel.seed`. Lags beyond the last window start at −margin; `candidate` ignores them. */
function seed(state: DiagonalState, i: number, g: number, margin: number): void {
  const { carried, numWindows, scaled } = state;
  const bounded = state.clamp ? { ...state, x: state.clamped } : state;
  for (let lag = g; lag < g + LANES; lag++) {
    const j = i + lag;
    const start = j >= numWindows ? 0 : scaled ? -2 * product(state, i, j) : distance(bounded, i, j, Infinity);
    carried[lag] = start - margin;
  }
}

/** Four lags without scales: the bound of row i is compared before it takes the step to row i + 1. */
function fourRawLags(state: DiagonalState, from: number, to: number, g: number, shift: number, width: number): void {
  const { u, v, threshold, carried, both } = state;
  // Take the bounds over from the band before.
  let a0 = carried[g]! + shift;
  let a1 = carried[g + 1]! + shift;
  let a2 = carried[g + 2]! + shift;
  let a3 = carried[g + 3]! + shift;
  for (let i = from; i < to; i++) {
    const j = i + g;
    // Compare with the thresholds of row and column.
    const t = both ? threshold[i]! : -Infinity;
    if (a0 < t || a0 < threshold[j]!) candidate(state, i, j, a0, a0, a0 + width);
    if (a1 < t || a1 < threshold[j + 1]!) candidate(state, i, j + 1, a1, a1, a1 + width);
    if (a2 < t || a2 < threshold[j + 2]!) candidate(state, i, j + 2, a2, a2, a2 + width);
    if (a3 < t || a3 < threshold[j + 3]!) candidate(state, i, j + 3, a3, a3, a3 + width);
    // Step to the next row.
    const p = u[i]!;
    const q = v[i]!;
    a0 += (p - u[j]!) * (q - v[j]!);
    a1 += (p - u[j + 1]!) * (q - v[j + 1]!);
    a2 += (p - u[j + 2]!) * (q - v[j + 2]!);
    a3 += (p - u[j + 3]!) * (q - v[j + 3]!);
  }
  // Leave the bounds to the next band.
  carried[g] = a0;
  carried[g + 1] = a1;
  carried[g + 2] = a2;
  carried[g + 3] = a3;
}

/** Four lags of z-scores: −2C is carried, −2C times both inverse scales is compared. */
function fourScaledLags(state: DiagonalState, from: number, to: number, g: number, shift: number, width: number): void {
  const { u, v, inverse, threshold, carried, both } = state;
  // Take the bounds over from the band before.
  let a0 = carried[g]! + shift;
  let a1 = carried[g + 1]! + shift;
  let a2 = carried[g + 2]! + shift;
  let a3 = carried[g + 3]! + shift;
  for (let i = from; i < to; i++) {
    const j = i + g;
    // Compare with the thresholds of row and column.
    const t = both ? threshold[i]! : -Infinity;
    const r = inverse[i]!;
    const b0 = a0 * inverse[j]! * r;
    const b1 = a1 * inverse[j + 1]! * r;
    const b2 = a2 * inverse[j + 2]! * r;
    const b3 = a3 * inverse[j + 3]! * r;
    if (b0 < t || b0 < threshold[j]!) scaledCandidate(state, i, j, b0, width);
    if (b1 < t || b1 < threshold[j + 1]!) scaledCandidate(state, i, j + 1, b1, width);
    if (b2 < t || b2 < threshold[j + 2]!) scaledCandidate(state, i, j + 2, b2, width);
    if (b3 < t || b3 < threshold[j + 3]!) scaledCandidate(state, i, j + 3, b3, width);
    // Step to the next row.
    const p = u[i]!;
    const q = v[i]!;
    a0 -= p * v[j]! + q * u[j]!;
    a1 -= p * v[j + 1]! + q * u[j + 1]!;
    a2 -= p * v[j + 2]! + q * u[j + 2]!;
    a3 -= p * v[j + 3]! + q * u[j + 3]!;
  }
  // Leave the bounds to the next band.
  carried[g] = a0;
  carried[g + 1] = a1;
  carried[g + 2] = a2;
  carried[g + 3] = a3;
}

/** Turns a bound of −2C/(σᵢσⱼ) into bounds of s. */
function scaledCandidate(state: DiagonalState, i: number, j: number, bound: number, width: number): void {
  const lower = state.base + bound;
  candidate(state, i, j, bound, lower, lower + (width * state.inverse[i]! * state.inverse[j]! + state.slack));
}

/** Offers a pair to both of its windows. `bound` is in the unit of the thresholds. */
function candidate(state: DiagonalState, i: number, j: number, bound: number, lower: number, upper: number): void {
  if (j >= state.numWindows) return;
  const [ofRow, ofColumn] = [state.both ? state.threshold[i]! : -Infinity, state.threshold[j]!];
  const [isRow, isColumn] = [state.isColumn[i]!, state.isColumn[j]!];
  if (((isRow | isColumn) & CLAMPED) !== 0) {
    // The bounds hold for the clamped values. A tie with the k-th may have a smaller column.
    const s = distance(state, i, j, Math.max(ofRow, ofColumn));
    const isNear = (limit: number): boolean => s < limit || (state.byIndex && s === limit && s < Infinity);
    if (isColumn & 1 && isNear(ofRow)) append(state, i, j, s, s);
    if (isRow & 1 && isNear(ofColumn)) append(state, j, i, s, s);
    return;
  }
  if (isColumn & 1 && bound < ofRow) append(state, i, j, lower, upper);
  if (isRow & 1 && bound < ofColumn) append(state, j, i, lower, upper);
}
