// What a calibrator asks of the scores of the past, however they are remembered.
import { SortedValues } from '../../core/sorted-values.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';

/**
 * The largest scores of the past, as a share of all of them. Where nearly all of these are equal, the tail are the scores
 * above them: the few that are not equal say what the tail looks like.
 */
export interface Tail {
  /** Where the tail begins: a `1 − share` quantile of the scores. */
  readonly start: number;
  /** The mean of the tail's scores less `start`; 0 if none is above it. */
  readonly excess: number;
  /** How many scores are in the tail; of fewer than {@link FEW_ABOVE} above `start`, their number and one. */
  readonly count: number;
}

/** Fewer scores than this above the start of a tail tell nothing of how it goes on. */
export const FEW_ABOVE = 5;

/** The scores of the past. */
export interface PastScores {
  /** How many there are. */
  readonly count: number;
  add(score: number): void;
  /** How many are surely below `score`. */
  rank(score: number): number;
  /** The tail of the largest `share` of them, at least one score. There must be one. It may change with the next call. */
  tail(share: number): Tail;
  clear(): void;
  write(state: StateWriter): void;
}

/** The index of the score that the tail of the largest `share` of `count` scores begins with, in ascending order. */
export function tailIndex(count: number, share: number): number {
  return Math.min(Math.floor((1 - share) * count), count - 1);
}

/** All scores, in order: exact, about 10 bytes each. O(log count) per score and question. */
export class AllScores implements PastScores {
  readonly #sorted: SortedValues = new SortedValues();

  get count(): number {
    return this.#sorted.size;
  }

  add(score: number): void {
    this.#sorted.insert(score);
  }

  rank(score: number): number {
    return this.#sorted.rank(score);
  }

  tail(share: number): Tail {
    const m = this.count;
    const q = tailIndex(m, share);
    const start = this.#sorted.at(q);
    // By value: the mean of equal scores differs from them by rounding.
    const first = this.#firstAbove(start);
    const numAbove = m - first;
    if (numAbove === 0) return { start, excess: 0, count: 1 };
    if (numAbove < FEW_ABOVE)
      return { start, excess: this.#sorted.sumFrom(first) / numAbove - start, count: numAbove + 1 };
    return { start, excess: this.#sorted.sumFrom(q) / (m - q) - start, count: m - q };
  }

  /** All of them, in ascending order. */
  toArray(): ArrayLike<number> & Iterable<number> {
    return this.#sorted.toArray();
  }

  /** The rank of the first score above `score`. */
  #firstAbove(score: number): number {
    let from = 0;
    let to = this.count;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#sorted.at(middle) <= score) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  clear(): void {
    this.#sorted.clear();
  }

  write(state: StateWriter): void {
    state.f64s(this.#sorted.toArray());
  }

  static read(state: StateReader): AllScores {
    const scores = new AllScores();
    for (const score of state.f64s()) scores.add(score);
    return scores;
  }
}
