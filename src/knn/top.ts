// The strangest places alone: by the search for them where that is loaded and promises to be faster, else by the scores of all
// windows. This file is light; top-engine.ts has the search, which bundlers may load when it is needed.
import { checkInteger } from '../core/checks.ts';
import type { ThreadOptions } from '../threads/options.ts';
import type { Progress } from '../threads/progress.ts';
import { type Anomaly, topAnomalies } from './top-anomalies.ts';
import { boundOf, type Query, type Scoring, search, type TopOptions, type TopRefinements } from './top-types.ts';

/** The names of {@link TopOptions}. */
export const TOP_OPTIONS = ['separation'] as const;

/** Checks the arguments of a call. */
export function queryOf(n: number, { separation = 1 }: TopOptions): Query {
  checkInteger(n, 'n', 1);
  checkInteger(separation, 'separation', 1);
  return { n, separation };
}

/** The places, at once. */
export function top(scoring: Scoring, query: Query): Anomaly[] {
  return search.engine?.places(scoring, query) ?? placesOf(scoring.score(), query);
}

/** The places as they become known. */
export async function* topRefined(scoring: Scoring, query: Query, options: ThreadOptions): TopRefinements {
  search.engine ??= (await import('./top-engine.ts')).topEngine;
  let last: Progress | undefined;
  const onProgress = (progress: Progress): void => {
    // After a search that gave up, the count begins anew: what was reported stays.
    last = last && progress.done < last.done ? { ...progress, done: last.done } : progress;
    options.onProgress?.(last);
  };
  const told = { ...options, onProgress };
  if (yield* search.engine.refine(scoring, query, told)) return;
  const places = placesOf(await scoring.scoreAsync(told), query);
  yield { places, exact: true, bound: boundOf(places), progress: last! };
}

function placesOf(scores: ArrayLike<number>, { n, separation }: Query): Anomaly[] {
  return topAnomalies(scores, n, { separation });
}
