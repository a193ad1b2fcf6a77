// What the two sides of `KNN.top` have in common: top.ts, which is always loaded, and top-engine.ts, which has the search.
import type { ThreadOptions } from '../threads/options.ts';
import type { Progress } from '../threads/progress.ts';
import type { Settings } from './settings.ts';
import type { Anomaly } from './top-anomalies.ts';

/** Options of `KNN.top`. */
export interface TopOptions {
  /** 1: least distance of two places; at the window size, no two share a value. */
  separation?: number;
}

/** What is known of the places, until it is final. */
export interface TopRefinement {
  /** The places among the windows whose scores are known; in the last refinement the places themselves. */
  places: Anomaly[];
  /** Whether this is the last refinement. */
  exact: boolean;
  /** No window whose score is unknown has a higher one: a place with a score of at least `bound` is final. */
  bound: number;
  progress: Progress;
}

/** Refined places, one after the other. */
export type TopRefinements<Result = void> = AsyncGenerator<TopRefinement, Result, undefined>;

/** How many places, at which distance. */
export interface Query {
  readonly n: number;
  readonly separation: number;
}

/** A series with its scorer. */
export interface Scoring {
  readonly settings: Settings;
  /** The series, checked, missing values NaN, and that of the reference. */
  readonly series: Float64Array;
  readonly reference: Float64Array | undefined;
  score(): ArrayLike<number>;
  scoreAsync(options: ThreadOptions): Promise<ArrayLike<number>>;
}

/** The search for places without all scores. */
export interface TopEngine {
  /** The places; undefined where there are no bounds for them, or where the scores of all windows cost less. */
  places(scoring: Scoring, query: Query): Anomaly[] | undefined;
  /** The same, as they become known; returns whether they are. */
  refine(scoring: Scoring, query: Query, options: ThreadOptions): TopRefinements<boolean>;
}

/** Holds the search as soon as it is loaded. It stands here so that a bundle of the search has nothing that would load it. */
export const search: { engine: TopEngine | undefined } = { engine: undefined };

/** The bound when all places are known. */
export function boundOf(places: readonly { readonly score: number }[]): number {
  return places.at(-1)?.score ?? 0;
}
