// The history that compares a window with the vector of every candidate: for any metric, and for normalized and whitened windows.
import { checkDistance, type DistanceFunction, type FittedMahalanobis } from '../../core/metric.ts';
import { embed, type Normalization, vectorInto, type WindowSet } from '../../core/windows.ts';
import { sqDist } from '../../search/exactness.ts';
import { clearRows, EMPTY, finishRow, replaceWorst } from '../../search/top-k.ts';
import type { HistorySearch, HistoryShape, HistoryState } from './history-search.ts';
import type { Reference } from './reference.ts';
import { RingBuffer } from './ring-buffer.ts';

/** How windows become vectors, and how vectors are compared. */
export interface ScanShape extends HistoryShape {
  readonly normalize: Normalization;
  /** `undefined` is Euclidean distance. */
  readonly metric: DistanceFunction | FittedMahalanobis | undefined;
}

/**
 * O(candidates · width) per value, less where sums are abandoned early; a long reference is indexed.
 *
 * @param reference its windows are the candidates, and nothing is learned
 */
export function scanHistory(shape: ScanShape, state: HistoryState, reference?: Reference): HistorySearch {
  return new ScanHistory(shape, state, reference);
}

class ScanHistory implements HistorySearch {
  dist: Float64Array;
  readonly base: number;
  #index: Int32Array;
  readonly #shape: ScanShape;
  readonly #width: number;
  readonly #ring: RingBuffer;
  readonly #reference: Reference | undefined;
  /**
   * The vectors of the stream's own windows, and which of them are candidates. Window j stands in slot j mod capacity. The
   * capacity doubles until it is `history`, so slots are reused only when it is `history`.
   */
  #vectors: Float64Array;
  #isCandidate: Uint8Array;
  // Scratch: the scored window as a set of one, its normalized values, its vector, and the vector of a candidate.
  readonly #windows: WindowSet;
  readonly #normalized: Float64Array;
  readonly #vector: Float64Array;
  readonly #column: Float64Array;

  constructor(shape: ScanShape, state: HistoryState, reference: Reference | undefined) {
    const { windowSize, normalize, metric } = shape;
    const width = typeof metric === 'object' ? metric.rank : windowSize;
    this.dist = new Float64Array(1);
    this.base = 0;
    this.#index = new Int32Array(1);
    this.#shape = shape;
    this.#width = width;
    this.#reference = reference;
    this.#vectors = new Float64Array(0);
    this.#isCandidate = new Uint8Array(0);
    this.#normalized = new Float64Array(windowSize);
    this.#vector = new Float64Array(width);
    this.#column = new Float64Array(width);
    // The saved values are learned again, one by one, which makes their vectors.
    const { numValues, memory, window } = state;
    const before = { numValues: numValues - memory.length, memory: new Float64Array(0), window: new Float64Array(0) };
    this.#ring = new RingBuffer(shape, before);
    this.#windows = { ...embed(this.#ring.window, windowSize, normalize) };
    for (let p = 0; p < memory.length; p++) {
      // A value that was not learned stands only in `window`; a value before a missing one stands only in `memory`.
      const learned = memory[p]!;
      const x = Number.isNaN(learned) ? (window[window.length - memory.length + p] ?? NaN) : learned;
      if (this.#ring.completes(x)) this.#embed(x);
      this.#push(x, !Number.isNaN(learned));
    }
  }

  update(x: number, learn: boolean): number {
    const count = this.peek(x);
    this.#push(x, learn);
    return count;
  }

  peek(x: number): number {
    if (!this.#ring.completes(x)) return -1;
    this.#embed(x);
    return this.#reference ? this.#searchReference(this.#reference) : this.#searchHistory();
  }

  snapshot(): HistoryState {
    return this.#ring.snapshot();
  }

  get forgotten(): number {
    return this.#ring.forgotten;
  }

  get bytes(): number {
    return this.#ring.bytes + this.#vectors.byteLength + this.#isCandidate.byteLength + this.dist.byteLength;
  }

  /** Leaves in #vector the vector of the window that `x` completes. */
  #embed(x: number): void {
    const { metric } = this.#shape;
    this.#ring.window[this.#shape.windowSize - 1] = x;
    if (typeof metric !== 'object') {
      vectorInto(this.#windows, 0, this.#vector, 0);
      return;
    }
    vectorInto(this.#windows, 0, this.#normalized, 0);
    metric.whitenInto(this.#normalized, this.#vector, 0);
  }

  /** Appends `x`. The caller has called #embed(x) if `x` completes a window. */
  #push(x: number, learn: boolean): void {
    const { windowSize, history } = this.#shape;
    const isCandidate = this.#ring.push(x, learn);
    const i = this.#ring.numValues - windowSize;
    if (i < 0 || this.#reference) return;
    if (i >= this.#isCandidate.length && this.#isCandidate.length < history) this.#grow(i);
    const slot = i % this.#isCandidate.length;
    this.#isCandidate[slot] = Number(isCandidate);
    if (isCandidate) this.#vectors.set(this.#vector, slot * this.#width);
  }

  /** Enlarges the capacity so that it holds window i. All slots are full, and slot j holds window j. */
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
    const i = this.#ring.numValues + 1 - windowSize;
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

  #searchReference(reference: Reference): number {
    const { data, stride, starts } = reference.vectors;
    const index = reference.indexed(this.#shape.k);
    if (index !== undefined) {
      const count = index.search(this.#vector);
      if (count > this.dist.length) this.dist = new Float64Array(count);
      this.dist.set(index.dist.subarray(0, count));
      return count;
    }
    const i = this.#ring.numValues + 1 - this.#shape.windowSize;
    const k = this.#clear(starts.length);
    for (let c = 0; c < starts.length; c++) this.#compare(i, starts[c]!, data, starts[c]! * stride, k);
    return finishRow(this.dist, this.#index, 0, k);
  }

  /** Empties min(k, numCandidates) slots, but at least one; returns their number. */
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

  /** Puts candidate j, whose vector starts at data[at], among the k nearest of window i if it belongs there. */
  #compare(i: number, j: number, data: Float64Array, at: number, k: number): void {
    const { metric } = this.#shape;
    const worst = this.dist[0]!;
    let d = 0;
    if (typeof metric === 'function') {
      const column = this.#column;
      for (let l = 0; l < column.length; l++) column[l] = data[at + l]!;
      d = checkDistance(metric(this.#vector, column), i, j);
    } else d = sqDist(this.#vector, 0, data, at, this.#width, worst);
    if (d < worst || (d === worst && this.#index[0] === EMPTY)) replaceWorst(this.dist, this.#index, 0, k, d, 0);
  }
}
