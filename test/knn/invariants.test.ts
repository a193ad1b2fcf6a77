// What must hold whatever the series: relations between answers, with no oracle.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { KNN, type KNNOptions } from '../../src/index.ts';
import {
  decimals,
  ecg,
  generators,
  integers,
  mulberry32,
  paint,
  palettes,
  randomWalk,
  whiteNoise,
} from '../support/series.ts';

vi.setConfig({ testTimeout: 60_000 });

const engines = ['auto', 'brute', 'kdtree'] as const;
const settings: KNNOptions[] = [
  {},
  { side: 'left' },
  { exclusionZone: 7 },
  { normalize: 'mean' },
  { normalize: 'zscore', aggregation: 'median' },
  { aggregation: 'max', exclusionZone: 2, side: 'left' },
];
const named = Object.entries(generators).map(([name, generate]) => [name, generate(250, 3)] as const);

/** No two values differ by more than `tolerance`. */
function expectWithin(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let t = 0; t < expected.length; t++) {
    const isClose = Math.abs(actual[t]! - expected[t]!) <= tolerance || Object.is(actual[t], expected[t]);
    if (!isClose) expect([t, actual[t]]).toEqual([t, expected[t]]);
  }
}

/** The scores in reversed time: the score of the window that ends at t belongs where its mirror image ends. */
function mirror(score: Float64Array, w: number): Float64Array {
  const mirrored = new Float64Array(score.length);
  mirrored.set(score.slice(w - 1).reverse(), Math.min(w - 1, score.length));
  return mirrored;
}

describe.each(named)('on %s', (_, series) => {
  test.each(settings)('score(series) with %j keeps the length, leaves the input, repeats to the bit', (options) => {
    const knn = new KNN(5, 3, options);
    const before = series.slice();
    const score = knn.score(series);
    expect(score.length).toBe(series.length);
    expect(series).toEqual(before);
    expect(knn.score(series)).toEqual(score);
    expect(new KNN(5, 3, options).score(series)).toEqual(score);
    expect(Float64Array.from(knn.score(Array.from(series)))).toEqual(score);
    score.forEach((s, t) => {
      expect(s >= 0 || (Number.isNaN(s) && series.slice(t - 4, t + 1).some(Number.isNaN))).toBe(true);
    });
  });

  test('a shift leaves the scores', () => {
    const size = Math.max(...series.filter((x) => !Number.isNaN(x)).map(Math.abs)) + 1000;
    for (const options of settings.filter(({ normalize }) => normalize !== 'zscore')) {
      const knn = new KNN(5, 3, options);
      expectWithin(knn.score(series.map((x) => x + 1000)), knn.score(series), 1e-14 * size);
    }
  });

  test('reversal mirrors the scores', () => {
    for (const options of settings.filter(({ side }) => side !== 'left')) {
      const knn = new KNN(5, 3, options);
      const score = knn.score(series);
      const size = Math.max(...score.filter((s) => !Number.isNaN(s)));
      // Centering sums the other way round and may differ by the rounding of the values themselves.
      const values = Math.max(...series.filter((x) => !Number.isNaN(x)).map(Math.abs));
      if (options.normalize === 'zscore' && values > 1e3) continue;
      const tolerance = 1e-12 * size + (options.normalize ? 1e-14 * values : 0);
      expectWithin(mirror(knn.score(series.slice().reverse()), 5), score, tolerance);
    }
  });

  test('a power of two scales the scores exactly, and zscore not at all', () => {
    const isTiny = series.some((x) => x !== 0 && Math.abs(x) < 1e-100);
    if (isTiny) return; // squares that underflow do not scale
    for (const options of settings) {
      const knn = new KNN(5, 3, options);
      const score = knn.score(series);
      for (const factor of [2 ** 40, 2 ** -40, -1]) {
        const wanted = options.normalize === 'zscore' ? score : score.map((s) => s * Math.abs(factor));
        expect(knn.score(series.map((x) => x * factor))).toEqual(wanted);
      }
    }
  });

  test('every distance grows along the row, and with exclusionZone', () => {
    const rows = [0, 1, 5, 50].map((exclusionZone) => new KNN(5, 6, { exclusionZone }).neighbors(series).distances);
    rows.forEach((row, z) => {
      row.forEach((d, at) => {
        expect(at % 6 === 0 || row[at - 1]! <= d).toBe(true);
        expect(z === 0 || rows[z - 1]![at]! <= d).toBe(true);
      });
    });
  });

  test('scores do not fall as k grows', () => {
    for (const options of settings) {
      let last = new KNN(5, 1, options).score(series);
      for (const k of [2, 3, 4, 8, 20]) {
        const score = new KNN(5, k, options).score(series);
        score.forEach((s, t) => {
          expect(Number.isNaN(s) || s >= last[t]! * (1 - 1e-14)).toBe(true);
        });
        last = score;
      }
    }
  });

  test('side "left" knows nothing of the future: a prefix has the prefix of the scores', () => {
    for (const options of settings.filter(({ side }) => side === 'left')) {
      const score = new KNN(5, 3, options).score(series);
      for (const n of [0, 3, 5, 6, 40, 199]) {
        expect(new KNN(5, 3, options).score(series.slice(0, n))).toEqual(score.slice(0, n));
      }
    }
  });

  test('a series given twice over scores 0 at k = 1, and against itself', () => {
    if (series.some(Number.isNaN)) return;
    const twice = Float64Array.of(...series, ...series);
    const score = new KNN(5, 1).score(twice);
    expect(score.slice(0, 250)).toEqual(new Float64Array(250));
    expect(score.slice(254)).toEqual(new Float64Array(246));
    expect(new KNN(5, 1).score(series, { reference: series })).toEqual(new Float64Array(250));
  });

  test('split by a missing value and merged is the whole', () => {
    const [w, k, n] = [4, 5, 120];
    const [left, right] = [series.slice(0, n), series.slice(n)];
    const whole = new KNN(w, k).neighbors(Float64Array.of(...left, NaN, ...right));
    const own = new KNN(w, k).neighbors(left);
    const other = new KNN(w, k).neighbors(left, { reference: right });
    for (let i = 0; i < own.numWindows; i++) {
      const merged = [];
      for (let r = i * k; r < (i + 1) * k; r++) {
        if (own.indices[r]! >= 0) merged.push([own.distances[r]!, own.indices[r]!]);
        if (other.indices[r]! >= 0) merged.push([other.distances[r]!, other.indices[r]! + n + 1]);
      }
      merged.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
      while (merged.length < k) merged.push([Infinity, -1]);
      expect([...whole.distances.slice(i * k, (i + 1) * k)]).toEqual(merged.slice(0, k).map(([d]) => d));
    }
  });
});

describe('exactly, on integers', () => {
  test('a shift leaves the scores and reversal mirrors them', () => {
    for (const options of [{}, { exclusionZone: 3 }, { aggregation: 'max' }] as const) {
      const knn = new KNN(4, 5, options);
      const series = integers(300, 9);
      const score = knn.score(series);
      expect(knn.score(series.map((x) => x + 1_000_000))).toEqual(score);
      expect(mirror(knn.score(series.slice().reverse()), 4)).toEqual(score);
    }
  });

  test('every kind of array that can hold the series has the same scores', () => {
    const series = integers(300, 10);
    const score = new KNN(4, 5).score(series);
    for (const kind of [
      Float32Array,
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
    ]) {
      expect(new KNN(4, 5).score(kind.from(series))).toEqual(score);
    }
    const singles = Float32Array.from(decimals(300, 10));
    expect(new KNN(4, 5).score(singles)).toEqual(new KNN(4, 5).score(Float64Array.from(singles)));
  });
});

describe('missing values', () => {
  test('are all alike', () => {
    const missing = [NaN, Infinity, -Infinity, null, undefined, 1e300, -1e200];
    const random = mulberry32(5);
    for (const options of settings) {
      const base = Array.from(ecg(200, 2));
      const at = new Set(Array.from({ length: 6 }, () => Math.floor(200 * random())));
      const scores = missing.map((value) => new KNN(3, 2, options).score(base.map((x, t) => (at.has(t) ? value : x))));
      for (const score of scores) expect(score).toEqual(scores[0]);
      const score = Float64Array.from(scores[0]!);
      expect(new KNN(3, 2, options).score(Float64Array.from(base, (x, t) => (at.has(t) ? NaN : x)))).toEqual(score);
      score.forEach((s, t) => {
        expect(Number.isNaN(s)).toBe(t >= 2 && [t, t - 1, t - 2].some((u) => at.has(u)));
      });
    }
  });
});

describe('on nasty series', () => {
  const nasty = fc
    .tuple(fc.constantFrom(...palettes), fc.array(fc.nat(1023), { maxLength: 60, size: 'max' }))
    .map(([palette, picks]) => paint(palette, picks));

  test('all engines and both ways to give a reference agree to the bit', () => {
    const arguments_ = fc.tuple(nasty, nasty, fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 9 }));
    const property = fc.property(arguments_, ([series, reference, w, k]) => {
      const [first, ...rest] = engines.map((engine) => {
        const knn = new KNN(w, k, { engine, normalize: 'zscore' });
        let joined: unknown = 'no valid window';
        try {
          joined = knn.score(series, { reference });
          expect(knn.fit(reference).score(series)).toEqual(joined);
          expect(knn.fit(reference).neighbors(series)).toEqual(knn.neighbors(series, { reference }));
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
        }
        return [knn.score(series), knn.neighbors(series), joined];
      });
      for (const answer of rest) expect(answer).toEqual(first);
    });
    fc.assert(property, { seed: 41, numRuns: 300 });
  });

  test('a window far from everything is the strangest', () => {
    const random = mulberry32(6);
    for (let run = 0; run < 20; run++) {
      const series = run % 2 ? whiteNoise(200, run) : randomWalk(200, run);
      const t = 10 + Math.floor(180 * random());
      series[t] = 1e6;
      const score = new KNN(4, 3).score(series);
      const strangest = score.indexOf(Math.max(...score));
      expect(strangest >= t && strangest < t + 4).toBe(true);
    }
  });
});
