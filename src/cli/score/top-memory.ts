// When the strangest places are found without the scores of all values, and the memory that this takes.
import { MAX_POINT_WIDTH } from '../../search/plan.ts';
import { estimateBytes, estimateSeconds } from '../cost.ts';
import type { ScoreOptions } from './options.ts';

/** Bytes per value: of every series that was read with the spare half of a doubling array, and of the search. */
const BYTES_PER_VALUE = 16;
const BYTES_PER_SEARCHED_VALUE = 16;
const BYTES_PER_NORMALIZED_VALUE = 33;
/** Bytes per value for the median of the summary. */
const BYTES_PER_SORTED_VALUE = 16;

/** A summary of so many seconds of scoring by one thread has no curve of the scores. */
const LONG = 60;

/** Columns that have a summary each; more are ranked. */
const MOST_BLOCKS = 8;

/** Whether there is one ranking of all columns, by all of their scores. */
export function isRanking({ inputOptions: { series, columns, fields } }: ScoreOptions, numColumns: number): boolean {
  return series !== undefined || [...columns, ...fields][0] === '*' || numColumns > MOST_BLOCKS;
}

/** Whether the places can be found without all scores: see `KNN.top`. */
function isSearched({ metric, engine, align, knn, windowSize }: ScoreOptions): boolean {
  const hasBounds = metric === 'euclidean' && engine === 'auto' && align !== 'cover' && knn.aggregation !== 'median';
  return hasBounds && windowSize > MAX_POINT_WIDTH;
}

/**
 * Whether the summary of n rows has the strangest places alone: they are the same, and take a fraction of the time that the
 * curve of all scores would. Alarms and rankings need all scores, and a reference may be short.
 */
export function isPlacesOnly(options: ScoreOptions, n: number, numColumns: number): boolean {
  const { format, threshold, reference, target, windowSize } = options;
  if (format !== 'summary' || threshold !== undefined || reference !== undefined || target !== undefined) return false;
  if (!isSearched(options) || isRanking(options, numColumns)) return false;
  return secondsOfScoring(options, n - windowSize + 1, numColumns) > LONG;
}

/** Seconds that the scores of so many windows of every column take one thread. */
export function secondsOfScoring(options: ScoreOptions, numWindows: number, numColumns: number): number {
  return numColumns * estimateSeconds(numWindows, numWindows, options);
}

/** The memory of reading n rows and of what is done with them. */
export function estimateScoreBytes(n: number, options: ScoreOptions, numColumns: number): number {
  const isSummary = isPlacesOnly(options, n, numColumns);
  if (!isSummary && !(options.topOnly && isSearched(options))) {
    return estimateBytes(n, options, numColumns, options.threads);
  }
  const searched = options.normalize === 'none' ? BYTES_PER_SEARCHED_VALUE : BYTES_PER_NORMALIZED_VALUE;
  return n * (BYTES_PER_VALUE * numColumns + searched + (isSummary ? BYTES_PER_SORTED_VALUE : 0));
}
