// suggestWindow on series whose periods are known by construction.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { suggestWindow } from '../../src/knn/suggest-window.ts';
import { mulberry32, normal, randomWalk } from '../support/series.ts';

/** A triangle of this period with noise and a slow drift. */
function periodic(period: number, n: number, noise: number): Float64Array {
  const random = mulberry32(period);
  let drift = 0;
  return new Float64Array(n).map((_, t) => {
    drift += 0.01 * noise * normal(random);
    return Math.abs((t % period) - period / 2) / period + noise * normal(random) + drift;
  });
}

/** `shape` of the phase 0…1 with this period, plus white noise. */
function noisy(shape: (phase: number) => number, period: number, n: number, noise: number, seed: number): Float64Array {
  const random = mulberry32(seed);
  return new Float64Array(n).map((_, t) => shape((t % period) / period) + noise * normal(random));
}

const sine = (phase: number) => Math.sin(2 * Math.PI * phase);
const square = (phase: number) => (phase < 0.5 ? 1 : -1);
const beat = (phase: number) => 4 * Math.exp(-(((phase - 0.3) / 0.02) ** 2)) + Math.exp(-(((phase - 0.6) / 0.06) ** 2));
const halves = (phase: number) => sine(phase) + 0.8 * sine(2 * phase);

/** Of ten series: how many suggestions are within 3 % of the period, and the others' highest confidence. */
function rightOf10(series: (seed: number) => Float64Array, period: number, maxWindow?: number): [number, number] {
  let right = 0;
  let wrong = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const found = suggestWindow(series(31 * seed + period), maxWindow === undefined ? {} : { maxWindow });
    if (found && Math.abs(found.windowSize - period) <= 0.03 * period) right++;
    else wrong = Math.max(wrong, found?.confidence ?? 0);
  }
  return [right, wrong];
}

describe('suggestWindow(series)', () => {
  test('is the period, with drift, noise and missing values', () => {
    for (const period of [7, 24, 90, 288]) {
      const series = periodic(period, Math.max(1000, 8 * period), 0.02);
      series.fill(NaN, 100, 140);
      const { windowSize, confidence } = suggestWindow(series)!;
      expect(Math.abs(windowSize - period)).toBeLessThanOrEqual(Math.max(0, 0.02 * period));
      expect(confidence).toBeGreaterThan(0.8);
    }
  });

  test('is unsure of noise, and knows nothing of constants, ramps and a few values', () => {
    const random = mulberry32(4);
    expect(suggestWindow(new Float64Array(2000).map(() => normal(random)))?.confidence ?? 0).toBeLessThan(0.3);
    for (const series of [new Float64Array(500).fill(3), Float64Array.from({ length: 11 }, (_, t) => t % 4), []]) {
      expect(suggestWindow(series)).toBeUndefined();
    }
    expect(suggestWindow(Float64Array.from({ length: 400 }, (_, t) => t))?.confidence ?? 0).toBeLessThan(0.3);
    expect(suggestWindow(new Float64Array(300).fill(NaN))).toBeUndefined();
  });

  test('looks for no period beyond maxWindow', () => {
    expect(suggestWindow(periodic(90, 1000, 0), { maxWindow: 60 })?.windowSize ?? 0).toBeLessThan(60);
    expect(() => suggestWindow([1], { maxWindow: 0.5 })).toThrow(RangeError);
  });

  test('is the period of sines, squares, beats and double waves in noise as large as they are', () => {
    for (const period of [144, 288, 1440]) {
      for (const [shape, noises] of [
        [sine, [0, 0.1, 0.2, 0.3, 0.5, 1]],
        [square, [0, 0.1, 0.5, 1]],
        [beat, [0, 0.3, 1]],
        [halves, [0, 0.3, 1]],
      ] as const) {
        for (const noise of noises) {
          if (period === 1440 && !(shape === sine ? [0.1, 1] : [0.5]).includes(noise)) continue; // half a second each
          const [right, wrong] = rightOf10((seed) => noisy(shape, period, 10 * period, noise, seed), period);
          expect([shape.name, period, noise, right >= 9, wrong < 0.3]).toEqual([shape.name, period, noise, true, true]);
        }
      }
    }
  });

  test('is the period of short waves, and of four periods, without noise to the value', () => {
    for (const period of [4, 5, 6, 7, 12, 24, 25, 100]) {
      for (const shape of [sine, square, halves]) {
        if (period < 7 && shape === halves) continue;
        expect(suggestWindow(noisy(shape, period, 40 * period, 0, 1))!.windowSize).toBe(period);
        expect(rightOf10((seed) => noisy(shape, period, Math.max(60, 4 * period), 0.1, seed), period)[0]).toBe(10);
      }
    }
  });

  test('is not moved by a trend, a level, the scale, or missing values', () => {
    for (const slope of [1 / 288, 1 / 1440, -1 / 100]) {
      const [right] = rightOf10((seed) => noisy(sine, 288, 2880, 0.3, seed).map((x, t) => x + slope * t), 288);
      expect(right).toBe(10);
    }
    const series = noisy(sine, 288, 2880, 0.3, 5);
    const { windowSize, confidence } = suggestWindow(series)!;
    for (const [level, scale] of [
      [1e6, 1],
      [0, 2 ** 100],
      [0, -(2 ** -100)],
    ] as const) {
      const moved = suggestWindow(series.map((x) => scale * x + level))!;
      expect(moved.windowSize).toBe(windowSize);
      expect(moved.confidence).toBeCloseTo(confidence, 6);
    }
    const [right] = rightOf10((seed) => noisy(sine, 288, 2880, 0.3, seed).fill(NaN, 700, 900), 288);
    expect(right).toBe(10);
  });

  test('is the stronger of two periods, and the shorter of equally strong ones', () => {
    const both = (day: number, week: number) => (seed: number) =>
      noisy(sine, 48, 48 * 7 * 8, 0.2, seed).map(
        (x, t) => x - sine(t / 48) + day * sine(t / 48) + week * sine(t / 336),
      );
    for (const [day, week, period] of [
      [1, 0.3, 48],
      [1, 1, 48],
      [0.6, 1, 336],
      [0.2, 1, 336],
    ] as const) {
      expect([day, week, ...rightOf10(both(day, week), period)]).toEqual([day, week, 10, 0]);
    }
    // With the week out of reach the day is found, if it shows.
    expect(rightOf10(both(1, 1), 48, 200)[0]).toBe(10);
  });

  test('is not sure of noise, ramps, steps and rare spikes, however short', () => {
    const makers: Record<string, (n: number, random: () => number) => Float64Array> = {
      white: (n, random) => new Float64Array(n).map(() => normal(random)),
      ramp: (n, random) => new Float64Array(n).map((_, t) => (10 * t) / n + normal(random)),
      step: (n, random) => new Float64Array(n).map((_, t) => (t > n / 3 ? 5 : 0) + normal(random)),
      spikes: (n, random) => new Float64Array(n).map(() => (random() < 0.01 ? 10 : 0.1 * normal(random))),
    };
    for (const [name, make] of Object.entries(makers)) {
      for (const n of [60, 100, 300, 1000, 4000]) {
        const sure = Array.from({ length: 40 }, (_, seed) => suggestWindow(make(n, mulberry32(7 * seed + n))));
        const share = sure.filter((found) => found !== undefined && found.confidence >= 0.3).length / 40;
        expect([name, n, share <= 0.05]).toEqual([name, n, true]);
      }
    }
    // A random walk looks like a wave now and then; a slope with noise never has a period of a few values.
    for (let seed = 1; seed <= 20; seed++) {
      const random = mulberry32(seed);
      const found = suggestWindow(randomWalk(2000, seed).map((x) => x + normal(random)));
      expect(found === undefined || found.confidence < 0.3 || found.windowSize > 50).toBe(true);
    }
  });

  test('of a constant is undefined at any level, and a period of 0.1 and 0.3 is found', () => {
    for (const level of [0.1, 1e9 + 0.1, -(2 ** 499)]) {
      expect(suggestWindow(new Float64Array(1000).fill(level))).toBeUndefined();
    }
    expect(suggestWindow(Float64Array.from({ length: 100 }, (_, t) => (t % 5 ? 0.1 : 0.3)))!.windowSize).toBe(5);
  });

  const folder = new URL('../../../shared/data/web-kpis/', import.meta.url);
  test.skipIf(!existsSync(folder))(
    'is a day of most web metrics (every fifth of the set beside the repository)',
    () => {
      const files = readdirSync(folder).filter((file) => file.endsWith('.gz'));
      const found = files
        .filter((_, i) => i % 5 === 1)
        .map((file) => {
          const rows = gunzipSync(readFileSync(new URL(file, folder)))
            .toString()
            .trim()
            .split('\n')
            .slice(1);
          return suggestWindow(
            rows.slice(rows.length >> 1, (rows.length >> 1) + 20_000).map((row) => Number.parseFloat(row)),
          );
        });
      const days = found.filter((one) => one !== undefined && Math.abs(one.windowSize - 1440) <= 43);
      expect(days.length / found.length).toBeGreaterThanOrEqual(0.8);
    },
  );
});
