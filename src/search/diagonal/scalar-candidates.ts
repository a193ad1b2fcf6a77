// The scalar twin of assembly/candidates.ts: the candidates of a row, and the exact s that replaces their bounds. See the head
// of scalar.ts for the rules.
import { type DiagonalState, LANES } from './state.ts';

/** s of the vectors of windows i and j, left to right; Infinity as soon as it is known to exceed `limit`. */
export function distance(state: DiagonalState, i: number, j: number, limit: number): number {
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

/** See `DiagonalKernel.append`. A full row is compacted. */
export function append(state: DiagonalState, i: number, j: number, lower: number, upper: number): void {
  // k windows with s = 0 are known: only a smaller column than theirs counts.
  const row = i - state.firstRow;
  if (state.worstColumn[row]! >= 0 && j > state.worstColumn[row]!) return;
  const count = state.count[row]!;
  const p = row * state.capacity + count;
  state.lower[p] = lower;
  state.upper[p] = upper;
  state.column[p] = j;
  state.count[row] = count + 1;
  if (count + 1 === state.capacity) compact(state, i);
}

/** Drops the candidates of row i that cannot be among its k nearest; refines the others if too many are left. */
export function compact(state: DiagonalState, i: number): void {
  const { k, capacity, lower, upper, column, byIndex } = state;
  const row = i - state.firstRow;
  const base = row * capacity;
  const count = state.count[row]!;
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
  state.count[row] = kept;
  // Refine: the bounds are too wide if more than half of the spare slots stay taken.
  if (kept > (k + capacity) >> 1) {
    refineRow(state, i, limit);
    limit = selectRow(state, i);
    state.count[row] = k;
  }
  // k windows with s = 0: nothing can be nearer. Only a smaller column may still count, with `byIndex`.
  if (limit === 0) {
    if (byIndex) state.worstColumn[row] = column[base + k - 1]!;
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
  const row = i - state.firstRow;
  let lo = row * capacity;
  const kth = lo + k - 1;
  let hi = lo + state.count[row]! - 1;
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
export const FEW = 48;

/** Sorts the candidates of row i by (upper bound, column): Shell sort with the gaps 40, 13, 4, 1. */
function sortRow(state: DiagonalState, i: number): void {
  const { lower, upper, column } = state;
  const row = i - state.firstRow;
  const base = row * state.capacity;
  const end = base + state.count[row]!;
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
  const row = i - state.firstRow;
  const base = row * state.capacity;
  const end = base + state.count[row]!;
  for (let p = base; p < end; p++) {
    if (state.lower[p] === state.upper[p]) continue;
    const s = distance(state, i, state.column[p]!, limit);
    state.lower[p] = s;
    state.upper[p] = s;
  }
}

/** See `DiagonalKernel.finish`. */
export function finish(state: DiagonalState, i: number): void {
  const row = i - state.firstRow;
  refineRow(state, i, state.count[row]! < state.k ? Infinity : selectRow(state, i));
  sortRow(state, i);
  state.count[row] = Math.min(state.count[row]!, state.k);
}
