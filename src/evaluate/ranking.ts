// Areas under the ROC and the precision-recall curve: how well scores rank anomalous values above normal ones.
import {
  type AnomalyLabels,
  checkSomeAnomaly,
  checkSomeNormal,
  type Scores,
  toPoints,
  toRanges,
  toScores,
} from './labels.ts';

/**
 * The area under the ROC curve (Fawcett 2006, Pattern Recognition Letters 27, section 7): the probability that an
 * anomalous value scores higher than a normal one, a tie counted as half.
 *
 * 1 is a perfect ranking, 0.5 what random or constant scores have. It counts values, not events, and hardly notices false
 * alarms where anomalies are rare: look at {@link prAuc}, too.
 *
 * @param scores higher = stranger; NaN is the lowest
 * @param labels ranges, or a 0 or 1 for every score
 * @throws RangeError unless there are both anomalous and normal values
 *
 * O(n log n).
 *
 * @example
 * rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]); // => 0.75
 */
export function rocAuc(scores: Scores, labels: AnomalyLabels): number {
  let [pairs, before, normal] = [0, 0, 0];
  for (const { positives, negatives } of fallingLevels(scores, labels)) {
    pairs += negatives * (before + positives / 2);
    before += positives;
    normal += negatives;
  }
  return pairs / (before * normal);
}

/**
 * The area under the precision-recall curve as average precision (Davis & Goadrich 2006, ICML, on why the points of the
 * curve must not be joined by lines): Σ (recall_i − recall_{i−1}) · precision_i over all thresholds, falling.
 *
 * 1 is a perfect ranking; random or constant scores have about the share of anomalous values. It counts values, not
 * events.
 *
 * @param scores higher = stranger; NaN is the lowest; equal scores are one threshold
 * @param labels ranges, or a 0 or 1 for every score
 * @throws RangeError unless there are both anomalous and normal values
 *
 * O(n log n).
 *
 * @example
 * prAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]); // => 1 / 2 + (1 / 2) * (2 / 3)
 */
export function prAuc(scores: Scores, labels: AnomalyLabels): number {
  let [area, found, alarms] = [0, 0, 0];
  for (const { positives, negatives } of fallingLevels(scores, labels)) {
    found += positives;
    alarms += positives + negatives;
    area += positives * (found / alarms);
  }
  return area / found;
}

/** The places of all scores, highest score first, equal ones by place. */
export function fallingOrder(scores: Float64Array): Uint32Array {
  const order = new Uint32Array(scores.length).map((_, t) => t);
  const falling = (a: number, b: number): number => Number(scores[a]! < scores[b]!) - Number(scores[a]! > scores[b]!);
  return order.sort((a, b) => falling(a, b) || a - b);
}

/** How many anomalous and normal values there are of each score, highest score first. */
function fallingLevels(given: Scores, labels: AnomalyLabels): { positives: number; negatives: number }[] {
  const scores = toScores(given);
  const ranges = toRanges(labels, scores.length);
  checkSomeAnomaly(ranges);
  checkSomeNormal(ranges, scores.length);
  const isAnomalous = toPoints(ranges, scores.length);
  const order = fallingOrder(scores);
  const levels: { positives: number; negatives: number }[] = [];
  for (let p = 0; p < order.length; ) {
    const level = scores[order[p]!]!;
    const from = p;
    let positives = 0;
    for (; p < order.length && scores[order[p]!] === level; p++) positives += isAnomalous[order[p]!]!;
    levels.push({ positives, negatives: p - from - positives });
  }
  return levels;
}
