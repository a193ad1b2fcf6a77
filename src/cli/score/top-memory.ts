// The memory of `score --top-only`, which is a fraction of that of all scores.
import type { ScoreOptions } from './options.ts';

/** Bytes per value: of every series that was read with the spare half of a doubling array, and of the search. */
const BYTES_PER_VALUE = 16;
const BYTES_PER_SEARCHED_VALUE = 16;
const BYTES_PER_NORMALIZED_VALUE = 33;

/** Whether the places can be found without all scores: see `KNN.top`. */
export function isSearched({ metric, engine, align, knn }: ScoreOptions): boolean {
  return metric === 'euclidean' && engine === 'auto' && align !== 'cover' && knn.aggregation !== 'median';
}

/** The memory of reading n rows and of finding their strangest places. */
export function estimateTopBytes(n: number, { normalize }: ScoreOptions, numColumns: number): number {
  const searched = normalize === 'none' ? BYTES_PER_SEARCHED_VALUE : BYTES_PER_NORMALIZED_VALUE;
  return n * (BYTES_PER_VALUE * numColumns + searched);
}
