// The diagonal engine against plain comparison of every pair, WASM and scalar, over many bands, seeds and row overflows.
import { describe, expect, test, vi } from 'vitest';
import { embed, type Normalization, vectorsOf } from '../../../src/core/windows.ts';
import { diagonal, servesDiagonal } from '../../../src/search/diagonal/engine.ts';
import { referenceJoin, rowBlock, selfJoin } from '../../../src/search/join.ts';
import { expectEveryPair } from '../../support/compare-engines.ts';
import { generators, mulberry32, normal } from '../../support/series.ts';

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
  'noise with sentinels of 2^31 − 1': (n) =>
    Float64Array.from(generators.whiteNoise!(n), (x, t) => (t % 397 === 100 ? 2 ** 31 - 1 : x)),
  'integers with sentinels, ties with and without': (n) =>
    Float64Array.from(generators.integers!(n), (x, t) => (t % 211 === 7 ? (t % 2 ? 1e12 : -1e12) : x)),
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

  // Series without rounding: their margins are nearly 0, but for neighbors by index.
  const counts = (n: number, most: number, unit: number, level: number): Float64Array => {
    const chance = mulberry32(8);
    return Float64Array.from({ length: n }, () => level + unit * (chance() < 0.05 ? Math.ceil(most * chance()) : 0));
  };
  for (const [most, unit, level, w] of [
    [1, 1, 0, 30],
    [20, 1, 0, 25],
    [3, 0.25, 1e9, 40],
    [2, 2 ** -300, 0, 12],
    [264, 1, 0, 30], // the largest that is exact, and
    [265, 1, 0, 30], // more than that
    [1e6, 1, 0, 30],
  ] as const) {
    test(`events of up to ${most} times ${unit} on ${level}, w = ${w}`, () => {
      for (const k of [1, 6]) expectEqual(counts(1800, most, unit, level), w, k);
    });
  }

  test('k = 64, k = 200, and more neighbors than windows', () => {
    expectEqual(generators.serverMetric!(1200), 12, 200);
    expectEqual(generators.whiteNoise!(1500), 8, 64);
    expectEqual(generators.integers!(300), 3, 64);
    expectEqual(generators.randomWalk!(40), 5, 64);
  });
});

/** Series whose windows differ in scale, or in level by far more than in shape. */
const uneven: Record<string, (n: number) => Float64Array> = {
  'bursts a million times as loud': (n) => {
    const random = mulberry32(3);
    return Float64Array.from({ length: n }, (_, t) => normal(random) * (t % 400 < 100 ? 1e6 : 1));
  },
  'noise of 1e-6 on a level of 1e9': (n) => {
    const random = mulberry32(4);
    return Float64Array.from({ length: n }, () => 1e9 + 1e-6 * normal(random));
  },
  'growth from 1 to 1e100': (n) => {
    const random = mulberry32(5);
    let x = 1;
    return Float64Array.from({ length: n }, () => (x *= 1 + random() * (460 / n)));
  },
  'a counter that a sentinel breaks': (n) => {
    const random = mulberry32(6);
    let count = 0;
    return Float64Array.from({ length: n }, (_, t) => {
      count += Math.floor(3 * random());
      return t % 3000 === 1500 ? -(2 ** 31) : count;
    });
  },
  'flat, but for a pulse now and then': (n) => {
    const random = mulberry32(7);
    return Float64Array.from({ length: n }, (_, t) => 0.1 + (t % 97 < 5 ? random() : 0));
  },
};

describe('the diagonal engine gives the bits of every pair of normalized windows compared', () => {
  const random = mulberry32(78);
  const between = (least: number, most: number) => least + Math.floor((most - least + 1) * random());
  for (const [name, generate] of Object.entries({ ...generators, ...hostile, ...uneven })) {
    for (const normalize of ['mean', 'zscore'] as const) {
      const w = between(2, 40);
      const k = between(1, 12);
      const zone = [0, 0, 5, w, 300][between(0, 4)]!;
      const side = random() < 0.5 ? 'both' : 'left';
      test(`${name}, 1500 values, ${normalize}, w = ${w}, k = ${k}, exclusion zone ${zone}, ${side}`, () => {
        const join = selfJoin(embed(generate(1500, 3), w, normalize), zone, side);
        if (servesDiagonal(join)) expectEveryPair(engines, join, k);
        else expect(name).toMatch(/denormals|1e-160|mixture/);
      });
    }
  }

  // More than one segment of 32 bands of 256 rows.
  for (const [name, normalize, w] of [
    ['serverMetric', 'mean', 30],
    ['gaps', 'zscore', 25],
    ['decimals', 'zscore', 12],
  ] as const) {
    test(`${name}, 9000 values, ${normalize}, w = ${w}, k = 3`, () =>
      expectEqual(generators[name]!(9000, 4), w, 3, 0, 'both', normalize));
  }
  test('a counter that a sentinel breaks, 9000 values, w = 40, k = 2', () =>
    expectEqual(uneven['a counter that a sentinel breaks']!(9000), 40, 2, 0, 'both', 'zscore'));

  for (const [name, n, m] of [
    ['steps', 600, 2000],
    ['gaps', 2500, 400],
    ['integers', 900, 900],
    ['offset', 1, 40],
    ['constant', 300, 400],
  ] as const) {
    for (const normalize of ['mean', 'zscore'] as const) {
      test(`${name}, ${n} windows against a reference of ${m}, ${normalize}`, () => {
        const rows = embed(generators[name]!(n + 11, 5), 12, normalize);
        const columns = embed(generators[name]!(m + 11, 6), 12, normalize);
        expectEveryPair(engines, referenceJoin(rows, columns), 4);
      });
    }
  }

  test('k = 64, k = 128, and more neighbors than windows', () => {
    expectEqual(generators.serverMetric!(1200), 12, 128, 0, 'both', 'zscore');
    expectEqual(generators.steps!(1200), 8, 64, 0, 'left', 'zscore');
    expectEqual(generators.whiteNoise!(900), 8, 64, 0, 'both', 'mean');
    expectEqual(generators.signedZeros!(40), 5, 64, 0, 'both', 'zscore');
  });

  test('constant windows that find too few of their kind', () => {
    const pulses = uneven['flat, but for a pulse now and then']!(500);
    for (const side of ['both', 'left'] as const) {
      for (const zone of [0, 30, 200, 450]) expectEqual(pulses, 60, 7, zone, side, 'zscore');
      for (const zone of [0, 30, 200, 450]) expectEqual(pulses, 90, 7, zone, side, 'zscore');
    }
  });
});

describe('the diagonal engine answers a part of the rows of a self-join', () => {
  const random = mulberry32(79);
  const between = (least: number, most: number) => least + Math.floor((most - least + 1) * random());
  const series = { ...generators, ...hostile, ...uneven };
  for (const [name, generate] of Object.entries(series)) {
    const normalize = (['none', 'mean', 'zscore'] as const)[between(0, 2)]!;
    const w = between(2, 40);
    const k = between(1, 12);
    const zone = [0, 0, 5, w, 300][between(0, 4)]!;
    const side = random() < 0.7 ? 'both' : 'left';
    const from = between(0, 1500);
    const to = random() < 0.2 ? 1700 : between(from, 1700);
    test(`${name}, rows ${from} … ${to} of 1700 values, ${normalize}, w = ${w}, k = ${k}, zone ${zone}, ${side}`, () => {
      const whole = selfJoin(embed(generate(1700, 3), w, normalize), zone, side);
      const join = rowBlock(whole, from, to);
      expect(servesDiagonal(join)).toBe(servesDiagonal(whole));
      if (servesDiagonal(join)) expectEveryPair(engines, join, k);
    });
  }

  // Blocks that begin, end, or lie in the middle of segments of 16 bands of 512 rows.
  for (const [from, to] of [
    [0, 700],
    [8000, 8300],
    [8192, 9700],
    [19_000, 20_000],
  ] as const) {
    test(`rows ${from} … ${to} of 20 000 values of a server`, () => {
      const whole = selfJoin(embed(generators.serverMetric!(20_000, 4), 30, 'none'), 0, 'both');
      expectEveryPair({ wasm: diagonal('auto') }, rowBlock(whole, from, to), 3);
    });
  }

  test('every pair with a row is worked once, or nearly', () => {
    const whole = selfJoin(embed(generators.whiteNoise!(50_000), 50, 'none'), 0, 'both');
    const workOf = (from: number, to: number): number => {
      const run = diagonal().start(rowBlock(whole, from, to), 1, false);
      return Array.from({ length: run.numParts }, (_, p) => run.work(p)).reduce((sum, work) => sum + work, 0);
    };
    for (const [from, to] of [
      [0, 4096],
      [20_000, 24_000],
      [45_000, 49_951],
    ] as const) {
      const pairs = (to - from) * 49_951 - (to - from) ** 2 / 2;
      expect(workOf(from, to) / pairs).toBeGreaterThan(1);
      expect(workOf(from, to) / pairs).toBeLessThan(1.3);
    }
  });
});

describe('servesDiagonal(join)', () => {
  test('leaves out what has no diagonals, and values whose squares leave float64', () => {
    const serves = (series: Float64Array, normalize: Normalization): boolean =>
      servesDiagonal(selfJoin(embed(series, 5, normalize), 0, 'both'));
    const noise = generators.whiteNoise!(100);
    expect(serves(noise, 'zscore')).toBe(true);
    expect(servesDiagonal(selfJoin(vectorsOf(embed(noise, 5, 'zscore')), 0, 'both'))).toBe(false);
    expect(serves(generators.denormals!(100), 'none')).toBe(true);
    expect(serves(generators.denormals!(100), 'mean')).toBe(false);
    expect(serves(new Float64Array(2 ** 17).fill(2 ** 500), 'none')).toBe(true);
    expect(servesDiagonal(selfJoin(embed(new Float64Array(2 ** 17).fill(2 ** 500), 2 ** 16, 'none'), 0, 'both'))).toBe(
      false,
    );
  });
});

describe('doubt()', () => {
  const ambiguityOf = (series: Float64Array, normalize: Normalization): number =>
    diagonal()
      .start(selfJoin(embed(series, 20, normalize), 0, 'both'), 3, false)
      .ambiguity();

  test('is small where margins are, and near 1 where rounding is all there is', () => {
    for (const name of ['whiteNoise', 'randomWalk', 'offset', 'spiky', 'integers', 'steps', 'constant', 'periodic']) {
      for (const normalize of ['none', 'mean', 'zscore'] as const) {
        expect([name, normalize, ambiguityOf(generators[name]!(5000), normalize) < 0.02]).toEqual([
          name,
          normalize,
          true,
        ]);
      }
    }
    for (const normalize of ['mean', 'zscore'] as const) {
      expect(ambiguityOf(uneven['noise of 1e-6 on a level of 1e9']!(5000), normalize)).toBeGreaterThan(0.5);
    }
  });
});
