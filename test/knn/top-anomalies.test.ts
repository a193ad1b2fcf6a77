import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KNN, topAnomalies } from '../../src/index.ts';
import { naiveTop } from '../naive.ts';

describe('topAnomalies(scores, n)', () => {
  test('gives the highest scores with their indices, highest first', () => {
    const top = topAnomalies([0, 3, 1, 5, 2], 3);
    expect(top).toEqual([
      { index: 3, score: 5 },
      { index: 1, score: 3 },
      { index: 4, score: 2 },
    ]);
  });

  test('takes the earlier of two equal scores first', () => {
    expect(topAnomalies([1, 2, 2, 1], 3).map(({ index }) => index)).toEqual([1, 2, 0]);
  });

  test('never gives a zero or NaN, so it may give fewer than n', () => {
    expect(topAnomalies([0, NaN, 1, -0, NaN, 0], 5)).toEqual([{ index: 2, score: 1 }]);
    expect(topAnomalies([NaN, 0], 1)).toEqual([]);
    expect(topAnomalies([], 4)).toEqual([]);
  });

  test('keeps any two at least `separation` apart, the higher first', () => {
    const scores = [1, 4, 5, 3, 1, 2];
    expect(topAnomalies(scores, 9, { separation: 2 }).map(({ index }) => index)).toEqual([2, 5, 0]);
    expect(topAnomalies(scores, 9, { separation: 3 }).map(({ index }) => index)).toEqual([2, 5]);
    expect(topAnomalies(scores, 9, { separation: 100 }).map(({ index }) => index)).toEqual([2]);
  });

  test('with the window size as separation names every incident of score(series) once', () => {
    const series = Array.from({ length: 120 }, (_, t) => t % 6);
    series[40] = 30;
    series[90] = -20;
    const top = topAnomalies(new KNN(6, 1).score(series), 2, { separation: 6 });
    const [first, second] = top.map(({ index }) => index).sort((a, b) => a - b);
    expect([40, 41, 42, 43, 44, 45]).toContain(first);
    expect([90, 91, 92, 93, 94, 95]).toContain(second);
  });

  test('leaves the scores as they were and takes typed arrays', () => {
    const scores = Float64Array.of(3, 1, 2);
    expect(topAnomalies(scores, 2, { separation: 2 })).toEqual([
      { index: 0, score: 3 },
      { index: 2, score: 2 },
    ]);
    expect(scores).toEqual(Float64Array.of(3, 1, 2));
  });

  test('is the definition on any scores', () => {
    const score = fc.oneof(fc.constantFrom(0, -0, NaN, 1, 2, 3, 1e300, 5e-324, Infinity), fc.double({ min: 0 }));
    const scores = fc.array(score, { maxLength: 60, size: 'max' });
    const counts = fc.integer({ min: 1, max: 70 });
    const separations = fc.integer({ min: 1, max: 20 });
    const property = fc.property(scores, counts, separations, (scores, n, separation) => {
      expect(topAnomalies(scores, n, { separation })).toEqual(naiveTop(scores, n, separation));
      expect(topAnomalies(Float64Array.from(scores), n)).toEqual(naiveTop(scores, n));
    });
    fc.assert(property, { seed: 21, numRuns: 1000 });
  });
});
