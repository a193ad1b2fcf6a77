// Random series that are hard on exactness: ties, cancellation, spikes, the ends of the range of float64. Seeded.

import { normal } from '../support/series.ts';

type Random = () => number;

const between = (random: Random, least: number, most: number) => least + Math.floor((most - least + 1) * random());
const oneOf = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)]!;

/** A period of 2 to 60 values. */
function period(random: Random): number[] {
  return Array.from({ length: between(random, 2, 60) }, () => normal(random));
}

/** Value makers; each is started anew for a stretch of a series. */
const kinds: Record<string, (random: Random) => (i: number) => number> = {
  noise: (random) => () => normal(random),
  walk: (random) => {
    let level = 0;
    return () => (level += normal(random));
  },
  offset: (random) => {
    const level = oneOf(random, [1e9, -1e9, 1e12]);
    return () => level + normal(random);
  },
  spikes: (random) => {
    const quiet = oneOf(random, [1, 1e-3]);
    return () => quiet * normal(random) + (random() < 0.01 ? oneOf(random, [-1, 1]) * 10 ** (6 + 3 * random()) : 0);
  },
  huge: (random) => () => 1e149 * (2 * random() - 1),
  tiny: (random) => () => 1e-160 * normal(random),
  denormals: (random) => () => between(random, -8, 8) * oneOf(random, [5e-324, 1e-310, 1e-165, 1e-162, 1e-161, 1e-155]),
  scales: (random) => () => normal(random) * 10 ** between(random, -12, 12),
  integers: (random) => () => between(random, 0, 3),
  decimals: (random) => () => between(random, 0, 9) * 0.1 + 0.3,
  zeros: (random) => () => (random() < 0.05 ? 1 : random() < 0.5 ? -0 : 0),
  periodic: (random) => {
    const values = period(random);
    return (i) => values[i % values.length]!;
  },
  jittered: (random) => {
    const values = period(random);
    return (i) => values[i % values.length]! + 1e-8 * normal(random);
  },
  steps: (random) => {
    let level = 0;
    return () => (random() < 0.02 ? (level = between(random, 0, 4)) : level);
  },
  constant: (random) => {
    const [value, odds] = [oneOf(random, [0, 7, 0.1, 1e12]), oneOf(random, [0, 0.01])];
    return () => (random() < odds ? value + 1 : value);
  },
  ramp: (random) => {
    const slope = oneOf(random, [1, 0.1, 1e-9, 1e6]);
    return (i) => slope * i;
  },
};

/** One kind or two after each other; now and then with an offset, copied stretches, missing values. */
export function hostile(n: number, random: Random): { kind: string; series: Float64Array } {
  const names = Array.from({ length: random() < 0.3 ? 2 : 1 }, () => oneOf(random, Object.keys(kinds)));
  const joint = names.length === 1 ? n : between(random, 0, n);
  const [first, second] = names.map((name) => kinds[name]!(random));
  const series = new Float64Array(n).map((_, i) => (i < joint ? first! : second!)(i));
  if (random() < 0.1) {
    names.push('+ 1e9');
    for (let i = 0; i < n; i++) series[i]! += 1e9;
  }
  if (random() < 0.2) {
    names.push('copies');
    for (let c = between(random, 1, 3); c > 0; c--) {
      const from = between(random, 0, n - 1);
      series.copyWithin(between(random, 0, n - 1), from, from + between(random, 1, n >> 1));
    }
  }
  if (random() < 0.2) {
    names.push('gaps');
    for (let c = between(random, 1, 1 + n / 100); c > 0; c--) {
      const from = between(random, 0, n - 1);
      series.fill(oneOf(random, [NaN, NaN, Infinity]), from, from + between(random, 1, 5));
    }
  }
  return { kind: names.join(', '), series };
}
