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
  visitLevels(scores, labels, (positives, negatives) => {
    pairs += negatives * (before + positives / 2);
    before += positives;
    normal += negatives;
  });
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
  visitLevels(scores, labels, (positives, negatives) => {
    found += positives;
    alarms += positives + negatives;
    area += positives * (found / alarms);
  });
  return area / found;
}

/** The order of scores from the highest to the lowest. */
export interface FallingOrder {
  /** The indices of the scores, highest score first, equal scores by index. */
  readonly order: Uint32Array;
  /** For each index in the series the number of higher scores: the rank at which its equal scores begin. */
  readonly higher: Uint32Array;
}

/** Sorts the scores themselves, which needs no comparison function, and finds each of them by bisection. O(n log n). */
export function fallingOrder(scores: Float64Array): FallingOrder {
  const n = scores.length;
  const rising = scores.slice().sort();
  const higher = new Uint32Array(n);
  const order = new Uint32Array(n);
  // For each rank at which equal scores begin: the number of them that are in the order already.
  const numSeen = new Uint32Array(n);
  for (let t = 0; t < n; t++) {
    const first = n - countUpTo(rising, scores[t]!);
    higher[t] = first;
    order[first + numSeen[first]!] = t;
    numSeen[first]!++;
  }
  return { order, higher };
}

/** Number of the rising values that are ≤ x. */
function countUpTo(rising: Float64Array, x: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Calls back for each score, highest first, with the numbers of anomalous and normal values that have it. */
function visitLevels(
  given: Scores,
  labels: AnomalyLabels,
  visit: (positives: number, negatives: number) => void,
): void {
  const scores = toScores(given);
  const ranges = toRanges(labels, scores.length);
  checkSomeAnomaly(ranges);
  checkSomeNormal(ranges, scores.length);
  const isAnomalous = toPoints(ranges, scores.length);
  const anomalous = scores.filter((_, t) => isAnomalous[t] === 1).sort();
  const normal = scores.filter((_, t) => isAnomalous[t] === 0).sort();
  let [p, q] = [anomalous.length, normal.length];
  while (p + q > 0) {
    const level = Math.max(anomalous[p - 1] ?? -Infinity, normal[q - 1] ?? -Infinity);
    const [fromP, fromQ] = [p, q];
    while (anomalous[p - 1] === level) p--;
    while (normal[q - 1] === level) q--;
    visit(fromP - p, fromQ - q);
  }
}
