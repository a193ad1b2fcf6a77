// The score of the Numenta Anomaly Benchmark: the gain of every alarm by its position, and the best threshold of a corpus.

import { checkChoice, checkOptions, describe } from '../core/checks.ts';
import type { LabeledRange } from '../core/labeled-range.ts';
import { type AnomalyLabels, checkThreshold, type Scores, toRanges, toScores } from './labels.ts';
import { fallingOrder } from './ranking.ts';

/** The weights of a missed window, an alarm outside of every window and a found window. */
interface Weights {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
}

/** The profiles of NAB's config/profiles.json. */
const PROFILES: Record<NABProfile, Weights> = {
  standard: { truePositive: 1, falsePositive: 0.11, falseNegative: 1 },
  reward_low_FP_rate: { truePositive: 1, falsePositive: 0.22, falseNegative: 1 },
  reward_low_FN_rate: { truePositive: 1, falsePositive: 0.11, falseNegative: 2 },
};

/** A profile of the benchmark: the weights of false alarms and missed windows. */
export type NABProfile = 'standard' | 'reward_low_FP_rate' | 'reward_low_FN_rate';

/** The names of the profiles, in the order in which NAB lists them. */
export const nabProfiles: readonly NABProfile[] = Object.keys(PROFILES) as NABProfile[];

/** A detector's scores of one series, and the windows around its anomalies. */
export interface ScoredSeries {
  readonly scores: Scores;
  readonly labels: AnomalyLabels;
}

/** The result of one series at the threshold. */
export interface NABSeries {
  /** Sum of the weights, not normalized: its share in the sum over the corpus. */
  raw: number;
  /** The sum of a detector without alarms: −falseNegative per window. */
  rawOfNone: number;
  /** The sum of a detector with one alarm at the beginning of every window and no other alarm. */
  rawOfPerfect: number;
  windows: number;
  /** Windows with at least one alarm. */
  found: number;
  /** Alarms outside every window. */
  falseAlarms: number;
}

/** The result of a detector on a corpus. */
export interface NABResult {
  /** 100 for a perfect detector, 0 for one that never raises an alarm; negative for one that does worse. */
  score: number;
  /** Alarms are the scores ≥ this; Infinity if no alarm at all is best. */
  threshold: number;
  /** The series in the order given. */
  series: NABSeries[];
}

/** Nothing is scored before 15 % of a series, of at most 5000 values. */
const PROBATION = 0.15;
const LONGEST_PROBATION = 750;

/** Number of values at the beginning of a series of `n` that are not scored. */
export function probationOf(n: number): number {
  return Math.min(Math.floor(PROBATION * n), LONGEST_PROBATION);
}

/** From this distance behind a window on, in window lengths, a false alarm has its full weight. */
const FAR = 3;

/** 2/(1 + e⁵ᵖ) − 1: 0.987 at p = −1, the beginning of a window, 0 behind its end, −1 far behind it. */
function scaledSigmoid(position: number): number {
  return position >= FAR ? -1 : 2 * (1 / (1 + Math.exp(5 * position))) - 1;
}

const LARGEST_GAIN = scaledSigmoid(-1);

/** For each value the gain of an alarm there, before the weights, and the window that it is in (−1: none). */
interface Worth {
  readonly scores: Float64Array;
  /** First value that counts. */
  readonly from: number;
  readonly gain: Float64Array;
  readonly window: Int32Array;
  readonly numWindows: number;
}

/**
 * The score of the Numenta Anomaly Benchmark (Lavin & Ahmad 2015, ICMLA, as NAB 1.1 computes it): early alarms are
 * worth more, alarms outside every window cost, and one threshold serves all series of the corpus.
 *
 * With σ(p) = 2/(1 + e⁵ᵖ) − 1, values from index 0, and a window from b to e of width v = e − b + 1,
 *
 *     a window's first alarm, at t      A_TP · σ(−(e − t + 1)/v)/σ(−1)
 *     a window without an alarm         −A_FN
 *     an alarm outside, at t            A_FP · σ((t − e)/(v − 1)), e and v of the last window before t;
 *                                       −A_FP from three widths on, without such a window, or with v = 1
 *     score                             100 · (sum − sum of no alarms)/(sum of perfect alarms − sum of no alarms)
 *
 * | profile              | A_TP | A_FP | A_FN |
 * | -------------------- | ---- | ---- | ---- |
 * | `standard`           | 1    | 0.11 | 1    |
 * | `reward_low_FP_rate` | 1    | 0.22 | 1    |
 * | `reward_low_FN_rate` | 1    | 0.11 | 2    |
 *
 * Of each series the first min(⌊0.15 n⌋, 750) values are a probation: alarms there do not count. A window that lies
 * entirely within it is left out; a window that reaches out of it keeps its width.
 *
 * Without a threshold the best one is found (of equally good ones the highest), as in the benchmark's tables. That choice
 * uses the labels: for a score that a user can expect, choose the threshold on other series.
 *
 * @param corpus scores and windows of every series; NaN is never an alarm above threshold −Infinity
 * @param options.profile default `'standard'`
 * @param options.threshold alarms are scores ≥ this; default: the best for this corpus and profile
 * @throws RangeError when the corpus has no window to be found
 *
 * O(n log n) for n values in all, O(n) with a threshold.
 *
 * @example
 * const scores = [0, 0, 0, 0, 9, 0, 0, 0, 7, 0];
 * const labels = [{ begin: 4, end: 5 }];
 * nabScore([{ scores, labels }]).score; // => 100
 * nabScore([{ scores, labels }], { threshold: 5 }).score.toFixed(1); // => '94.5'
 */
export function nabScore(
  corpus: readonly ScoredSeries[],
  options: { profile?: NABProfile; threshold?: number } = {},
): NABResult {
  if (!Array.isArray(corpus)) throw new TypeError(`corpus must be an array of series, got ${describe(corpus)}`);
  checkOptions(options, ['profile', 'threshold']);
  const { profile = 'standard', threshold } = options;
  checkChoice(profile, 'profile', nabProfiles);
  if (threshold !== undefined) checkThreshold(threshold);
  const series = corpus.map((entry, i) => worthOf(entry, `corpus[${i}]`));
  if (series.every(({ numWindows }) => numWindows === 0)) {
    throw new RangeError('corpus must have at least one window after the probation, got none');
  }
  const weights = PROFILES[profile];
  const used = threshold ?? bestThreshold(series, weights);
  const results = series.map((worth) => scoreSeries(worth, weights, used));
  const sum = (key: 'raw' | 'rawOfNone' | 'rawOfPerfect') => results.reduce((total, result) => total + result[key], 0);
  const none = sum('rawOfNone');
  return { score: (100 * (sum('raw') - none)) / (sum('rawOfPerfect') - none), threshold: used, series: results };
}

function worthOf(entry: ScoredSeries, argument: string): Worth {
  if (typeof entry !== 'object' || entry === null) {
    throw new TypeError(`${argument} must be an object { scores, labels }, got ${describe(entry)}`);
  }
  const scores = toScores(entry.scores, `${argument}.scores`);
  const n = scores.length;
  const from = probationOf(n);
  const windows = toRanges(entry.labels, n, `${argument}.labels`);
  const gain = new Float64Array(n);
  const window = new Int32Array(n).fill(-1);
  let numWindows = 0;
  let before: LabeledRange | undefined;
  let next = 0;
  for (const { begin, end } of windows) {
    for (; next < begin; next++) gain[next] = falseGain(before, next);
    for (; next <= end; next++) {
      gain[next] = scaledSigmoid(-(end - next + 1) / (end - begin + 1)) / LARGEST_GAIN;
      window[next] = numWindows;
    }
    if (end >= from) numWindows++;
    before = { begin, end };
  }
  for (; next < n; next++) gain[next] = falseGain(before, next);
  return { scores, from, gain, window, numWindows };
}

function falseGain(before: LabeledRange | undefined, t: number): number {
  return before === undefined ? -1 : scaledSigmoid((t - before.end) / (before.end - before.begin));
}

/** Every window's first alarm is its best, because the gain falls from its beginning to its end. */
function scoreSeries(worth: Worth, weights: Weights, threshold: number): NABSeries {
  const { scores, from, gain, window, numWindows } = worth;
  const isFound = new Uint8Array(numWindows);
  let [raw, found, falseAlarms] = [0, 0, 0];
  for (let t = from; t < scores.length; t++) {
    if (!(scores[t]! >= threshold)) continue;
    const i = window[t]!;
    if (i < 0) {
      raw += weights.falsePositive * gain[t]!;
      falseAlarms++;
    } else if (isFound[i] === 0) {
      raw += weights.truePositive * gain[t]!;
      isFound[i] = 1;
      found++;
    }
  }
  const rawOfNone = -weights.falseNegative * numWindows;
  raw -= weights.falseNegative * (numWindows - found);
  return { raw, rawOfNone, rawOfPerfect: weights.truePositive * numWindows, windows: numWindows, found, falseAlarms };
}

/** Lowers the threshold from Infinity over every score that occurs, and updates the sum of all series. */
function bestThreshold(series: readonly Worth[], weights: Weights): number {
  const { score, gain, window, numWindows } = sorted(series);
  const best = new Float64Array(numWindows).fill(-weights.falseNegative);
  let sum = -weights.falseNegative * numWindows;
  // No alarm at all, unless a score is Infinity.
  let [threshold, largest] = [Infinity, score[0] === Infinity ? -Infinity : sum];
  for (let p = 0; p < score.length; ) {
    const level = score[p]!;
    for (; p < score.length && score[p] === level; p++) {
      const i = window[p]!;
      if (i < 0) sum += weights.falsePositive * gain[p]!;
      else if (weights.truePositive * gain[p]! > best[i]!) {
        sum += weights.truePositive * gain[p]! - best[i]!;
        best[i] = weights.truePositive * gain[p]!;
      }
    }
    if (sum > largest) [threshold, largest] = [level, sum];
  }
  return threshold;
}

/** The values of all series that count, by falling score. Windows are numbered across the series. */
function sorted(series: readonly Worth[]): {
  score: Float64Array;
  gain: Float64Array;
  window: Int32Array;
  numWindows: number;
} {
  const n = series.reduce((sum, { scores, from }) => sum + scores.length - from, 0);
  const [score, gain, window] = [new Float64Array(n), new Float64Array(n), new Int32Array(n)];
  let [next, numWindows] = [0, 0];
  for (const one of series) {
    score.set(one.scores.subarray(one.from), next);
    gain.set(one.gain.subarray(one.from), next);
    window.set(
      one.window.subarray(one.from).map((i) => (i < 0 ? -1 : i + numWindows)),
      next,
    );
    next += one.scores.length - one.from;
    numWindows += one.numWindows;
  }
  const { order } = fallingOrder(score);
  return {
    score: score.map((_, p) => score[order[p]!]!),
    gain: gain.map((_, p) => gain[order[p]!]!),
    window: window.map((_, p) => window[order[p]!]!),
    numWindows,
  };
}
