// What KNN promises, clause by clause; engines.test.ts holds all of it against the oracle on thousands of series.

import { inspect } from 'node:util';
import fc from 'fast-check';
import * as mlDistance from 'ml-distance';
import { describe, expect, test, vi } from 'vitest';
import { euclidean, KNN, type KNNOptions, type MahalanobisMetric } from '../../src/index.ts';
import * as metrics from '../../src/metrics.ts';
import { type NaiveOptions, naiveExplain, naiveNeighbors, naiveScore, squaredDistance, tableOf } from '../naive.ts';
import { mulberry32, paint, palettes, randomWalk, whiteNoise } from '../support/series.ts';

vi.setConfig({ testTimeout: 60_000 });

const nasty = fc
  .tuple(fc.constantFrom(...palettes), fc.array(fc.nat(1023), { maxLength: 60, size: 'max' }))
  .map(([palette, picks]) => paint(palette, picks));

function manhattan(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, x, l) => sum + Math.abs(x - b[l]!), 0);
}

const law = [0, Math.sqrt(2), Math.sqrt(65), Math.sqrt(65), Math.sqrt(2)];

describe('score(series)', () => {
  test('is [0, √2, √65, √65, √2] for [1, 2, 10, 2, 1], w = 2, k = 1', () => {
    expect(new KNN(2, 1).score([1, 2, 10, 2, 1])).toEqual(law);
  });

  test('stands at the end of the window and is zero for the first w − 1 points', () => {
    const score = new KNN(3, 1).score([0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0]);
    expect(score).toEqual([0, 0, 0, 0, 0, 9, 9, 9, 0, 0, 0]);
  });

  test('is the mean of the k smallest distances', () => {
    expect(new KNN(1, 3).score([0, 1, 3, 7])).toEqual([11 / 3, 3, 3, 17 / 3]);
  });

  test('averages the neighbors that exist when there are fewer than k', () => {
    expect(new KNN(1, 9).score([0, 1, 3])).toEqual([2, 1.5, 2.5]);
    expect(new KNN(1, 2 ** 40).score([0, 1, 3])).toEqual([2, 1.5, 2.5]);
  });

  test('is zero when there is no other window, and when the series is shorter than the window', () => {
    expect(new KNN(3, 2).score([1, 2, 3])).toEqual([0, 0, 0]);
    expect(new KNN(3, 2).score([1, 2])).toEqual([0, 0]);
    expect(new KNN(9, 2).score([1, NaN])).toEqual([0, 0]);
    expect(new KNN(3, 2).score([])).toEqual([]);
    expect(new KNN(3, 2).score(new Float64Array(0))).toEqual(new Float64Array(0));
  });

  test('gives number[] for arrays, Float64Array for typed arrays of every kind', () => {
    const series = [1, 2, 10, 2, 1];
    expect(Array.isArray(new KNN(2, 1).score(Object.freeze(series)))).toBe(true);
    for (const kind of [
      Float64Array,
      Float32Array,
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
    ]) {
      expect(new KNN(2, 1).score(kind.from(series))).toEqual(Float64Array.from(law));
    }
  });

  test('takes a typed array that is a view of part of a buffer', () => {
    const whole = Float64Array.of(99, 1, 2, 10, 2, 1, 99);
    expect(new KNN(2, 1).score(whole.subarray(1, 6))).toEqual(Float64Array.from(law));
  });

  test('does not modify the series', () => {
    const typed = Float64Array.of(3, NaN, Infinity, 1e200, -0, 5);
    new KNN(2, 1).score(typed);
    expect(typed).toEqual(Float64Array.of(3, NaN, Infinity, 1e200, -0, 5));
    const plain = [3, null, undefined, 1e200, -0, 5];
    new KNN(2, 1, { normalize: 'zscore' }).score(plain);
    expect(plain).toEqual([3, null, undefined, 1e200, -0, 5]);
  });

  test('may be called again and again, on any series, without a trace', () => {
    const knn = new KNN(3, 2, { normalize: 'zscore' });
    const walk = randomWalk(100);
    const first = knn.score(walk);
    knn.score([1, 2, 3, 4, 5, 6, 7]);
    knn.score([]);
    expect(knn.score(walk)).toEqual(first);
  });
});

describe('missing values', () => {
  const missing = [
    NaN,
    Infinity,
    -Infinity,
    null,
    undefined,
    1e200,
    -1e200,
    2 ** 500 * (1 + 2 ** -52),
    Number.MAX_VALUE,
  ];

  test('of every kind make NaN where a window touches them, and are nobody’s neighbors', () => {
    for (const value of missing) {
      const score = new KNN(2, 1).score([1, 2, 10, value, 2, 1, 5, 5]);
      expect(score).toEqual([0, Math.sqrt(2), Math.sqrt(26), NaN, NaN, Math.sqrt(2), 3, 4]);
    }
  });

  test('in holes of an array, too', () => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is the point
    expect(new KNN(1, 1).score([1, , 4])).toEqual([3, NaN, 3]);
  });

  test('leave the first w − 1 scores zero', () => {
    expect(new KNN(3, 1).score([NaN, null, 1, 2, 3, 5])).toEqual([0, 0, NaN, NaN, Math.sqrt(6), Math.sqrt(6)]);
    expect(new KNN(3, 1).score([NaN, NaN, NaN])).toEqual([0, 0, NaN]);
  });

  test('start beyond 2^500', () => {
    expect(new KNN(1, 1).score([2 ** 500, -(2 ** 500), 0])).toEqual([2 ** 500, 2 ** 500, 2 ** 500]);
  });

  test('are a RangeError with their index for missing: "throw"', () => {
    const strict = new KNN(2, 1, { missing: 'throw' });
    expect(strict.score([1, 2, 10, 2, 1])).toEqual(law);
    for (const value of missing) {
      expect(() => strict.score([1, 2, 10, value, 1])).toThrow(RangeError);
      expect(() => strict.score([1, 2, 10, value, 1])).toThrow(/\b3\b/);
      expect(() => strict.neighbors([value, 2])).toThrow(/\b0\b/);
      expect(() => strict.fit([1, 2, value])).toThrow(/\b2\b/);
    }
    expect(() => strict.score(Float64Array.of(1, 2, NaN))).toThrow(RangeError);
  });
});

describe('normalize', () => {
  test('"mean" compares shapes regardless of level', () => {
    const score = new KNN(2, 1, { normalize: 'mean' }).score([0, 1, 50, 51, 90]);
    expect(score).toEqual([0, 0, Math.sqrt(50), 0, Math.sqrt(50)]);
  });

  test('"zscore" compares shapes regardless of level and scale', () => {
    const score = new KNN(3, 1, { normalize: 'zscore' }).score([1, 2, 4, 10, 12, 16]);
    expect(score[2]).toBeCloseTo(0, 12);
    expect(score[5]).toBeCloseTo(0, 12);
  });

  test('"zscore" puts a constant window √w from any other and 0 from a constant one', () => {
    const series = [0.1, 0.1, 0.1, 0.1, 5, 0.7, 0.7, 0.7, 0.7];
    const { distances, indices } = new KNN(4, 5, { normalize: 'zscore' }).neighbors(series);
    expect([indices[0], distances[0]]).toEqual([5, 0]);
    for (const d of distances.slice(1, 5)) expect(d).toBeCloseTo(2, 12);
  });

  test('finds constants exactly: a difference in the last bit is a shape', () => {
    const series = [1, 1, 1, 1 + 2 ** -52, 9, 9, 9];
    const { distances } = new KNN(3, 1, { normalize: 'zscore' }).neighbors(series);
    expect(distances[0]).toBe(0); // [1, 1, 1] and [9, 9, 9]
    expect(distances[1]).toBeGreaterThan(0.1);
  });
});

describe('aggregation', () => {
  const series = [0, 1, 3, 7, 15];

  test('"max" is the k-th distance, or the last that exists', () => {
    expect(new KNN(1, 2, { aggregation: 'max' }).score(series)).toEqual([3, 2, 3, 6, 12]);
    expect(new KNN(1, 9, { aggregation: 'max' }).score(series)).toEqual([15, 14, 12, 8, 15]);
  });

  test('"median" is the middle distance, or the mean of the two', () => {
    expect(new KNN(1, 3, { aggregation: 'median' }).score(series)).toEqual([3, 2, 3, 6, 12]);
    expect(new KNN(1, 2, { aggregation: 'median' }).score(series)).toEqual([2, 1.5, 2.5, 5, 10]);
    expect(new KNN(1, 9, { aggregation: 'median' }).score(series)).toEqual([5, 4, 3.5, 6.5, 13]);
  });
});

describe('exclusionZone and side', () => {
  test('exclusionZone keeps |i − j| ≤ zone out', () => {
    const series = [0, 1, 2, 3, 4, 5];
    expect(new KNN(1, 1, { exclusionZone: 0 }).score(series)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(new KNN(1, 1, { exclusionZone: 2 }).score(series)).toEqual([3, 3, 3, 3, 3, 3]);
    expect(new KNN(1, 1, { exclusionZone: 4 }).score(series)).toEqual([5, 0, 0, 0, 0, 5]);
    expect(new KNN(1, 1, { exclusionZone: 2 ** 40 }).score(series)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('side "left" looks at earlier windows only', () => {
    expect(new KNN(1, 1, { side: 'left' }).score([4, 9, 5, 5])).toEqual([0, 5, 1, 0]);
    expect(new KNN(1, 1, { side: 'left', exclusionZone: 1 }).score([4, 9, 5, 5])).toEqual([0, 0, 1, 1]);
  });
});

describe('neighbors(series)', () => {
  test('gives each window’s k nearest by start, nearest first', () => {
    const neighbors = new KNN(2, 2).neighbors([1, 2, 10, 2, 1]);
    expect(neighbors.numWindows).toBe(4);
    expect(neighbors.k).toBe(2);
    expect(neighbors.indices).toEqual(Int32Array.of(3, 1, 0, 3, 3, 0, 0, 2));
    expect(neighbors.distances).toEqual(Float64Array.of(2, 65, 65, 81, 65, 81, 2, 65).map(Math.sqrt));
  });

  test('settles ties by the smaller start', () => {
    const { indices } = new KNN(1, 3).neighbors(new Array(200).fill(5));
    expect([...indices.slice(0, 9)]).toEqual([1, 2, 3, 0, 2, 3, 0, 1, 3]);
    expect([...indices.slice(-3)]).toEqual([0, 1, 2]);
  });

  test('pads with −1 and Infinity, all of it for a window that touches a missing value', () => {
    const { indices, distances } = new KNN(1, 2).neighbors([1, NaN, 4]);
    expect(indices).toEqual(Int32Array.of(2, -1, -1, -1, 0, -1));
    expect(distances).toEqual(Float64Array.of(3, Infinity, Infinity, Infinity, 3, Infinity));
  });

  test('is empty when the series is shorter than the window', () => {
    const { numWindows, indices, distances } = new KNN(5, 2).neighbors([1, 2]);
    expect([numWindows, indices.length, distances.length]).toEqual([0, 0, 0]);
  });
});

describe('fit(reference) and { reference }', () => {
  test('a fitted detector shows its class, windowSize and k, and nothing else', () => {
    const fitted = new KNN(2, 1).fit([1, 2, 1]);
    expect(inspect(fitted)).toBe('FittedKNN { windowSize: 2, k: 1 }');
    const methods = [
      'constructor',
      'score',
      'scoreAsync',
      'refine',
      'top',
      'topAsync',
      'topRefine',
      'neighbors',
      'neighborsAsync',
      'explain',
    ];
    expect(Object.getOwnPropertyNames(Object.getPrototypeOf(fitted))).toEqual(methods);
  });

  const reference = [0, 1, 2, 3, 100];

  test('score against the windows of the reference only', () => {
    expect(new KNN(1, 1).score([1, 50, 99], { reference })).toEqual([0, 47, 1]);
    expect(new KNN(1, 2).fit(reference).score([1, 50, 99])).toEqual([0.5, 47.5, (1 + 96) / 2]);
  });

  test('exclude no window: a series is its own perfect reference', () => {
    const walk = randomWalk(200);
    expect(new KNN(5, 1).fit(walk).score(walk)).toEqual(new Float64Array(200));
  });

  test('agree with each other on every method, again and again', () => {
    const knn = new KNN(3, 2, { normalize: 'zscore', aggregation: 'median' });
    const past = whiteNoise(150, 1);
    const fitted = knn.fit(past);
    for (const series of [whiteNoise(40, 2), whiteNoise(3, 3), randomWalk(60, 4), past]) {
      expect(fitted.score(series)).toEqual(knn.score(series, { reference: past }));
      expect(fitted.neighbors(series)).toEqual(knn.neighbors(series, { reference: past }));
      expect(fitted.explain(series, 2)).toEqual(knn.explain(series, 2, { reference: past }));
    }
    expect(fitted.score([1, 2, 3])).toEqual([...knn.score(Float64Array.of(1, 2, 3), { reference: past })]);
  });

  test('answer the same before the reference is indexed and after', () => {
    for (const [w, metric] of [
      [4, euclidean],
      [20, euclidean],
      [4, metrics.mahalanobis()],
    ] as const) {
      for (const normalize of ['none', 'zscore'] as const) {
        const past = randomWalk(3000, 5);
        const knn = new KNN(w, 3, { metric, normalize });
        const fitted = knn.fit(past);
        for (let call = 0; call < 40; call++) {
          const series = randomWalk(w + (call % 9), call + 10);
          expect(fitted.score(series)).toEqual(knn.score(series, { reference: past }));
          if (call % 5 > 0) continue;
          expect(fitted.neighbors(series)).toEqual(knn.neighbors(series, { reference: past }));
          expect(fitted.explain(series, w - 1)).toEqual(knn.explain(series, w - 1, { reference: past }));
        }
      }
    }
  });

  test('keep the reference as it was when it was given', () => {
    const past = whiteNoise(50, 1);
    const fitted = new KNN(3, 2).fit(past);
    const before = fitted.score(whiteNoise(30, 2));
    past.fill(0);
    expect(fitted.score(whiteNoise(30, 2))).toEqual(before);
  });

  test('give 0 for the first w − 1, NaN for missing, [] for []', () => {
    const fitted = new KNN(2, 1).fit([1, 1, NaN, 5, 5]);
    expect(fitted.score([1, 1, NaN, 1, 5, 5])).toEqual([0, 0, NaN, NaN, 4, 0]);
    expect(fitted.score([])).toEqual([]);
  });
});

describe('metric', () => {
  test('may be any function of two windows, held to the definition', () => {
    const choices = fc.record(
      {
        normalize: fc.constantFrom('none', 'mean', 'zscore'),
        aggregation: fc.constantFrom('mean', 'max', 'median'),
        exclusionZone: fc.nat(9),
        side: fc.constantFrom('both', 'left'),
      },
      { requiredKeys: [] },
    );
    const functions = fc.constantFrom<(a: ArrayLike<number>, b: ArrayLike<number>) => number>(
      manhattan,
      (a, b) => Math.floor(Math.abs(a[0]! - b[0]!)),
      (a, b) => (a[0] === b[0] ? 0 : Infinity),
      (a, b) => Math.max(b[0]! - a[0]!, 0), // not symmetric: tells which window comes first
      () => 1,
    );
    const property = fc.property(
      fc.tuple(
        nasty,
        nasty,
        fc.boolean(),
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 1, max: 20 }),
        functions,
        choices,
      ),
      ([series, reference, isJoin, w, k, metric, options]) => {
        const all: KNNOptions & NaiveOptions = { ...options, metric };
        if (isJoin) {
          fc.pre(naiveNeighbors(reference, w, 1).some((row) => row !== null));
          delete all.side;
          delete all.exclusionZone;
        }
        const join = isJoin ? { reference } : {};
        const knn = new KNN(w, k, all);
        expect(knn.score(series, join)).toEqual(naiveScore(series, w, k, { ...all, ...join }));
        expect(knn.neighbors(series, join)).toEqual(tableOf(naiveNeighbors(series, w, k, { ...all, ...join }), k));
      },
    );
    fc.assert(property, { seed: 31, numRuns: 800 });
  });

  test('gets windows as Float64Arrays of windowSize values, the scored one first', () => {
    const scored = new Set<string>();
    const metric = (a: ArrayLike<number>, b: ArrayLike<number>) => {
      expect([a, b].every((window) => window instanceof Float64Array && window.length === 2)).toBe(true);
      scored.add(Array.from(a).join());
      return 1;
    };
    new KNN(2, 1, { metric }).score([5, 6], { reference: [1, 2, 3] });
    expect([...scored]).toEqual(['5,6']);
  });

  test('euclidean is the default, by name or as any function', () => {
    const series = whiteNoise(80);
    const score = new KNN(4, 3).score(series);
    expect(new KNN(4, 3, { metric: euclidean }).score(series)).toEqual(score);
    expect(new KNN(4, 3, { metric: (a, b) => euclidean(a, b) }).score(series)).toEqual(score);
    expect(new KNN(4, 3, { metric: euclidean, engine: 'kdtree' }).score(series)).toEqual(score);
    expect(euclidean([0, 0], [3, 4])).toBe(5);
    expect(euclidean(Float32Array.of(1), [1])).toBe(0);
  });
});

describe('knn-anomaly/metrics', () => {
  const theirs = mlDistance.distance as unknown as Record<string, (...args: unknown[]) => number>;
  const ours = metrics as unknown as Record<string, (...args: unknown[]) => number>;
  const names = Object.keys(theirs).filter((name) => name !== 'minkowski' && name !== 'euclidean');
  const random = mulberry32(7);
  const positive = Float64Array.from({ length: 40 }, () => 0.5 + random());

  test('has every distance of ml-distance by its name', () => {
    expect(names.length + 2).toBe(Object.keys(theirs).length);
    for (const name of Object.keys(theirs)) expect([name, typeof ours[name]]).toEqual([name, 'function']);
    expect(ours.euclidean).toBe(euclidean);
  });

  test('has none of its similarities', () => {
    const distances = Object.keys(theirs);
    for (const name of Object.keys(mlDistance.similarity)) {
      if (!distances.includes(name)) expect(ours[name]).toBeUndefined();
    }
  });

  for (const name of names) {
    test(`${name} is ml-distance’s, alone and as a metric`, () => {
      const [a, b] = [positive.subarray(0, 5), positive.subarray(5, 10)];
      expect(ours[name]!(a, b)).toBe(theirs[name]!(Array.from(a), Array.from(b)));

      const metric = (a: readonly number[], b: readonly number[]) => theirs[name]!(a, b);
      const knn = new KNN(3, 2, { metric: ours[name] as never });
      const windows = Array.from({ length: 38 }, (_, i) => Array.from(positive.subarray(i, i + 3)));
      const isDistance = windows.every((a, i) => windows.every((b, j) => i === j || metric(a, b) >= 0));
      if (isDistance) expect(knn.score(positive)).toEqual(Float64Array.from(naiveScore(positive, 3, 2, { metric })));
      else expect(() => knn.score(positive)).toThrow(RangeError);
    });
  }

  test('minkowski(p) makes the metric of order p', () => {
    const series = whiteNoise(60);
    for (const p of [1, 2, 3]) {
      const metric = (a: readonly number[], b: readonly number[]) => theirs.minkowski!(a, b, p);
      const score = new KNN(3, 2, { metric: metrics.minkowski(p) }).score(series);
      const wanted = naiveScore(series, 3, 2, { metric });
      score.forEach((s, t) => {
        expect(Math.abs(s - wanted[t]!)).toBeLessThanOrEqual(1e-12 * wanted[t]!);
      });
    }
  });
});

describe('explain(series, t)', () => {
  test('of several places is the list of their explanations, the metric fitted once', () => {
    const series = [1, 3, 2, 4, NaN, 1, 3, 9, 4, 2, 3, 1];
    let fits = 0;
    const { kind, needsFullRank, fitWindows } = metrics.mahalanobis();
    const metric: MahalanobisMetric = {
      kind,
      needsFullRank,
      fitWindows: (...windows) => {
        fits++;
        return fitWindows(...windows);
      },
    };
    const knn = new KNN(2, 2, { metric });
    const ends = [7, 1, 4, 11, 7];
    const explained = knn.explain(series, ends);
    expect(fits).toBe(1);
    expect(explained).toEqual(ends.map((t) => knn.explain(series, t)));
    expect(knn.fit(series).explain([1, 2, 3], [1, 2])).toHaveLength(2);
    expect(knn.explain(series, [])).toEqual([]);
    expect(() => knn.explain(series, [7, 12])).toThrow(
      't must be the end of a window (windows end at 1 to 11), got 12',
    );
  });

  test('names the neighbors, the expected window, each lag’s share and the direction', () => {
    const series = [1, 5, 1, 1, 5, 1, 1, 8, 1, 1, 5, 1];
    expect(new KNN(3, 2).explain(series, 8)).toEqual({
      index: 8,
      start: 6,
      score: 3,
      window: [1, 8, 1],
      expected: [1, 5, 1],
      shares: [0, 1, 0],
      direction: 'above',
      neighbors: [
        { start: 0, end: 2, distance: 3 },
        { start: 3, end: 5, distance: 3 },
      ],
    });
    expect(
      new KNN(3, 2).explain(
        series.map((x) => -x),
        8,
      ).direction,
    ).toBe('below');
    expect(new KNN(3, 2).explain(series, 2)).toMatchObject({ score: 0, shares: [0, 0, 0], direction: 'none' });
  });

  test('of a window that touches a missing value says so', () => {
    expect(new KNN(2, 1).explain([1, 2, NaN, 1, 2], 3)).toMatchObject({
      index: 3,
      start: 2,
      score: NaN,
      expected: [NaN, NaN],
      shares: [0, 0],
      direction: 'none',
      neighbors: [],
    });
  });

  test('refuses a t without a window', () => {
    const knn = new KNN(3, 1);
    for (const t of [1, 0, -1, 6, 2.5, NaN]) expect(() => knn.explain([1, 2, 3, 4, 5, 6], t)).toThrow(RangeError);
    expect(() => knn.explain([1, 2], 1)).toThrow(RangeError);
    expect(() => knn.explain([1, 2, 3], '2' as never)).toThrow(TypeError);
  });

  test('puts the expected window on the level and scale of the window when normalized', () => {
    const series = [1, 2, 4, 0, 10, 20, 40];
    const shifted = new KNN(3, 1, { normalize: 'zscore' }).explain(series, 6);
    expect(shifted.neighbors[0]!.start).toBe(0);
    shifted.expected.forEach((x, l) => {
      expect(x).toBeCloseTo([10, 20, 40][l]!, 9);
    });
    const mean = new KNN(3, 1, { normalize: 'mean' }).explain([1, 2, 4, 90, 51, 52, 54], 6);
    mean.expected.forEach((x, l) => {
      expect(x).toBeCloseTo([51, 52, 54][l]!, 9);
    });
  });

  test('is the definition for any window of any series', () => {
    const choices = fc.record(
      {
        normalize: fc.constantFrom('none', 'mean', 'zscore'),
        exclusionZone: fc.nat(3),
        side: fc.constantFrom('both', 'left'),
        metric: fc.constant(manhattan),
      },
      { requiredKeys: [] },
    );
    const property = fc.property(
      fc.tuple(
        nasty,
        nasty,
        fc.boolean(),
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        choices,
        fc.nat(60),
      ),
      ([series, other, isJoin, w, k, options, t]) => {
        fc.pre(t >= w - 1 && t < series.length);
        const all: KNNOptions & NaiveOptions = { ...options };
        if (isJoin) {
          fc.pre(naiveNeighbors(other, w, 1).some((row) => row !== null));
          delete all.side;
          delete all.exclusionZone;
        }
        const reference = isJoin ? other : undefined;
        const join = reference ? { reference } : {};
        expectExplained(series, t, w, k, all, join);
      },
    );
    fc.assert(property, { seed: 32, numRuns: 1500 });
  });

  function expectExplained(
    series: ReturnType<typeof paint>,
    t: number,
    w: number,
    k: number,
    options: KNNOptions & NaiveOptions,
    join: { reference?: ReturnType<typeof paint> },
  ): void {
    const all = { ...options, ...join };
    const explained = new KNN(w, k, options).explain(series, t, join);
    const near = naiveNeighbors(series, w, k, all)[t - w + 1]!;
    expect(explained).toMatchObject({ index: t, start: t - w + 1, score: naiveScore(series, w, k, all)[t]! });
    if (near === null) {
      expect(explained.neighbors).toEqual([]);
      return;
    }
    const found = near.map(({ j, distance }) => ({ start: j, end: j + w - 1, distance }));
    expect(explained.neighbors).toEqual(found);
    expect(explained.window).toEqual(series.slice(t - w + 1, t + 1));
    if (near.length === 0) return;

    const wanted = naiveExplain(series, t, w, k, all);
    const size = Math.max(...wanted.window.map(Math.abs), ...wanted.expected.map(Math.abs));
    wanted.expected.forEach((x, l) => {
      expect(Math.abs(explained.expected[l]! - x)).toBeLessThanOrEqual(1e-9 * size + 1e-300);
    });
    if (wanted.shares === null) expect(explained.shares).toBeNull();
    wanted.shares?.forEach((share, l) => {
      expect(explained.shares![l]).toBeCloseTo(share, 9);
    });
    // Where two lags weigh the same, rounding may choose either.
    const weights = wanted.shares ?? wanted.window.map((x, l) => Math.abs(x - wanted.expected[l]!) / size);
    const [largest, second] = [...weights].sort((a, b) => b - a);
    if (largest! - second! > 1e-6) expect(explained.direction).toBe(wanted.direction);
    else expect(['above', 'below', 'none']).toContain(explained.direction);
  }
});

test('the oracle’s squared distance is summed left to right', () => {
  expect(squaredDistance([1e8, 1, 1], [0, 0, 0])).toBe(1e16 + 1 + 1);
  expect(squaredDistance([1, 1, 1e8], [0, 0, 0])).toBe(2 + 1e16);
});
