// The start of SDAR and ChangeFinder: zeros, given up for the first value where the level of the series is far from zero.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StateWriter } from '../../src/core/state.ts';
import { ChangeFinder, SDAR, type Value } from '../../src/index.ts';
import { NaiveSDAR } from '../support/naive-sdar.ts';
import { generators, mulberry32, normal, serverMetric, whiteNoise } from '../support/series.ts';

/**
 * The rule, as the documentation of SDAR states it. All values are kept, and nothing is shared with src: the model from zeros
 * and the model from the first value are two oracles.
 */
class JudgedSDAR {
  readonly zero: NaiveSDAR;
  readonly first: NaiveSDAR;
  verdict: 'open' | 'zero' | 'first' = 'open';
  #squares: number[] = [];
  #largest = 0;

  constructor(order: number, discount: number, x0: number) {
    this.zero = new NaiveSDAR(order, discount);
    this.first = new NaiveSDAR(order, discount, { mean: x0 });
  }

  update(x: number) {
    const steps = { zero: this.zero.update(x), first: this.first.update(x) };
    const answer = this.verdict === 'first' ? steps.first : steps.zero;
    this.#squares.push((x - this.first.state.mean) ** 2);
    this.#largest = Math.max(this.#largest, Math.abs(x));
    if (this.verdict === 'open' && this.#squares.length >= 20) this.#judge(this.zero.discount);
    return answer;
  }

  #judge(r: number): void {
    const squares = this.#squares.slice(1); // that of the first value is 0 by its start
    const weights = squares.map((_, i) => (1 - r) ** (squares.length - 1 - i));
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
    const square = sum(squares.map((one, i) => one * weights[i]!)) / sum(weights);
    if (Math.sqrt(square) < 1e-10 * this.#largest) return;
    const lack = this.first.state.mean - this.zero.state.mean;
    this.verdict = r * lack ** 2 * (1 - r) ** 100 > 20 * square ? 'first' : 'zero';
  }
}

function levelled(level: number, length: number, seed: number): number[] {
  const random = mulberry32(seed);
  return Array.from({ length }, () => level + normal(random));
}

/** Case 11: the largest change score of the 20 values from `at` on, less the 99 % quantile of the 150 before. */
function standsOut(scores: readonly number[], at: number): number {
  const before = scores.slice(Math.max(200, at - 150), at).sort((a, b) => a - b);
  return Math.max(...scores.slice(at, at + 20)) - before[Math.floor(before.length * 0.99)]!;
}

describe('a start from zeros is judged by the first 20 values', () => {
  test.each(Object.keys(generators).filter((name) => name !== 'denormals'))('as the oracle says: %s', (name) => {
    for (const [order, discount] of [
      [1, 0.1],
      [3, 0.02],
      [5, 0.01],
      [10, 0.005],
    ] as const) {
      // biome-ignore format: pairs
      const series = generators[name]!(150, 7).filter((x) => Math.abs(x) <= 2 ** 500);
      const model = new SDAR(order, discount);
      const judged = new JudgedSDAR(order, discount, series[0]!);
      const size = series.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-300);
      for (const x of series) {
        const score = model.update(x);
        const expected = judged.update(x);
        const { variance } = (judged.verdict === 'first' ? judged.first : judged.zero).state;
        if (!(expected.condition < 1e5) || variance <= (2 ** -39 * size) ** 2) continue;
        expect(Math.abs(model.prediction - expected.prediction)).toBeLessThanOrEqual(1e-7 * size);
        // At 10⁹ deviations 9 of the 16 digits are those of the level.
        const slack = name === 'offset' ? 1e-3 : 1e-6;
        expect(Math.abs(score - expected.score)).toBeLessThan(slack * Math.max(1, Math.abs(expected.score)));
      }
    }
  });

  test('series of all levels: 45 deviations keep zeros at a discount of 0.01, 500 give them up', () => {
    for (let seed = 1; seed <= 100; seed++) {
      for (const [level, isKept] of [
        [0, true],
        [10, true],
        [45, true],
        [500, false],
        [-500, false],
        [1e9, false],
      ] as const) {
        // biome-ignore format: pairs
        const series = levelled(level, 25, seed);
        const model = new SDAR(2, 0.01);
        const kept = new SDAR(2, 0.01, { initial: { mean: 0 } });
        const anew = new SDAR(2, 0.01, { initial: { mean: series[0]! } });
        const scores = [model, kept, anew].map((one) => one.learn(series));
        expect(scores[0]!.slice(0, 20)).toEqual(scores[1]!.slice(0, 20));
        expect(scores[0]!.slice(20)).toEqual(scores[isKept ? 1 : 2]!.slice(20));
        expect([model.mean, model.variance]).toEqual([(isKept ? kept : anew).mean, (isKept ? kept : anew).variance]);
      }
    }
  });

  test('later scores at any level are those at level 0', () => {
    const noise = Array.from(whiteNoise(600), (x) => Math.round(1024 * x) / 1024);
    noise[0] = 0; // where the model starts
    const expected = new SDAR(3, 0.01, { initial: { mean: 0 } }).learn(noise);
    for (const level of [2 ** 10, -(2 ** 17), 2 ** 30]) {
      const scores = new SDAR(3, 0.01).learn(noise.map((x) => level + x));
      for (let t = 20; t < 600; t++) expect(Math.abs(scores[t]! - expected[t]!)).toBeLessThan(1e-4);
    }
  });

  test('values that are all the same say nothing: the first other one is waited for', () => {
    const kept = new SDAR(2, 0.01, { initial: { mean: 0 } });
    const model = new SDAR(2, 0.01);
    const same = new Array(50).fill(1013.25);
    expect(model.learn(same)).toEqual(kept.learn(same));
    expect(model.update(1013.5)).toBe(kept.update(1013.5));
    expect(model.mean).toBeGreaterThan(1013);
    // Steps of the size of the level are no noise around it.
    const [counts, zeros] = [new SDAR(2, 0.01), new SDAR(2, 0.01, { initial: { mean: 0 } })];
    const some = [...new Array(50).fill(1), ...Array.from({ length: 100 }, (_, t) => t % 3)];
    expect(counts.learn(some)).toEqual(zeros.learn(some));
  });

  test('missing values do not count; values that are not learned are no evidence, but lags', () => {
    const series = levelled(1000, 60, 3);
    const gappy: Value[] = series.flatMap((x) => [null, x, NaN]);
    const scores = new SDAR(3, 0.01).learn(gappy).filter((score) => !Number.isNaN(score));
    expect(scores).toEqual(new SDAR(3, 0.01).learn(series));
    const model = new SDAR(3, 0.01);
    for (const x of [7, 8, 9, 5]) model.update(x, { learn: false });
    const anew = new SDAR(3, 0.01, { initial: { mean: series[0]!, history: [8, 9, 5] } });
    series.forEach((x, t) => {
      if (t === 10) for (const one of [model, anew]) one.update(0, { learn: false });
      const [score, expected] = [model.update(x), anew.update(x)];
      if (t >= 20) expect(score).toBe(expected);
    });
  });

  test('a given state is never given up, not even zeros; an empty one is none', () => {
    const series = levelled(1e5, 100, 4);
    const naive = new NaiveSDAR(3, 0.1);
    const model = new SDAR(3, 0.1, { initial: { mean: 0 } });
    for (const x of series) {
      const [score, expected] = [model.update(x), naive.update(x)];
      if (expected.condition < 1e6) expect(Math.abs(score - expected.score)).toBeLessThan(1e-6);
    }
    for (const part of [{ variance: 0 }, { history: [] }, { autocovariance: [0, 0, 0, 0] }]) {
      expect(new SDAR(3, 0.1, { initial: part }).learn(series)).toEqual(
        new SDAR(3, 0.1, { initial: { mean: 0 } }).learn(series),
      );
    }
    expect(new SDAR(3, 0.01, { initial: {} }).learn(series)).toEqual(new SDAR(3, 0.01).learn(series));
  });

  test('extreme sizes and discounts', () => {
    for (const size of [1e-320, 1e-160, 1, 1e140, 2 ** 499]) {
      for (const discount of [2 ** -52, 1e-6, 0.5, 1 - 2 ** -53]) {
        const scores = new SDAR(2, discount).learn(levelled(1000, 200, 5).map((x) => (size * x) / 1001));
        expect(scores.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe('save() and load(bytes) during the start', () => {
  test('go on bit for bit from any place, over a reset', () => {
    const property = fc.property(
      fc.constantFrom(0, 3, 100, 1e5),
      fc.nat(45),
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      (level, cut, learns) => {
        const series = levelled(level, 60, cut + 1);
        const model = new SDAR(4, 0.02);
        series.slice(0, cut).forEach((x, t) => void model.update(x, { learn: learns[t]! }));
        const loaded = SDAR.load(model.save());
        expect(loaded.save()).toEqual(model.save());
        for (let t = cut; t < 60; t++) {
          const options = { learn: learns[t]! };
          expect(loaded.update(series[t]!, options)).toBe(model.update(series[t]!, options));
          expect(loaded.save()).toEqual(model.save());
        }
        loaded.reset();
        expect(loaded.save()).toEqual(new SDAR(4, 0.02).save());
        expect(loaded.learn(series)).toEqual(new SDAR(4, 0.02).learn(series));
      },
    );
    fc.assert(property, { numRuns: 300, seed: 1 });
  });

  test('a model of format 1 was not judged, and is not, not even after a reset', () => {
    const series = levelled(1000, 60, 6);
    const kept = new SDAR(2, 0.01, { initial: { mean: 0 } });
    kept.learn(series.slice(0, 5));
    const state = new StateWriter('SDAR', 1);
    state.u32(2);
    state.f64(0.01);
    state.f64(0);
    state.f64(0);
    state.f64s([0, 0, 0]);
    state.f64s([]);
    const naive = new NaiveSDAR(2, 0.01);
    for (const x of series.slice(0, 5)) naive.update(x);
    const { mean, variance, autocovariance, history } = naive.state;
    state.f64s([mean, variance, Math.max(...series.slice(0, 5)), ...autocovariance]);
    state.f64s(history);
    state.f64(NaN);
    const loaded = SDAR.load(state.finish());
    const scores = loaded.learn(series.slice(5));
    kept.learn(series.slice(5)).forEach((score, t) => {
      expect(Math.abs(scores[t]! - score)).toBeLessThan(1e-3);
    });
    expect(loaded.mean).toBeLessThan(700);
    loaded.reset();
    expect(loaded.learn(series)).toEqual(new SDAR(2, 0.01, { initial: { mean: 0 } }).learn(series));
  });
});

describe('ChangeFinder far from zero', () => {
  test('a step of 8 deviations stands out after 500 values at every level, as at level 0', () => {
    for (const level of [0, 10, 45, 100, 150, 1000, 101325, -101325, 1e9]) {
      let seen = 0;
      for (let seed = 1; seed <= 20; seed++) {
        const series = levelled(level, 600, seed).map((x, t) => x + (t >= 500 ? 8 : 0));
        if (standsOut(new ChangeFinder(5, 0.01, 10, 0.01, 5).learn(series), 500) > 3) seen++;
      }
      expect([level, seen >= 18]).toEqual([level, true]);
    }
  });

  test('air pressure, 101 325 ± 1: a start that is kept at zeros takes more than 1000 values', () => {
    const seen = (at: number, options?: ConstructorParameters<typeof ChangeFinder>[5]) => {
      const series = levelled(101325, at + 100, 41).map((x, t) => x + (t >= at ? 8 : 0));
      return standsOut(new ChangeFinder(5, 0.01, 10, 0.01, 5, options).learn(series), at) > 3;
    };
    expect([600, 1000].map((at) => seen(at))).toEqual([true, true]);
    expect([600, 1000, 2000].map((at) => seen(at, { outlier: { mean: 0 } }))).toEqual([false, false, true]);
  });

  test('a server’s metric at another level tells the same changes', () => {
    const series = Array.from(serverMetric(3000, 4), (x) => Math.round(64 * x) / 64);
    const [low, high] = [0, 2 ** 20].map((level) =>
      new ChangeFinder(5, 0.01, 10, 0.01, 5).learn(series.map((x) => x - 50 + level)),
    );
    for (let t = 2500; t < 3000; t++) expect(Math.abs(low![t]! - high![t]!)).toBeLessThan(0.01);
  });
});
