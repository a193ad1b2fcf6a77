// Checks the arguments of metrics and brings them to one form: labels as ranges or as zeros and ones, scores, alarms.
import { checkInteger, describe } from '../core/checks.ts';
import type { LabeledRange } from '../core/labeled-range.ts';

/**
 * The truth about a series of n values: its anomalies as ranges that do not overlap, in any order, or an array of n zeros
 * and ones (or booleans), where each run of ones is an anomaly. Ranges may touch and are two anomalies then.
 */
export type AnomalyLabels = readonly LabeledRange[] | ArrayLike<number | boolean>;

/** One score per value, higher = stranger; NaN, null and undefined count as lower than every other. */
export type Scores = ArrayLike<number | null | undefined>;

/** The scores as float64, with −Infinity for those that are missing. @throws TypeError with the index of what is no number */
export function toScores(scores: Scores, argument = 'scores'): Float64Array {
  checkArray(scores, argument, 'numbers');
  const { length } = scores;
  const values = new Float64Array(length);
  for (let t = 0; t < length; t++) {
    const score = scores[t];
    if (score === null || score === undefined || Number.isNaN(score)) values[t] = -Infinity;
    else if (typeof score === 'number') values[t] = score;
    else throw new TypeError(`${argument}[${t}] must be a number, null or undefined, got ${describe(score)}`);
  }
  return values;
}

/** The anomalies of a series of `n` values in order, from either form. */
export function toRanges(labels: AnomalyLabels, n: number, argument = 'labels'): LabeledRange[] {
  checkArray(labels, argument, 'ranges { begin, end } or of zeros and ones');
  const first = labels[0];
  if (labels.length > 0 && typeof first !== 'object') return runs(labels as ArrayLike<number | boolean>, n, argument);
  const ranges = Array.from(labels as ArrayLike<LabeledRange>, (range, i) => checkRange(range, n, `${argument}[${i}]`));
  ranges.sort((a, b) => a.begin - b.begin);
  for (let i = 1; i < ranges.length; i++) {
    const [before, range] = [ranges[i - 1]!, ranges[i]!];
    if (range.begin > before.end) continue;
    const both = `${before.begin} to ${before.end} and ${range.begin} to ${range.end}`;
    throw new RangeError(`${argument} must not overlap, got ${both}: join them`);
  }
  return ranges;
}

/** A label per value: 1 inside a range, else 0. */
export function toPoints(ranges: readonly LabeledRange[], n: number): Uint8Array {
  const points = new Uint8Array(n);
  for (const { begin, end } of ranges) points.fill(1, begin, end + 1);
  return points;
}

/** Throws unless there is an anomaly: without one nothing can be found, and the metric is 0/0. */
export function checkSomeAnomaly(ranges: readonly LabeledRange[], argument = 'labels'): void {
  if (ranges.length === 0) throw new RangeError(`${argument} must hold at least one anomaly, got none`);
}

/** Throws unless some value is normal. */
export function checkSomeNormal(ranges: readonly LabeledRange[], n: number): void {
  const anomalous = ranges.reduce((sum, { begin, end }) => sum + end - begin + 1, 0);
  if (anomalous === n) throw new RangeError(`labels must leave at least one value normal, got ${n} of ${n} anomalous`);
}

/** Throws unless `threshold` is a number. */
export function checkThreshold(threshold: unknown): asserts threshold is number {
  if (typeof threshold !== 'number') throw new TypeError(`threshold must be a number, got ${describe(threshold)}`);
  if (Number.isNaN(threshold)) throw new RangeError('threshold must be a number, got NaN');
}

function checkArray(values: unknown, argument: string, contents: string): void {
  const length = typeof values === 'object' && values !== null ? (values as { length?: unknown }).length : undefined;
  if (Number.isSafeInteger(length) && (length as number) >= 0) return;
  throw new TypeError(`${argument} must be an array of ${contents}, got ${describe(values)}`);
}

function checkRange(range: unknown, n: number, argument: string): LabeledRange {
  if (typeof range !== 'object' || range === null) {
    throw new TypeError(`${argument} must be a range { begin, end }, got ${describe(range)}`);
  }
  const { begin, end } = range as LabeledRange;
  checkInteger(begin, `${argument}.begin`, 0);
  checkInteger(end, `${argument}.end`, 0);
  if (begin > end) throw new RangeError(`${argument} must not end before it begins, got ${begin} to ${end}`);
  if (end >= n) throw new RangeError(`${argument} must lie within the ${n} values, got ${begin} to ${end}`);
  return { begin, end };
}

function runs(labels: ArrayLike<number | boolean>, n: number, argument: string): LabeledRange[] {
  if (labels.length !== n) {
    throw new RangeError(`${argument} must hold one label per value, ${n} of them, got ${labels.length}`);
  }
  const ranges: LabeledRange[] = [];
  let begin = -1;
  for (let t = 0; t < n; t++) {
    const label: unknown = labels[t];
    if (typeof label !== 'number' && typeof label !== 'boolean') {
      throw new TypeError(`${argument}[${t}] must be 0 or 1, got ${describe(label)}`);
    }
    if (Number(label) !== 0 && Number(label) !== 1)
      throw new RangeError(`${argument}[${t}] must be 0 or 1, got ${label}`);
    if (begin < 0 && Number(label) === 1) begin = t;
    if (begin >= 0 && Number(label) === 0) {
      ranges.push({ begin, end: t - 1 });
      begin = -1;
    }
  }
  if (begin >= 0) ranges.push({ begin, end: n - 1 });
  return ranges;
}

/** Precision: the share of the alarms that is true. Recall: the share of the anomalies that is reported. F1: both in one. */
export interface PrecisionRecall {
  /** 0 to 1; NaN if nothing was reported. */
  precision: number;
  /** 0 to 1. */
  recall: number;
  /** Harmonic mean of the two; 0 if nothing was found. */
  f1: number;
}

/** The harmonic mean; 0 if it is 0/0 or the precision is NaN. */
export function f1Of(precision: number, recall: number): number {
  return precision * recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
}

/** The runs of scores ≥ threshold. */
export function alarmsOf(scores: Float64Array, threshold: number): LabeledRange[] {
  checkThreshold(threshold);
  return runs(
    Uint8Array.from(scores, (score) => Number(score >= threshold)),
    scores.length,
    'alarms',
  );
}
