// Alarms counted by events: found anomalies, false alarms, delays. Also the point-adjusted F1, and why not to trust it.
import type { LabeledRange } from '../core/labeled-range.ts';
import {
  type AnomalyLabels,
  alarmsOf,
  checkSomeAnomaly,
  f1Of,
  type PrecisionRecall,
  type Scores,
  toRanges,
  toScores,
} from './labels.ts';

/** How alarms met the anomalies. */
export interface EventF1 extends PrecisionRecall {
  /** Anomalies with at least one alarm in them. */
  found: number;
  /** Anomalies without one. */
  missed: number;
  /** Runs of alarms that meet no anomaly. */
  falseAlarms: number;
  /** Values from the beginning of each anomaly to the first alarm in it, in order of the anomalies; NaN for missed ones. */
  delays: number[];
  /** Of the found ones; NaN if none is. */
  meanDelay: number;
  medianDelay: number;
  maxDelay: number;
}

/**
 * Precision and recall of events, as in Hundman et al. 2018 (KDD): an anomaly is found by any alarm in it,
 * and each run of alarms that meets no anomaly is one false alarm. The delay of the first alarm is reported as well.
 *
 *     precision = found/(found + false alarms)      recall = found/anomalies
 *
 * A person on call counts in this way. But a detector that always alarms finds everything in one run: read the delays as
 * well, and keep alarms short. Without an alarm the precision is NaN and f1 is 0.
 *
 * @param scores higher = stranger, NaN the lowest; zeros and ones are scores with the threshold 1
 * @param labels ranges, or a 0 or 1 for every score
 * @param threshold alarms are scores ≥ this
 * @throws RangeError when there is no anomaly
 *
 * O(n).
 *
 * @example
 * const { f1, falseAlarms, delays } = eventF1([9, 0, 0, 9, 9, 0, 0, 0], [{ begin: 2, end: 4 }, { begin: 6, end: 7 }], 1);
 * f1; // => 0.5
 * falseAlarms; // => 1
 * delays; // => [1, NaN]
 */
export function eventF1(scores: Scores, labels: AnomalyLabels, threshold: number): EventF1 {
  const { values, anomalies, alarms } = prepare(scores, labels, threshold);
  const delays = anomalies.map(({ begin, end }) => firstAlarm(values, threshold, begin, end) - begin);
  const known = delays.filter((delay) => !Number.isNaN(delay)).sort((a, b) => a - b);
  const found = known.length;
  const falseAlarms = countApart(alarms, anomalies);
  const precision = found / (found + falseAlarms);
  const recall = found / anomalies.length;
  const middle = found >> 1;
  return {
    precision,
    recall,
    f1: f1Of(precision, recall),
    found,
    missed: anomalies.length - found,
    falseAlarms,
    delays,
    meanDelay: known.reduce((sum, delay) => sum + delay, 0) / found,
    medianDelay: found % 2 === 1 ? known[middle]! : (known[middle - 1]! + known[middle]!) / 2,
    maxDelay: known.at(-1) ?? NaN,
  };
}

/**
 * Point-adjusted precision, recall and F1 (Xu et al. 2018, WWW): a single alarm anywhere in an anomaly makes
 * every value of it a true positive, while every false alarm is one value.
 *
 * **Do not choose or praise a detector by it.** Random alarms hit nearly every long anomaly, and one hit counts as the
 * whole anomaly: random scores reach the figures that papers report as the state of the art (Kim et al. 2022, AAAI). It is
 * here to compare with published figures. Use {@link eventF1}, {@link rangeF1} or
 * {@link affiliation} for your own.
 *
 * Without an alarm the precision is NaN and f1 is 0.
 *
 * @param scores higher = stranger, NaN the lowest; zeros and ones are scores with the threshold 1
 * @param labels ranges, or a 0 or 1 for every score
 * @param threshold alarms are scores ≥ this
 * @throws RangeError when there is no anomaly
 *
 * O(n).
 *
 * @example
 * // One of eight anomalous values is reported.
 * pointAdjustedF1([0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0], [{ begin: 0, end: 7 }], 1); // => { precision: 1, recall: 1, f1: 1 }
 */
export function pointAdjustedF1(scores: Scores, labels: AnomalyLabels, threshold: number): PrecisionRecall {
  const { values, anomalies } = prepare(scores, labels, threshold);
  let [hits, anomalous, alarmed] = [0, 0, 0];
  for (const score of values) alarmed += Number(score >= threshold);
  for (const { begin, end } of anomalies) {
    const length = end - begin + 1;
    anomalous += length;
    let alarms = 0;
    for (let t = begin; t <= end; t++) alarms += Number(values[t]! >= threshold);
    if (alarms === 0) continue;
    hits += length;
    alarmed += length - alarms;
  }
  const [precision, recall] = [hits / alarmed, hits / anomalous];
  return { precision, recall, f1: f1Of(precision, recall) };
}

function prepare(
  scores: Scores,
  labels: AnomalyLabels,
  threshold: number,
): { values: Float64Array; anomalies: LabeledRange[]; alarms: LabeledRange[] } {
  const values = toScores(scores);
  const anomalies = toRanges(labels, values.length);
  checkSomeAnomaly(anomalies);
  return { values, anomalies, alarms: alarmsOf(values, threshold) };
}

/** The first index from `begin` to `end` with an alarm; NaN without one. */
function firstAlarm(values: Float64Array, threshold: number, begin: number, end: number): number {
  for (let t = begin; t <= end; t++) if (values[t]! >= threshold) return t;
  return NaN;
}

/** Number of ranges that meet none of the others. Both lists are in order. */
function countApart(ranges: readonly LabeledRange[], others: readonly LabeledRange[]): number {
  let [count, next] = [0, 0];
  for (const { begin, end } of ranges) {
    while (next < others.length && others[next]!.end < begin) next++;
    if (next === others.length || others[next]!.begin > end) count++;
  }
  return count;
}
