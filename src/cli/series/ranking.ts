// One ranking of the strangest places of many series. Distances of different series share no scale, so each place is ranked by
// its surprise: how seldom a score as high comes among the other scores of its own series.
import { Calibrator } from '../../calibrate.ts';
import { KNN, topAnomalies } from '../../index.ts';
import type { Scored } from '../output/formats.ts';

/** A place of one of several series. */
export interface RankedPlace {
  /** Index of the series, and of the value in it. */
  readonly item: number;
  readonly index: number;
  readonly score: number;
  /** −ln of the probability of such a score among the others of the series: see {@link Calibrator}. */
  readonly surprise: number;
}

/** Neighboring windows share values, so a tail of 10 % of the scores has no more than some events in it. */
const TAIL = 0.1;

/**
 * The most surprising places of all series, the most surprising first. Each series proposes its strangest places; the surprise
 * of a place is that of its score to a `Calibrator` that has learned all scores of its series but those nearer than
 * `separation`, which belong to the same event. Zeros of the first windows, which are not full, are not learned.
 * O(n · top) for each series.
 *
 * @param numUnscored of each series, the values at its start that have no window yet
 */
export function rankPlaces(
  all: readonly Scored[],
  top: number,
  separation: number,
  numUnscored: number,
): RankedPlace[] {
  const places = all.flatMap(({ scores }, item) =>
    topAnomalies(scores, top, { separation }).map(({ index, score }): RankedPlace => {
      return { item, index, score, surprise: surpriseOf(scores, index, separation, numUnscored) };
    }),
  );
  places.sort((a, b) => b.surprise - a.surprise || a.item - b.item || a.index - b.index);
  return places.slice(0, top);
}

function surpriseOf(scores: Float64Array, index: number, separation: number, numUnscored: number): number {
  return surpriseAmong(scores, scores[index]!, numUnscored, index - separation + 1, index + separation);
}

/** The surprise of a score to a calibrator that has learned the scores from `begin` on without those of [from, to). */
function surpriseAmong(scores: Float64Array, score: number, begin: number, from: number, to: number): number {
  const others = new Calibrator({ warmup: 0, tail: TAIL });
  for (let t = begin; t < scores.length; t++) if (t < from || t >= to) others.update(scores[t]!);
  return others.peek(score);
}

/** The windows by which places of series are compared that were found without a window. */
const WINDOW = 5;

/**
 * How surprising the values of a place, [begin, end], are to the rest of their series: the surprise of the largest score of
 * `KNN(5, 5)` in the place among the scores outside. O(n log n).
 */
export function surpriseOfPlace(values: Float64Array, begin: number, end: number): number {
  const scores = new KNN(WINDOW, WINDOW).score(values);
  const to = Math.min(scores.length, end + WINDOW);
  let largest = 0;
  for (let t = Math.max(begin, WINDOW - 1); t < to; t++) if (scores[t]! > largest) largest = scores[t]!;
  return surpriseAmong(scores, largest, WINDOW - 1, begin, to);
}
