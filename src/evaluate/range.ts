// Precision and recall of ranges: how much of every anomaly is found, where, and in how many pieces.

import { checkChoice, checkNumber, checkOptions } from '../core/checks.ts';
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

/** Where in a range an overlap is worth most. */
export type PositionalBias = 'flat' | 'front' | 'middle' | 'back';

/** Options of {@link rangeF1}. */
export interface RangeOptions {
  /** α: the share of the recall for finding an anomaly at all, 0 (default) to 1; the rest is for how much of it is found. */
  alpha?: number;
  /** δ of the recall; default `'flat'`. `'front'` rewards early alarms. */
  bias?: PositionalBias;
  /** δ of the precision; default `'flat'`. */
  precisionBias?: PositionalBias;
  /** γ(x) for a range that overlaps x > 1 others: 1, the default, or 1/x, which punishes pieces. */
  cardinality?: 'one' | 'reciprocal';
}

/**
 * Precision and recall for ranges (Tatbul et al. 2018, NeurIPS, section 4): an alarm range that covers half of an anomaly
 * has found half of it; more or less than half if the position is weighed.
 *
 * Alarm ranges Pⱼ are the runs of scores ≥ threshold, Rᵢ the anomalies:
 *
 *     recall        mean over i of α · [some Pⱼ meets Rᵢ] + (1 − α) · γ(x) Σⱼ ω(Rᵢ, Rᵢ ∩ Pⱼ)
 *     precision     mean over j of γ(x) Σᵢ ω(Pⱼ, Pⱼ ∩ Rᵢ)
 *     ω(A, B)       Σ δ(i) over the positions of B / Σ δ(i) over those of A, positions i = 1 … |A|
 *     δ(i)          flat 1; front |A| − i + 1; back i; middle i up to |A|/2, then |A| − i + 1
 *     γ(x)          1 for a range that meets x ≤ 1 others, else by `cardinality`
 *
 * Without an alarm the precision is NaN and f1 is 0. With ranges of one value each it is the ordinary precision and recall.
 *
 * @param scores higher = stranger, NaN the lowest; zeros and ones are scores with the threshold 1
 * @param labels ranges, or a 0 or 1 for every score
 * @param threshold alarms are scores ≥ this
 * @throws RangeError when there is no anomaly
 *
 * O(n).
 *
 * @example
 * const labels = [{ begin: 2, end: 5 }];
 * rangeF1([0, 0, 0, 0, 9, 9, 9, 9], labels, 1); // => { precision: 0.5, recall: 0.5, f1: 0.5 }
 * rangeF1([0, 0, 0, 0, 9, 9, 9, 9], labels, 1, { bias: 'front' }).recall; // => 0.3
 */
export function rangeF1(
  scores: Scores,
  labels: AnomalyLabels,
  threshold: number,
  options: RangeOptions = {},
): PrecisionRecall {
  checkOptions(options, ['alpha', 'bias', 'precisionBias', 'cardinality']);
  const { alpha = 0, bias = 'flat', precisionBias = 'flat', cardinality = 'one' } = options;
  checkNumber(alpha, 'alpha', 'a number from 0 to 1', (value) => value >= 0 && value <= 1);
  for (const [name, value] of Object.entries({ bias, precisionBias })) {
    checkChoice(value, name, ['flat', 'front', 'middle', 'back']);
  }
  checkChoice(cardinality, 'cardinality', ['one', 'reciprocal']);
  const values = toScores(scores);
  const anomalies = toRanges(labels, values.length);
  checkSomeAnomaly(anomalies);
  const alarms = alarmsOf(values, threshold);
  const found = overlaps(anomalies, alarms, bias, cardinality);
  const right = overlaps(alarms, anomalies, precisionBias, cardinality);
  const recall = mean(found.map(({ isMet, reward }) => alpha * Number(isMet) + (1 - alpha) * reward));
  const precision = mean(right.map(({ reward }) => reward));
  return { precision, recall, f1: f1Of(precision, recall) };
}

/** For each range: whether it meets one of the others, and its overlap reward. Both lists are in order. */
function overlaps(
  ranges: readonly LabeledRange[],
  others: readonly LabeledRange[],
  bias: PositionalBias,
  cardinality: 'one' | 'reciprocal',
): { isMet: boolean; reward: number }[] {
  let first = 0;
  return ranges.map(({ begin, end }) => {
    const length = end - begin + 1;
    while (first < others.length && others[first]!.end < begin) first++;
    let [weight, count] = [0, 0];
    for (let j = first; j < others.length && others[j]!.begin <= end; j++) {
      const to = Math.min(end, others[j]!.end) - begin + 1;
      const from = Math.max(begin, others[j]!.begin) - begin + 1;
      for (let i = from; i <= to; i++) weight += delta(i, length, bias);
      count++;
    }
    let total = 0;
    for (let i = 1; i <= length; i++) total += delta(i, length, bias);
    const factor = cardinality === 'reciprocal' && count > 1 ? 1 / count : 1;
    return { isMet: count > 0, reward: (factor * weight) / total };
  });
}

function delta(i: number, length: number, bias: PositionalBias): number {
  if (bias === 'flat') return 1;
  const fromBack = length - i + 1;
  if (bias === 'front') return fromBack;
  return bias === 'back' || i <= length / 2 ? i : fromBack;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
