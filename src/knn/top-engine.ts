// The search for the strangest places, as KNN asks for it: whether there are bounds for these settings, and places as indices
// into the scores.
import { euclidean } from '../core/metric.ts';
import { atOnce } from '../core/steps.ts';
import { endOf } from '../core/windows.ts';
import {
  LeafSearchTop,
  numWindowsOf,
  type Place,
  planTop,
  prepareTop,
  servesLeaves,
  type TopSource,
  topPlaces,
} from '../search/top/engine.ts';
import { runTop, type TopJob } from '../threads/top/top-job.ts';
import type { Settings } from './settings.ts';
import type { Anomaly } from './top-anomalies.ts';
import { boundOf, type Query, type Scoring, type TopEngine } from './top-types.ts';

/** The search. */
export const topEngine: TopEngine = {
  places(scoring, query) {
    const job = planned(scoring, query);
    if (!job) return undefined;
    const { source, k, isMax, numRows, costs } = job;
    const places = costs
      ? topPlaces(prepareTop(source, k, isMax), numRows, query, costs)
      : atOnce(new LeafSearchTop(source, k, isMax, query).search());
    return places && anomalies(scoring.settings, places);
  },

  async *refine(scoring, query, options) {
    const job = planned(scoring, query);
    if (!job) return false;
    const { settings } = scoring;
    for await (const { places, exact, bound, progress } of runTop(job, options)) {
      yield { places: anomalies(settings, places), exact, bound: exact ? boundOf(places) : bound, progress };
      if (exact) return true;
    }
    return false;
  },
};

/** The search by bounds; undefined where there are none, or where the scores of all windows cost less. */
function planned({ settings, series, reference }: Scoring, query: Query): TopJob | undefined {
  const { metric, aggregation, align, engine, windowSize, normalize, exclusionZone, side, k } = settings;
  if (metric !== euclidean || aggregation === 'median' || align === 'cover' || engine !== 'auto') return undefined;
  const source: TopSource = { series, reference, windowSize, normalize, exclusionZone, side };
  const counts = numWindowsOf(source);
  const job = { source, k, isMax: aggregation === 'max', numRows: counts.numRows, query };
  if (servesLeaves(source, counts.numRows, k, query)) return { ...job, costs: undefined };
  const costs = planTop(source, counts, k, query);
  return costs && { ...job, costs };
}

/** Places as indices into the scores: see `align`. */
function anomalies({ windowSize, align }: Settings, places: readonly Place[]): Anomaly[] {
  const offset = align === 'center' ? windowSize >> 1 : endOf(0, windowSize);
  return places.map(({ start, score }) => ({ index: start + offset, score }));
}
