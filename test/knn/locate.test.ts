import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type LocatedAnomaly, locate } from '../../src/knn/locate.ts';
import { suggestWindow } from '../../src/knn/suggest-window.ts';
import { naiveNeighbors } from '../naive.ts';
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

/** Normally distributed noise with an event at `at`. */
function withEvent(n: number, at: number, event: readonly number[], noise: number, seed: number): Float64Array {
  const random = mulberry32(seed);
  const series = new Float64Array(n).map(() => (noise > 0 ? noise * normal(random) : 0));
  for (const [l, x] of event.entries()) series[at + l]! += x;
  return series;
}

const holds = (place: LocatedAnomaly | undefined, from: number, to: number): boolean =>
  place !== undefined && place.begin <= from && place.end >= to;

/** The sum that the documentation of `locate` defines, term by term, by brute force. */
function naiveSum(series: Float64Array): number[] {
  const n = series.length;
  const sum = new Array<number>(n).fill(0);
  const add = (w: number, normalize: 'none' | 'zscore', isContrast: boolean, weight: number): void => {
    const rows = naiveNeighbors(series, w, 1, { normalize, exclusionZone: Math.floor(w / 2) });
    const profile = rows.map((row) => {
      const nearest = row?.[0];
      if (nearest === undefined) return undefined;
      return isContrast ? nearest.distance - rows[nearest.j]![0]!.distance : nearest.distance;
    });
    const known = profile.filter((d) => d !== undefined);
    const mean = known.reduce((total, d) => total + d, 0) / known.length;
    const deviation = Math.sqrt(known.reduce((total, d) => total + (d - mean) ** 2, 0) / known.length);
    profile.forEach((d, i) => {
      if (d !== undefined && deviation > 0) sum[i + Math.floor(w / 2)]! += (weight * (d - mean)) / deviation;
    });
  };
  add(Math.max(1, Math.min(50, Math.floor(n / 10))), 'none', true, 1);
  const found = suggestWindow(series, { maxWindow: n >> 3 });
  if (found) {
    const { windowSize: period, confidence } = found;
    const certainty = confidence < 0.3 ? confidence / 0.3 : 1;
    const few = 50 * period > n ? (50 * period) / n - 1 : 0;
    add(period, 'zscore', true, certainty * (1 + confidence * few));
  }
  if (n >= 5000) add(100, 'zscore', false, 1);
  return sum;
}

describe('locate(series)', () => {
  test('is where the sum of its documentation is highest', () => {
    const random = mulberry32(12);
    const noise = new Float64Array(1050).map(() => normal(random));
    noise[700]! += 8;
    const waves = periodic(40, 1200, 0.05);
    waves.fill(0.25, 300, 340);
    const gaps = periodic(24, 400, 0.05).fill(NaN, 50, 90);
    gaps[222] = 1;
    const short = Float64Array.from({ length: 45 }, (_, t) => (t * t) / 9 + (t === 30 ? 70 : 0));
    const long = Float64Array.from({ length: 5000 }, (_, t) => [0, 3, 5, 3, 0, -1, -2, -1][t % 8]! + 0.1 * random());
    long[4000]! += 1;
    for (const series of [noise, waves, gaps, short, long]) {
      const sum = naiveSum(series);
      const highest = Math.max(...sum);
      const [place] = locate(series);
      expect(place!.index).toBe(sum.indexOf(highest));
      expect(place!.score).toBeCloseTo(highest, 8);
    }
    expect(suggestWindow(noise, { maxWindow: 131 })).toBeUndefined();
    expect(suggestWindow(waves, { maxWindow: 150 })!.windowSize).toBe(40);
  });

  test('holds an isolated event, and has the middle of it as its index where nothing else differs', () => {
    for (const n of [200, 499, 500, 501, 640, 1001, 2000, 4999, 5000, 5001]) {
      for (let seed = 1; seed <= 6; seed++) {
        const at = 60 + Math.floor((n - 125) * mulberry32(n + seed)());
        for (const event of [[10], [10, -4], [3, 9, 3], [5, 5, 5, 5]]) {
          const to = at + event.length - 1;
          const [place] = locate(withEvent(n, at, event, 0, 1));
          expect([n, at, event, holds(place, at, to)]).toEqual([n, at, event, true]);
          if (event.length === 1) expect(Math.abs(place!.index - at)).toBeLessThanOrEqual(1);
        }
      }
    }
    // The case of the report: windows of 50 values that end at t cover t − 49 … t.
    expect(locate(withEvent(5000, 4899, [10], 0, 1))[0]).toMatchObject({ index: 4899, begin: 4849, end: 4948 });
  });

  test('holds an event at the first and the last value, and a large one in noise', () => {
    for (const n of [12, 25, 60, 300, 999, 2500, 4999, 5000, 7000]) {
      for (const noise of [0, 1]) {
        for (const at of [0, 1, Math.min(30, n - 2), n - 2, n - 1]) {
          const [place] = locate(withEvent(n, at, [30], noise, n + at));
          expect([n, noise, at, holds(place, at, at)]).toEqual([n, noise, at, true]);
        }
      }
    }
    for (let seed = 1; seed <= 60; seed++) {
      const random = mulberry32(seed);
      const n = 200 + Math.floor(1800 * random());
      const at = Math.floor((n - 3) * random());
      const event = [20, 20, 20].slice(0, 1 + (seed % 3));
      const [place] = locate(withEvent(n, at, event, 1, seed));
      expect([n, at, holds(place, at, at + event.length - 1)]).toEqual([n, at, true]);
    }
  });

  test('compares enough places of a short series: the first of 14 values', () => {
    const reported = [
      181.944, 37.176, 57.14, 67.128, 72.12, 77.112, 82.104, 83.1, 87.09, 92.088, 92.01, 97.08, 102.1, 107.1,
    ];
    expect(locate(reported)[0]).toMatchObject({ index: 0, begin: 0, end: 0 });
    for (let n = 8; n < 60; n++) {
      for (let seed = 1; seed <= 5; seed++) {
        const random = mulberry32(100 * n + seed);
        const at = Math.floor(n * random());
        const series = Float64Array.from({ length: n }, (_, t) => 50 + t + random() + (t === at ? 3 * n : 0));
        const [place] = locate(series);
        expect([n, at, holds(place, at, at)]).toEqual([n, at, true]);
        expect(place!.end - place!.begin).toBeLessThan(Math.max(1, n / 8));
      }
    }
  });

  test('finds half a period that is a straight line, in noise', () => {
    const period = 288;
    let found = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const random = mulberry32(17 * seed);
      const series = new Float64Array(12 * period + 500).map(
        (_, t) => Math.sin((2 * Math.PI * t) / period) + 0.3 * normal(random),
      );
      const at = Math.floor((3 + 6 * random()) * period);
      const [from, to] = [at, at + period / 2].map((t) => Math.sin((2 * Math.PI * t) / period)) as [number, number];
      for (let l = 0; l < period / 2; l++) {
        series[at + l] = from + ((to - from) * l) / (period / 2) + 0.3 * normal(random);
      }
      const [place] = locate(series);
      if (place!.begin < at + period / 2 && place!.end >= at) found++;
    }
    expect(found).toBeGreaterThanOrEqual(18);
  });

  test('places do not overlap, and lie inside the series', () => {
    for (const series of [withEvent(3000, 700, [5], 1, 3), periodic(60, 3000, 0.05), periodic(90, 1100, 0.01)]) {
      const places = locate(series, { n: 30 });
      expect(places.length).toBeGreaterThan(3);
      places.sort((a, b) => a.begin - b.begin);
      for (const [p, { index, begin, end }] of places.entries()) {
        expect(begin >= 0 && begin <= index && index <= end && end < series.length).toBe(true);
        if (p > 0) expect(begin).toBeGreaterThan(places[p - 1]!.end);
      }
    }
  });

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
    'finds the anomaly of every generated series that holds one (a quarter of the set; all in bench/detection)',
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
      expect(right).toEqual(rows);
    },
  );

  test('an n of the wrong kind or value is named', () => {
    expect(() => locate([1, 2], { n: 0 })).toThrow(new RangeError('n must be a positive integer, got 0'));
    expect(() => locate('12' as never)).toThrow(TypeError);
  });
});
