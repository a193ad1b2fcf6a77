// The diagonal kernel, scalar twin of assembly/diagonal.ts: many lags side by side, one step of a recurrence per pair.
//
// For a lag g = j − i the squared distances d²(i, i + g) are linked by
//
//     d²(i + 1, j + 1) = d²(i, j) − (xᵢ − xⱼ)² + (xᵢ₊w − xⱼ₊w)²
//                      = d²(i, j) + (uᵢ − uⱼ)(vᵢ − vⱼ)      uᵢ = xᵢ₊w − xᵢ,   vᵢ = (xᵢ₊w − c) + (xᵢ − c)
//
// so that a pair costs two subtractions, a product and a sum, whatever the window. For windows less their means μ the
// same holds with gᵢ = (xᵢ₊w − μᵢ₊₁) + (xᵢ − μᵢ) in the place of vᵢ, and for their product C(i, j) = Σₗ (xᵢ₊ₗ − μᵢ)(xⱼ₊ₗ − μⱼ),
// which says how far apart z-scores are,
//
//     2C(i + 1, j + 1) = 2C(i, j) + uᵢgⱼ + gᵢuⱼ
//
// What is carried is not the distance (not −2C) but a lower bound of it, the recurrence less a margin (search/margin.ts
// proves it): a pair whose bound is not below the row's threshold is done with, and nearly all are. The others become
// candidates:
//
//   row i holds up to `capacity` candidates (lower bound, upper bound, column), unsorted
//   full row: the k-th smallest upper bound becomes the threshold, candidates above it go; if more than half of the
//             free places stay taken, the bounds are too wide to tell, and s itself is computed for all of them
//   finish:   s itself for the few that are left
//
// A settled candidate has both bounds equal to s, so the k that remain are exact.

/** What a run is about: the scalars of its state. */
export interface DiagonalShape {
  /** Number of values. */
  readonly length: number;
  readonly windowSize: number;
  readonly k: number;
  readonly numWindows: number;
  /** Only the first `numRows` windows take candidates. */
  readonly numRows: number;
  /** Whether row i learns from column j > i, too, or only the other way round (left neighbors). */
  readonly both: boolean;
  readonly byIndex: boolean;
  /** Whether windows are compared as z-scores: s ≥ base + the bound of −2C(i, j)/(σᵢσⱼ). */
  readonly scaled: boolean;
  readonly base: number;
  /** What an upper bound of s exceeds the lower one by, besides the width of the call. */
  readonly slack: number;
}

/**
 * The arrays of a run, sized once: `capacity` places for each row. The series and what is per window have LANES entries
 * to spare.
 */
export interface DiagonalState extends DiagonalShape {
  readonly capacity: number;
  /** The series, raw: what s is computed from. */
  readonly x: Float64Array;
  /** Per window: what its values are lessened by before they are compared (0, or μ), */
  readonly mean: Float64Array;
  /** and, if `scaled`, what they are divided by. Else empty. */
  readonly scale: Float64Array;
  /** If `scaled`, 1/scale; NaN for a window that takes no part. */
  readonly inverse: Float64Array;
  readonly u: Float64Array;
  readonly v: Float64Array;
  /** Per row: a candidate counts if its bound is below this. −Infinity for windows that take none. */
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
}

/** Lags handled by one call. */
export const LANES = 16;

/** Entries of a per-window array. */
export function paddedOf({ numWindows }: DiagonalShape): number {
  return numWindows + 2 * LANES;
}

/** Places per row: room for k and some more before a row must be looked through. The fewer, the tighter its threshold. */
export function capacityOf({ k }: DiagonalShape): number {
  return k + Math.max(6, k >> 1);
}

/** What the driver needs; implemented here and in WASM. */
export interface DiagonalKernel {
  /** For windows i … i + LANES − 1: leaves the mean m in `mean`, Σ(x − m)² in `u` and Σ(x − m) in `v`, left to right. */
  moments(i: number): void;
  /** Carries d²(i, i + g + lane) − margin from here on; if `scaled`, −2C(i, i + g + lane) − margin. */
  seed(i: number, g: number, margin: number): void;
  /** Notes the thresholds of windows from … to for `group`, which only needs to know that none is higher. */
  refresh(from: number, to: number): void;
  /**
   * Rows [from, to) of the lags g … g + LANES − 1. `shift` moves the carried bounds to this call's margin; `width` is
   * what upper bounds of s exceed lower bounds by (if `scaled`: times both inverse scales, plus the slack).
   */
  group(from: number, to: number, g: number, shift: number, width: number): void;
  /** s of the vectors of two windows; Infinity if it exceeds `limit`. */
  distance(i: number, j: number, limit: number): number;
  /** Takes column j, whose s is between two bounds, as a candidate of row i. */
  append(i: number, j: number, lower: number, upper: number): void;
  /** Lowers the threshold of row i to what its candidates say. */
  compact(i: number): void;
  /** Leaves the row's exact k best, in the order (s, j), in `upper` and `column`. */
  finish(i: number): void;
  /** The same in float32; null for z-scores, and where numbers have one width. */
  readonly narrow: NarrowKernel | null;
}

/** Twice as many lags per instruction, with wider margins; what passes is compared and kept in float64 as ever. */
export interface NarrowKernel {
  /** The power of two that u and v are multiplied by. Before anything else. */
  prepare(factor: number): void;
  /** Before the first `group`, too. */
  refresh(from: number, to: number): void;
  group(from: number, to: number, g: number, shift: number, width: number): void;
}

/** A run in plain TypeScript: where WASM is refused, and as the check of the other. */
export function scalarDiagonal(shape: DiagonalShape): { state: DiagonalState; kernel: DiagonalKernel } {
  const padded = paddedOf(shape);
  const capacity = capacityOf(shape);
  const numPlaces = shape.numRows * capacity;
  const numScales = shape.scaled ? padded : 0;
  const state: DiagonalState = {
    ...shape,
    capacity,
    x: new Float64Array(shape.length + LANES),
    mean: new Float64Array(padded),
    scale: new Float64Array(numScales),
    inverse: new Float64Array(numScales),
    u: new Float64Array(padded),
    v: new Float64Array(padded),
    threshold: new Float64Array(padded),
    carried: new Float64Array(padded),
    lower: new Float64Array(numPlaces),
    upper: new Float64Array(numPlaces),
    column: new Int32Array(numPlaces),
    count: new Int32Array(shape.numRows),
    isColumn: new Uint8Array(shape.numWindows),
    worstColumn: new Int32Array(shape.numRows),
  };
  const fourLags = shape.scaled ? fourScaledLags : fourRawLags;
  const kernel: DiagonalKernel = {
    moments: (i) => moments(state, i),
    seed: (i, g, margin) => seed(state, i, g, margin),
    refresh: () => {}, // every threshold is looked up
    group: (from, to, g, shift, width) => {
      for (let lane = 0; lane < LANES; lane += 4) fourLags(state, from, to, g + lane, shift, width);
    },
    distance: (i, j, limit) => distance(state, i, j, limit),
    append: (i, j, lower, upper) => append(state, i, j, lower, upper),
    compact: (i) => compact(state, i),
    finish: (i) => finish(state, i),
    narrow: null,
  };
  return { state, kernel };
}

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

/** s of the vectors of windows i and j, left to right; Infinity as soon as it is known to exceed `limit`. */
function distance(state: DiagonalState, i: number, j: number, limit: number): number {
  const { x, mean, scale, scaled, windowSize } = state;
  const a = mean[i]!;
  const b = mean[j]!;
  const p = scaled ? scale[i]! : 1;
  const q = scaled ? scale[j]! : 1;
  let sum = 0;
  for (let from = 0; from < windowSize && sum <= limit; from += LANES) {
    const to = Math.min(from + LANES, windowSize);
    if (scaled) {
      for (let l = from; l < to; l++) {
        const z = (x[i + l]! - a) / p - (x[j + l]! - b) / q;
        sum += z * z;
      }
    } else {
      for (let l = from; l < to; l++) {
        const z = x[i + l]! - a - (x[j + l]! - b);
        sum += z * z;
      }
    }
  }
  return sum <= limit ? sum : Infinity;
}

/** C(i, j), left to right. */
function product({ x, mean, windowSize }: DiagonalState, i: number, j: number): number {
  const a = mean[i]!;
  const b = mean[j]!;
  let sum = 0;
  for (let l = 0; l < windowSize; l++) sum += (x[i + l]! - a) * (x[j + l]! - b);
  return sum;
}

function seed(state: DiagonalState, i: number, g: number, margin: number): void {
  const { carried, numWindows, scaled } = state;
  for (let lag = g; lag < g + LANES; lag++) {
    const j = i + lag;
    const start = j >= numWindows ? 0 : scaled ? -2 * product(state, i, j) : distance(state, i, j, Infinity);
    carried[lag] = start - margin;
  }
}

function fourRawLags(state: DiagonalState, from: number, to: number, g: number, shift: number, width: number): void {
  const { u, v, threshold, carried, both } = state;
  let a0 = carried[g]! + shift;
  let a1 = carried[g + 1]! + shift;
  let a2 = carried[g + 2]! + shift;
  let a3 = carried[g + 3]! + shift;
  for (let i = from; i < to; i++) {
    const j = i + g;
    const t = both ? threshold[i]! : -Infinity;
    if (a0 < t || a0 < threshold[j]!) candidate(state, i, j, a0, a0, a0 + width);
    if (a1 < t || a1 < threshold[j + 1]!) candidate(state, i, j + 1, a1, a1, a1 + width);
    if (a2 < t || a2 < threshold[j + 2]!) candidate(state, i, j + 2, a2, a2, a2 + width);
    if (a3 < t || a3 < threshold[j + 3]!) candidate(state, i, j + 3, a3, a3, a3 + width);
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

function fourScaledLags(state: DiagonalState, from: number, to: number, g: number, shift: number, width: number): void {
  const { u, v, inverse, threshold, carried, both } = state;
  let a0 = carried[g]! + shift;
  let a1 = carried[g + 1]! + shift;
  let a2 = carried[g + 2]! + shift;
  let a3 = carried[g + 3]! + shift;
  for (let i = from; i < to; i++) {
    const j = i + g;
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
    const p = u[i]!;
    const q = v[i]!;
    a0 -= p * v[j]! + q * u[j]!;
    a1 -= p * v[j + 1]! + q * u[j + 1]!;
    a2 -= p * v[j + 2]! + q * u[j + 2]!;
    a3 -= p * v[j + 3]! + q * u[j + 3]!;
  }
  carried[g] = a0;
  carried[g + 1] = a1;
  carried[g + 2] = a2;
  carried[g + 3] = a3;
}

function scaledCandidate(state: DiagonalState, i: number, j: number, bound: number, width: number): void {
  const lower = state.base + bound;
  candidate(state, i, j, bound, lower, lower + (width * state.inverse[i]! * state.inverse[j]! + state.slack));
}

function candidate(state: DiagonalState, i: number, j: number, bound: number, lower: number, upper: number): void {
  if (j >= state.numWindows) return;
  if (state.both && state.isColumn[j] === 1 && bound < state.threshold[i]!) append(state, i, j, lower, upper);
  if (state.isColumn[i] === 1 && bound < state.threshold[j]!) append(state, j, i, lower, upper);
}

function append(state: DiagonalState, i: number, j: number, lower: number, upper: number): void {
  if (state.worstColumn[i]! >= 0 && j > state.worstColumn[i]!) return;
  const count = state.count[i]!;
  const p = i * state.capacity + count;
  state.lower[p] = lower;
  state.upper[p] = upper;
  state.column[p] = j;
  state.count[i] = count + 1;
  if (count + 1 === state.capacity) compact(state, i);
}

/** Drops the candidates of row i that cannot be among its k nearest; settles the rest if too many are in doubt. */
function compact(state: DiagonalState, i: number): void {
  const { k, capacity, lower, upper, column, byIndex } = state;
  const base = i * capacity;
  const count = state.count[i]!;
  if (count < k) return;
  let limit = selectRow(state, i);
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
    settleRow(state, i, limit);
    limit = selectRow(state, i);
    state.count[i] = k;
  }
  // k windows equal to this one: nothing can be nearer; only a smaller index may still count.
  if (limit === 0) {
    if (byIndex) state.worstColumn[i] = column[base + k - 1]!;
    else limit = -Infinity;
  }
  state.threshold[i] = state.scaled ? limit - state.base : limit;
}

/** Puts the k candidates of row i with the smallest (upper bound, column) first; returns the k-th upper bound. */
function selectRow(state: DiagonalState, i: number): number {
  const { upper, column, capacity, k } = state;
  const kth = i * capacity + k - 1;
  let lo = i * capacity;
  let hi = lo + state.count[i]! - 1;
  while (lo < hi) {
    const middle = (lo + hi) >> 1;
    const high = upper[middle]!;
    const j = column[middle]!;
    let p = lo;
    let q = hi;
    while (p <= q) {
      while (isBefore(state, p, high, j)) p++;
      while (!isBefore(state, q, high, j) && column[q] !== j) q--;
      if (p > q) break;
      swap(state, p++, q--);
    }
    if (kth <= q) hi = q;
    else if (kth >= p) lo = p;
    else break;
  }
  return upper[kth]!;
}

/** Whether the candidate at p comes before an upper bound and its column. No column is twice in a row. */
function isBefore({ upper, column }: DiagonalState, p: number, high: number, j: number): boolean {
  return upper[p]! < high || (upper[p] === high && column[p]! < j);
}

function swap({ lower, upper, column }: DiagonalState, p: number, q: number): void {
  const high = upper[p]!;
  upper[p] = upper[q]!;
  upper[q] = high;
  const low = lower[p]!;
  lower[p] = lower[q]!;
  lower[q] = low;
  const j = column[p]!;
  column[p] = column[q]!;
  column[q] = j;
}

/** Candidates that one pass of insertion sorts best. */
const FEW = 48;

/** Sorts the candidates of row i by (upper bound, column), Shell's way. */
function sortRow(state: DiagonalState, i: number): void {
  const { lower, upper, column } = state;
  const base = i * state.capacity;
  const end = base + state.count[i]!;
  for (let gap = end - base > FEW ? 40 : 1; gap > 0; gap = Math.floor((gap - 1) / 3)) {
    for (let p = base + gap; p < end; p++) {
      const high = upper[p]!;
      const low = lower[p]!;
      const j = column[p]!;
      let q = p;
      for (; q - gap >= base && !isBefore(state, q - gap, high, j); q -= gap) {
        upper[q] = upper[q - gap]!;
        lower[q] = lower[q - gap]!;
        column[q] = column[q - gap]!;
      }
      upper[q] = high;
      lower[q] = low;
      column[q] = j;
    }
  }
}

/** Replaces the bounds of row i's candidates by s itself, or by Infinity if that exceeds `limit`. */
function settleRow(state: DiagonalState, i: number, limit: number): void {
  const base = i * state.capacity;
  const end = base + state.count[i]!;
  for (let p = base; p < end; p++) {
    if (state.lower[p] === state.upper[p]) continue;
    const s = distance(state, i, state.column[p]!, limit);
    state.lower[p] = s;
    state.upper[p] = s;
  }
}

function finish(state: DiagonalState, i: number): void {
  settleRow(state, i, state.count[i]! < state.k ? Infinity : selectRow(state, i));
  sortRow(state, i);
  state.count[i] = Math.min(state.count[i]!, state.k);
}
