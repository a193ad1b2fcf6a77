// Seeded series that tests, benchmarks and examples share. Only + − × ÷ and integer arithmetic, no Math.sin, exp or log:
// the same seed gives the same bits on every machine and engine.

/** Uniform numbers in [0, 1), 32 bits each: Tommy Ettinger's mulberry32. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Nearly normal numbers, mean 0, variance 1: the sum of twelve uniforms less six (Irwin–Hall), so that no log is needed. */
export function normal(random: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random();
  return sum;
}

/** One period of a smooth wave over phase 0…1, between −1 and 1: two parabolas in place of a sine. */
function wave(phase: number): number {
  const p = 2 * (phase - Math.floor(phase));
  return p < 1 ? 4 * p * (1 - p) : -4 * (p - 1) * (2 - p);
}

function generate(n: number, next: (i: number) => number): Float64Array {
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) x[i] = next(i);
  return x;
}

export function randomWalk(n: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  let level = 0;
  return generate(n, () => (level += normal(random)));
}

export function whiteNoise(n: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  return generate(n, () => normal(random));
}

/** A server's metric: a day of 288 samples, a week of 2016, noise, now and then another level. */
export function serverMetric(n: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  let level = 50;
  return generate(n, (i) => {
    if (random() < 0.001) level = 40 + 20 * random();
    return level + 10 * wave(i / 288) + 3 * wave(i / 2016) + normal(random);
  });
}

/** Center in the beat, width and height of the five bumps P, Q, R, S, T. */
const BUMPS = [
  [0.18, 0.03, 0.15],
  [0.27, 0.01, -0.12],
  [0.3, 0.013, 1],
  [0.33, 0.011, -0.25],
  [0.55, 0.05, 0.3],
] as const;

/** ECG-like: five bumps a beat, beats of 196…204 samples, a slow wander of the baseline, little noise. */
export function ecg(n: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  let start = 0;
  let length = 200;
  return generate(n, (i) => {
    if (i >= start + length) {
      start += length;
      length = 196 + Math.floor(9 * random());
    }
    const phase = (i - start) / length;
    let x = 0.1 * wave(i / 1730) + 0.005 * normal(random);
    for (const [center, width, height] of BUMPS) {
      const u = (phase - center) / width;
      x += height / ((1 + u * u) * (1 + u * u));
    }
    return x;
  });
}

/** Levels 0…4 held for a hundred samples or so: most windows have thousands of exact twins. */
export function steps(n: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  let level = 0;
  return generate(n, () => (random() < 0.01 ? (level = Math.floor(5 * random())) : level));
}

/** Integers 0…3. */
export function integers(n: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  return generate(n, () => Math.floor(4 * random()));
}

export function constant(n: number): Float64Array {
  return new Float64Array(n).fill(7);
}

/** A wave of 50 samples that repeats to the bit. */
export function periodic(n: number): Float64Array {
  return generate(n, (i) => wave((i % 50) / 50));
}

/** Integers times 0.1 plus 0.3: differences that are equal in the reals and not in float64. */
export function decimals(n: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  return generate(n, () => Math.floor(10 * random()) * 0.1 + 0.3);
}

/** White noise with a spike of up to 10⁶ in every two hundred samples. */
export function spiky(n: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  return generate(n, () => normal(random) + (random() < 0.005 ? 1e6 * random() : 0));
}

/** A random walk with single missing values and gaps of up to thirty. */
export function gaps(n: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  let level = 0;
  let left = 0;
  return generate(n, () => {
    level += normal(random);
    if (left > 0) left--;
    else if (random() < 0.01) left = Math.floor(30 * random() * random()) + 1;
    return left > 0 ? NaN : level;
  });
}

/** Noise of unit size on an offset of 10⁹, as time stamps and counters have it. */
export function offset(n: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  return generate(n, () => 1e9 + normal(random));
}

/** Numbers around the root of the smallest float64 and below it: most squares vanish, some are denormal. */
export function denormals(n: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  const scales = [5e-324, 1e-310, 1e-165, 1e-162, 1e-161, 1e-160, 1e-155];
  return generate(n, () => Math.floor(16 * random() - 8) * scales[Math.floor(random() * scales.length)]!);
}

/** Zeros of both signs, and a one here and there. */
export function signedZeros(n: number, seed = 1): Float64Array {
  const random = mulberry32(seed);
  return generate(n, () => (random() < 0.05 ? 1 : random() < 0.5 ? -0 : 0));
}

/** Pieces of the others, one after the other: each joint is a jump. */
export function mixture(n: number, seed = 1): Float64Array {
  const parts = [whiteNoise, steps, spiky, periodic, gaps, integers, denormals, constant, decimals, offset];
  const length = Math.ceil(n / parts.length);
  const series = new Float64Array(n);
  parts.forEach((part, p) => {
    const from = Math.min(p * length, n);
    series.set(part(Math.min(length, n - from), seed + p), from);
  });
  return series;
}

/** The series with ten stretches of 5 to 34 values made strange by noise of this size, about evenly spread. */
export function disturbed(series: Float64Array, size: number, seed = 3): Float64Array {
  const random = mulberry32(seed);
  const x = series.slice();
  for (let f = 0; f < 10; f++) {
    const from = Math.floor(((f + 0.2 + 0.5 * random()) * x.length) / 10);
    const length = 5 + Math.floor(30 * random());
    for (let t = from; t < from + length; t++) x[t] = x[t]! + size * normal(random);
  }
  return x;
}

export const generators: Record<string, (n: number, seed?: number) => Float64Array> = {
  randomWalk,
  whiteNoise,
  serverMetric,
  ecg,
  steps,
  integers,
  constant,
  periodic,
  decimals,
  spiky,
  gaps,
  offset,
  denormals,
  signedZeros,
  mixture,
};

/** Stands for an index that the array does not have. */
const hole = Symbol('hole');

const numbers = Array.from({ length: 64 }, (_, i) => mulberry32(i)() * 20 - 10);
const missing = [NaN, Infinity, -Infinity, null, undefined, hole, 1e200, -1e308] as const;

/**
 * Values that short nasty series are drawn from: few levels (ties abound), constants, jumps, denormals, zeros of both signs,
 * missing values of every kind, and the two sides of the limit 2^500.
 */
export const palettes: readonly (readonly (number | null | undefined | typeof hole)[])[] = [
  [0, 1],
  [0, 1, 2, 3],
  [7],
  [7, 7, 7, 7, 7, 7, 7, 8],
  [0.3, 0.4, 0.5, 0.6, 0.7, 0.1 + 0.2, 0.6000000000000001],
  [0, 1, 2, 1e9, -1e9, 1e9 + 1],
  [1e9, 1e9 + 1, 1e9 + 1e-6],
  [0, 5e-324, -5e-324, 1e-320, 2.2e-308, 1e-163, 1e-162, 1.5e-162, 1e-161, 1e-154],
  [0, 1e-162, 1, 1e9],
  [0, -0, -0, 1],
  [2 ** 500, -(2 ** 500), 2 ** 500 * (1 + 2 ** -52), 1, 0],
  numbers,
  [...numbers, ...numbers, ...missing],
  [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, NaN, null],
  [
    0,
    1,
    2,
    3,
    1e9,
    1e-162,
    -0,
    0.1,
    0.2,
    0.3,
    0,
    1,
    2,
    3,
    0,
    1,
    2,
    3,
    0.1,
    0.2,
    0.3,
    ...numbers.slice(0, 8),
    ...missing,
  ],
];

/** The series whose values are the palette's entries at the given picks (taken modulo its length). */
export function paint(palette: (typeof palettes)[number], picks: readonly number[]): (number | null | undefined)[] {
  const series: (number | null | undefined)[] = new Array(picks.length);
  picks.forEach((pick, i) => {
    const value = palette[pick % palette.length];
    if (typeof value !== 'symbol') series[i] = value;
  });
  return series;
}
