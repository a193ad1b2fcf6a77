// The diagonal engine against plain comparison of every pair, WASM and scalar, over many bands, seeds and row overflows.
import { describe, expect, test, vi } from 'vitest';
import { embed } from '../src/embed.ts';
import { brute } from '../src/search/brute.ts';
import { diagonal } from '../src/search/diagonal.ts';
import { type Join, type NeighborSearch, selfJoin } from '../src/search/search.ts';
import { generators, mulberry32, normal } from './series.ts';

vi.setConfig({ testTimeout: 120_000 });

/** All rows as one table: k squared distances, then k columns (−1 where the order of ties is open). */
function table(search: NeighborSearch, join: Join, k: number, byIndex: boolean): Float64Array {
  const rows = new Float64Array(join.rows.numWindows * k * 2).fill(-2);
  search.search(join, k, byIndex, (i, dist, index, base, count) => {
    for (let p = 0; p < count; p++) {
      rows[2 * (i * k + p)] = dist[base + p]!;
      rows[2 * (i * k + p) + 1] = byIndex ? index[base + p]! : -1;
    }
  });
  return rows;
}

function expectEqual(series: Float64Array, w: number, k: number, zone = 0, side: 'both' | 'left' = 'both'): void {
  const join = selfJoin(embed(series, w, 'none'), zone, side);
  for (const byIndex of [false, true]) {
    const expected = table(brute(), join, k, byIndex);
    for (const backend of ['auto', 'scalar'] as const) {
      const actual = table(diagonal(backend), join, k, byIndex);
      const at = actual.findIndex((value, p) => !Object.is(value, expected[p]));
      expect([backend, byIndex, at, actual[at]]).toEqual([backend, byIndex, -1, undefined]);
    }
  }
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

  test('k = 64, and more neighbors than windows', () => {
    expectEqual(generators.whiteNoise!(1500), 8, 64);
    expectEqual(generators.integers!(300), 3, 64);
    expectEqual(generators.randomWalk!(40), 5, 64);
  });
});
