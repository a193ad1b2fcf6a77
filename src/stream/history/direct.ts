// The recall of a stream of plain windows in TypeScript: the twin of kernels/assembly/stream.ts where WASM is refused. Memory is
// one array; every candidate is summed until it reaches the k-th best, which those found last bound from the start.

import { sqDist } from '../../search/exactness.ts';
import { clearRows, EMPTY, finishRow, replaceWorst } from '../../search/top-k.ts';
import type { Recall, RecallShape, RecallState } from './history.ts';

/** O(history · w) per value, less where sums are abandoned early. Memory: 8 bytes per value of `history`. */
export function direct(shape: RecallShape, state: RecallState): Recall {
  return new Direct(shape, state);
}

class Direct implements Recall {
  dist: Float64Array;
  readonly base: number;
  readonly #shape: RecallShape;
  readonly #span: number;
  #numValues: number;
  /** Values in time order at [from, to); NaN: missing, or not learned. */
  #memory: Float64Array;
  #from: number;
  #to: number;
  /** The last w values; the last place is for the one that is scored. */
  readonly #window: Float64Array;
  #present: number;
  /** Lags of the candidates found last. */
  #lag: Int32Array;
  #found: number;

  constructor(shape: RecallShape, { numValues, memory, window }: RecallState) {
    const w = shape.windowSize;
    this.dist = new Float64Array(1);
    this.base = 0;
    this.#shape = shape;
    this.#span = shape.history + w - 1;
    this.#numValues = numValues;
    this.#memory = new Float64Array(Math.max(64, memory.length));
    this.#memory.set(memory);
    this.#from = 0;
    this.#to = memory.length;
    this.#window = new Float64Array(w).fill(NaN);
    this.#window.set(window, w - 1 - window.length);
    this.#present = 0;
    while (this.#present < window.length && !Number.isNaN(window[window.length - 1 - this.#present])) this.#present++;
    this.#lag = new Int32Array(1);
    this.#found = 0;
  }

  update(x: number, learn: boolean): number {
    const found = this.peek(x);
    this.#window[this.#window.length - 1] = x;
    this.#window.copyWithin(0, 1);
    this.#present = Number.isNaN(x) ? 0 : this.#present + 1;
    this.#push(learn ? x : NaN);
    return found;
  }

  peek(x: number): number {
    const { windowSize: w, k, exclusionZone } = this.#shape;
    if (Number.isNaN(x) || this.#present < w - 1) return -1;
    this.#window[w - 1] = x;
    const numLags = this.#to - this.#from - w + 1; // the candidate at a lag ends at the last value for lag 1
    const places = Math.min(k, numLags - exclusionZone);
    if (places <= 0) return (this.#found = 0);
    const limit = this.#bound(places);
    this.#clear(places, limit);
    const window = this.#window;
    for (let lag = exclusionZone + 1; lag <= numLags; lag++) {
      const worst = this.dist[0]!;
      const d = sqDist(window, 0, this.#memory, this.#to - lag + 1 - w, w, worst);
      if (d < worst) replaceWorst(this.dist, this.#lag, 0, places, d, lag);
      else if (d === Infinity && this.#lag[0] === EMPTY) replaceWorst(this.dist, this.#lag, 0, places, d, lag);
    }
    return (this.#found = finishRow(this.dist, this.#lag, 0, places));
  }

  state(): RecallState {
    const w = this.#window.length;
    const numLast = Math.min(this.#numValues, w - 1);
    const window = this.#window.slice(w - 1 - numLast, w - 1).fill(NaN, 0, Math.max(0, numLast - this.#present));
    return { numValues: this.#numValues, memory: this.#memory.slice(this.#from, this.#to), window };
  }

  get bytes(): number {
    return this.#memory.byteLength + this.#window.byteLength + this.dist.byteLength + this.#lag.byteLength;
  }

  /** A number that the k-th best s is below: just above the largest s at the lags found last, if these are enough. */
  #bound(places: number): number {
    if (this.#found < places) return Infinity;
    const w = this.#window.length;
    let most = 0;
    for (let c = 0; c < places; c++) {
      const d = sqDist(this.#window, 0, this.#memory, this.#to - this.#lag[c]! + 1 - w, w, Infinity);
      if (!(d < Infinity)) return Infinity;
      if (d > most) most = d;
    }
    return most * (1 + 2 ** -52) + Number.MIN_VALUE;
  }

  #clear(places: number, limit: number): void {
    if (places > this.dist.length) {
      const length = Math.min(this.#shape.k, Math.max(places, 2 * this.dist.length));
      this.dist = new Float64Array(length);
      this.#lag = new Int32Array(length);
    }
    clearRows(this.dist, this.#lag, 1, places);
    this.dist.fill(limit, 0, places);
  }

  #push(x: number): void {
    if (this.#to === this.#memory.length) this.#makeRoom();
    this.#memory[this.#to++] = x;
    this.#numValues++;
    if (this.#to - this.#from > this.#span) this.#from++;
  }

  /** Moves memory to the start, or to an array twice as long, so that at least a quarter is free behind it. */
  #makeRoom(): void {
    const count = this.#to - this.#from;
    if (count <= 0.75 * this.#memory.length) this.#memory.copyWithin(0, this.#from, this.#to);
    else {
      const memory = new Float64Array(Math.ceil(Math.min(2 * count, 1.4 * this.#span)) + 64);
      memory.set(this.#memory.subarray(this.#from, this.#to));
      this.#memory = memory;
    }
    this.#from = 0;
    this.#to = count;
  }
}
