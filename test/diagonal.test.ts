// The diagonal engine against plain comparison of every pair, WASM and scalar, over many bands, seeds and row overflows.
import { describe, expect, test, vi } from 'vitest';
import { embed, type Normalization } from '../src/embed.ts';
import { diagonal, servesDiagonal } from '../src/search/diagonal.ts';
import { referenceJoin, selfJoin } from '../src/search/search.ts';
import { generators, mulberry32, normal } from './series.ts';
import { expectEveryPair } from './table.ts';

vi.setConfig({ testTimeout: 120_000 });

const engines = { wasm: diagonal('auto'), scalar: diagonal('scalar') };

function expectEqual(
  series: Float64Array,
  w: number,
  k: number,
  zone = 0,
  side: 'both' | 'left' = 'both',
  normalize: Normalization = 'none',
): void {
  const join = selfJoin(embed(series, w, normalize), zone, side);
  expect(servesDiagonal(join)).toBe(true);
  expectEveryPair(engines, join, k);
}

/** Series at which a recurrence with a poor error bound goes wrong. */
const hostile: Record<string, (n: number) => Float64Array> = {
  'huge spikes in a quiet series': (n) => {
    const random = mulberry32(1);
    return Float64Array.from({ length: n }, () => (random() < 0.002 ? 1e9 * random() : 1e-3 * normal(random)));
  },
  'values near 1e149': (n) => Float64Array.from(generators.whiteNoise!(n), (x) => x * 1e149),
  'values near 1e-160': (n) => Float64Array.from(generators.whiteNoise!(n), (x) => x * 1e-160),
  'a period with jitter of 1e-9': (n) => {
    const random = mulberry32(2);
    return Float64Array.from(generators.periodic!(n), (x) => x + 1e-9 * normal(random));
  },
  'a jump of 1e9': (n) => Float64Array.from(generators.whiteNoise!(n), (x, t) => (t < n / 2 ? x : x + 1e9)),
};

describe('the diagonal engine gives the bits of every pair compared', () => {
  const random = mulberry32(77);
  const between = (least: number, most: number) => least + Math.floor((most - least + 1) * random());
  for (const [name, generate] of [...Object.entries(generators), ...Object.entries(hostile)]) {
    const w = between(1, 40);
    const k = between(1, 12);
    const zone = [0, 0, 5, w][between(0, 3)]!;
    const side = random() < 0.5 ? 'both' : 'left';
    test(`${name}, 2500 values, w = ${w}, k = ${k}, exclusion zone ${zone}, ${side}`, () =>
      expectEqual(generate(2500, 3), w, k, zone, side));
  }

  // More than 8 bands of 1024 rows: bounds are carried, seeded again, and carried on.
  for (const name of ['serverMetric', 'gaps', 'decimals'] as const) {
    test(`${name}, 9500 values, w = 30, k = 3`, () => expectEqual(generators[name]!(9500, 4), 30, 3));
  }
  test('huge spikes, 9500 values, w = 10, k = 1', () =>
    expectEqual(hostile['huge spikes in a quiet series']!(9500), 10, 1));

  for (const [name, n, m] of [
    ['serverMetric', 500, 3000],
    ['gaps', 3000, 500],
    ['integers', 1100, 1100],
    ['steps', 9500, 2000],
    ['spiky', 2000, 9500],
    ['offset', 1, 40],
  ] as const) {
    test(`${name}, ${n} windows against a reference of ${m}`, () => {
      const rows = embed(generators[name]!(n + 19, 5), 20, 'none');
      const columns = embed(generators[name]!(m + 19, 6), 20, 'none');
      expectEveryPair(engines, referenceJoin(rows, columns), 4);
    });
  }

  test('k = 64, k = 200, and more neighbors than windows', () => {
    expectEqual(generators.serverMetric!(1200), 12, 200);
    expectEqual(generators.whiteNoise!(1500), 8, 64);
    expectEqual(generators.integers!(300), 3, 64);
    expectEqual(generators.randomWalk!(40), 5, 64);
  });
});

describe('the diagonal engine gives the bits of every pair of normalized windows compared', () => {
  const random = mulberry32(78);
  const between = (least: number, most: number) => least + Math.floor((most - least + 1) * random());
  for (const [name, generate] of [...Object.entries(generators), ...Object.entries(hostile)]) {
    for (const normalize of ['mean', 'zscore'] as const) {
      const w = between(2, 40);
      const k = between(1, 12);
      const zone = [0, 0, 5, w][between(0, 3)]!;
      const side = random() < 0.5 ? 'both' : 'left';
      test(`${name}, 1500 values, ${normalize}, w = ${w}, k = ${k}, exclusion zone ${zone}, ${side}`, () => {
        const join = selfJoin(embed(generate(1500, 3), w, normalize), zone, side);
        if (servesDiagonal(join)) expectEveryPair(engines, join, k);
        else expect(name).toMatch(/denormals|1e-160|mixture/);
      });
    }
  }
});
