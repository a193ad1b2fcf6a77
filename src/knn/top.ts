// The strangest places alone: by bounds where that is possible and promises to be faster, else by the scores of all windows.
import { checkInteger } from '../core/checks.ts';
import { euclidean } from '../core/metric.ts';
import { startOf } from '../core/windows.ts';
import {
  type Costs,
  numWindowsOf,
  type Place,
  planTop,
  prepareTop,
  type TopQuery,
  type TopSource,
  topPlaces,
} from '../search/top/engine.ts';
import type { ThreadOptions } from '../threads/options.ts';
import type { Progress } from '../threads/progress.ts';
import { runTop, type TopJob } from '../threads/top-job.ts';
import type { Settings } from './scorer.ts';
import { type Anomaly, topAnomalies } from './top-anomalies.ts';

/** Options of `KNN.top`. */
export interface TopOptions {
  /** 1: least distance of two places; at the window size, no two share a value. */
  separation?: number;
}

/** The names of {@link TopOptions}. */
export const TOP_OPTIONS = ['separation'] as const;

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

/** A scorer, as the search sees it. */
export interface Scoring {
  readonly settings: Settings;
  /** The series, checked, missing values NaN, and that of the reference. */
  readonly series: Float64Array;
  readonly reference: Float64Array | undefined;
  score(): ArrayLike<number>;
  scoreAsync(options: ThreadOptions): Promise<ArrayLike<number>>;
}

/** Checks the arguments of a search. */
export function queryOf(n: number, { separation = 1 }: TopOptions): TopQuery {
  checkInteger(n, 'n', 1);
  checkInteger(separation, 'separation', 1);
  return { n, separation };
}

/** The places, at once. */
export function top(scoring: Scoring, query: TopQuery): Anomaly[] {
  const job = planned(scoring, query);
  const places = job && topPlaces(prepareTop(job.source, job.k, job.isMax), job.numRows, query, job.costs);
  return places
    ? anomalies(scoring.settings, places)
    : topAnomalies(scoring.score(), query.n, { separation: query.separation });
}

/** The places as they become known. */
export async function* topRefined(
  scoring: Scoring,
  query: TopQuery,
  options: ThreadOptions,
): AsyncGenerator<TopRefinement, void, undefined> {
  const job = planned(scoring, query);
  let last: Progress | undefined;
  const onProgress = (progress: Progress): void => {
    last = notLess(progress, last);
    options.onProgress?.(last);
  };
  const isDone =
    job &&
    (yield* mapped(runTop(job, { ...options, onProgress }), ({ places, ...rest }) => ({
      ...rest,
      places: anomalies(scoring.settings, places),
      progress: (last = notLess(rest.progress, last)),
    })));
  if (isDone) return;
  const scores = await scoring.scoreAsync({ ...options, onProgress });
  const places = topAnomalies(scores, query.n, { separation: query.separation });
  yield { places, exact: true, bound: places.at(-1)?.score ?? 0, progress: last! };
}

/** A search that gave up is followed by one that counts anew: what was reported stays. */
function notLess(progress: Progress, last: Progress | undefined): Progress {
  return last && progress.done < last.done ? { ...progress, done: last.done } : progress;
}

async function* mapped<A, B, R>(
  values: AsyncGenerator<A, R, undefined>,
  change: (value: A) => B,
): AsyncGenerator<B, R> {
  try {
    for (;;) {
      const { done, value } = await values.next();
      if (done) return value;
      yield change(value);
    }
  } finally {
    await values.return(undefined as R);
  }
}

/** The search by bounds; undefined where there are none, or where the scores of all windows cost less. */
function planned({ settings, series, reference }: Scoring, query: TopQuery): TopJob | undefined {
  const { metric, aggregation, align, engine, windowSize, normalize, exclusionZone, side, k } = settings;
  if (metric !== euclidean || aggregation === 'median' || align === 'cover' || engine !== 'auto') return undefined;
  const source: TopSource = { series, reference, windowSize, normalize, exclusionZone, side };
  const counts = numWindowsOf(source);
  const costs: Costs | undefined = planTop(source, counts, k, query);
  return costs && { source, k, isMax: aggregation === 'max', numRows: counts.numRows, query, costs };
}

/** Places as indices into the scores. */
function anomalies({ windowSize, align }: Settings, places: readonly Place[]): Anomaly[] {
  const offset = align === 'center' ? windowSize >> 1 : -startOf(0, windowSize);
  return places.map(({ start, score }) => ({ index: start + offset, score }));
}
