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

/** The numbers and flags of a run. */
export interface DiagonalShape {
  /** Number of values. */
  readonly length: number;
  readonly windowSize: number;
  readonly k: number;
  readonly numWindows: number;
  /** The first `numRows` windows are the rows: only they take candidates. */
  readonly numRows: number;
  /** Whether row i takes columns on both sides; if false, only columns j < i (left neighbors). */
  readonly both: boolean;
  /** Whether equal s are ordered by column. */
  readonly byIndex: boolean;
  /** Whether windows are compared as z-scores: s ≥ base + the bound of −2C(i, j)/(σᵢσⱼ). */
  readonly scaled: boolean;
  /** Only if `scaled`; see `zScoreBounds`. */
  readonly base: number;
  /** Only if `scaled`: the upper bound of s less the lower bound, in addition to the width of the call. */
  readonly slack: number;
}

/**
 * The arrays of a run, allocated once. A row has `capacity` slots for candidates. The series and the arrays per window are
 * longer than needed, so that LANES entries can be read from any position.
 */
export interface DiagonalState extends DiagonalShape {
  readonly capacity: number;
  /** The series, unchanged: s is computed from it. */
  readonly x: Float64Array;
  /** Per window: the number that is subtracted from its values before they are compared: 0, or the mean. */
  readonly mean: Float64Array;
  /** Per window, if `scaled`: the number that they are divided by then. Else empty. */
  readonly scale: Float64Array;
  /** Per window, if `scaled`: 1/scale. NaN leaves the window out of all comparisons. */
  readonly inverse: Float64Array;
  /** Per window: u and v, or u and g, of the recurrence. */
  readonly u: Float64Array;
  readonly v: Float64Array;
  /** Per window: a row takes a candidate if its bound is below this. −Infinity for windows that are no rows. */
  readonly threshold: Float64Array;
  /** Per lag: the lower bound that is carried from band to band. */
  readonly carried: Float64Array;
  /** Candidates, row after row: lower bounds, upper bounds and columns. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly column: Int32Array;
  /** Per row: the number of its candidates. */
  readonly count: Int32Array;
  /** Per window: 1 if it is a column, which can be a neighbor. */
  readonly isColumn: Uint8Array;
  /** Per row, with `byIndex`: the k-th column if k windows with s = 0 are known. Else −1. */
  readonly worstColumn: Int32Array;
}

/** Lags that one call handles. */
export const LANES = 16;

/** Entries of a per-window array. */
export function paddedOf({ numWindows }: DiagonalShape): number {
  return numWindows + 2 * LANES;
}

/**
 * Slots per row: k and some spare ones. `compact` runs when all are taken; the fewer slots, the more often it tightens the
 * threshold.
 */
export function capacityOf({ k }: DiagonalShape): number {
  return k + Math.max(6, k >> 1);
}

/** The functions that the engine calls. They are implemented here and in WASM. */
export interface DiagonalKernel {
  /** For windows i … i + LANES − 1: writes the mean m to `mean`, Σ(x − m)² to `u` and Σ(x − m) to `v`, left to right. */
  moments(i: number): void;
  /** Starts the bounds of LANES lags at row i: d²(i, i + g + lane) − margin; if `scaled`, −2C(i, i + g + lane) − margin. */
  seed(i: number, g: number, margin: number): void;
  /** Updates the maxima of the thresholds of windows from … to. `group` reads them; they may be too high, never too low. */
  refresh(from: number, to: number): void;
  /**
   * Rows [from, to) of the lags g … g + LANES − 1. `shift` is added to the carried bounds: it moves them to the margin of
   * this call. `width` is the upper bound less the lower bound of s (if `scaled`: times both inverse scales, plus `slack`).
   */
  group(from: number, to: number, g: number, shift: number, width: number): void;
  /** s of the vectors of two windows, the left-to-right sum; Infinity if it exceeds `limit`. */
  distance(i: number, j: number, limit: number): number;
  /** Makes column j, whose s is between two bounds, a candidate of row i. */
  append(i: number, j: number, lower: number, upper: number): void;
  /** Drops candidates of row i that cannot be among its k nearest, and lowers its threshold. */
  compact(i: number): void;
  /** Leaves the k nearest of row i, in the order (s, j), in `upper` (their s) and `column`. */
  finish(i: number): void;
  /** The same in float32. Null for z-scores, and in the scalar twin, which has float64 only. */
  readonly float32: Float32Kernel | null;
}

/**
 * Bounds in float32: twice as many lags per instruction, with wider margins. A pair that passes is compared and kept in
 * float64, like all others.
 */
export interface Float32Kernel {
  /** Sets the power of two that u and v are multiplied by. Must be called first. */
  prepare(factor: number): void;
  /** Like `refresh` of `DiagonalKernel`. Must be called before the first `group`. */
  refresh(from: number, to: number): void;
  group(from: number, to: number, g: number, shift: number, width: number): void;
}

/** A run in plain TypeScript: for where WASM is refused, and as the reference that the tests hold the WASM kernel against. */
export function scalarDiagonal(shape: DiagonalShape): { state: DiagonalState; kernel: DiagonalKernel } {
  const padded = paddedOf(shape);
  const capacity = capacityOf(shape);
  const numSlots = shape.numRows * capacity;
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
    lower: new Float64Array(numSlots),
    upper: new Float64Array(numSlots),
    column: new Int32Array(numSlots),
    count: new Int32Array(shape.numRows),
    isColumn: new Uint8Array(shape.numWindows),
    worstColumn: new Int32Array(shape.numRows),
  };
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
  for (let lag = g; lag < g + LANES; lag++) {
    const j = i + lag;
    const start = j >= numWindows ? 0 : scaled ? -2 * product(state, i, j) : distance(state, i, j, Infinity);
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
  if (state.both && state.isColumn[j] === 1 && bound < state.threshold[i]!) append(state, i, j, lower, upper);
  if (state.isColumn[i] === 1 && bound < state.threshold[j]!) append(state, j, i, lower, upper);
}

/** See `DiagonalKernel.append`. A full row is compacted. */
function append(state: DiagonalState, i: number, j: number, lower: number, upper: number): void {
  // k windows with s = 0 are known: only a smaller column than theirs counts.
  if (state.worstColumn[i]! >= 0 && j > state.worstColumn[i]!) return;
  const count = state.count[i]!;
  const p = i * state.capacity + count;
  state.lower[p] = lower;
  state.upper[p] = upper;
  state.column[p] = j;
  state.count[i] = count + 1;
  if (count + 1 === state.capacity) compact(state, i);
}

/** Drops the candidates of row i that cannot be among its k nearest; refines the others if too many are left. */
function compact(state: DiagonalState, i: number): void {
  const { k, capacity, lower, upper, column, byIndex } = state;
  const base = i * capacity;
  const count = state.count[i]!;
  if (count < k) return;
  // Select: the k-th smallest upper bound is the limit.
  let limit = selectRow(state, i);
  // Drop the candidates whose lower bound is above it.
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
  // Refine: the bounds are too wide if more than half of the spare slots stay taken.
  if (kept > (k + capacity) >> 1) {
    refineRow(state, i, limit);
    limit = selectRow(state, i);
    state.count[i] = k;
  }
  // k windows with s = 0: nothing can be nearer. Only a smaller column may still count, with `byIndex`.
  if (limit === 0) {
    if (byIndex) state.worstColumn[i] = column[base + k - 1]!;
    else limit = -Infinity;
  }
  // Lower the threshold.
  state.threshold[i] = state.scaled ? limit - state.base : limit;
}

/**
 * Moves the k candidates of row i with the smallest (upper bound, column) to the front; returns the k-th upper bound. Hoare's
 * quickselect: the range lo … hi holds the k-th and shrinks.
 */
function selectRow(state: DiagonalState, i: number): number {
  const { upper, column, capacity, k } = state;
  const kth = i * capacity + k - 1;
  let lo = i * capacity;
  let hi = lo + state.count[i]! - 1;
  while (lo < hi) {
    // Partition lo … hi by the candidate in the middle.
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
    // Go on with the side that holds the k-th.
    if (kth <= q) hi = q;
    else if (kth >= p) lo = p;
    else break;
  }
  return upper[kth]!;
}

/** Whether the candidate in slot p precedes (high, j). A column occurs at most once in a row. */
function isBefore({ upper, column }: DiagonalState, p: number, high: number, j: number): boolean {
  return upper[p]! < high || (upper[p] === high && column[p]! < j);
}

/** Swaps the candidates in slots p and q. */
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

/** Up to this number of candidates, one pass of insertion sort is fastest. */
const FEW = 48;

/** Sorts the candidates of row i by (upper bound, column): Shell sort with the gaps 40, 13, 4, 1. */
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
function refineRow(state: DiagonalState, i: number, limit: number): void {
  const base = i * state.capacity;
  const end = base + state.count[i]!;
  for (let p = base; p < end; p++) {
    if (state.lower[p] === state.upper[p]) continue;
    const s = distance(state, i, state.column[p]!, limit);
    state.lower[p] = s;
    state.upper[p] = s;
  }
}

/** See `DiagonalKernel.finish`. */
function finish(state: DiagonalState, i: number): void {
  refineRow(state, i, state.count[i]! < state.k ? Infinity : selectRow(state, i));
  sortRow(state, i);
  state.count[i] = Math.min(state.count[i]!, state.k);
}
