// Mahalanobis distance held against a direct (x − y)ᵀ Σ⁻¹ (x − y), Σ⁻¹ by Gauss–Jordan, and against itself.
import { describe, expect, test, vi } from 'vitest';
import { KNN, type KNNOptions } from '../../src/index.ts';
import { mahalanobis } from '../../src/metrics.ts';
import {
  conditionOf,
  type Matrix,
  type NaiveOptions,
  naiveCovariance,
  naiveInverse,
  naiveLedoitWolf,
  naiveMahalanobis,
  naiveNeighbors,
  naivePseudoInverse,
  naiveScore,
  tableOf,
  vectorOf,
  windowsOf,
} from '../naive.ts';
import {
  ecg,
  gaps,
  generators,
  integers,
  mulberry32,
  randomWalk,
  serverMetric,
  spiky,
  steps,
  whiteNoise,
} from '../support/series.ts';

vi.setConfig({ testTimeout: 60_000 });

const engines = ['auto', 'brute', 'kdtree'] as const;
const named = { randomWalk, whiteNoise, serverMetric, ecg, spiky, gaps, integers, steps };

/** The vectors of the windows that touch no missing value. */
function validVectors(series: Float64Array, w: number, normalize: NaiveOptions['normalize'] = 'none'): number[][] {
  return windowsOf(series, w).flatMap((window) => (window === null ? [] : [vectorOf(window, normalize)]));
}

/** Holds the k distances of every window against the direct ones: squares within 1e-12 · κ(Σ) of their size. */
function expectDirect(
  series: Float64Array,
  w: number,
  k: number,
  options: KNNOptions & Omit<NaiveOptions, 'metric'>,
  inverse: Matrix,
  condition: number,
): void {
  const { distances } = new KNN(w, k, options).neighbors(series);
  const direct = tableOf(naiveNeighbors(series, w, k, { ...options, metric: naiveMahalanobis(inverse) }), k).distances;
  const size = direct.reduce((most, d) => (d < Infinity ? Math.max(most, d * d) : most), 1);
  direct.forEach((d, at) => {
    const isClose = d === distances[at] || Math.abs(distances[at]! ** 2 - d ** 2) <= 1e-12 * condition * size;
    if (!isClose) expect([at, distances[at]]).toEqual([at, d]);
  });
}

function expectCloseMatrix(actual: readonly (readonly number[])[], expected: Matrix, tolerance: number): void {
  const size = Math.max(...expected.flat().map(Math.abs));
  expect(actual.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  expected.forEach((row, a) => {
    row.forEach((c, b) => {
      expect(Math.abs(actual[a]![b]! - c)).toBeLessThanOrEqual(tolerance * size);
    });
  });
}

describe.each(Object.entries(named))('on %s', (_, generate) => {
  const series = generate(300, 4);

  test.each([1, 2, 3, 5, 8])('Ledoit–Wolf is the formula and its distances are direct ones, w = %i', (w) => {
    const { covariance, shrinkage } = naiveLedoitWolf(validVectors(series, w));
    const fitted = mahalanobis.fit(series, w);
    expectCloseMatrix(fitted.covariance, covariance, 1e-12);
    expect(fitted.shrinkage).toBeCloseTo(shrinkage, 9);
    expectDirect(series, w, 4, { metric: mahalanobis() }, naiveInverse(covariance), conditionOf(covariance));
  });

  test.each(['mean', 'zscore'] as const)('Ledoit–Wolf of windows normalized by %s', (normalize) => {
    const { covariance } = naiveLedoitWolf(validVectors(series, 4, normalize));
    const options = { metric: mahalanobis({ covariance: 'ledoit-wolf' }), normalize };
    expectCloseMatrix(mahalanobis.fit(series, 4, { normalize }).covariance, covariance, 1e-12);
    expectDirect(series, 4, 3, options, naiveInverse(covariance), conditionOf(covariance));
  });

  test.each([1, 2, 4])('empirical, w = %i', (w) => {
    const { covariance, mean } = naiveCovariance(validVectors(series, w));
    const fitted = mahalanobis.fit(series, w, { covariance: 'empirical' });
    expectCloseMatrix(fitted.covariance, covariance, 1e-12);
    expectCloseMatrix([fitted.mean], [mean], 1e-12);
    const options = { metric: mahalanobis({ covariance: 'empirical' }) };
    expectDirect(series, w, 4, options, naiveInverse(covariance), conditionOf(covariance));
  });

  test('{ ridge: r } is Σ + r·I in absolute units', () => {
    const ridged = naiveCovariance(validVectors(series, 3)).covariance.map((row, a) =>
      row.map((c, b) => c + (a === b ? 0.25 : 0)),
    );
    const covariance = { ridge: 0.25 };
    expectCloseMatrix(mahalanobis.fit(series, 3, { covariance }).covariance, ridged, 1e-12);
    expectDirect(series, 3, 4, { metric: mahalanobis({ covariance }) }, naiveInverse(ridged), conditionOf(ridged));
  });

  test('a matrix is taken as it is', () => {
    const covariance = [
      [2, 0.5, 0],
      [0.5, 1, -0.25],
      [0, -0.25, 3],
    ];
    expect(mahalanobis.fit(series, 3, { covariance }).covariance).toEqual(covariance);
    const typed = covariance.map((row) => Float64Array.from(row));
    const inverse = naiveInverse(covariance);
    expectDirect(series, 3, 4, { metric: mahalanobis({ covariance }) }, inverse, conditionOf(covariance));
    expect(new KNN(3, 4, { metric: mahalanobis({ covariance: typed }) }).score(series)).toEqual(
      new KNN(3, 4, { metric: mahalanobis({ covariance }) }).score(series),
    );
  });

  test('pinv leaves out the directions without variance', () => {
    for (const normalize of ['mean', 'zscore'] as const) {
      const { covariance } = naiveCovariance(validVectors(series, 4, normalize));
      const pseudo = naivePseudoInverse(covariance);
      expectDirect(series, 4, 3, { metric: mahalanobis({ covariance: 'pinv' }), normalize }, pseudo, 1e3);
    }
    const full = naiveCovariance(validVectors(series, 2)).covariance;
    const options = { metric: mahalanobis({ covariance: 'pinv' }) };
    expectDirect(series, 2, 3, options, naiveInverse(full), conditionOf(full));
  });

  test('exclusionZone, side and aggregation apply to it', () => {
    const { covariance } = naiveLedoitWolf(validVectors(series, 3));
    const inverse = naiveInverse(covariance);
    const condition = conditionOf(covariance);
    for (const options of [{ exclusionZone: 5 }, { side: 'left' }, { side: 'left', exclusionZone: 2 }] as const) {
      expectDirect(series, 3, 4, { ...options, metric: mahalanobis() }, inverse, condition);
    }
    for (const aggregation of ['mean', 'max', 'median'] as const) {
      const score = new KNN(3, 4, { aggregation, metric: mahalanobis() }).score(series);
      const direct = naiveScore(series, 3, 4, { aggregation, metric: naiveMahalanobis(inverse) });
      score.forEach((s, t) => {
        expect(Math.abs(s - direct[t]!) <= 1e-9 || Object.is(s, direct[t])).toBe(true);
      });
    }
  });
});

describe('engines', () => {
  test('agree to the bit, ties included', () => {
    const choices: KNNOptions[] = [{}, { normalize: 'zscore' }, { side: 'left', exclusionZone: 3 }];
    Object.values(generators).forEach((generate, g) => {
      const series = generate(300, 12);
      for (const covariance of ['ledoit-wolf', 'pinv', { ridge: 1 }] as const) {
        const options: KNNOptions = { ...choices[g % 3], metric: mahalanobis({ covariance }) };
        const [first, ...rest] = engines.map((engine) => {
          const knn = new KNN(4, 6, { ...options, engine });
          return [knn.score(series), knn.neighbors(series)];
        });
        for (const answer of rest) expect(answer).toEqual(first);
      }
    });
  });

  test('settle ties by the smaller start: windows that are equal stay equal when whitened', () => {
    const series = steps(400, 2);
    const { indices, distances } = new KNN(3, 5, { metric: mahalanobis() }).neighbors(series);
    const windows = windowsOf(series, 3).map((window) => window!.join());
    windows.forEach((window, i) => {
      const twins = windows.flatMap((other, j) => (other === window && j !== i ? [j] : [])).slice(0, 5);
      expect([...indices.slice(i * 5, i * 5 + twins.length)]).toEqual(twins);
      expect([...distances.slice(i * 5, i * 5 + twins.length)]).toEqual(twins.map(() => 0));
    });
  });
});

describe('what cannot be inverted', () => {
  const line = Float64Array.from({ length: 200 }, (_, t) => t);
  const random = mulberry32(3);
  const nearlyLine = line.map((x) => x + 1e-9 * (random() - 0.5));
  const remedy = /ledoit-wolf|ridge|pinv/;

  test('windows that are all equal score 0, whatever the covariance', () => {
    for (const covariance of ['ledoit-wolf', 'empirical', 'pinv', { ridge: 1 }] as const) {
      for (const value of [7, 0, 1e9, 0.1]) {
        const series = new Array<number>(20).fill(value);
        expect(new KNN(3, 2, { metric: mahalanobis({ covariance }) }).score(series)).toEqual(new Array(20).fill(0));
      }
    }
    const zscore = new KNN(3, 2, { metric: mahalanobis(), normalize: 'zscore' });
    expect(zscore.score([0.1, 0.1, 0.1, 0.1, NaN, 5, 5, 5])).toEqual([0, 0, 0, 0, NaN, NaN, NaN, 0]);
  });

  test('a series with one window, with none, and with none that is valid', () => {
    const knn = new KNN(3, 2, { metric: mahalanobis() });
    expect(knn.score([1, 2, 3])).toEqual([0, 0, 0]);
    expect(knn.score([1, 2])).toEqual([0, 0]);
    expect(knn.score([])).toEqual([]);
    expect(knn.score([1, 2, NaN, 1, 2])).toEqual([0, 0, NaN, NaN, NaN]);
  });

  test('empirical on a singular covariance is a RangeError that names a remedy', () => {
    const periodic = Float64Array.from({ length: 100 }, (_, t) => t % 2);
    for (const series of [line, nearlyLine, periodic]) {
      const knn = new KNN(5, 2, { metric: mahalanobis({ covariance: 'empirical' }) });
      expect(() => knn.score(series)).toThrow(RangeError);
      expect(() => knn.score(series)).toThrow(remedy);
      expect(() => mahalanobis.fit(series, 5, { covariance: 'empirical' })).toThrow(remedy);
    }
    expect(() => new KNN(5, 2, { metric: mahalanobis({ covariance: 'empirical' }) }).score([1, 2, 4, 3, 5, 9])).toThrow(
      remedy,
    );
  });

  test('empirical with normalize is a RangeError: its rank is below w', () => {
    for (const normalize of ['mean', 'zscore'] as const) {
      const make = () => {
        const knn = new KNN(4, 2, { metric: mahalanobis({ covariance: 'empirical' }), normalize });
        knn.score(whiteNoise(100));
      };
      expect(make).toThrow(RangeError);
      expect(make).toThrow(/normal/);
      expect(() => mahalanobis.fit(whiteNoise(100), 4, { covariance: 'empirical', normalize })).toThrow(RangeError);
    }
  });

  test('a straight line with noise of 1e-9 gets sensible scores from every choice that serves it', () => {
    for (const covariance of ['ledoit-wolf', 'pinv', { ridge: 1e-6 }] as const) {
      const score = new KNN(5, 3, { metric: mahalanobis({ covariance }) }).score(nearlyLine);
      for (const s of score.slice(4)) expect(s >= 0 && s < 1e3).toBe(true);
      const noNoise = new KNN(5, 3, { metric: mahalanobis({ covariance }) }).score(line);
      // One step along the line, in units of its own spread, is small.
      for (const s of noNoise.slice(4)) expect(s > 0 && s < 0.1).toBe(true);
    }
  });

  test('a matrix that is no covariance is refused', () => {
    const score = (covariance: unknown) => () =>
      new KNN(2, 1, { metric: mahalanobis({ covariance: covariance as never }) }).score([1, 2, 10, 2, 1]);
    expect(
      score([
        [1, 0],
        [0, 1],
      ]),
    ).not.toThrow();
    expect(
      score([
        [1, 2],
        [2, 1],
      ]),
    ).toThrow(RangeError); // indefinite
    expect(
      score([
        [1, 1],
        [1, 1],
      ]),
    ).toThrow(RangeError); // singular
    expect(
      score([
        [1, 0.5],
        [0, 1],
      ]),
    ).toThrow(RangeError); // not symmetric
    expect(
      score([
        [1, NaN],
        [NaN, 1],
      ]),
    ).toThrow(RangeError);
    expect(
      score([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    ).toThrow(RangeError); // not 2 × 2
    expect(score([[1], [0]])).toThrow(RangeError);
  });
});

describe('units', () => {
  test('the identity as covariance is Euclidean distance', () => {
    const series = randomWalk(200);
    const identity = [0, 1, 2].map((a) => [0, 1, 2].map((b) => (a === b ? 1 : 0)));
    const score = new KNN(3, 4, { metric: mahalanobis({ covariance: identity }) }).score(series);
    new KNN(3, 4).score(series).forEach((s, t) => {
      expect(score[t]).toBeCloseTo(s, 9);
    });
  });

  test('empirical and Ledoit–Wolf scores know no scale: tiny, usual and huge units agree', () => {
    const series = randomWalk(200);
    for (const covariance of ['empirical', 'ledoit-wolf', 'pinv'] as const) {
      const knn = new KNN(3, 4, { metric: mahalanobis({ covariance }) });
      const score = knn.score(series);
      for (const unit of [2 ** -300, 2 ** -30, 2 ** 30, 2 ** 300]) {
        knn.score(series.map((x) => x * unit)).forEach((s, t) => {
          expect(s).toBeCloseTo(score[t]!, 9);
        });
      }
    }
  });
});

describe('mahalanobis.fit(series, w)', () => {
  test('frozen on a series scores that series as the unfitted metric does, to the bit', () => {
    for (const covariance of ['ledoit-wolf', 'empirical', 'pinv', { ridge: 2 }] as const) {
      const series = gaps(400, 3);
      const fitted = mahalanobis.fit(series, 3, { covariance });
      expect(new KNN(3, 4, { metric: fitted }).score(series)).toEqual(
        new KNN(3, 4, { metric: mahalanobis({ covariance }) }).score(series),
      );
    }
  });

  test('with a reference the covariance is the reference’s', () => {
    const [series, reference] = [randomWalk(100, 1), randomWalk(300, 2)];
    const metric = mahalanobis.fit(reference, 3);
    const wanted = new KNN(3, 4, { metric }).score(series, { reference });
    expect(new KNN(3, 4, { metric: mahalanobis() }).score(series, { reference })).toEqual(wanted);
    expect(new KNN(3, 4, { metric: mahalanobis() }).fit(reference).score(series)).toEqual(wanted);
    expect(new KNN(3, 4, { metric: mahalanobis() }).score(series)).not.toEqual(wanted);

    const { covariance } = naiveLedoitWolf(validVectors(reference, 3));
    const direct = naiveScore(series, 3, 4, { reference, metric: naiveMahalanobis(naiveInverse(covariance)) });
    direct.forEach((d, t) => {
      expect(wanted[t]).toBeCloseTo(d, 8);
    });
  });

  test('leaves out the windows that touch a missing value', () => {
    const clean = randomWalk(100);
    const holed = Float64Array.of(...clean, NaN, 1e6, NaN, 1e300, -1e6, Infinity);
    expect(mahalanobis.fit(holed, 3).covariance).toEqual(mahalanobis.fit(clean, 3).covariance);
    expect(mahalanobis.fit([...clean, null, 1e6, undefined], 3).mean).toEqual(mahalanobis.fit(clean, 3).mean);
  });

  test('fits one window size and one normalization', () => {
    const metric = mahalanobis.fit(whiteNoise(100), 4, { normalize: 'mean' });
    expect(new KNN(4, 1, { metric, normalize: 'mean' }).score(whiteNoise(50)).length).toBe(50);
    expect(() => new KNN(5, 1, { metric, normalize: 'mean' }).score(whiteNoise(50))).toThrow(RangeError);
    expect(() => new KNN(4, 1, { metric }).score(whiteNoise(50))).toThrow(RangeError);
  });

  test('refuses a series without a valid window', () => {
    for (const series of [[], [1, 2], [1, NaN, 2, NaN]]) {
      expect(() => mahalanobis.fit(series, 3)).toThrow(RangeError);
    }
  });

  test('does not modify the series', () => {
    const series = gaps(100, 3);
    const before = series.slice();
    mahalanobis.fit(series, 3, { normalize: 'mean' });
    new KNN(3, 2, { metric: mahalanobis() }).score(series);
    expect(series).toEqual(before);
  });
});

test('explain(series, t) has the neighbors and what they expect, and no shares', () => {
  const series = serverMetric(200, 2);
  for (const normalize of ['none', 'mean', 'zscore'] as const) {
    const knn = new KNN(4, 3, { metric: mahalanobis(), normalize });
    const table = knn.neighbors(series);
    const score = knn.score(series);
    for (const t of [3, 100, 199]) {
      const explained = knn.explain(series, t);
      const i = t - 3;
      expect(explained.score).toBe(score[t]);
      expect(explained.shares).toBeNull();
      expect(explained.neighbors.map(({ start }) => start)).toEqual([...table.indices.slice(3 * i, 3 * i + 3)]);
      expect(explained.neighbors.map(({ distance }) => distance)).toEqual([...table.distances.slice(3 * i, 3 * i + 3)]);
      const windows = explained.neighbors.map(({ start, end }) => series.slice(start, end + 1));
      if (normalize === 'none') {
        explained.expected.forEach((x, l) => {
          expect(x).toBeCloseTo(windows.reduce((sum, window) => sum + window[l]!, 0) / 3, 9);
        });
      }
      const differences = explained.window.map((x, l) => x - explained.expected[l]!);
      const largest = differences.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
      expect(explained.direction).toBe(largest > 0 ? 'above' : 'below');
    }
  }
});
