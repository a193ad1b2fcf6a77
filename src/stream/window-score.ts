// The score of a window from the neighbors that its history found.
import { aggregate } from '../core/aggregate.ts';
import type { HistorySearch } from './history/history.ts';
import type { StreamSettings } from './settings.ts';

/**
 * The score of the value at index t: 0 for t < w − 1, NaN for a window that touches a missing value.
 *
 * @param numFound what `history.update` or `history.peek` returned
 */
export function windowScore(settings: StreamSettings, history: HistorySearch, numFound: number, t: number): number {
  if (numFound < 0) return t < settings.windowSize - 1 ? 0 : NaN;
  return aggregate(settings.aggregation, typeof settings.metric !== 'function', history.dist, history.base, numFound);
}
