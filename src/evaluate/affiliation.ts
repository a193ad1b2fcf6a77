// Affiliation: how near alarms are to the anomalies they belong to, compared with random alarms.
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

/** An interval of the time line: index t is [t, t + 1). */
type Interval = readonly [from: number, to: number];

/**
 * Affiliation precision and recall (Huet, Navarro & Rossi 2022, KDD): alarms near an anomaly count
 * for much, far ones for little. On this scale an alarm inside of an anomaly has 1, and a random alarm has 0.5 on average.
 *
 * The series is cut into zones Eⱼ, one per anomaly Jⱼ, midway between neighbors. An index t is the interval [t, t + 1), an
 * alarm range the union of its own; with d the distance of a point to a set, and X uniform over Eⱼ,
 *
 *     precisionⱼ   mean over the points x of the alarms in Eⱼ of P(d(X, Jⱼ) > d(x, Jⱼ)); none where there are none
 *     recallⱼ      mean over the points y of Jⱼ of P(|X − y| > d(y, alarms in Eⱼ)); 0 where there are none
 *
 * both averaged over j. Without an alarm the precision is NaN and f1 is 0.
 *
 * Even a random alarm has a score above 0: compare with the scores of random alarms, not with 0.
 *
 * @param scores higher = stranger, NaN the lowest; zeros and ones are scores with the threshold 1
 * @param labels ranges, or a 0 or 1 for every score
 * @param threshold alarms are scores ≥ this
 * @throws RangeError when there is no anomaly
 *
 * O(n + alarm ranges + anomalies).
 *
 * @example
 * affiliation([0, 0, 0, 9, 0, 0, 0, 0], [{ begin: 3, end: 3 }], 1); // => { precision: 1, recall: 1, f1: 1 }
 * affiliation([0, 0, 9, 0, 0, 0, 0, 0], [{ begin: 3, end: 3 }], 1).precision; // => 0.75
 */
export function affiliation(scores: Scores, labels: AnomalyLabels, threshold: number): PrecisionRecall {
  const values = toScores(scores);
  const ranges = toRanges(labels, values.length);
  checkSomeAnomaly(ranges);
  const anomalies = ranges.map(intervalOf);
  const alarms = alarmsOf(values, threshold).map(intervalOf);
  const [precisions, recalls]: [number[], number[]] = [[], []];
  let first = 0;
  for (const [j, anomaly] of anomalies.entries()) {
    const zone: Interval = [
      j === 0 ? 0 : (anomalies[j - 1]![1] + anomaly[0]) / 2,
      j === anomalies.length - 1 ? values.length : (anomaly[1] + anomalies[j + 1]![0]) / 2,
    ];
    while (first < alarms.length && alarms[first]![1] <= zone[0]) first++;
    const inZone: Interval[] = [];
    for (let i = first; i < alarms.length && alarms[i]![0] < zone[1]; i++) inZone.push(cut(alarms[i]!, zone));
    if (inZone.length > 0) precisions.push(precisionOf(inZone, anomaly, zone));
    recalls.push(recallOf(inZone, anomaly, zone));
  }
  const mean = (parts: number[]): number => parts.reduce((sum, part) => sum + part, 0) / parts.length;
  const [precision, recall] = [mean(precisions), mean(recalls)];
  return { precision, recall, f1: f1Of(precision, recall) };
}

function intervalOf({ begin, end }: LabeledRange): Interval {
  return [begin, end + 1];
}

function cut([from, to]: Interval, [low, high]: Interval): Interval {
  return [Math.max(from, low), Math.min(to, high)];
}

function lengthOf([from, to]: Interval): number {
  return Math.max(0, to - from);
}

/**
 * At distance d outside the anomaly, P(d(X, J) > d) = 1 − (|J| + min(d, a) + min(d, b))/|E|, where a and b are the
 * lengths of the zone before and behind J.
 */
function precisionOf(alarms: readonly Interval[], anomaly: Interval, zone: Interval): number {
  const [size, inside] = [lengthOf(zone), lengthOf(anomaly)];
  const [before, behind] = [anomaly[0] - zone[0], zone[1] - anomaly[1]];
  const integral = (d: number): number => d - (inside * d + capped(d, before) + capped(d, behind)) / size;
  let [sum, total] = [0, 0];
  for (const alarm of alarms) {
    const [left, right] = [cut(alarm, [zone[0], anomaly[0]]), cut(alarm, [anomaly[1], zone[1]])];
    sum += lengthOf(cut(alarm, anomaly));
    if (lengthOf(left) > 0) sum += integral(anomaly[0] - left[0]) - integral(anomaly[0] - left[1]);
    if (lengthOf(right) > 0) sum += integral(right[1] - anomaly[1]) - integral(right[0] - anomaly[1]);
    total += lengthOf(alarm);
  }
  return sum / total;
}

/** The integral of min(x, cap) from 0 to d. */
function capped(d: number, cap: number): number {
  return d <= cap ? (d * d) / 2 : cap * d - (cap * cap) / 2;
}

/**
 * Each point of the anomaly is measured to its nearest alarm. At distance u from the near end of the alarm, where q is the
 * length from that end to the zone's end on the same side, P(|X − y| > u) = 1 − (u + min(u, q − u))/|E|.
 */
function recallOf(alarms: readonly Interval[], anomaly: Interval, zone: Interval): number {
  const size = lengthOf(zone);
  let sum = 0;
  for (const [i, alarm] of alarms.entries()) {
    const cell: Interval = [
      i === 0 ? zone[0] : (alarms[i - 1]![1] + alarm[0]) / 2,
      i === alarms.length - 1 ? zone[1] : (alarm[1] + alarms[i + 1]![0]) / 2,
    ];
    const part = cut(anomaly, cell);
    sum += lengthOf(cut(part, alarm));
    const [left, right] = [cut(part, [cell[0], alarm[0]]), cut(part, [alarm[1], cell[1]])];
    const integral = (u: number, margin: number): number => u - ((u * u) / 2 + folded(u, margin)) / size;
    if (lengthOf(left) > 0) {
      const margin = alarm[0] - zone[0];
      sum += integral(alarm[0] - left[0], margin) - integral(alarm[0] - left[1], margin);
    }
    if (lengthOf(right) > 0) {
      const margin = zone[1] - alarm[1];
      sum += integral(right[1] - alarm[1], margin) - integral(right[0] - alarm[1], margin);
    }
  }
  return sum / lengthOf(anomaly);
}

/** The integral of min(x, margin − x) from 0 to u ≤ margin. */
function folded(u: number, margin: number): number {
  return u <= margin / 2 ? (u * u) / 2 : margin * u - (u * u) / 2 - (margin * margin) / 4;
}
