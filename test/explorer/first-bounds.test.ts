// The first bounds of the explorer never lie below the scores.
import { expect, test } from 'vitest';
import { firstBounds } from '../../examples/explorer/score/first-bounds.ts';
import { KNN } from '../../src/index.ts';
import { randomWalk, serverMetric, whiteNoise } from '../support/series.ts';

const cases = {
  noise: whiteNoise(900),
  walk: randomWalk(900),
  metric: serverMetric(900),
  constant: new Float64Array(900).fill(3),
};

test.each(Object.entries(cases))('%s: at or above the scores, up to rounding', (_, given) => {
  const series = Float64Array.from(given);
  for (const [w, k, zone] of [
    [1, 1, 0],
    [5, 5, 0],
    [30, 3, 15],
    [48, 16, 0],
  ] as const) {
    const scores = new KNN(w, k, { exclusionZone: zone }).score(series);
    const bounds = firstBounds(series, w, k, zone)!;
    expect(bounds).toHaveLength(900);
    for (let t = 0; t < 900; t++) expect(bounds[t]! - scores[t]!).toBeGreaterThanOrEqual(-1e-6 * (1 + scores[t]!));
    expect(bounds.every(Number.isFinite)).toBe(true);
  }
});

test('none where a value is missing, for many neighbors, and for few windows', () => {
  const series = Float64Array.from(whiteNoise(900));
  expect(firstBounds(series, 5, 17, 0)).toBeUndefined();
  expect(firstBounds(series.subarray(0, 100), 5, 5, 0)).toBeUndefined();
  series[500] = NaN;
  expect(firstBounds(series, 5, 5, 0)).toBeUndefined();
});
