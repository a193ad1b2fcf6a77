// What operators count: which incidents were found, and how many false alarms came with them, one threshold for all series.
//
// An incident is a run of labels. It is found by a score ≥ the threshold from its first value to 10 minutes after its last.
// The 30 minutes after an incident are nobody's. Every other such score is a false alarm; those at most 30 minutes after the
// one before are the same alarm, which counts again every 2 hours. The first two days are not judged, or 15 % if that is less.
import type { LabeledSeries } from './corpus.ts';

/** What one series' scores were worth, before any threshold. */
export interface JudgedSeries {
  /** The largest score of each incident. */
  readonly incidents: Float64Array;
  /** Index and score of every judged value that is neither an incident's nor nobody's, and scores above 0. */
  readonly places: Int32Array;
  readonly outside: Float64Array;
  /** Values in half an hour. */
  readonly gap: number;
  readonly days: number;
}

/** Figures of several series at one threshold. */
export interface Outcome {
  readonly threshold: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** False alarms per series and day. */
  readonly falseAlarms: number;
}

const valuesIn = (seconds: number, step: number): number => Math.max(1, Math.round(seconds / step));

export function judge(scores: ArrayLike<number>, { labels, step, values }: LabeledSeries): JudgedSeries {
  const n = values.length;
  const day = valuesIn(86_400, step);
  const from = Math.min(2 * day, Math.floor(0.15 * n));
  const late = valuesIn(600, step);
  const gap = valuesIn(1800, step);
  const isOutside = new Uint8Array(n).fill(1, from);
  for (const { begin, end } of labels) isOutside.fill(0, begin, end + gap + 1);
  const incidents = labels
    .filter(({ begin }) => begin >= from)
    .map(({ begin, end }) => {
      let best = -Infinity;
      for (let t = begin; t <= Math.min(n - 1, end + late); t++) if (scores[t]! > best) best = scores[t]!;
      return best;
    });
  const places = Int32Array.from(isOutside.keys()).filter((t) => isOutside[t] === 1 && scores[t]! > 0);
  const outside = Float64Array.from(places, (t) => scores[t]!);
  return { incidents: Float64Array.from(incidents), places, outside, gap, days: (n - from) / day };
}

export function countFalseAlarms({ places, outside, gap }: JudgedSeries, threshold: number): number {
  let count = 0;
  let [start, last] = [-Infinity, -Infinity];
  for (let i = 0; i < outside.length; i++) {
    if (outside[i]! < threshold) continue;
    const t = places[i]!;
    if (t - last > gap || t - start >= 4 * gap) {
      count++;
      start = t;
    }
    last = t;
  }
  return count;
}

export function countFound({ incidents }: JudgedSeries, threshold: number): number {
  return incidents.reduce((count, score) => count + Number(score >= threshold), 0);
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** Counts of each series at one threshold. */
export interface Counts {
  readonly found: number;
  readonly falseAlarms: number;
  readonly incidents: number;
  readonly days: number;
}

export function countsAt(series: readonly JudgedSeries[], threshold: number): Counts[] {
  return series.map((one) => ({
    found: countFound(one, threshold),
    falseAlarms: countFalseAlarms(one, threshold),
    incidents: one.incidents.length,
    days: one.days,
  }));
}

export function outcomeOf(counts: readonly Counts[], threshold: number): Outcome {
  const sum = (key: keyof Counts): number => total(counts.map((one) => one[key]));
  const [found, wrong] = [sum('found'), sum('falseAlarms')];
  const precision = found / Math.max(1, found + wrong);
  const recall = found / sum('incidents');
  const f1 = found === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { threshold, precision, recall, f1, falseAlarms: wrong / sum('days') };
}

/** All scores outside of incidents, ascending: between two of them no false alarm changes. */
export function candidatesOf(series: readonly JudgedSeries[]): Float64Array {
  const all = new Float64Array(total(series.map(({ outside }) => outside.length)));
  let at = 0;
  for (const { outside } of series) {
    all.set(outside, at);
    at += outside.length;
  }
  return all.sort();
}

/** Just above a score: that one raises no alarm. */
const above = (score: number): number => score * (1 + 1e-12);

/** The lowest threshold, by halving, with at most `budget` false alarms per series and day. */
export function thresholdFor(series: readonly JudgedSeries[], candidates: Float64Array, budget: number): number {
  const allowed = budget * total(series.map(({ days }) => days));
  let [low, high] = [0, candidates.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const threshold = above(candidates[middle]!);
    if (total(series.map((one) => countFalseAlarms(one, threshold))) > allowed) low = middle + 1;
    else high = middle;
  }
  return above(candidates[low] ?? candidates.at(-1) ?? 0);
}

/** Thresholds for a sample of series: candidates by their rank from above, each rank 4 % larger than the one before. */
export function gridOf(candidates: Float64Array): number[] {
  const ranks = new Set<number>();
  for (let rank = 1; rank <= candidates.length; rank = Math.max(rank + 1, rank * 1.04)) ranks.add(Math.floor(rank));
  return [...ranks].map((rank) => above(candidates[candidates.length - rank]!)).reverse();
}
