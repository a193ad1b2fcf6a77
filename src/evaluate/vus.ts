// Volumes under the surface: areas under curves whose labels fade out around every anomaly, averaged over the buffer length.

import { checkInteger, checkOptions } from '../core/checks.ts';
import type { LabeledRange } from '../core/labeled-range.ts';
import { type AnomalyLabels, checkSomeAnomaly, checkSomeNormal, type Scores, toRanges, toScores } from './labels.ts';
import { fallingOrder } from './ranking.ts';

/** Options of the volumes. */
export interface VUSOptions {
  /** The longest buffer ℓ, in values; default 100. The paper advises the period of the series. */
  window?: number;
}

/**
 * The volume under the ROC surface (Paparrizos et al. 2022, PVLDB 15(11)): the area under a ROC
 * curve that forgives a score for being high a little before or after the anomaly, averaged over the lengths of that buffer.
 *
 * For each buffer ℓ = 0 … window, an anomaly from s to e labels the values up to ⌊ℓ/2⌋ before and after it, too:
 * lᵢ = √(1 − (s − i)/ℓ) and √(1 − (i − e)/ℓ), 1 inside, sums of neighbors at most 1. With yᵢ the labels without buffer and
 * aᵢ = 1 for the scores ≥ a threshold,
 *
 *     TP  = Σ lᵢaᵢ                P = Σ (yᵢ + lᵢ)/2
 *     TPR = min(TP/P, 1) · (share of the anomalies, joined where buffers overlap, with an alarm in them)
 *     FPR = (Σ aᵢ − TP)/(n − P)
 *
 * and the area is that of the trapezoids over all thresholds, from (0, 0) to (1, 1). With window 0 and one anomaly it is
 * {@link rocAuc}.
 *
 * The authors' program uses 250 thresholds; this function uses all. The later program of the TSB-AD benchmark, by the same
 * authors, counts a buffer's labels only where there is an alarm, and gives other values.
 *
 * @param scores higher = stranger; NaN is the lowest
 * @param labels ranges, or a 0 or 1 for every score
 * @throws RangeError unless there are both anomalous and normal values
 *
 * O(n log n + m·window), m the values within window/2 of an anomaly.
 *
 * @example
 * vusRoc([0, 0, 0, 9, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0], { window: 0 }); // => 1
 * vusRoc([0, 0, 9, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0], { window: 2 }).toFixed(3); // => '0.525'
 */
export function vusRoc(scores: Scores, labels: AnomalyLabels, options: VUSOptions = {}): number {
  return volumes(scores, labels, options).roc;
}

/**
 * The volume under the precision-recall surface (Paparrizos et al. 2022, PVLDB 15(11)): as
 * {@link vusRoc}, with precision TP/Σ aᵢ over the TPR in place of the recall.
 *
 * The area is that of the trapezoids over all thresholds, from recall 0 at precision 1.
 *
 * @param scores higher = stranger; NaN is the lowest
 * @param labels ranges, or a 0 or 1 for every score
 * @throws RangeError unless there are both anomalous and normal values
 *
 * O(n log n + m·window), m the values within window/2 of an anomaly.
 *
 * @example
 * vusPr([0, 0, 0, 9, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0], { window: 0 }); // => 1
 */
export function vusPr(scores: Scores, labels: AnomalyLabels, options: VUSOptions = {}): number {
  return volumes(scores, labels, options).pr;
}

/**
 * The values that a buffer can reach, by falling score. Equal scores are one level. Between two levels with such a value
 * only false alarms are added, so that the other values need not be visited for every buffer.
 */
interface Near {
  readonly n: number;
  readonly indices: Uint32Array;
  /** For each of these indices the number of higher scores (`from`), and of scores at least as high (`to`). */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

interface Areas {
  roc: number;
  pr: number;
}

function volumes(given: Scores, labels: AnomalyLabels, options: VUSOptions): Areas {
  checkOptions(options, ['window']);
  const { window = 100 } = options;
  checkInteger(window, 'window', 0);
  const scores = toScores(given);
  const ranges = toRanges(labels, scores.length);
  checkSomeAnomaly(ranges);
  checkSomeNormal(ranges, scores.length);
  const near = nearestOf(scores, ranges, window >> 1);
  const faded = { weights: new Float64Array(scores.length), group: new Int32Array(scores.length).fill(-1) };
  const sum: Areas = { roc: 0, pr: 0 };
  for (let buffer = 0; buffer <= window; buffer++) {
    const numGroups = fade(ranges, buffer, faded);
    const areas = areasAt(near, ranges, { ...faded, numGroups });
    sum.roc += areas.roc;
    sum.pr += areas.pr;
  }
  return { roc: sum.roc / (window + 1), pr: sum.pr / (window + 1) };
}

function nearestOf(scores: Float64Array, ranges: readonly LabeledRange[], reach: number): Near {
  const n = scores.length;
  const isNear = new Uint8Array(n);
  for (const { begin, end } of ranges) isNear.fill(1, Math.max(0, begin - reach), end + reach + 1);
  const { order, higher } = fallingOrder(scores);
  const indices = order.filter((t) => isNear[t] === 1);
  const from = indices.map((t) => higher[t]!);
  // A level ends where the next one in the whole order begins.
  const ends = new Uint32Array(n);
  for (let p = n - 1, end = n; p >= 0; p--) {
    ends[p] = end;
    if (higher[order[p]!] === p) end = p;
  }
  return { n, indices, from, to: from.map((p) => ends[p]!) };
}

/** The labels with a buffer, and which anomaly a value with its buffer belongs to. */
interface Faded {
  readonly weights: Float64Array;
  /** −1: none. Anomalies whose buffers share a value are one. */
  readonly group: Int32Array;
  readonly numGroups: number;
}

function areasAt({ n, indices, from, to }: Near, ranges: readonly LabeledRange[], faded: Faded): Areas {
  const { weights, group, numGroups } = faded;
  let positive = ranges.reduce((sum, { begin, end }) => sum + end - begin + 1, 0) / 2;
  for (const t of indices) positive += weights[t]! / 2;
  const isFound = new Uint8Array(numGroups);
  let [truth, found] = [0, 0];
  let [tpr, fpr] = [0, 0];
  const areas: Areas = { roc: 0, pr: 0 };
  for (let i = 0; i < indices.length; ) {
    // The threshold just above this level: as many true alarms as before, all others false.
    const [above, below] = [from[i]!, to[i]!];
    const fprAbove = (above - truth) / (n - positive);
    const precisionAbove = above === 0 ? 1 : truth / above;
    areas.roc += (fprAbove - fpr) * tpr;
    for (; i < indices.length && from[i] === above; i++) {
      const t = indices[i]!;
      truth += weights[t]!;
      if (group[t]! < 0 || isFound[group[t]!] === 1) continue;
      isFound[group[t]!] = 1;
      found++;
    }
    const next = Math.min(truth / positive, 1) * (found / numGroups);
    fpr = (below - truth) / (n - positive);
    areas.roc += ((fpr - fprAbove) * (tpr + next)) / 2;
    areas.pr += ((next - tpr) * (precisionAbove + truth / below)) / 2;
    tpr = next;
  }
  // Down to the lowest score, and on to (1, 1).
  const last = (n - truth) / (n - positive);
  areas.roc += (last - fpr) * tpr + ((1 - last) * (tpr + 1)) / 2;
  return areas;
}

/** Writes the labels for a buffer over those of a shorter buffer. Returns the number of groups. */
function fade(
  ranges: readonly LabeledRange[],
  buffer: number,
  { weights, group }: { weights: Float64Array; group: Int32Array },
): number {
  const [n, reach] = [weights.length, buffer >> 1];
  let [numGroups, before] = [0, -Infinity];
  for (const { begin, end } of ranges) {
    if (begin - reach > before) numGroups++;
    before = end + reach;
    weights.fill(0, Math.max(0, begin - reach), before + 1);
    group.fill(numGroups - 1, Math.max(0, begin - reach), before + 1);
  }
  for (const { begin, end } of ranges) {
    for (let t = begin; t <= end; t++) weights[t]! += 1;
    for (let t = Math.max(0, begin - reach); t < begin; t++) weights[t]! += Math.sqrt(1 - (begin - t) / buffer);
    for (let t = end + 1; t <= Math.min(n - 1, end + reach); t++) weights[t]! += Math.sqrt(1 - (t - end) / buffer);
  }
  for (const { begin, end } of ranges) {
    for (let t = Math.max(0, begin - reach); t <= Math.min(n - 1, end + reach); t++) {
      weights[t] = Math.min(1, weights[t]!);
    }
  }
  return numGroups;
}
