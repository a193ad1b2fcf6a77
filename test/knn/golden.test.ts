// Answers of other programs, stored with the scripts that made them.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KNN } from '../../src/index.ts';
import { mahalanobis } from '../../src/metrics.ts';
import { naiveNeighbors, naiveScore } from '../naive.ts';

interface Case {
  name: string;
  windowSize: number;
  k: number;
  series: number[];
}
interface RubyCase extends Case {
  differs: boolean;
  score: number[];
}
interface Estimate {
  mean: number[];
  covariance: number[][];
  condition: number;
  scores: number[];
  shrinkage?: number;
}
interface PythonCase extends Case {
  euclidean: number[];
  empirical: Estimate;
  ledoitWolf: Estimate;
}

function read<T>(file: string): { madeBy: { program: string; version: string; command: string }; cases: T[] } {
  return JSON.parse(readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8'));
}

/** Both lists are as long, and no value differs by more than `tolerance` times its own size, or times `size`. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, size?: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (!(error <= tolerance * (size ?? Math.abs(expected[i]!)))) expect([i, actual[i]]).toEqual([i, expected[i]]);
  }
}

const ruby = read<RubyCase>('ruby-gem.json');
const python = read<PythonCase>('scipy-sklearn.json');

test('golden files say how they were made', () => {
  for (const { madeBy } of [ruby, python]) {
    expect(madeBy.program).toMatch(/\.(rb|py)$/);
    expect(madeBy.version).toMatch(/\d+\.\d+\.\d+/);
    expect(madeBy.command).toContain(madeBy.program);
  }
});

describe('score(series) is the ancestor gem’s to the bit', () => {
  for (const { name, windowSize, k, series, score } of ruby.cases.filter((c) => !c.differs)) {
    test(`${name}: w = ${windowSize}, k = ${k}`, () => {
      expect(new KNN(windowSize, k).score(series)).toEqual(score);
      expect(new KNN(windowSize, k).score(Float64Array.from(series))).toEqual(Float64Array.from(score));
      expect(naiveScore(series, windowSize, k)).toEqual(score);
    });
  }
});

describe('score(series) differs from the ancestor gem', () => {
  const find = (name: string) => ruby.cases.find((c) => c.name === name && c.differs)!;

  test('with fewer than k other windows: their mean, not their sum over k', () => {
    const { windowSize, k, series, score } = find('fewer than k other windows');
    const near = [0, 1, 2].map((i) => naiveNeighbors(series, windowSize, k)[i]!.map((neighbor) => neighbor.distance));
    const ours = [0, 0, ...near.map((d) => (d[0]! + d[1]!) / 2)];
    expect(new KNN(windowSize, k).score(series)).toEqual(ours);
    ours.forEach((x, t) => {
      expect(x).toBeCloseTo((score[t]! * k) / 2, 12);
    });
  });

  test('with n < w − 1: always the length of the input', () => {
    const { windowSize, k, series, score } = find('shorter than w - 1');
    expect(score).toEqual([0, 0, 0, 0]);
    expect(new KNN(windowSize, k).score(series)).toEqual([0, 0]);
  });

  test('nowhere else', () => {
    const differing = ruby.cases.filter((c) => c.differs);
    expect(differing.map((c) => c.name)).toEqual(['fewer than k other windows', 'shorter than w - 1']);
    for (const { windowSize, k, series, score } of differing) {
      expect(new KNN(windowSize, k).score(series)).not.toEqual(score);
    }
  });
});

describe('score(series) is the mean of SciPy’s k nearest', () => {
  for (const { name, windowSize, k, series, euclidean } of python.cases) {
    test(`${name}: w = ${windowSize}, k = ${k}`, () => {
      expectClose(new KNN(windowSize, k).score(series).slice(windowSize - 1), euclidean, 1e-12);
    });
  }
});

describe('mahalanobis(…) is scikit-learn’s', () => {
  for (const { name, windowSize, k, series, empirical, ledoitWolf } of python.cases) {
    for (const [covariance, golden] of [
      ['empirical', empirical],
      ['ledoit-wolf', ledoitWolf],
    ] as const) {
      test(`${name}: ${covariance}, w = ${windowSize}, k = ${k}`, () => {
        const fitted = mahalanobis.fit(series, windowSize, { covariance });
        expectClose(fitted.mean, golden.mean, 1e-12, Math.max(...series.map(Math.abs)));
        const entries = golden.covariance.flat();
        expectClose(fitted.covariance.flat(), entries, 1e-12, Math.max(...entries));
        if (golden.shrinkage !== undefined) expectClose([fitted.shrinkage!], [golden.shrinkage], 1e-9);

        for (const engine of ['brute', 'kdtree'] as const) {
          const score = new KNN(windowSize, k, { metric: mahalanobis({ covariance }), engine }).score(series);
          expectClose(score.slice(windowSize - 1), golden.scores, 1e-9);
        }
      });
    }
  }
});
