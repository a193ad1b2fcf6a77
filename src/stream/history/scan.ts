// The recall that compares a window with every vector it remembers: any metric, normalized and whitened windows.

import type { DistanceFunction, FittedMahalanobis } from '../../core/metric.ts';
import { embed, vectorInto, vectorsOf, type WindowSet } from '../../core/windows.ts';
import { sqDist } from '../../search/exactness.ts';
import { clearRows, EMPTY, finishRow, replaceWorst } from '../../search/top-k.ts';
import { type Recall, type RecallShape, type RecallState, Tape } from './history.ts';

/** How windows become vectors, and vectors are compared. */
export interface ScanShape extends RecallShape {
  readonly normalize: WindowSet['normalize'];
  /** `undefined` is Euclidean distance. */
  readonly metric: DistanceFunction | FittedMahalanobis | undefined;
}

/** O(candidates · width) per value, less where sums are abandoned early. */
export function scan(shape: ScanShape, state: RecallState): Recall {
  return new Scan(shape, state);
}

/** The same with the windows of `reference` as candidates, for good. */
export function scanReference(shape: ScanShape, reference: Float64Array, state: RecallState): Recall {
  let columns = references.get(shape);
  if (!columns) {
    const windows = embed(reference, shape.windowSize, shape.normalize);
    columns = typeof shape.metric === 'object' ? shape.metric.whiten(windows) : vectorsOf(windows);
    references.set(shape, columns);
  }
  return new Scan(shape, state, columns);
}

/** The vectors of references: streams of one shape share them. */
const references = new WeakMap<ScanShape, WindowSet>();

class Scan implements Recall {
  dist: Float64Array;
  readonly base: number;
  #index: Int32Array;
  readonly #shape: ScanShape;
  readonly #width: number;
  readonly #tape: Tape;
  /** The windows of a reference, if there is one. */
  readonly #columns: WindowSet | undefined;
  /** Vectors of the last windows by start modulo their number, once that is `history`; until then there is more room. */
  #vectors: Float64Array;
  #isCandidate: Uint8Array;
  // Reused: the window under way as a set of one, its raw or normalized vector, its last vector, and a candidate's.
  readonly #windows: WindowSet;
  readonly #normalized: Float64Array;
  readonly #vector: Float64Array;
  readonly #column: Float64Array;

  constructor(shape: ScanShape, state: RecallState, columns?: WindowSet) {
    const { windowSize, normalize, metric } = shape;
    const width = typeof metric === 'object' ? metric.rank : windowSize;
    this.dist = new Float64Array(1);
    this.base = 0;
    this.#index = new Int32Array(1);
    this.#shape = shape;
    this.#width = width;
    this.#columns = columns;
    this.#vectors = new Float64Array(0);
    this.#isCandidate = new Uint8Array(0);
    this.#normalized = new Float64Array(windowSize);
    this.#vector = new Float64Array(width);
    this.#column = new Float64Array(width);
    // Everything that is remembered is learned once more.
    const { numValues, memory, window } = state;
    const before = { numValues: numValues - memory.length, memory: new Float64Array(0), window: new Float64Array(0) };
    this.#tape = new Tape(shape, before);
    this.#windows = { ...embed(this.#tape.window, windowSize, normalize) };
    for (let p = 0; p < memory.length; p++) {
      // A value that was not learned is in the window only, one before a missing value in memory only.
      const learned = memory[p]!;
      const x = Number.isNaN(learned) ? (window[window.length - memory.length + p] ?? NaN) : learned;
      const complete = this.#tape.completes(x);
      if (complete) this.#embed(x);
      this.#push(x, !Number.isNaN(learned));
    }
  }

  update(x: number, learn: boolean): number {
    const count = this.peek(x);
    this.#push(x, learn);
    return count;
  }

  peek(x: number): number {
    if (!this.#tape.completes(x)) return -1;
    this.#embed(x);
    return this.#columns ? this.#searchReference(this.#columns) : this.#searchHistory();
  }

  state(): RecallState {
    return this.#tape.state();
  }

  get bytes(): number {
    return this.#tape.bytes + this.#vectors.byteLength + this.#isCandidate.byteLength + this.dist.byteLength;
  }

  /** Makes the vector of the window that `x` completes. */
  #embed(x: number): void {
    const { metric } = this.#shape;
    this.#tape.window[this.#shape.windowSize - 1] = x;
    if (typeof metric !== 'object') {
      vectorInto(this.#windows, 0, this.#vector, 0);
      return;
    }
    vectorInto(this.#windows, 0, this.#normalized, 0);
    metric.whitenInto(this.#normalized, this.#vector, 0);
  }

  /** Appends `x`, whose window has been embedded if it is complete. */
  #push(x: number, learn: boolean): void {
    const { windowSize, history } = this.#shape;
    const isCandidate = this.#tape.push(x, learn);
    const i = this.#tape.numValues - windowSize;
    if (i < 0 || this.#columns) return;
    if (i >= this.#isCandidate.length && this.#isCandidate.length < history) this.#grow(i);
    const slot = i % this.#isCandidate.length;
    this.#isCandidate[slot] = Number(isCandidate);
    if (isCandidate) this.#vectors.set(this.#vector, slot * this.#width);
  }

  /** Makes room for window i: starts are taken modulo the room only when that is `history`. */
  #grow(i: number): void {
    const capacity = Math.min(this.#shape.history, Math.max(64, 2 * i));
    const vectors = new Float64Array(capacity * this.#width);
    const isCandidate = new Uint8Array(capacity);
    vectors.set(this.#vectors);
    isCandidate.set(this.#isCandidate);
    this.#vectors = vectors;
    this.#isCandidate = isCandidate;
  }

  #searchHistory(): number {
    const { windowSize, history, exclusionZone } = this.#shape;
    const i = this.#tape.numValues + 1 - windowSize;
    const first = Math.max(0, i - history);
    const end = i - exclusionZone;
    const k = this.#clear(end - first);
    const capacity = this.#isCandidate.length;
    for (let j = first; j < end; j++) {
      const slot = j % capacity;
      if (this.#isCandidate[slot] === 1) this.#compare(i, j, this.#vectors, slot * this.#width, k);
    }
    return finishRow(this.dist, this.#index, 0, k);
  }

  #searchReference({ data, stride, starts }: WindowSet): number {
    const i = this.#tape.numValues + 1 - this.#shape.windowSize;
    const k = this.#clear(starts.length);
    for (let c = 0; c < starts.length; c++) this.#compare(i, starts[c]!, data, starts[c]! * stride, k);
    return finishRow(this.dist, this.#index, 0, k);
  }

  /** Empties as many places as so many candidates can fill, at least one; returns their number. */
  #clear(numCandidates: number): number {
    const k = Math.max(1, Math.min(this.#shape.k, numCandidates));
    if (k > this.dist.length) {
      const length = Math.min(this.#shape.k, Math.max(k, 2 * this.dist.length));
      this.dist = new Float64Array(length);
      this.#index = new Int32Array(length);
    }
    clearRows(this.dist, this.#index, 1, k);
    return k;
  }

  #compare(i: number, j: number, data: Float64Array, at: number, k: number): void {
    const { metric } = this.#shape;
    const worst = this.dist[0]!;
    let d = 0;
    if (typeof metric === 'function') {
      const column = this.#column;
      for (let l = 0; l < column.length; l++) column[l] = data[at + l]!;
      d = metric(this.#vector, column);
      if (typeof d !== 'number' || !(d >= 0)) throw wrongDistance(d, i, j);
    } else d = sqDist(this.#vector, 0, data, at, this.#width, worst);
    if (d < worst || (d === worst && this.#index[0] === EMPTY)) replaceWorst(this.dist, this.#index, 0, k, d, 0);
  }
}

function wrongDistance(distance: unknown, i: number, j: number): RangeError {
  const windows = `the windows starting at ${i} and ${j}`;
  return new RangeError(`metric must return a number ≥ 0, got ${String(distance)} for ${windows}`);
}
