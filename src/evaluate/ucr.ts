// Accuracy on series with one anomaly each: is the strangest place the right one?
import { checkInteger, describe } from '../core/checks.ts';
import { type AnomalyLabels, type Scores, toRanges, toScores } from './labels.ts';

/** A detector's scores of a series with one anomaly. */
export interface SingleAnomaly {
  readonly scores: Scores;
  /** The one anomaly. */
  readonly labels: AnomalyLabels;
  /** Length of the beginning without anomalies, where nothing is predicted; default 0. */
  readonly train?: number;
  /** Length of the window that a score is about and that ends at the score; its middle is the place predicted; default 1. */
  readonly windowSize?: number;
}

/** The predictions, and whether they are right. */
export interface UCRResult {
  /** Share of the series with a right prediction. */
  accuracy: number;
  series: {
    /** The predicted place; −1 where every score is missing. */
    place: number;
    isRight: boolean;
  }[];
}

/** Predictions may always be off by this much. */
const LEAST_TOLERANCE = 100;

/**
 * The accuracy of the UCR Anomaly Archive (Wu & Keogh 2023, IEEE TKDE 35(3)): of series with one anomaly each,
 * the share where the highest score lies within max(100, length of the anomaly) of it.
 *
 * The place of a score at t over a window of w values is t − ⌊w/2⌋; of equal scores the first counts, and only those from
 * `train` on.
 *
 * @param corpus scores and the one anomaly of every series
 * @throws RangeError when a series has not exactly one anomaly, or its train leaves nothing
 *
 * O(n) for n values in all.
 *
 * @example
 * const scores = Float64Array.from({ length: 1000 }, (_, t) => (t === 610 ? 2 : 1));
 * const labels = [{ begin: 700, end: 720 }];
 * ucrAccuracy([{ scores, labels }]); // => { accuracy: 1, series: [{ place: 610, isRight: true }] }
 */
export function ucrAccuracy(corpus: readonly SingleAnomaly[]): UCRResult {
  if (!Array.isArray(corpus)) throw new TypeError(`corpus must be an array of series, got ${describe(corpus)}`);
  if (corpus.length === 0) throw new RangeError('corpus must hold at least one series, got none');
  const series = corpus.map((entry, i) => predict(entry, `corpus[${i}]`));
  return { accuracy: series.filter(({ isRight }) => isRight).length / series.length, series };
}

function predict(entry: SingleAnomaly, argument: string): UCRResult['series'][number] {
  if (typeof entry !== 'object' || entry === null) {
    throw new TypeError(`${argument} must be an object { scores, labels }, got ${describe(entry)}`);
  }
  const { train = 0, windowSize = 1 } = entry;
  const scores = toScores(entry.scores, `${argument}.scores`);
  const ranges = toRanges(entry.labels, scores.length, `${argument}.labels`);
  if (ranges.length !== 1) throw new RangeError(`${argument}.labels must hold one anomaly, got ${ranges.length}`);
  checkInteger(train, `${argument}.train`, 0);
  checkInteger(windowSize, `${argument}.windowSize`, 1);
  if (train >= scores.length) {
    throw new RangeError(`${argument}.train must leave some of the ${scores.length} values, got ${train}`);
  }
  const { begin, end } = ranges[0]!;
  let best = -1;
  for (let t = train; t < scores.length; t++) if (scores[t]! > (scores[best] ?? -Infinity)) best = t;
  const tolerance = Math.max(LEAST_TOLERANCE, end - begin + 1);
  const place = best < 0 ? -1 : Math.max(0, best - (windowSize >> 1));
  return { place, isRight: best >= 0 && place >= begin - tolerance && place <= end + tolerance };
}
