// Bounds in float32: where the diagonal engine uses them, and that its answers have the bits of every pair compared.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { embed, type Normalization } from '../../../src/core/windows.ts';
import { diagonal } from '../../../src/search/diagonal/engine.ts';
import type { DiagonalKernel } from '../../../src/search/diagonal/state.ts';
import { type Join, referenceJoin, selfJoin } from '../../../src/search/join.ts';
import { expectEveryPair } from '../../support/compare-engines.ts';
import { generators, mulberry32, normal } from '../../support/series.ts';

vi.setConfig({ testTimeout: 120_000 });

const calls = vi.hoisted(() => ({ float32: 0, float64: 0 }));

vi.mock('../../../src/search/diagonal/wasm.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../src/search/diagonal/wasm.ts')>();
  const { wasmDiagonal } = original;
  return {
    ...original,
    wasmDiagonal: (...args: Parameters<typeof wasmDiagonal>): ReturnType<typeof wasmDiagonal> => {
      const { state, kernel } = wasmDiagonal(...args);
      const counted = (group: DiagonalKernel['group'], of: 'float32' | 'float64'): DiagonalKernel['group'] => {
        return (...arg) => {
          calls[of]++;
          group(...arg);
        };
      };
      const float32 = kernel.float32 && { ...kernel.float32, group: counted(kernel.float32.group, 'float32') };
      return { state, kernel: { ...kernel, group: counted(kernel.group, 'float64'), float32 } };
    },
  };
});

beforeEach(() => {
  calls.float32 = 0;
  calls.float64 = 0;
});

/** Holds the engine against every pair; returns the share of the work that was done in float32. */
function shareOf(join: Join, k: number): number {
  expectEveryPair({ wasm: diagonal() }, join, k);
  return calls.float32 / (calls.float32 + calls.float64);
}

function shareOfSeries(series: Float64Array, w: number, k: number, normalize: Normalization = 'none'): number {
  return shareOf(selfJoin(embed(series, w, normalize), 0, 'both'), k);
}

const n = 2100;
const random = mulberry32(21);
const noise = Float64Array.from({ length: n }, () => normal(random));

/** Series, the values per window, and the share that float32 does at least and at most. */
const cases: Record<string, [series: Float64Array, w: number, least: number, most: number]> = {
  'white noise': [noise, 50, 0.9, 1],
  'white noise, odd numbers of windows': [noise.subarray(0, 2098), 50, 0.9, 1],
  'long windows of noise': [noise, 256, 0.9, 1],
  'short windows of noise': [noise, 5, 0, 0.9],
  'noise on a level of 1e9': [noise.map((x) => 1e9 + x), 50, 0.9, 1],
  'noise times 1e149': [noise.map((x) => x * 1e149), 40, 0.9, 1],
  'noise times 1e-140': [noise.map((x) => x * 1e-140), 40, 0.9, 1],
  'noise times 1e-160': [noise.map((x) => x * 1e-160), 40, 0, 0.2],
  'noise with a spike of 1e6': [noise.map((x, t) => (t === 1300 ? 1e6 : x)), 40, 0.15, 0.9],
  'noise with a spike of 1e9, which is clamped': [noise.map((x, t) => (t === 1300 ? 1e9 : x)), 40, 0.15, 0.9],
  'noise with a spike of 1e149, which is clamped': [noise.map((x, t) => (t === 1300 ? 1e149 : x)), 40, 0.15, 0.9],
  'noise with gaps': [noise.map((x, t) => (t % 501 > 490 ? NaN : x)), 30, 0.9, 1],
  'noise, half of it a millionth as loud': [noise.map((x, t) => (t < n / 2 ? x : x * 1e-6)), 40, 0.05, 0.8],
  'integers * 0.1 + 0.3': [noise.map((x) => Math.round(3 * x) * 0.1 + 0.3), 40, 0.9, 1],
  'integers 0 to 3': [noise.map((x) => Math.round(Math.abs(x))), 40, 0.9, 1],
  'a period': [noise.map((_, t) => noise[t % 60]!), 40, 0, 1],
  'a period with jitter': [noise.map((x, t) => noise[t % 60]! + 1e-8 * x), 40, 0, 0.2],
  'a random walk': [generators.randomWalk!(n), 40, 0, 0.9],
};

describe('bounds in float32 leave the bits of every pair compared', () => {
  for (const [name, [series, w, least, most]] of Object.entries(cases)) {
    test(`${name}, w = ${w}`, () => {
      const share = shareOfSeries(series, w, 4);
      expect([share, share >= least && share <= most]).toEqual([share, true]);
    });
    test(`${name}, w = ${w}, less its mean`, () => {
      shareOfSeries(series, w, 3, 'mean');
    });
  }

  test('less its mean, noise is float32 but for the near lags that thresholds are found by; as z-scores, nothing is', () => {
    expect(shareOfSeries(noise, 60, 3, 'mean')).toBeGreaterThan(0.9);
    calls.float32 = 0;
    expect(shareOfSeries(noise, 60, 3, 'zscore')).toBe(0);
  });

  test('left side, exclusion zones, k from 1 to 128', () => {
    for (const [side, zone, k] of [
      ['left', 0, 1],
      ['left', 700, 9],
      ['both', 3, 1],
      ['both', 40, 20],
      ['both', 0, 128],
    ] as const) {
      expect([side, shareOf(selfJoin(embed(noise, 40, 'none'), zone, side), k) > 0.6]).toEqual([side, true]);
    }
  });

  test('references shorter and longer than the series', () => {
    for (const [rows, columns] of [
      [700, 2000],
      [2000, 333],
      [1, 900],
    ] as const) {
      const join = referenceJoin(
        embed(noise.subarray(0, rows + 39), 40, 'none'),
        embed(noise.map((x) => x + 0.25).subarray(0, columns + 39), 40, 'none'),
      );
      expect(shareOf(join, 4)).toBeGreaterThan(0.5);
    }
  });
});
