// The dense engine against plain comparison of every pair, WASM and scalar, over many tiles and parts.
import { describe, expect, test, vi } from 'vitest';
import { mahalanobis } from '../../../src/core/mahalanobis.ts';
import { embed, vectorsOf, type WindowSet } from '../../../src/core/windows.ts';
import { dense } from '../../../src/search/dense/engine.ts';
import { type Join, referenceJoin, selfJoin } from '../../../src/search/join.ts';
import { expectEveryPair } from '../../support/compare-engines.ts';
import { generators, mulberry32, palettes } from '../../support/series.ts';

vi.setConfig({ testTimeout: 60_000 });

const engines = { wasm: dense('auto'), scalar: dense('scalar') };

/** Mahalanobis vectors: neither shift-invariant nor of one scale. */
function whitened(series: Float64Array, w: number): WindowSet {
  return mahalanobis.fit(series, w, { covariance: 'pinv' }).whiten(embed(series, w, 'none'));
}

describe('the dense engine gives the bits of every pair compared', () => {
  const random = mulberry32(79);
  const between = (least: number, most: number) => least + Math.floor((most - least + 1) * random());
  for (const [name, generate] of Object.entries(generators)) {
    const w = between(2, 40);
    const k = between(1, 20);
    const zone = [0, 0, 5, w][between(0, 3)]!;
    const side = random() < 0.5 ? 'both' : 'left';
    const normalize = (['none', 'mean', 'zscore'] as const)[between(0, 2)]!;
    test(`${name}, 1200 values, ${normalize}, w = ${w}, k = ${k}, exclusion zone ${zone}, ${side}`, () =>
      expectEveryPair(engines, selfJoin(embed(generate(1200, 3), w, normalize), zone, side), k));
  }

  for (const [name, n, w, k] of [
    ['serverMetric', 2200, 20, 5],
    ['ecg', 1000, 70, 1],
    ['whiteNoise', 1500, 16, 40],
    ['integers', 900, 17, 3],
    ['gaps', 1500, 33, 100],
  ] as const) {
    test(`whitened ${name}, ${n} values, w = ${w}, k = ${k}`, () =>
      expectEveryPair(engines, selfJoin(whitened(generators[name]!(n, 4), w), 0, 'both'), k));
  }

  for (const [name, n, m] of [
    ['serverMetric', 300, 1500],
    ['gaps', 1500, 200],
    ['steps', 700, 700],
    ['offset', 1, 40],
  ] as const) {
    test(`${name}, ${n} values against a reference of ${m}`, () => {
      const rows = embed(generators[name]!(n + 19, 5), 20, 'zscore');
      const columns = embed(generators[name]!(m + 19, 6), 20, 'zscore');
      expectEveryPair(engines, referenceJoin(rows, columns), 4);
    });
  }

  test('with a history: only so many windows back', () => {
    const join = selfJoin(embed(generators.decimals!(900), 18, 'none'), 3, 'left');
    expectEveryPair(engines, { ...join, before: 250 }, 6);
    expectEveryPair(engines, { ...join, before: 40, after: Infinity }, 6);
    expectEveryPair(engines, { ...join, before: 40, after: 90 }, 6);
  });

  test('with more neighbors than windows, and with none', () => {
    expectEveryPair(engines, selfJoin(embed(generators.randomWalk!(60), 10, 'none'), 0, 'both'), 200);
    expectEveryPair(engines, selfJoin(embed(generators.randomWalk!(60), 10, 'none'), 100, 'both'), 3);
    expectEveryPair(engines, selfJoin(embed(new Float64Array(60).fill(NaN), 10, 'none'), 0, 'both'), 3);
  });

  test('where squares are infinite', () => {
    const huge = whitened(generators.whiteNoise!(100), 5);
    const vectors = { ...huge, data: huge.data.map((y) => y * 1e154) };
    expectEveryPair(engines, selfJoin(vectors, 0, 'both'), 3);
  });

  test('for every palette of nasty values', () => {
    for (const [p, palette] of palettes.entries()) {
      const random = mulberry32(p);
      const series = Float64Array.from({ length: 150 }, () => {
        const value = palette[Math.floor(palette.length * random())];
        return typeof value === 'number' && Math.abs(value) <= 2 ** 500 ? value : NaN;
      });
      for (const normalize of ['none', 'zscore'] as const) {
        expectEveryPair(engines, selfJoin(embed(series, 4, normalize), p % 3, 'both'), 7);
      }
    }
  });
});

describe('dense().start(join, k, byIndex)', () => {
  test('deals parts that can be run in any order, and read in between', () => {
    const windows = vectorsOf(embed(generators.serverMetric!(1800), 30, 'zscore'));
    const join: Join = selfJoin(windows, 4, 'both');
    const scoresOf = (run: ReturnType<ReturnType<typeof dense>['start']>): Float64Array => {
      const scores = new Float64Array(windows.numWindows);
      run.finish((i, dist, _index, base, count) => {
        scores[i] = dist[base + count - 1]!;
      });
      return scores;
    };
    const forward = dense().start(join, 3, false);
    const backward = dense('scalar').start(join, 3, false);
    expect(forward.numParts).toBe(backward.numParts);
    expect(forward.numParts).toBeGreaterThan(2);
    for (let p = 0; p < forward.numParts; p++) {
      forward.run(p, () => expect.fail());
      backward.run(forward.numParts - 1 - p, () => expect.fail());
      expect(forward.work(p)).toBeGreaterThan(0);
      scoresOf(backward);
    }
    expect(scoresOf(forward)).toEqual(scoresOf(backward));
  });
});
