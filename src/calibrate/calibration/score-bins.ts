// Counts and sums of deviations of one sign, in bins of their logarithm.
import type { StateReader, StateWriter } from '../../core/state.ts';

/** Bins that are kept at most. With an accuracy of 5 %, 256 of them span 11 orders of magnitude. */
const MAX_BINS = 256;

/** Bins that the arrays grow by: few series need more than a hundred. */
const GROWTH = 16;

/** The arrays before the first bin: all share it. */
const NONE = new Float64Array(0);

/** Counts and sums by bin, in one buffer, from bin `first` on; bins that do not fit below the largest go to `underflow`. */
export class ScoreBins {
  /** The bin at index 0 of the arrays. */
  first: number;
  /** How many entries of the arrays are in use. */
  length: number;
  counts: Float64Array;
  sums: Float64Array;
  readonly #underflow: (count: number, sum: number) => void;

  /** @param underflow takes the counts and sums of bins that are too far below the largest */
  constructor(underflow: (count: number, sum: number) => void) {
    this.first = 0;
    this.length = 0;
    this.counts = NONE;
    this.sums = NONE;
    this.#underflow = underflow;
  }

  add(bin: number, count: number, sum: number): void {
    if (this.length === 0) this.first = bin;
    if (bin < this.first || bin >= this.first + this.length) this.#extend(bin);
    const p = bin - this.first;
    if (p < 0) this.#underflow(count, sum);
    else {
      this.counts[p] = this.counts[p]! + count;
      this.sums[p] = this.sums[p]! + sum;
    }
  }

  /** Adds all bins of `other`. */
  addAll(other: ScoreBins): void {
    for (let p = 0; p < other.length; p++) {
      if (other.counts[p]! > 0) this.add(other.first + p, other.counts[p]!, other.sums[p]!);
    }
  }

  clear(): void {
    this.first = 0;
    this.length = 0;
    this.counts = NONE;
    this.sums = NONE;
  }

  write(state: StateWriter): void {
    let numUsed = 0;
    let last = 0; // bins before the first that is used need not be known
    for (let p = this.length - 1; p >= 0; p--) {
      if (this.counts[p] === 0) continue;
      numUsed++;
      last = p;
    }
    state.uint(numUsed);
    state.i32(this.first + last);
    for (let p = last; p < this.length; p++) {
      if (this.counts[p] === 0) continue;
      state.uint(p - last);
      state.uint(this.counts[p]!);
      state.f64(this.sums[p]!);
      last = p;
    }
  }

  /** Reads what `write` wrote into bins without any. */
  read(state: StateReader): void {
    const numUsed = state.uint();
    let bin = state.i32();
    const entries = Array.from({ length: numUsed }, () => [(bin += state.uint()), state.uint(), state.f64()] as const);
    // The first and the last bin come first: then the arrays grow once.
    const ends = entries.splice(-1);
    for (const [at, count, sum] of [...entries.slice(0, 1), ...ends, ...entries.slice(1)]) this.add(at, count, sum);
  }

  /** Makes space for `bin`, unless it is too far below the largest. */
  #extend(bin: number): void {
    const last = Math.max(bin, this.first + this.length - 1);
    const first = Math.max(Math.min(bin, this.first), last - MAX_BINS + 1);
    const length = last - first + 1;
    const dropped = Math.max(0, first - this.first);
    for (let p = 0; p < Math.min(dropped, this.length); p++) {
      if (this.counts[p]! > 0) this.#underflow(this.counts[p]!, this.sums[p]!);
    }
    if (length > this.counts.length || first !== this.first) {
      const capacity = Math.min(MAX_BINS, Math.ceil(length / GROWTH) * GROWTH);
      const cells = new Float64Array(2 * capacity);
      const [counts, sums] = [cells.subarray(0, capacity), cells.subarray(capacity)];
      const to = Math.max(0, this.first - first);
      if (dropped < this.length) {
        counts.set(this.counts.subarray(dropped, this.length), to);
        sums.set(this.sums.subarray(dropped, this.length), to);
      }
      this.counts = counts;
      this.sums = sums;
    }
    this.first = first;
    this.length = length;
  }
}
