// The search for the strangest places, as KNN asks for it: whether there are bounds for these settings, and places as indices
// into the scores. top-engine.ts has it with the search for short windows, the entry knn-anomaly/top without, for bundles.
import { euclidean } from '../core/metric.ts';
import { endOf } from '../core/windows.ts';
import {
  type Place,
  planTop,
  prepareTop,
  type Survey,
  surveyOf,
  type TopSource,
  topPlaces,
} from '../search/top/engine.ts';
import type { ThreadOptions } from '../threads/options.ts';
import { runTop, type TopJob, type TopSnapshot } from '../threads/top/top-job.ts';
import type { Settings } from './settings.ts';
import type { Anomaly } from './top-anomalies.ts';
import { boundOf, type Query, type Scoring, type TopEngine } from './top-types.ts';

/** The search for the places of short windows, by the leaves of a tree. */
export interface LeafEngine {
  /** Whether it takes less than the scores of all windows. */
  serves(job: Omit<TopJob, 'costs'>): boolean;
  places(job: TopJob): Place[];
  run(job: TopJob, options: ThreadOptions): AsyncGenerator<TopSnapshot, void, undefined>;
}

/** The search, with that for short windows if it is given; else all of these are scored. */
export function makeTopEngine(leaves?: LeafEngine): TopEngine {
  return {
    places(scoring, query) {
      const job = planned(scoring, query, leaves);
      if (!job) return undefined;
      const { source, survey, k, isMax, numRows, costs } = job;
      const places = costs
        ? topPlaces(prepareTop(source, survey, k, isMax), numRows, query, costs)
        : leaves!.places(job);
      return places && anomalies(scoring.settings, places);
    },

    async *refine(scoring, query, options) {
      const job = planned(scoring, query, leaves);
      if (!job) return false;
      const { settings } = scoring;
      const snapshots = job.costs ? runTop(job, options) : leaves!.run(job, options);
      for await (const { places, exact, bound, progress } of snapshots) {
        yield { places: anomalies(settings, places), exact, bound: exact ? boundOf(places) : bound, progress };
        if (exact) return true;
      }
      return false;
    },
  };
}

/** A job, and what its plan has seen of the values. */
interface PlannedTop extends TopJob {
  readonly survey: Survey;
}

/** The search by bounds; undefined where there are none, or where the scores of all windows cost less. */
function planned(
  { settings, series, reference }: Scoring,
  query: Query,
  leaves: LeafEngine | undefined,
): PlannedTop | undefined {
  const { metric, aggregation, align, engine, windowSize, normalize, exclusionZone, side, k } = settings;
  if (metric !== euclidean || aggregation === 'median' || align === 'cover' || engine !== 'auto') return undefined;
  const source: TopSource = { series, reference, windowSize, normalize, exclusionZone, side };
  const survey = surveyOf(source);
  const job = { source, survey, k, isMax: aggregation === 'max', numRows: survey.numRows, query };
  if (leaves?.serves(job)) return { ...job, costs: undefined };
  const costs = planTop(source, survey, k, query);
  return costs && { ...job, costs };
}

/** Places as indices into the scores: see `align`. */
function anomalies({ windowSize, align }: Settings, places: readonly Place[]): Anomaly[] {
  const offset = align === 'center' ? windowSize >> 1 : endOf(0, windowSize);
  return places.map(({ start, score }) => ({ index: start + offset, score }));
}
