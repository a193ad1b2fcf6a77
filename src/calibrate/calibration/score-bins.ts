// Counts and sums of deviations of one sign, in bins of their logarithm.
import type { StateReader, StateWriter } from '../../core/state.ts';

/** Bins that are kept at most. With an accuracy of 5 %, 256 of them span 11 orders of magnitude. */
const MAX_BINS = 256;

/** Bins that the arrays grow by: few series need more than a hundred. */
const GROWTH = 8;

/** The cells before the first bin: all share them. */
const NONE = new Float64Array(0);

/** What takes the counts and sums of bins that are too far below the largest. */
export interface Underflow {
  addZeros(count: number, sum: number): void;
}

/** Counts and sums by bin, from bin `first` on; bins that do not fit below the largest go to an underflow. */
export class ScoreBins {
  /** The bin of the first two cells. */
  first: number = 0;
  /** How many bins are in use. */
  length: number = 0;
  /** Two cells per bin, its count and its sum: one array costs less than two. */
  #cells: Float64Array;

  constructor() {
    this.#cells = NONE;
  }

  /** The count of bin `first + p`, 0 ≤ p < length. */
  count(p: number): number {
    return this.#cells[2 * p]!;
  }

  /** The sum of bin `first + p`, 0 ≤ p < length. */
  sum(p: number): number {
    return this.#cells[2 * p + 1]!;
  }

  /** The sum of the counts of bins `first + from` to before `first + to`, 0 ≤ from and to ≤ length. */
  countFrom(from: number, to: number): number {
    const cells = this.#cells;
    let count = 0;
    for (let c = 2 * from; c < 2 * to; c += 2) count += cells[c]!;
    return count;
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    return this.length === 0 ? 0 : this.#cells[this.length - 1]!;
  }

  add(bin: number, count: number, sum: number, underflow: Underflow): void {
    if (this.length === 0) this.first = bin;
    if (bin < this.first || bin >= this.first + this.length) this.#extend(bin, underflow);
    const p = bin - this.first;
    if (p < 0) underflow.addZeros(count, sum);
    else {
      const cells = this.#cells;
      cells[2 * p] = cells[2 * p]! + count;
      cells[2 * p + 1] = cells[2 * p + 1]! + sum;
    }
  }

  /** Adds all bins of `other`. */
  addAll(other: ScoreBins, underflow: Underflow): void {
    for (let p = 0; p < other.length; p++) {
      if (other.count(p) > 0) this.add(other.first + p, other.count(p), other.sum(p), underflow);
    }
  }

  clear(): void {
    this.first = 0;
    this.length = 0;
    this.#cells = NONE;
  }

  /** Bytes of its cells. */
  get bytes(): number {
    return this.#cells.byteLength;
  }

  write(state: StateWriter): void {
    const cells = this.#cells;
    let numUsed = 0;
    let last = 0; // bins before the first that is used need not be known
    for (let p = this.length - 1; p >= 0; p--) {
      if (cells[2 * p] === 0) continue;
      numUsed++;
      last = p;
    }
    state.uint(numUsed);
    state.i32(this.first + last);
    for (let p = last; p < this.length; p++) {
      if (cells[2 * p] === 0) continue;
      state.uint(p - last);
      state.uint(cells[2 * p]!);
      state.f64(cells[2 * p + 1]!);
      last = p;
    }
  }

  /** Reads what `write` wrote into bins without any. */
  read(state: StateReader, underflow: Underflow): void {
    const numUsed = state.uint();
    let bin = state.i32();
    for (let entry = 0; entry < numUsed; entry++) {
      bin += state.uint();
      const count = state.uint();
      this.add(bin, count, state.f64(), underflow);
    }
  }

  /** Makes space for `bin`, unless it is too far below the largest. */
  #extend(bin: number, underflow: Underflow): void {
    const last = Math.max(bin, this.first + this.length - 1);
    const first = Math.max(Math.min(bin, this.first), last - MAX_BINS + 1);
    const length = last - first + 1;
    const dropped = Math.max(0, first - this.first);
    for (let p = 0; p < Math.min(dropped, this.length); p++) {
      if (this.count(p) > 0) underflow.addZeros(this.count(p), this.sum(p));
    }
    if (2 * length > this.#cells.length || first !== this.first) {
      const capacity = Math.min(MAX_BINS, Math.ceil(length / GROWTH) * GROWTH);
      const cells = new Float64Array(2 * capacity);
      const to = Math.max(0, this.first - first);
      if (dropped < this.length) cells.set(this.#cells.subarray(2 * dropped, 2 * this.length), 2 * to);
      this.#cells = cells;
    }
    this.first = first;
    this.length = length;
  }
}
