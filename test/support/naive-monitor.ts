// The rules of the monitor's presets, written out: quadratic, with no code of src. What they are said to be in the doc
// comments of Calibrator, ScoreSketch, MetricsRule, Usual, Views and RunLength.

/** A tail: its start, its mean excess, and the number of its scores. */
interface NaiveTail {
  readonly u: number;
  readonly e: number;
  readonly count: number;
}

const ACCURACY = 0.05;
const LOG_GAMMA = Math.log((1 + ACCURACY) / (1 - ACCURACY));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const ascending = (values: readonly number[]): number[] => [...values].sort((p, q) => p - q);

/** Of which bin a deviation is, as a number that grows with it; deviations up to `zero` are of bin 0. */
function binOf(d: number, zero: number): number {
  const bin = Math.ceil((Math.log(Math.abs(d)) - Math.log(1e-300)) / LOG_GAMMA);
  return Math.abs(d) <= zero ? 0 : d > 0 ? bin : -bin;
}

/** The least and the largest deviation of a bin. */
function edgesOf(bin: number, zero: number): [low: number, high: number] {
  const edge = (b: number): number => Math.exp(b * LOG_GAMMA + Math.log(1e-300));
  if (bin === 0) return [-zero, zero];
  return bin > 0 ? [edge(bin - 1), edge(bin)] : [-edge(-bin), -edge(-bin - 1)];
}

/** 0, or the median of the first 50 scores if they lie near each other; and up to which size a deviation from it is none. */
function offsetOf(learned: readonly number[]): { offset: number; zero: number } {
  const first = ascending(learned.slice(0, 50));
  const [low, high] = [first[0]!, first[49]!];
  const offset = (low > 0 && high < 2 * low) || (high < 0 && low > 2 * high) ? first[25]! : 0;
  return { offset, zero: Math.max(1e-300, 1e-9 * Math.abs(offset)) };
}

/** The tail of the largest `share` of the scores: exact of fewer than 50, else as a sketch knows it. */
function tailOf(learned: readonly number[], share: number): NaiveTail {
  const m = learned.length;
  const q = Math.min(Math.floor((1 - share) * m), m - 1);
  if (m < 50) {
    const a = ascending(learned);
    const u = a[q]!;
    const above = a.filter((s) => s > u);
    if (above.length === 0) return { u, e: 0, count: 1 };
    if (above.length < 5) return { u, e: sum(above) / above.length - u, count: above.length + 1 };
    return { u, e: sum(a.slice(q)) / (m - q) - u, count: m - q };
  }
  const { offset, zero } = offsetOf(learned);
  const deviations = learned.map((s) => s - offset);
  const bins = deviations.map((d) => binOf(d, zero));
  const first = ascending(bins)[q]!; // the tail begins in this bin
  const [low, high] = edgesOf(first, zero);
  const above = deviations.filter((_, i) => bins[i]! > first);
  if (above.length < 5) {
    const excess = above.length === 0 ? 0 : sum(above) / above.length - high;
    return { u: offset + high, e: excess > 1e-9 * Math.abs(offset + high) ? excess : 0, count: above.length + 1 };
  }
  const ofBin = m - q - above.length;
  const start = high - ((high - low) * ofBin) / bins.filter((bin) => bin === first).length;
  const e = (sum(above) - above.length * start + (ofBin * (high - start)) / 2) / (m - q);
  return { u: offset + start, e, count: m - q };
}

/** How many scores are below: of fewer than 50 exactly, else those of lower bins. */
function rankOf(s: number, learned: readonly number[]): number {
  if (learned.length < 50) return learned.filter((other) => other < s).length;
  const { offset, zero } = offsetOf(learned);
  return learned.filter((other) => binOf(other - offset, zero) < binOf(s - offset, zero)).length;
}

/** −ln p of a score among those learned. */
export function surpriseOf(s: number, learned: readonly number[], share: number): number {
  const m = learned.length;
  if (m < 10) return 0;
  const { u, e, count } = tailOf(learned, share);
  if (s <= u) return -Math.log((m - rankOf(s, learned) + 1) / (m + 1));
  const surprise = -Math.log(count / (m + 1)) + (e > 0 ? (s - u) / e : 20);
  return count <= 5 || e === 0 ? Math.min(surprise, Math.log(m + 1)) : surprise;
}

/** What is learned of a score. */
export function learnedOf(s: number, learned: readonly number[], share: number): number {
  const { u, e } = learned.length < 10 ? { u: 0, e: 0 } : tailOf(learned, share);
  return e > 0 ? Math.min(s, u + 20 * e) : s;
}

/** Surprises of scores, NaN for NaN. */
function surprisesOf(scores: readonly number[], warmup: number, share: number): number[] {
  const learned: number[] = [];
  let seen = 0;
  return scores.map((s) => {
    if (Number.isNaN(s)) return NaN;
    if (seen++ < warmup) return 0;
    const surprise = surpriseOf(s, learned, share);
    learned.push(learnedOf(s, learned, share));
    return surprise;
  });
}

/** Distances to the nearest value before; NaN for a missing one. */
function distancesOf(values: readonly number[]): number[] {
  return values.map((x, t) => {
    const past = values.slice(0, t).filter((y) => !Number.isNaN(y));
    return Number.isNaN(x) ? NaN : past.length === 0 ? 0 : Math.min(...past.map((y) => Math.abs(x - y)));
  });
}

/** Mean distance of the window of 5 values that ends at t to its 5 nearest among the 1000 before it. */
function shapesOf(values: readonly number[]): number[] {
  const window = (t: number): number[] => values.slice(t - 4, t + 1);
  return values.map((_, t) => {
    if (t < 4) return 0;
    const own = window(t);
    if (own.some(Number.isNaN)) return NaN;
    const found: number[] = [];
    for (let j = Math.max(4, t - 1000); j < t; j++) {
      const other = window(j);
      if (!other.some(Number.isNaN)) found.push(Math.sqrt(sum(own.map((x, l) => (x - other[l]!) ** 2))));
    }
    const nearest = found.sort((p, q) => p - q).slice(0, 5);
    return nearest.length === 0 ? 0 : sum(nearest) / nearest.length;
  });
}

/** What a refractory lets through. */
export function naiveEmitted(surprises: readonly number[], hold: number): number[] {
  return surprises.map((s, t) => {
    const before = surprises.slice(Math.max(0, t - hold), t).filter((one) => !Number.isNaN(one));
    return Number.isNaN(s) ? NaN : before.every((one) => one < s) ? s : 0;
  });
}

/**
 * What is emitted of surprises where incidents are told: the record-setters outside of them, and in one its first surprise
 * and each that is three times the last one told. It ends with five values below half of the threshold, missing ones apart.
 */
export function naiveTold(surprises: readonly number[], hold: number, threshold: number): number[] {
  const told = naiveEmitted(surprises, hold);
  for (let t = 0; t < told.length; t++) {
    if (!(told[t]! >= threshold)) continue;
    let last = surprises[t]!;
    for (let quiet = 0; quiet < 5 && t + 1 < told.length; ) {
      const s = surprises[++t]!;
      if (Number.isNaN(s)) continue;
      quiet = s < threshold / 2 ? quiet + 1 : 0;
      told[t] = s >= 3 * last ? s : 0;
      if (told[t] !== 0) last = s;
    }
  }
  return told;
}

/** Preset 'novelty' with few enough values that all are kept. */
export function naiveNovelty(values: readonly number[], warmup: number, hold: number): number[] {
  return naiveTold(surprisesOf(distancesOf(values), warmup, 0.02), hold, 4.65);
}

/** Preset 'metrics' with few enough values that all are kept. */
export function naiveMetrics(values: readonly number[], warmup: number, hold: number, day: number): number[] {
  const novelty = surprisesOf(distancesOf(values), warmup, 0.02);
  const shapes = shapesOf(values);
  const g = surprisesOf(shapes, warmup, 0.1);
  const learned: number[] = []; // shapes, capped
  let recent = 0;
  let numEvents = 0;
  let sinceEvent = Infinity;
  let n = 0;
  const surprises = values.map((x, t) => {
    if (Number.isNaN(x)) return NaN;
    const s = shapes[t]!;
    let joined = novelty[t]!;
    if (!Number.isNaN(s)) {
      const usual = learned.length > 30 ? Math.max(recent, sum(learned) / learned.length) : 0;
      const ratio = learned.length <= 30 || s <= 0 ? 0 : usual > 0 ? Math.min(50, s / usual) : 50;
      const isEvent = ratio > 2.5 && sinceEvent > 10;
      const calm = Math.max(0, 1 - (70 * (numEvents + (isEvent ? 1 : 0) + 1)) / (learned.length + 100));
      joined = Math.max(calm * Math.min(ratio, g[t]!), joined * Math.min(1, ratio / 4.5));
      if (isEvent) {
        numEvents++;
        sinceEvent = 0;
      }
      sinceEvent++;
      const capped = usual > 0 ? Math.min(s, 10 * usual) : s;
      learned.push(capped);
      recent += Math.max(1 / learned.length, 1 / day) * (capped - recent);
    }
    return Math.max(0, joined - 0.3 * Math.log(1 + n++ / 500));
  });
  return naiveTold(surprises, hold, 4);
}

/** Surprises of runs of equal values. */
function runsOf(values: readonly number[]): number[] {
  let longest = 1;
  let length = 0;
  let equal = 0;
  return values.map((x, t) => {
    const repeats = t > 0 && x === values[t - 1];
    if (!repeats) longest = Math.max(longest, length);
    const pairs = Math.max(0, t - 1);
    length = repeats ? length + 1 : 1;
    const before = repeats ? longest : Math.max(1, ...lengthsBefore(values, t - 1));
    const surprise = Math.max(0, length - 2 * before - 10) * -Math.log((equal + 1) / (pairs + 2));
    if (repeats) equal++;
    return surprise;
  });
}

/** Lengths of the runs that had ended when the value at `t` came. */
function lengthsBefore(values: readonly number[], t: number): number[] {
  const lengths: number[] = [];
  let length = 0;
  for (let p = 0; p <= t; p++) {
    if (p > 0 && values[p] !== values[p - 1]) {
      lengths.push(length);
      length = 0;
    }
    length++;
  }
  return lengths;
}

/** Preset 'views' with few enough values that all are kept; none is missing. */
export function naiveViews(values: readonly number[], warmup: number, hold: number): number[] {
  const views: ((t: number) => number)[] = [(t) => values[t]!];
  for (const span of [10, 50]) {
    const sorted = (t: number) => values.slice(Math.max(0, t - span + 1), t + 1).sort((a, b) => a - b);
    views.push(
      (t) => sorted(t)[0]!,
      (t) => sorted(t)[sorted(t).length >> 1]!,
      (t) => sorted(t).at(-1)!,
      (t) => sorted(t).at(-1)! - sorted(t)[0]!,
    );
  }
  const sums = runsOf(values);
  for (const view of views) {
    const seen = values.map((_, t) => view(t));
    for (const [t, s] of surprisesOf(distancesOf(seen), warmup, 0.02).entries()) sums[t]! += s;
  }
  return naiveTold(sums, hold, 24.4);
}
