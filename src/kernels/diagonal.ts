// The diagonal kernel, scalar twin of assembly/diagonal.ts: many lags side by side, one step of a recurrence per pair.
//
// For a lag g = j − i the squared distances d²(i, i + g) are linked by
//
//     d²(i + 1, j + 1) = d²(i, j) − (xᵢ − xⱼ)² + (xᵢ₊w − xⱼ₊w)²
//                      = d²(i, j) + (uᵢ − uⱼ)(vᵢ − vⱼ)      uᵢ = xᵢ₊w − xᵢ,   vᵢ = (xᵢ₊w − c) + (xᵢ − c)
//
// so that a pair costs two subtractions, a product and a sum, whatever the window. What is carried is not the distance
// but a lower bound of it, the recurrence less a margin (search/diagonal.ts proves it): a pair whose bound is not below
// the row's threshold is done with, and nearly all are. The others become candidates:
//
//   row i holds up to `capacity` candidates (lower bound, upper bound, column), unsorted
//   full row: the k-th smallest upper bound becomes the threshold, candidates above it go; if more than half of the
//             free places stay taken, the bounds are too wide to tell, and s itself is computed for all of them
//   finish:   s itself for the few that are left
//
// A settled candidate has both bounds equal to s, so the k that remain are exact.

import { sqDist } from './distance.ts';

/**
 * The arrays of a run, sized once: `capacity` places for each of the first `numRows` windows, the only ones that take
 * candidates. Per-window arrays have LANES entries to spare.
 */
export interface DiagonalState {
  /** The series, raw: what s is computed from. */
  readonly x: Float64Array;
  readonly u: Float64Array;
  readonly v: Float64Array;
  /** Per row: a candidate counts if its lower bound is below this. −Infinity for windows that take none. */
  readonly threshold: Float64Array;
  /** Per lag: the lower bound carried from band to band. */
  readonly carried: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly column: Int32Array;
  readonly count: Int32Array;
  /** Per window: 1 if it can be somebody's neighbor. */
  readonly isColumn: Uint8Array;
  /** With `byIndex`, per row: the k-th best column if k equal windows are known, else −1. */
  readonly worstColumn: Int32Array;
  readonly windowSize: number;
  readonly k: number;
  readonly numWindows: number;
  readonly numRows: number;
  readonly capacity: number;
  /** Whether row i learns from column j > i, too, or only the other way round (left neighbors). */
  readonly both: boolean;
  readonly byIndex: boolean;
}

/** Lags handled by one call. */
export const LANES = 8;

/** What the driver needs; implemented here and in WASM. */
export interface DiagonalKernel {
  /** Carries s(i, i + g + lane) − margin from here on. */
  seed(i: number, g: number, margin: number): void;
  /**
   * Rows [from, to) of the lags g … g + LANES − 1. `shift` moves the carried bounds to this call's margin; `width` is
   * what upper bounds exceed lower bounds by.
   */
  group(from: number, to: number, g: number, shift: number, width: number): void;
  /** Leaves the row's exact k best, in the order (s, j), in `upper` and `column`. */
  finish(i: number): void;
}

/** The kernel in plain TypeScript: where WASM is refused, and as the check of the other. */
export function scalarKernel(state: DiagonalState): DiagonalKernel {
  return {
    seed: (i, g, margin) => seed(state, i, g, margin),
    group: (from, to, g, shift, width) => {
      for (let lane = 0; lane < LANES; lane += 4) fourLags(state, from, to, g + lane, shift, width);
    },
    finish: (i) => finish(state, i),
  };
}

function seed(state: DiagonalState, i: number, g: number, margin: number): void {
  const { x, carried, windowSize, numWindows } = state;
  for (let lag = g; lag < g + LANES; lag++) {
    carried[lag] = i + lag < numWindows ? sqDist(x, i, x, i + lag, windowSize, Infinity) - margin : 0;
  }
}

function fourLags(state: DiagonalState, from: number, to: number, g: number, shift: number, width: number): void {
  const { u, v, threshold, carried, both } = state;
  let a0 = carried[g]! + shift;
  let a1 = carried[g + 1]! + shift;
  let a2 = carried[g + 2]! + shift;
  let a3 = carried[g + 3]! + shift;
  for (let i = from; i < to; i++) {
    const j = i + g;
    const t = both ? threshold[i]! : -Infinity;
    if (a0 < t || a0 < threshold[j]!) candidate(state, i, j, a0, width);
    if (a1 < t || a1 < threshold[j + 1]!) candidate(state, i, j + 1, a1, width);
    if (a2 < t || a2 < threshold[j + 2]!) candidate(state, i, j + 2, a2, width);
    if (a3 < t || a3 < threshold[j + 3]!) candidate(state, i, j + 3, a3, width);
    const p = u[i]!;
    const q = v[i]!;
    a0 += (p - u[j]!) * (q - v[j]!);
    a1 += (p - u[j + 1]!) * (q - v[j + 1]!);
    a2 += (p - u[j + 2]!) * (q - v[j + 2]!);
    a3 += (p - u[j + 3]!) * (q - v[j + 3]!);
  }
  carried[g] = a0;
  carried[g + 1] = a1;
  carried[g + 2] = a2;
  carried[g + 3] = a3;
}

function candidate(state: DiagonalState, i: number, j: number, lower: number, width: number): void {
  if (j >= state.numWindows) return;
  if (state.both && state.isColumn[j] === 1 && lower < state.threshold[i]!) append(state, i, j, lower, width);
  if (state.isColumn[i] === 1 && lower < state.threshold[j]!) append(state, j, i, lower, width);
}

function append(state: DiagonalState, i: number, j: number, lower: number, width: number): void {
  if (state.worstColumn[i]! >= 0 && j > state.worstColumn[i]!) return;
  const count = state.count[i]!;
  const p = i * state.capacity + count;
  state.lower[p] = lower;
  state.upper[p] = lower + width;
  state.column[p] = j;
  state.count[i] = count + 1;
  if (count + 1 === state.capacity) compact(state, i);
}

/** Drops the candidates of row i that cannot be among its k nearest; settles the rest if too many are in doubt. */
function compact(state: DiagonalState, i: number): void {
  const { k, capacity, lower, upper, column, byIndex } = state;
  const base = i * capacity;
  const count = state.count[i]!;
  let limit = sortRow(state, i);
  let kept = k;
  for (let p = k; p < count; p++) {
    const bound = lower[base + p]!;
    if (bound > limit || (bound === limit && !byIndex)) continue;
    lower[base + kept] = bound;
    upper[base + kept] = upper[base + p]!;
    column[base + kept] = column[base + p]!;
    kept++;
  }
  state.count[i] = kept;
  if (kept > (k + capacity) >> 1) {
    settleRow(state, i);
    limit = sortRow(state, i);
    state.count[i] = k;
  }
  // k windows equal to this one: nothing can be nearer; only a smaller index may still count.
  if (limit === 0) {
    if (byIndex) state.worstColumn[i] = column[base + k - 1]!;
    else limit = -Infinity;
  }
  state.threshold[i] = limit;
}

/** Sorts the candidates of row i by (upper bound, column); returns the k-th upper bound. */
function sortRow(state: DiagonalState, i: number): number {
  const { lower, upper, column } = state;
  const base = i * state.capacity;
  const end = base + state.count[i]!;
  for (let p = base + 1; p < end; p++) {
    const high = upper[p]!;
    const low = lower[p]!;
    const j = column[p]!;
    let q = p;
    for (; q > base && (upper[q - 1]! > high || (upper[q - 1] === high && column[q - 1]! > j)); q--) {
      upper[q] = upper[q - 1]!;
      lower[q] = lower[q - 1]!;
      column[q] = column[q - 1]!;
    }
    upper[q] = high;
    lower[q] = low;
    column[q] = j;
  }
  return upper[base + state.k - 1]!;
}

function settleRow(state: DiagonalState, i: number): void {
  const base = i * state.capacity;
  const end = base + state.count[i]!;
  for (let p = base; p < end; p++) {
    if (state.lower[p] === state.upper[p]) continue;
    const s = sqDist(state.x, i, state.x, state.column[p]!, state.windowSize, Infinity);
    state.lower[p] = s;
    state.upper[p] = s;
  }
}

function finish(state: DiagonalState, i: number): void {
  settleRow(state, i);
  sortRow(state, i);
  state.count[i] = Math.min(state.count[i]!, state.k);
}
