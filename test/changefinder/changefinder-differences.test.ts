// Where ChangeFinder differs from the two that people know, and that it does: changefinder-differences.md says why.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ChangeFinder, SDAR } from '../../src/index.ts';
import { GemChangeFinder, GemSDAR, PackageChangeFinder, PackageSDAR } from '../support/other-changefinders.ts';
import { mulberry32, normal, whiteNoise } from '../support/series.ts';

/** x = a·x' + noise */
function autoregressive(n: number, a: number, seed = 1): number[] {
  const random = mulberry32(seed);
  let x = 0;
  return Array.from({ length: n }, () => (x = a * x + normal(random)));
}

/** Root of the mean squared prediction error of each after the first 500 values. */
function predictionErrors(series: readonly number[], order: number, discount: number) {
  const ours = new SDAR(order, discount);
  const gem = new GemSDAR(order, discount, mulberry32(1));
  const python = new PackageSDAR(discount, order, mulberry32(1));
  const squares = { ours: 0, gem: 0, python: 0, mean: 0 };
  series.forEach((x, t) => {
    ours.update(x);
    gem.next(x);
    if (t >= order) python.update(x, series.slice(t - order, t));
    if (t < 500) return;
    squares.ours += (x - ours.prediction) ** 2;
    squares.gem += (x - gem.prediction) ** 2;
    squares.python += (x - python.prediction) ** 2;
    squares.mean += (x - ours.mean) ** 2;
  });
  const root = (sum: number) => Math.sqrt(sum / (series.length - 500));
  return { ours: root(squares.ours), gem: root(squares.gem), python: root(squares.python), mean: root(squares.mean) };
}

describe('mruby-changefinder', () => {
  test('is transcribed: it gives the scores that its own tests have', () => {
    const detector = new GemChangeFinder(3, 0.1, 3, 0.1, 4, mulberry32(1));
    const scores = [1, 1, 1].map((x) => detector.score(x));
    [6.2017912433901, 2.7539626375604, 3.3137187076122].forEach((expected, t) => {
      expect(scores[t]).toBeCloseTo(expected, 12);
    });
  });

  test('the first score is ours, the second is not', () => {
    const gem = new GemChangeFinder(3, 0.1, 3, 0.1, 4, mulberry32(1));
    const ours = new ChangeFinder(3, 0.1, 3, 0.1, 4);
    expect(ours.update(1)).toBeCloseTo(gem.score(1), 12);
    expect(Math.abs(ours.update(1) - gem.score(1))).toBeGreaterThan(1);
  });

  test('lag 0 lacks: matrix and right side share C₀ … C_{p−1}, the solution is the first unit vector', () => {
    const gem = new GemSDAR(4, 0.02, mulberry32(2));
    for (const x of autoregressive(1000, 0.7)) {
      gem.next(x);
      gem.coefficients.forEach((a, i) => {
        expect(a).toBeCloseTo(i === 0 ? 1 : 0, 8);
      });
    }
  });

  test('so it predicts with the oldest sample, whatever the series; ours with the best combination of all', () => {
    const series = autoregressive(3000, 0.7);
    const gem = new GemSDAR(4, 0.02, mulberry32(3));
    for (const [t, x] of series.entries()) {
      gem.next(x);
      if (t >= 4) expect(gem.prediction).toBeCloseTo(series[t - 4]!, 8);
    }
    // The noise of the process has size 1: nobody can predict better, and the gem is worse than the mean.
    const errors = predictionErrors(series, 4, 0.02);
    expect(errors.ours).toBeLessThan(1.05);
    expect(errors.mean).toBeGreaterThan(1.3);
    expect(errors.gem).toBeGreaterThan(1.6);
  });

  test('its random start changes nothing, because its covariances change nothing; ours is zeros', () => {
    const series = autoregressive(500, 0.5);
    const [one, two] = [5, 6].map((seed) => new GemChangeFinder(3, 0.05, 3, 0.05, 5, mulberry32(seed)));
    for (const x of series) expect(one!.score(x)).toBeCloseTo(two!.score(x), 6);
    expect(new ChangeFinder(3, 0.05, 3, 0.05, 5).learn(series)).toEqual(
      new ChangeFinder(3, 0.05, 3, 0.05, 5).learn(series),
    );
  });

  test('before the history is full, a lag wraps around to the newest value; ours uses the lags present', () => {
    const gem = new GemSDAR(2, 0.1, () => 0);
    gem.c = [5, 3];
    gem.data = [8];
    gem.next(1);
    // Both were taught with the value of lag 1, though there is no lag 2.
    expect(gem.c[0]! - 0.9 * 5).toBeCloseTo(0.1 * (1 - 0.1) * (8 - 0.1), 12);
    expect(gem.c[1]! - 0.9 * 3).toBeCloseTo(0.1 * (1 - 0.1) * (8 - 0.1), 12);
  });

  test('the strangest values score 0, as their density underflows; ours score most', () => {
    const gem = new GemSDAR(1, 0.0005, mulberry32(1));
    const ours = new SDAR(1, 0.0005);
    for (const x of whiteNoise(3000)) {
      gem.next(x);
      ours.update(x);
    }
    expect(gem.next(1e4)).toBe(0);
    expect(ours.update(1e4)).toBeGreaterThan(1000);
  });

  test('no variance at all scores 0, too; ours is the loss at the least variance', () => {
    const gem = new GemSDAR(1, 0.1, mulberry32(1));
    expect([0, 0].map((x) => gem.next(x))).toEqual([0, 0]);
    expect(new SDAR(1, 0.1).update(0)).toBeCloseTo(0.5 * Math.log(2 * Math.PI * 1e-300), 10);
  });

  test('a long constant makes its matrix singular: an error; ours scores on', () => {
    const gem = new GemSDAR(3, 0.1, mulberry32(1));
    const ours = new SDAR(3, 0.1);
    const feed = (update: (x: number) => number) => {
      for (let t = 0; t < 2000; t++) if (!Number.isFinite(update(5))) throw new Error('not finite');
    };
    expect(() => feed((x) => gem.next(x))).toThrow('Not Regular Matrix');
    expect(() => feed((x) => ours.update(x))).not.toThrow();
  });

  test('one NaN is for ever; ours skips it', () => {
    const gem = new GemSDAR(2, 0.1, mulberry32(1));
    const ours = new SDAR(2, 0.1);
    const series = [...whiteNoise(100), NaN, ...whiteNoise(100, 2)];
    expect(
      series
        .map((x) => gem.next(x))
        .slice(100)
        .every(Number.isNaN),
    ).toBe(true);
    expect(ours.learn(series).filter(Number.isNaN)).toHaveLength(1);
  });

  const file = new URL('../../../shared/data/changepoints/mruby-changefinder-learning.tsv', import.meta.url);
  const reason = existsSync(file) ? '' : ' (skipped: ../shared/data/changepoints is not there)';
  test.skipIf(reason !== '')(`on the gem’s own learning series ours predicts best at every order${reason}`, () => {
    const series = readFileSync(file, 'utf8').trim().split(/\s+/).map(Number);
    expect(series).toHaveLength(5000);
    for (const order of [1, 2, 5]) {
      const errors = predictionErrors(series, order, 0.01);
      expect(errors.ours).toBeLessThan(0.9 * errors.gem);
      expect(errors.ours).toBeLessThan(0.6 * errors.python);
    }
    expect(new ChangeFinder(5, 0.01, 10, 0.01, 5).learn(series).every(Number.isFinite)).toBe(true);
  });
});

describe('changefinder 0.1 (Python)', () => {
  const noise = [...whiteNoise(3000)];

  test('starts from random numbers: two detectors of the same series differ at first; ours never', () => {
    const [one, two] = [1, 2].map((seed) => new PackageChangeFinder(0.01, 1, 7, mulberry32(seed)));
    const differences = noise.map((x) => Math.abs(one!.update(x) - two!.update(x)));
    expect(Math.max(...differences.slice(0, 100))).toBeGreaterThan(1);
    expect(Math.max(...differences.slice(-100))).toBeLessThan(1e-9);
  });

  test('never learns the covariance of its last lag: at order 1 it predicts the mean', () => {
    const python = new PackageSDAR(0.02, 1, mulberry32(1));
    const series = autoregressive(1000, 0.9);
    for (let t = 1; t < series.length; t++) {
      python.update(series[t]!, [series[t - 1]!]);
      expect(python.prediction).toBe(python.mean);
    }
    const errors = predictionErrors(autoregressive(3000, 0.9), 1, 0.02);
    expect(errors.ours).toBeLessThan(1.1);
    expect(errors.python).toBeGreaterThan(1.5);
  });

  test('at higher orders the missing covariance leaves systems that are no covariances: it predicts worse than the mean', () => {
    const errors = predictionErrors(autoregressive(3000, 0.9), 2, 0.02);
    expect(errors.ours).toBeLessThan(1.1);
    expect(errors.python).toBeGreaterThan(errors.mean);
  });

  test('hands on the sum of the last scores, 0 until there are enough, and adds up the second scores again', () => {
    const python = new PackageChangeFinder(0.01, 2, 5, mulberry32(1));
    const first = new PackageSDAR(0.01, 2, mulberry32(1));
    const scores: number[] = [];
    for (let t = 0; t < 50; t++) {
      const score = python.update(noise[t]!);
      if (t >= 2) scores.push(first.update(noise[t]!, noise.slice(t - 2, t)));
      // 2 values, 5 scores, 2 sums, 2 second scores
      expect(score === 0).toBe(t < 2 + 5 - 1 + 2 + 2 - 1);
      if (scores.length >= 5)
        expect(python.target).toBeCloseTo(
          scores.slice(-5).reduce((a, b) => a + b),
          9,
        );
    }
    // Ours answers from the first value, with the mean of what there is, and does not delay its answer by a second mean.
    expect(new ChangeFinder(2, 0.01, 2, 0.01, 5).update(noise[0]!)).not.toBe(0);
  });

  test('one NaN is for ever; ours skips it', () => {
    const python = new PackageChangeFinder(0.01, 1, 7, mulberry32(1));
    const ours = new ChangeFinder(1, 0.01, 1, 0.01, 7);
    const series = [...noise.slice(0, 100), NaN, ...noise.slice(0, 500)];
    expect(Number.isNaN(series.map((x) => python.update(x)).at(-1))).toBe(true);
    expect(ours.learn(series).filter(Number.isNaN)).toHaveLength(1);
  });

  test('a long constant is NaN, and what comes after it stays so; ours scores on', () => {
    for (const [discount, order, last] of [
      [0.5, 1, 1100],
      [0.01, 5, 30],
    ] as const) {
      // biome-ignore format: pairs
      const python = new PackageChangeFinder(discount, order, 7, mulberry32(1));
      const ours = new ChangeFinder(order, discount, order, discount, 7);
      for (let t = 0; t < last; t++) {
        python.update(5);
        expect(ours.update(5)).not.toBeNaN();
      }
      for (const x of noise) {
        expect(python.update(x)).toBeNaN();
        expect(ours.update(x)).not.toBeNaN();
      }
    }
  });

  test('a spike is a math domain error, as its density underflows; for ours the strangest value of all', () => {
    const python = new PackageSDAR(0.0005, 1, mulberry32(1));
    const ours = new SDAR(1, 0.0005);
    for (let t = 1; t < noise.length; t++) {
      python.update(noise[t]!, [noise[t - 1]!]);
      ours.update(noise[t]!);
    }
    expect(() => python.update(1e4, [0])).toThrow('math domain error');
    expect(ours.update(1e4)).toBeGreaterThan(1000);
  });
});
