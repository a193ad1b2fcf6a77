// The series of the examples. Only + − × ÷ and integers, no Math.sin, exp or log: the same seed gives the same bits on
// every machine, so that the committed figures can be made again to the byte.

/** Uniform numbers in [0, 1), 32 bits each: Tommy Ettinger's mulberry32. */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Nearly normal numbers, mean 0, variance 1: the sum of twelve uniform ones less six. */
export function normal(seed: number): () => number {
  const random = uniform(seed);
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random();
    return sum;
  };
}

/** A smooth wave of period 1 between −1 and 1: two parabolas in place of a sine. */
export function wave(phase: number): number {
  const p = 2 * (phase - Math.floor(phase));
  return p < 1 ? 4 * p * (1 - p) : -4 * (p - 1) * (2 - p);
}

const series = (length: number, next: (t: number) => number): number[] => Array.from({ length }, (_, t) => next(t));

/** A series, and the first value of each new regime. */
export interface Changing {
  readonly values: number[];
  readonly changes: readonly number[];
}

const CHANGES = [300, 600, 900];

/** Four levels, 300 values each, noise 0.05. `isCalm`: the first level only, as long. */
export function levels(seed: number, isCalm = false): Changing {
  const noise = normal(seed);
  const means = [0.7, 1.5, 0.6, 1.3];
  const values = series(1200, (t) => means[isCalm ? 0 : Math.floor(t / 300)]! + 0.05 * noise());
  return { values, changes: isCalm ? [] : CHANGES };
}

/** One level, four degrees of noise. */
export function variances(seed: number, isCalm = false): Changing {
  const noise = normal(seed);
  const deviations = [0.1, 0.5, 0.1, 1];
  const values = series(1200, (t) => deviations[isCalm ? 0 : Math.floor(t / 300)]! * noise());
  return { values, changes: isCalm ? [] : CHANGES };
}

/** One level and three lone values far above it. They are outliers, but nothing changes. */
export function spikes(seed: number, isCalm = false): Changing {
  const noise = normal(seed);
  const values = series(1200, (t) => 1 + 0.05 * noise() + (!isCalm && CHANGES.includes(t) ? 2 : 0));
  return { values, changes: isCalm ? [] : CHANGES };
}

/** A process that oscillates, xₜ = 0.6 xₜ₋₁ − 0.5 xₜ₋₂ + noise, on a level that jumps by 9, 6 and 3. */
export function oscillation(seed: number, isCalm = false): Changing {
  const noise = normal(seed);
  let [before, last] = [0, 0];
  const jumps = [0, 9, 15, 18];
  const values = series(1200, (t) => {
    [before, last] = [last, 0.6 * last - 0.5 * before + noise()];
    return last + (isCalm ? 0 : jumps[Math.floor(t / 300)]!);
  });
  return { values, changes: isCalm ? [] : CHANGES };
}

/** A line that keeps rising, three times twice as steeply: every value is new, but not every value is a change. */
export function slopes(seed: number, isCalm = false): Changing {
  const noise = normal(seed);
  let level = 0;
  const values = series(1200, (t) => {
    level += 0.02 * (isCalm ? 1 : 2 ** Math.floor(t / 300));
    return level + 0.2 * noise();
  });
  return { values, changes: isCalm ? [] : CHANGES };
}

/** How often something was looked for, by day: it slowly becomes popular, weekends are quiet, and once it is in the news. */
export function searches(seed: number, isCalm = false): Changing {
  const noise = normal(seed);
  const values = series(1200, (t) => {
    const popularity = 10 + t / 40;
    const weekend = t % 7 >= 5 ? 0.8 : 1;
    const news = !isCalm && t >= 800 && t < 812 ? 60 - 5 * (t - 800) : 0;
    return Math.max(0, Math.round(popularity * weekend + news + 1.5 * noise()));
  });
  return { values, changes: isCalm ? [] : [800] };
}
