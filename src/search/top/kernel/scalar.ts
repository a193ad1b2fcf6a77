// The top-n kernel in TypeScript, for where WebAssembly is refused. Its bounds may differ from those of assembly/top.ts in the last
// bits, what is summed exactly does not. error-bound.ts has the proof of the bounds.
import { allocateArray } from '../../../wasm/arrays.ts';
import { sqDist } from '../../exactness.ts';
import { boundsOf, EPSILON, LEAST, RUN_ERROR, RUN_ERROR_CENTERED } from './error-bound.ts';
import {
  BLOCK,
  COORDINATES,
  GROUP,
  NO_COLUMN,
  RAW,
  scratchOf,
  type TopKernel,
  type TopSeries,
  type TopShape,
  type TopState,
  vector32,
  ZSCORE,
} from './state.ts';

/** A kernel on arrays of its own, which shares the series. */
export function scalarTop(shape: TopShape, series: TopSeries): { state: TopState; kernel: TopKernel } {
  const state: TopState = { ...shape, ...series, ...scratchOf(shape, allocateArray) };
  return { state, kernel: new ScalarTop(state) };
}

class ScalarTop implements TopKernel {
  readonly #state: TopState;

  // The row at hand, and the place that it must reach.
  #i = 0;
  #score = 0;
  #start = 0;

  constructor(state: TopState) {
    this.#state = state;
  }

  run(first: number, at: number, length: number, lag: number, low: number, tight: number): number {
    const { flags, bound, width, threshold } = this.#state;
    this.#setBounds(first, length, lag);
    let out = 0;
    for (let t = 0; t < length; t++) {
      const i = first + t;
      if (flags.length > 0 && (flags[i + lag]! & NO_COLUMN) !== 0) continue;
      // Where the bounds are too far apart to tell, the sum tells.
      const limit = threshold[at + t]!;
      let s = bound[t]!;
      if (width[t]! > tight && s - width[t]! < limit) s = this.#distance(i, i + lag, limit);
      else if (s <= width[t]! && this.#isSame(i, i + lag)) s = 0;
      if (s < limit && this.#insert(at + t, s, low)) out++;
    }
    return out;
  }

  group(first: number, at: number, length: number, lag: number, low: number): number {
    let out = 0;
    for (let g = lag; g < lag + GROUP; g++) out += this.run(first, at, length, g, low, Infinity);
    return out;
  }

  /** The sums of z and of z² are carried: s(i + 1) = s(i) + z(i + w)² − z(i)². */
  #setBounds(first: number, length: number, lag: number): void {
    const { x, mode, windowSize: w, bound, sum, width } = this.#state;
    let s = 0;
    let b = 0;
    for (let l = first; l < first + w; l++) {
      const z = x[l]! - x[l + lag]!;
      s += z * z;
      b += z;
    }
    let most = s;
    bound[0] = s;
    sum[0] = b;
    for (let t = 1; t < length; t++) {
      const out = x[first + t - 1]! - x[first + t - 1 + lag]!;
      const into = x[first + t - 1 + w]! - x[first + t - 1 + w + lag]!;
      s += into * into - out * out;
      b += into - out;
      if (s > most) most = s;
      bound[t] = s;
      sum[t] = b;
    }
    const error = (w + length + 8) * EPSILON * most;
    if (mode !== RAW) {
      boundsOf(this.#state, first, first + lag, length, RUN_ERROR_CENTERED * error + LEAST, width);
      return;
    }
    const margin = RUN_ERROR * error + LEAST;
    for (let t = 0; t < length; t++) {
      bound[t] = Math.max(0, bound[t]!) + margin;
      width[t] = 2 * margin;
    }
  }

  /** Adds an upper bound to the list of window t of the block; returns whether the window is out now. */
  #insert(t: number, s: number, low: number): boolean {
    const { list, threshold, k, isMax } = this.#state;
    let at = (k - 1) * BLOCK + t;
    for (; at >= BLOCK && list[at - BLOCK]! > s; at -= BLOCK) list[at] = list[at - BLOCK]!;
    list[at] = s;
    const last = list[(k - 1) * BLOCK + t]!;
    threshold[t] = last;
    if (last === Infinity) return false;
    let root = Math.sqrt(last);
    if (!isMax && root >= low) {
      root = 0;
      for (let q = t; q < k * BLOCK; q += BLOCK) root += Math.sqrt(list[q]!);
      root /= k;
    }
    if (root >= low && last > 0) return false;
    threshold[t] = -Infinity;
    return true;
  }

  #isSame(i: number, j: number): boolean {
    const { x, windowSize } = this.#state;
    let l = 0;
    while (l < windowSize && x[i + l] === x[j + l]) l++;
    return l === windowSize;
  }

  /** s(i, j), or any value ≥ `limit` as soon as it is known to reach it. */
  #distance(i: number, j: number, limit: number): number {
    const { x, mean, sigma, mode, windowSize: w } = this.#state;
    if (mode === RAW) return sqDist(x, i, x, j, w, limit);
    const meanI = mean[i]!;
    const meanJ = mean[j]!;
    // Infinity makes the zero vector of windows that are finite less their mean.
    const scaleI = sigma[i] === 0 ? Infinity : mode === ZSCORE ? sigma[i]! : 1;
    const scaleJ = sigma[j] === 0 ? Infinity : mode === ZSCORE ? sigma[j]! : 1;
    let s = 0;
    for (let l = 0; l < w && s < limit; l++) {
      const z = (x[i + l]! - meanI) / scaleI - (x[j + l]! - meanJ) / scaleJ;
      s += z * z;
    }
    return s;
  }

  open(i: number, score: number, start: number): void {
    this.#i = i;
    this.#score = score;
    this.#start = start;
  }

  offer(j: number): void {
    if (!this.#isAllowed(j)) return;
    const limit = this.#limit();
    const s = this.#distance(this.#i, j, limit);
    if (s < limit) this.#insertColumn(s, j);
  }

  scan(from: number, to: number): boolean {
    for (let j = from; j < to; j++) {
      if (!this.#isAllowed(j)) continue;
      const limit = this.#limit();
      const s = this.#distance(this.#i, j, limit);
      if (s < limit && this.#insertColumn(s, j)) return true;
    }
    return false;
  }

  project(i: number): void {
    const { basis, point } = this.#state;
    point.fill(0);
    for (const [l, y] of vector32(this.#state, i).entries()) {
      for (let d = 0; d < COORDINATES; d++) point[d] = point[d]! + y * basis[l * COORDINATES + d]!;
    }
  }

  measure(from: number, to: number): void {
    const { points, point, bound } = this.#state;
    for (let p = from; p < to; p++) {
      let sum = 0;
      for (let d = 0; d < COORDINATES; d++) sum += (points[p * COORDINATES + d]! - point[d]!) ** 2;
      bound[p - from] = sum;
    }
  }

  #isAllowed(j: number): boolean {
    const { firstColumn, endColumn, exclusion, left, flags } = this.#state;
    if (j < firstColumn || j >= endColumn || (flags.length > 0 && (flags[j]! & NO_COLUMN) !== 0)) return false;
    return left ? j < this.#i - exclusion : Math.abs(this.#i - j) > exclusion;
  }

  /** The row's neighbors have s below this, for none of them is farther than k times its score. */
  #limit(): number {
    const { rowS, rowBound, k, isMax } = this.#state;
    const most = rowBound[0]! * (isMax ? 1 : k);
    return Math.min(rowS[k - 1]!, most * most * (1 + 1e-9) + LEAST);
  }

  /** Takes column j as a neighbor; returns whether the row is out now. */
  #insertColumn(s: number, j: number): boolean {
    const { rowS, rowJ, rowBound, k, isMax } = this.#state;
    for (let q = 0; q < k; q++) if (rowJ[q] === j) return false;
    let q = k - 1;
    for (; q > 0 && rowS[q - 1]! > s; q--) {
      rowS[q] = rowS[q - 1]!;
      rowJ[q] = rowJ[q - 1]!;
    }
    rowS[q] = s;
    rowJ[q] = j;
    if (rowJ[k - 1]! < 0) return false;
    let score = Math.sqrt(rowS[k - 1]!);
    if (!isMax) {
      score = 0;
      for (let p = 0; p < k; p++) score += Math.sqrt(rowS[p]!);
      score /= k;
    }
    if (score < rowBound[0]!) rowBound[0] = score;
    const bound = rowBound[0]!;
    return bound < this.#score || (bound === this.#score && this.#i > this.#start) || bound === 0;
  }
}
