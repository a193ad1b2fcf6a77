import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { locate } from '../../src/knn/locate.ts';
import { mulberry32, normal } from '../support/series.ts';

/** A triangle of this period with noise and a slow drift. */
function periodic(period: number, n: number, noise: number): Float64Array {
  const random = mulberry32(period);
  let drift = 0;
  return new Float64Array(n).map((_, t) => {
    drift += 0.01 * noise * normal(random);
    return Math.abs((t % period) - period / 2) / period + noise * normal(random) + drift;
  });
}

describe('locate(series)', () => {
  test('finds a strange shape, a strange level and a strange value, without overlap', () => {
    const series = periodic(60, 6000, 0.01);
    for (let t = 0; t < 60; t++) series[1200 + t] = 0.25; // a period is missing
    for (let t = 0; t < 40; t++) series[3300 + t]! += 2;
    series[5000]! += 1.5;
    const places = locate(series, { n: 3 });
    const centers = places.map(({ begin, end }) => (begin + end) / 2).sort((a, b) => a - b);
    for (const [p, at] of [1230, 3320, 5000].entries()) expect(Math.abs(centers[p]! - at)).toBeLessThan(60);
    for (const { index, begin, end, score } of places)
      expect([begin <= index && index <= end, score > 0]).toEqual([true, true]);
    expect(places.map(({ score }) => score)).toEqual(places.map(({ score }) => score).sort((a, b) => b - a));
  });

  test('finds nothing in a constant, an empty and a tiny series, and passes over missing values', () => {
    for (const series of [[], [1], [1, 2, 3], new Float64Array(500).fill(2)]) expect(locate(series)).toEqual([]);
    const series = periodic(40, 2000, 0.01);
    series.fill(NaN, 500, 600);
    series[1500] = 9;
    expect(locate(series)[0]!.begin).toBeLessThanOrEqual(1500);
    expect(locate(series)[0]!.end).toBeGreaterThanOrEqual(1500);
  });

  const folder = new URL('../../../shared/data/one-anomaly/', import.meta.url);
  test.skipIf(!existsSync(folder))(
    'finds the anomaly of at least 95 % of the series that hold one (a quarter of the set; all in bench/detection)',
    () => {
      const rows = readFileSync(new URL('index.tsv', folder), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .filter((_, i) => i % 4 === 0);
      const right = rows.filter((row) => {
        const [id, , , begin, end] = row.split('\t').map(Number);
        const file = new URL(`${String(id).padStart(3, '0')}.txt.gz`, folder);
        const series = gunzipSync(readFileSync(file)).toString().trim().split('\n').map(Number);
        const tolerance = Math.max(100, end! - begin! + 1);
        const [place] = locate(series);
        return place!.index >= begin! - tolerance && place!.index <= end! + tolerance;
      });
      expect(right.length / rows.length).toBeGreaterThanOrEqual(0.95);
    },
  );

  test('an n of the wrong kind or value is named', () => {
    expect(() => locate([1, 2], { n: 0 })).toThrow(new RangeError('n must be a positive integer, got 0'));
    expect(() => locate('12' as never)).toThrow(TypeError);
  });
});
