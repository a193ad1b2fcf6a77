// The score of the next value of a stream as a function of that value: what it would have to be, to be usual.
import { aggregate } from '../core/aggregate.ts';
import type { HistoryState } from './history/history.ts';
import type { StreamSettings } from './settings.ts';

/** What the last update has replaced. */
export interface LastStep {
  /** The value that it made the stream forget; NaN if there was none. */
  readonly forgotten: number;
  /** The windowSize − 1 values before it, NaN for missing ones and before the first. */
  readonly window: Float64Array;
}

/** A past window that is compared with a new one. */
export interface SimilarWindow {
  /** How many values before the last one of the new window it ends. */
  readonly lag: number;
  readonly distance: number;
  /** The value that it ends with. */
  readonly value: number;
}

/** Buckets of candidates. */
const BUCKETS = 64;

/**
 * The window that the next value x completes. Its squared distance to a candidate is the sum over the values that are known,
 * and (x − y)² with the last value y of the candidate; added left to right, as everywhere.
 */
export class NextWindow {
  readonly #settings: StreamSettings;
  /** Of each candidate, oldest first until they lie in buckets: the sum over the known values, its last value, and its lag. */
  readonly #sums: Float64Array;
  readonly #values: Float64Array;
  readonly #lags: Int32Array;
  readonly #count: number;
  /** Where each bucket starts, once many scores are asked for; and the least sum in it and in those after it. */
  #starts: Int32Array | undefined;
  readonly #least: Float64Array = new Float64Array(BUCKETS).fill(Infinity);
  /** The score of any value if there is no window to compare: 0 at the start of the stream, NaN after a missing value. */
  readonly #without: number | undefined;
  /** The squared distances to the nearest ones, ascending. */
  readonly #nearest: Float64Array;
  /** The candidates that were nearest the last time: k of them, whichever. */
  readonly #found: Int32Array;

  /**
   * @param memory the remembered values, oldest first
   * @param window the windowSize − 1 values that the next one follows
   * @param numValues values of the stream so far
   */
  constructor(settings: StreamSettings, memory: Float64Array, window: Float64Array, numValues: number) {
    this.#settings = settings;
    const { windowSize: w, k, exclusionZone } = settings;
    const numWindows = Math.max(0, memory.length - w + 1 - exclusionZone);
    const isComplete = numValues >= w - 1 && !window.some(Number.isNaN);
    this.#without = isComplete ? undefined : numValues < w - 1 ? 0 : NaN;
    this.#sums = new Float64Array(numWindows);
    this.#values = new Float64Array(numWindows);
    this.#lags = new Int32Array(numWindows);
    let count = 0;
    for (let j = 0; isComplete && j < numWindows; j++) {
      let sum = 0;
      for (let l = 0; l < w - 1; l++) {
        const difference = window[l]! - memory[j + l]!;
        sum += difference * difference;
      }
      const value = memory[j + w - 1]!;
      if (Number.isNaN(sum) || Number.isNaN(value)) continue;
      this.#sums[count] = sum;
      this.#values[count] = value;
      this.#lags[count++] = memory.length - (j + w - 1);
    }
    this.#count = count;
    this.#nearest = new Float64Array(Math.min(k, count));
    this.#found = Int32Array.from(this.#nearest, (_, c) => c);
  }

  /** The score that the stream would give `x`, to the bit. */
  score(x: number): number {
    if (Number.isNaN(x)) return this.#settings.windowSize > 1 && this.#without === 0 ? 0 : NaN;
    if (this.#without !== undefined) return this.#without;
    const nearest = this.#nearest;
    const found = this.#found;
    this.#starts ??= this.#sortInBuckets();
    const [sums, values, starts] = [this.#sums, this.#values, this.#starts];
    const last = nearest.length - 1;
    let worst = this.#bound(x);
    nearest.fill(worst);
    for (let b = 0; b < BUCKETS && this.#least[b]! < worst; b++) {
      for (let c = starts[b]!; c < starts[b + 1]!; c++) {
        const difference = x - values[c]!;
        const s = sums[c]! + difference * difference;
        if (s >= worst) continue;
        let p = last;
        for (; p > 0 && nearest[p - 1]! > s; p--) {
          nearest[p] = nearest[p - 1]!;
          found[p] = found[p - 1]!;
        }
        nearest[p] = s;
        found[p] = c;
        worst = nearest[last]!;
      }
    }
    return aggregate(this.#settings.aggregation, true, nearest, 0, nearest.length);
  }

  /**
   * Brings the candidates into buckets, those with smaller sums first: a bucket none of whose sums is small enough ends the
   * search. Returns where each bucket starts.
   */
  #sortInBuckets(): Int32Array {
    const starts = new Int32Array(BUCKETS + 1);
    const sums = this.#sums.slice(0, this.#count);
    const values = this.#values.slice(0, this.#count);
    const lags = this.#lags.slice(0, this.#count);
    const largest = Math.sqrt(sums.reduce((most, sum) => Math.max(most, sum), 0));
    const bucketOf = (sum: number): number =>
      largest > 0 ? Math.min(BUCKETS - 1, Math.floor((BUCKETS * Math.sqrt(sum)) / largest)) : 0;
    for (const sum of sums) {
      const b = bucketOf(sum);
      starts[b + 1]!++;
      this.#least[b] = Math.min(this.#least[b]!, sum);
    }
    for (let b = 0; b < BUCKETS; b++) starts[b + 1]! += starts[b]!;
    for (let b = BUCKETS - 2; b >= 0; b--) this.#least[b] = Math.min(this.#least[b]!, this.#least[b + 1]!);
    const next = starts.slice();
    for (let c = 0; c < sums.length; c++) {
      const at = next[bucketOf(sums[c]!)]!++;
      this.#sums[at] = sums[c]!;
      this.#values[at] = values[c]!;
      this.#lags[at] = lags[c]!;
    }
    return starts;
  }

  /** A number above the k-th smallest sum at `x`: just above the largest of the candidates that were nearest the last time. */
  #bound(x: number): number {
    let most = 0;
    for (const c of this.#found) {
      const difference = x - this.#values[c]!;
      most = Math.max(most, this.#sums[c]! + difference * difference);
    }
    return most * (1 + 2 ** -52) + Number.MIN_VALUE;
  }

  /** What the k candidates that are most like the known values ended with, on average; NaN without a candidate. */
  get expected(): number {
    const similar = this.#mostSimilar(this.#settings.k, (c) => this.#sums[c]!);
    return similar.reduce((sum, c) => sum + this.#values[c]!, 0) / similar.length;
  }

  /** The `count` candidates nearest to the window that `x` completes, nearest first; of equal ones the latest first. */
  similarTo(x: number, count: number): SimilarWindow[] {
    const squared = (c: number): number => this.#sums[c]! + (x - this.#values[c]!) ** 2;
    return this.#mostSimilar(count, squared).map((c) => ({
      lag: this.#lags[c]!,
      distance: Math.sqrt(squared(c)),
      value: this.#values[c]!,
    }));
  }

  /** The candidates with the smallest sums, ascending; of equal ones the latest first. */
  #mostSimilar(count: number, sumOf: (c: number) => number): number[] {
    const found: number[] = [];
    let worst = Infinity;
    for (let c = 0; c < this.#count; c++) {
      const sum = sumOf(c);
      if (sum > worst) continue;
      const isBefore = (other: number): boolean => {
        const order = sumOf(other) - sum;
        return order > 0 || (order === 0 && this.#lags[other]! > this.#lags[c]!);
      };
      let p = found.length;
      while (p > 0 && isBefore(found[p - 1]!)) p--;
      found.splice(p, 0, c);
      if (found.length > count) found.pop();
      if (found.length === count) worst = sumOf(found[count - 1]!);
    }
    return found;
  }
}

/** The next window of a stream in this state, or the one that its last value has completed. */
export function nextWindow(
  settings: StreamSettings,
  { numValues, memory, window }: HistoryState,
  last: LastStep | undefined,
): NextWindow {
  if (last === undefined) return new NextWindow(settings, memory, window, numValues);
  const before = memory.subarray(0, memory.length - 1);
  const span = settings.history + settings.windowSize - 1;
  if (numValues <= span) return new NextWindow(settings, before, last.window, numValues - 1);
  const whole = new Float64Array(span);
  whole[0] = last.forgotten;
  whole.set(before, 1);
  return new NextWindow(settings, whole, last.window, numValues - 1);
}
