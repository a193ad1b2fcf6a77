// Volumes under the surface: areas under curves whose labels fade out around every anomaly, averaged over how far.
import { checkInteger, checkOptions } from '../detector.ts';
import {
  type AnomalyLabels,
  checkSomeAnomaly,
  checkSomeNormal,
  type LabeledRange,
  type Scores,
  toRanges,
  toScores,
} from './labels.ts';
import { fallingOrder } from './ranking.ts';

/** Options of the volumes. */
export interface VUSOptions {
  /** The longest buffer ℓ, in values; default 100. The paper advises the period of the series. */
  window?: number;
}

/**
 * The volume under the ROC surface (Paparrizos et al. 2022, PVLDB 15(11)): the area under a ROC
 * curve that forgives a score for being high a little before or after the anomaly, averaged over what a little means.
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
 * The authors' program looks at 250 thresholds, this at all; that of the TSB-AD benchmark, of the same authors, has since
 * counted a buffer's labels only where there is an alarm, and gives other values.
 *
 * @param scores higher = stranger; NaN is the lowest
 * @param labels ranges, or a 0 or 1 for every score
 * @throws RangeError unless there are both anomalous and normal values
 *
 * O(n log n + n·window).
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
 * O(n log n + n·window).
 *
 * @example
 * vusPr([0, 0, 0, 9, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0], { window: 0 }); // => 1
 */
export function vusPr(scores: Scores, labels: AnomalyLabels, options: VUSOptions = {}): number {
  return volumes(scores, labels, options).pr;
}

/** What an area is made from: the scores in falling order. */
interface Ranked {
  readonly scores: Float64Array;
  readonly order: Uint32Array;
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
  const ranked = { scores, order: fallingOrder(scores) };
  const sum: Areas = { roc: 0, pr: 0 };
  for (let buffer = 0; buffer <= window; buffer++) {
    const areas = areasAt(ranked, ranges, buffer);
    sum.roc += areas.roc;
    sum.pr += areas.pr;
  }
  return { roc: sum.roc / (window + 1), pr: sum.pr / (window + 1) };
}

function areasAt({ scores, order }: Ranked, ranges: readonly LabeledRange[], buffer: number): Areas {
  const n = scores.length;
  const weights = fade(ranges, n, buffer);
  const { group, numGroups } = groupsOf(ranges, n, buffer);
  const numAnomalous = ranges.reduce((sum, { begin, end }) => sum + end - begin + 1, 0);
  const positive = (numAnomalous + weights.reduce((sum, weight) => sum + weight, 0)) / 2;
  const isFound = new Uint8Array(numGroups);
  let [truth, found] = [0, 0];
  let [tpr, fpr, precision] = [0, 0, 1];
  const areas: Areas = { roc: 0, pr: 0 };
  for (let p = 0; p < n; ) {
    const level = scores[order[p]!]!;
    for (; p < n && scores[order[p]!] === level; p++) {
      const t = order[p]!;
      truth += weights[t]!;
      if (group[t]! < 0 || isFound[group[t]!] === 1) continue;
      isFound[group[t]!] = 1;
      found++;
    }
    const next = {
      tpr: Math.min(truth / positive, 1) * (found / numGroups),
      fpr: (p - truth) / (n - positive),
      precision: truth / p,
    };
    areas.roc += ((next.fpr - fpr) * (tpr + next.tpr)) / 2;
    areas.pr += ((next.tpr - tpr) * (precision + next.precision)) / 2;
    ({ tpr, fpr, precision } = next);
  }
  areas.roc += ((1 - fpr) * (tpr + 1)) / 2;
  return areas;
}

/** The labels with a buffer. */
function fade(ranges: readonly LabeledRange[], n: number, buffer: number): Float64Array {
  const weights = new Float64Array(n);
  const reach = buffer >> 1;
  for (const { begin, end } of ranges) {
    weights.fill(1, begin, end + 1);
    for (let t = Math.max(0, begin - reach); t < begin; t++) weights[t]! += Math.sqrt(1 - (begin - t) / buffer);
    for (let t = end + 1; t <= Math.min(n - 1, end + reach); t++) weights[t]! += Math.sqrt(1 - (t - end) / buffer);
  }
  return weights.map((weight) => Math.min(1, weight));
}

/** Which anomaly a value with its buffer belongs to, −1 for none; those whose buffers share a value are one. */
function groupsOf(
  ranges: readonly LabeledRange[],
  n: number,
  buffer: number,
): { group: Int32Array; numGroups: number } {
  const group = new Int32Array(n).fill(-1);
  const reach = buffer >> 1;
  let [numGroups, before] = [0, -Infinity];
  for (const { begin, end } of ranges) {
    if (begin - reach > before) numGroups++;
    before = end + reach;
    group.fill(numGroups - 1, Math.max(0, begin - reach), before + 1);
  }
  return { group, numGroups };
}
