import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fitTail, type Tail, tailQuantile } from '../../src/calibrate/thresholds/pareto-tail.ts';
import { mulberry32 } from '../support/series.ts';

interface Fit extends Tail {
  readonly drawn: number;
  readonly excesses: number[];
  readonly logLikelihood: number;
}

const { fits } = JSON.parse(readFileSync(new URL('../golden/gpd.json', import.meta.url), 'utf8')) as { fits: Fit[] };

/** Σ ln f(y), f(y) = (1 + γy/σ)^(−1/γ − 1)/σ. */
function logLikelihood(excesses: number[], { shape, scale }: Tail): number {
  const log = (y: number) => (shape === 0 ? -y / scale : (-1 / shape - 1) * Math.log(1 + (shape * y) / scale));
  return excesses.reduce((sum, y) => sum + log(y) - Math.log(scale), 0);
}

test.each(fits)("fitTail finds SciPy's fit of excesses drawn with shape $drawn", (fit) => {
  const tail = fitTail(fit.excesses);
  expect(logLikelihood(fit.excesses, tail)).toBeGreaterThan(fit.logLikelihood - 1e-4);
  expect(tail.shape).toBeCloseTo(fit.shape, 2);
  expect(tail.scale).toBeCloseTo(fit.scale, 2);
});

test('fitTail recovers the shape of large samples', () => {
  for (const shape of [-0.2, 0.25, 0.8]) {
    const random = mulberry32(5);
    const excesses = Array.from({ length: 5000 }, () => (3 / shape) * ((1 - random()) ** -shape - 1));
    const tail = fitTail(excesses);
    expect(Math.abs(tail.shape - shape)).toBeLessThan(0.06);
    expect(Math.abs(tail.scale - 3)).toBeLessThan(0.3);
  }
});

test('fitTail of one excess, equal ones and the ends of float64 is finite', () => {
  expect(fitTail([5])).toEqual({ shape: 0, scale: 5 });
  expect(fitTail([2, 2, 2])).toEqual({ shape: 0, scale: 2 });
  for (const excesses of [
    [1e-300, 1e300],
    [5e-324, 1e-320],
    [1, 1 + 1e-15],
    [1e150, 1, 1, 1],
  ]) {
    const { shape, scale } = fitTail(excesses);
    expect(Number.isFinite(shape) && scale > 0 && scale < Infinity).toBe(true);
  }
});

test('tailQuantile inverts the survival function, at shape 0 continuously', () => {
  for (const shape of [-0.5, -1e-9, 0, 1e-9, 0.3, 2]) {
    const y = tailQuantile({ shape, scale: 2 }, 0.01);
    const survival = shape === 0 ? Math.exp(-y / 2) : (1 + (shape * y) / 2) ** (-1 / shape);
    expect(survival).toBeCloseTo(0.01, 6);
  }
  expect(tailQuantile({ shape: 0.2, scale: 2 }, 1)).toBeCloseTo(0, 12);
});
