// The metrics of knn-anomaly/evaluate, transcribed as plainly as their papers say them: the oracle of its tests. It imports
// nothing; scores are numbers without NaN, anomalies pairs [begin, end], both inclusive and in order.

export type Pair = readonly [begin: number, end: number];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const indices = (n: number): number[] => Array.from({ length: n }, (_, t) => t);
const inside = (t: number, [begin, end]: Pair): boolean => begin <= t && t <= end;
const thresholds = (scores: readonly number[]): number[] => [...new Set(scores)].sort((a, b) => b - a);

/** The maximal runs of true. */
export function naiveRuns(flags: readonly boolean[]): Pair[] {
  const starts = indices(flags.length).filter((t) => flags[t] && !flags[t - 1]);
  return starts.map((begin) => {
    let end = begin;
    while (flags[end + 1]) end++;
    return [begin, end];
  });
}

/** The share of pairs of an anomalous and a normal value in which the anomalous scores higher. */
export function naiveRocAuc(scores: readonly number[], anomalies: readonly Pair[]): number {
  const isAnomalous = (t: number) => anomalies.some((pair) => inside(t, pair));
  const positives = scores.filter((_, t) => isAnomalous(t));
  const negatives = scores.filter((_, t) => !isAnomalous(t));
  const wins = positives.flatMap((p) => negatives.map((q) => (p > q ? 1 : p === q ? 0.5 : 0)));
  return sum(wins) / wins.length;
}

/** Paparrizos et al. 2022: areas per buffer, every threshold from its definition. */
export function naiveVus(scores: readonly number[], anomalies: readonly Pair[], window: number): [number, number] {
  const n = scores.length;
  const surfaces = indices(window + 1).map((buffer) => {
    const reach = Math.floor(buffer / 2);
    const hard = indices(n).map((t) => (anomalies.some((pair) => inside(t, pair)) ? 1 : 0));
    const soft = indices(n).map((t) => {
      const parts = anomalies.map(([s, e]) => {
        if (inside(t, [s, e])) return 1;
        const d = t < s ? s - t : t - e;
        return d <= reach ? Math.sqrt(1 - d / buffer) : 0;
      });
      return Math.min(1, sum(parts));
    });
    // An anomaly belongs to the group of the one before it if a value is in reach of both.
    const groups: Pair[][] = [];
    for (const pair of anomalies) {
      const before = groups.at(-1)?.at(-1);
      if (before !== undefined && before[1] + reach >= pair[0] - reach) groups.at(-1)!.push(pair);
      else groups.push([pair]);
    }
    const P = sum(indices(n).map((t) => (hard[t]! + soft[t]!) / 2));
    const points: [fpr: number, tpr: number, precision: number][] = [[0, 0, 1]];
    for (const threshold of thresholds(scores)) {
      const alarms = indices(n).filter((t) => scores[t]! >= threshold);
      const TP = sum(alarms.map((t) => soft[t]!));
      const met = groups.filter((group) => {
        return alarms.some((t) => group.some(([s, e]) => inside(t, [s - reach, e + reach])));
      });
      const tpr = Math.min(TP / P, 1) * (met.length / groups.length);
      points.push([(alarms.length - TP) / (n - P), tpr, TP / alarms.length]);
    }
    const pr = sum(points.slice(1).map(([, y, p], i) => ((y - points[i]![1]) * (p + points[i]![2])) / 2));
    points.push([1, 1, NaN]);
    const roc = sum(points.slice(1).map(([x, y], i) => ((x - points[i]![0]) * (y + points[i]![1])) / 2));
    return [roc, pr] as const;
  });
  return [sum(surfaces.map(([roc]) => roc)) / (window + 1), sum(surfaces.map(([, pr]) => pr)) / (window + 1)];
}

/** Tatbul et al. 2018: the reward of one range against others, place by place. */
export function naiveRangeReward(
  [begin, end]: Pair,
  others: readonly Pair[],
  alpha: number,
  bias: 'flat' | 'front' | 'middle' | 'back',
  gamma: (x: number) => number,
): number {
  const length = end - begin + 1;
  const delta = (i: number): number => {
    if (bias === 'flat') return 1;
    if (bias === 'front') return length - i + 1;
    if (bias === 'back') return i;
    return i <= length / 2 ? i : length - i + 1;
  };
  const places = indices(length).map((i) => i + 1);
  const met = others.filter(([from, to]) => from <= end && to >= begin);
  const omega = sum(
    met.map((pair) => {
      return sum(places.filter((i) => inside(begin + i - 1, pair)).map(delta)) / sum(places.map(delta));
    }),
  );
  const factor = met.length <= 1 ? 1 : gamma(met.length);
  return alpha * (met.length > 0 ? 1 : 0) + (1 - alpha) * factor * omega;
}

/**
 * Huet et al. 2022 by counting: every index is cut into `fine` points, and probabilities are shares of the points of a
 * zone. Right within about 1/fine.
 */
export function naiveAffiliation(
  flags: readonly boolean[],
  anomalies: readonly Pair[],
  fine: number,
): { precisions: (number | undefined)[]; recalls: number[] } {
  const points = indices(flags.length * fine).map((p) => (p + 0.5) / fine);
  const intervals = anomalies.map(([s, e]) => [s, e + 1] as const);
  const distance = (x: number, [from, to]: readonly [number, number]) => Math.max(0, from - x, x - to);
  const precisions: (number | undefined)[] = [];
  const recalls: number[] = [];
  for (const [j, anomaly] of intervals.entries()) {
    const low = j === 0 ? 0 : (intervals[j - 1]![1] + anomaly[0]) / 2;
    const high = j === intervals.length - 1 ? flags.length : (anomaly[1] + intervals[j + 1]![0]) / 2;
    const zone = points.filter((x) => low <= x && x < high);
    const alarms = zone.filter((x) => flags[Math.floor(x)]);
    const truth = zone.filter((x) => anomaly[0] <= x && x < anomaly[1]);
    const share = (isFarther: (x: number) => boolean) => zone.filter(isFarther).length / zone.length;
    if (alarms.length === 0) {
      precisions.push(undefined);
      recalls.push(0);
      continue;
    }
    const chances = alarms.map((x) => {
      const d = distance(x, anomaly);
      return d === 0 ? 1 : share((other) => distance(other, anomaly) > d);
    });
    precisions.push(sum(chances) / chances.length);
    const hopes = truth.map((y) => {
      if (flags[Math.floor(y)]) return 1;
      const d = Math.min(...alarms.map((x) => Math.abs(x - y)));
      return share((other) => Math.abs(other - y) > d);
    });
    recalls.push(sum(hopes) / hopes.length);
  }
  return { precisions, recalls };
}

export interface NaiveSeries {
  scores: readonly number[];
  windows: readonly Pair[];
}

type Weights = readonly [tp: number, fp: number, fn: number];

export const NAIVE_PROFILES: Record<string, Weights> = {
  standard: [1, 0.11, 1],
  reward_low_FP_rate: [1, 0.22, 1],
  reward_low_FN_rate: [1, 0.11, 2],
};

/** Lavin & Ahmad 2015 with NAB 1.1's positions: the sum of one series at a threshold. */
export function naiveNabRaw({ scores, windows }: NaiveSeries, [tp, fp, fn]: Weights, threshold: number): number {
  const n = scores.length;
  const from = Math.min(Math.floor(0.15 * n), 750);
  const sigma = (y: number) => 2 / (1 + Math.exp(5 * y)) - 1;
  const alarms = indices(n).filter((t) => t >= from && scores[t]! >= threshold);
  let raw = 0;
  for (const window of windows) {
    if (window[1] < from) continue;
    const width = window[1] - window[0] + 1;
    const first = alarms.find((t) => inside(t, window));
    raw += first === undefined ? -fn : (tp * sigma((first - window[1] - 1) / width)) / sigma(-1);
  }
  for (const t of alarms) {
    if (windows.some((window) => inside(t, window))) continue;
    const before = windows.filter(([, end]) => end < t).at(-1);
    const y = before === undefined ? Infinity : (t - before[1]) / (before[1] - before[0]);
    raw += fp * (y >= 3 ? -1 : sigma(y));
  }
  return raw;
}

/** The normalized score of a corpus at a threshold. */
export function naiveNab(corpus: readonly NaiveSeries[], profile: string, threshold: number): number {
  const weights = NAIVE_PROFILES[profile]!;
  const count = sum(
    corpus.map(({ scores, windows }) => {
      const from = Math.min(Math.floor(0.15 * scores.length), 750);
      return windows.filter(([, end]) => end >= from).length;
    }),
  );
  const none = -weights[2] * count;
  const raw = sum(corpus.map((series) => naiveNabRaw(series, weights, threshold)));
  return (100 * (raw - none)) / (weights[0] * count - none);
}

/** The largest score over all thresholds. */
export function naiveBestNab(corpus: readonly NaiveSeries[], profile: string): number {
  const levels = [Infinity, ...thresholds(corpus.flatMap(({ scores }) => [...scores]))];
  return Math.max(...levels.map((threshold) => naiveNab(corpus, profile, threshold)));
}
