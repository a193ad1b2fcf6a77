// The history of a stream of plain windows in TypeScript, used where WASM is refused: the twin of assembly/stream.ts. Every
// candidate is summed until it reaches the k-th best so far. The candidates found last bound the k-th best from the start.
import { sqDist } from '../../search/exactness.ts';
import { clearRows, EMPTY, finishRow, replaceWorst } from '../../search/top-k.ts';
import type { HistorySearch, HistoryShape, HistoryState } from './history-search.ts';
import { RingBuffer } from './ring-buffer.ts';

/** O(history · w) per value, less where sums are abandoned early. Memory: 8 bytes per value of `history`. */
export function directHistory(shape: HistoryShape, state: HistoryState): HistorySearch {
  return new DirectHistory(shape, state);
}

class DirectHistory implements HistorySearch {
  dist: Float64Array;
  readonly base: number;
  readonly #shape: HistoryShape;
  readonly #ring: RingBuffer;
  /** Lags of the candidates found last, and their number. The candidate at lag l ends l values before the scored window. */
  #lag: Int32Array;
  #found: number;

  constructor(shape: HistoryShape, state: HistoryState) {
    this.dist = new Float64Array(1);
    this.base = 0;
    this.#shape = shape;
    this.#ring = new RingBuffer(shape, state, true);
    this.#lag = new Int32Array(1);
    this.#found = 0;
  }

  update(x: number, learn: boolean): number {
    const found = this.peek(x);
    this.#ring.push(x, learn);
    return found;
  }

  peek(x: number): number {
    const ring = this.#ring;
    if (!ring.completes(x)) return -1;
    const { windowSize: w, k, exclusionZone } = this.#shape;
    const { window, values } = ring;
    window[w - 1] = x;
    // One slot per neighbor. All slots start with a bound of the k-th best s.
    const numLags = ring.size - w + 1;
    const numSlots = Math.min(k, numLags - exclusionZone);
    if (numSlots <= 0) return (this.#found = 0);
    this.#clear(numSlots, this.#bound(numSlots));
    // All candidates, from the newest to the oldest: `start` is the slot of the candidate's first value.
    let start = this.#startOf(exclusionZone + 1);
    for (let lag = exclusionZone + 1; lag <= numLags; lag++) {
      const worst = this.dist[0]!;
      const d = sqDist(window, 0, values, start, w, worst);
      if (d < worst) replaceWorst(this.dist, this.#lag, 0, numSlots, d, lag);
      else if (d === Infinity && this.#lag[0] === EMPTY) replaceWorst(this.dist, this.#lag, 0, numSlots, d, lag);
      start = start === 0 ? ring.capacity - 1 : start - 1;
    }
    return (this.#found = finishRow(this.dist, this.#lag, 0, numSlots));
  }

  snapshot(): HistoryState {
    return this.#ring.snapshot();
  }

  get forgotten(): number {
    return this.#ring.forgotten;
  }

  get bytes(): number {
    return this.#ring.bytes + this.dist.byteLength + this.#lag.byteLength;
  }

  /** The slot of the first value of the candidate at a lag. */
  #startOf(lag: number): number {
    return this.#ring.slotOf(this.#ring.numValues - lag + 1 - this.#shape.windowSize);
  }

  /**
   * A number above the k-th best s: just above the largest s at the lags found last, which are lags of candidates again.
   * Infinity where fewer than k were found, or where one of their windows touches a missing value now.
   */
  #bound(numSlots: number): number {
    if (this.#found < numSlots) return Infinity;
    const { window, values } = this.#ring;
    let most = 0;
    for (let c = 0; c < numSlots; c++) {
      const d = sqDist(window, 0, values, this.#startOf(this.#lag[c]!), window.length, Infinity);
      if (!(d < Infinity)) return Infinity;
      if (d > most) most = d;
    }
    return most * (1 + 2 ** -52) + Number.MIN_VALUE;
  }

  /** Empties `numSlots` slots, each with the distance `limit`. */
  #clear(numSlots: number, limit: number): void {
    if (numSlots > this.dist.length) {
      const length = Math.min(this.#shape.k, Math.max(numSlots, 2 * this.dist.length));
      this.dist = new Float64Array(length);
      this.#lag = new Int32Array(length);
    }
    clearRows(this.dist, this.#lag, 1, numSlots);
    this.dist.fill(limit, 0, numSlots);
  }
}
