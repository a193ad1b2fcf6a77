// Huge values are clamped for bounds where they are rare, and only there.
import { describe, expect, test } from 'vitest';
import { embed } from '../../../src/core/windows.ts';
import { CLAMPED, clampInto, clampOf } from '../../../src/search/diagonal/clamp.ts';
import { selfJoin } from '../../../src/search/join.ts';
import { generators } from '../../support/series.ts';

const noise = generators.whiteNoise!(4000);
const clampAt = (series: Float64Array, w = 20, normalize: 'none' | 'zscore' = 'none') =>
  clampOf(selfJoin(embed(series, w, normalize), 0, 'both'));
const withHuge = (every: number): Float64Array => noise.map((x, t) => (t % every === 50 ? 2 ** 32 : x));

describe('clampOf(join)', () => {
  test('leaves alone what is ordinary, normalized, or mostly zero', () => {
    for (const name of ['whiteNoise', 'randomWalk', 'spiky', 'integers', 'constant', 'offset', 'signedZeros', 'gaps']) {
      expect([name, clampAt(generators[name]!(4000))]).toEqual([name, undefined]);
    }
    expect(clampAt(withHuge(500), 20, 'zscore')).toBe(undefined);
  });

  test('takes rare huge values for such, unless their windows are many', () => {
    const clamp = clampAt(withHuge(500))!;
    expect(Math.abs(clamp.center)).toBeLessThan(1);
    expect(clamp.radius).toBeGreaterThan(1e6);
    expect(clamp.radius).toBeLessThan(1e7);
    expect(clampAt(withHuge(51), 20)).toBe(undefined);
  });
});

describe('clampInto(clamp, x, clamped, isColumn, windowSize)', () => {
  test('changes the huge values, and marks the windows that hold them', () => {
    const x = Float64Array.of(0, 1, 99, 2, -3, -99, 1, 2);
    const clamped = new Float64Array(8);
    const isColumn = new Uint8Array(6).fill(1);
    clampInto({ center: 1, radius: 9 }, x, clamped, isColumn, 3);
    expect([...clamped]).toEqual([0, 1, 10, 2, -3, -8, 1, 2]);
    expect([...isColumn]).toEqual([1, 1, 1, 1, 1, 1].map((one) => one + CLAMPED));
    const few = new Uint8Array(7).fill(1);
    clampInto({ center: 1, radius: 50 }, x, clamped, few, 2);
    expect([...few]).toEqual([1, 1 + CLAMPED, 1 + CLAMPED, 1, 1 + CLAMPED, 1 + CLAMPED, 1]);
  });
});
