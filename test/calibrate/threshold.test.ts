import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConformalThreshold } from '../../src/calibrate/thresholds/conformal-threshold.ts';
import { QuantileThreshold } from '../../src/calibrate/thresholds/quantile-threshold.ts';
import { SpotThreshold } from '../../src/calibrate/thresholds/spot-threshold.ts';
import type { Threshold } from '../../src/calibrate/thresholds/threshold.ts';
import { mulberry32 } from '../support/series.ts';

const scores = fc.array(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(NaN)), { maxLength: 80 });

describe('QuantileThreshold', () => {
  test('update(score) says whether a score is above the quantile of those before', () => {
    fc.assert(
      fc.property(
        scores,
        fc.constantFrom(0.1, 0.5, 0.75, 0.99),
        fc.integer({ min: 1, max: 20 }),
        (series, q, warmup) => {
          const threshold = new QuantileThreshold(q, { warmup });
          const before: number[] = [];
          for (const score of series) {
            const sorted = [...before].sort((a, b) => a - b);
            const value = before.length < warmup ? Infinity : sorted[Math.ceil(q * before.length) - 1]!;
            expect(threshold.value).toBe(value);
            expect(threshold.update(score)).toBe(score > value);
            if (!Number.isNaN(score)) before.push(score);
          }
        },
      ),
    );
  });

  test('has about its share of alarms, none on a constant', () => {
    const random = mulberry32(11);
    const threshold = new QuantileThreshold(0.95);
    let alarms = 0;
    for (let t = 0; t < 20_000; t++) if (threshold.update(random())) alarms++;
    expect(Math.abs(alarms / 20_000 - 0.05)).toBeLessThan(0.006);
    threshold.reset();
    for (let t = 0; t < 1000; t++) expect(threshold.update(4)).toBe(false);
  });
});

describe('ConformalThreshold', () => {
  test('update(score) compares the conformal p-value with α, and value is where that begins', () => {
    fc.assert(
      fc.property(scores, fc.constantFrom(0.05, 0.1, 0.2, 0.5, 0.9), (series, alpha) => {
        const threshold = new ConformalThreshold(alpha);
        const before: number[] = [];
        for (const score of series) {
          const { value } = threshold;
          const isAlarm = threshold.update(score);
          if (Number.isNaN(score)) {
            expect([isAlarm, threshold.pValue]).toEqual([false, NaN]);
            continue;
          }
          const p = (before.filter((other) => other >= score).length + 1) / (before.length + 1);
          expect([isAlarm, threshold.pValue]).toEqual([p <= alpha, p]);
          expect(score > value).toBe(isAlarm);
          before.push(score);
        }
      }),
    );
  });

  test('has at most a share α of alarms where scores are exchangeable, heavy tails and ties included', () => {
    for (const draw of [(u: number) => u, (u: number) => Math.floor(5 * u), (u: number) => (1 - u) ** -4]) {
      for (const alpha of [0.01, 0.1]) {
        const random = mulberry32(5);
        const threshold = new ConformalThreshold(alpha);
        let alarms = 0;
        for (let t = 0; t < 20_000; t++) if (threshold.update(draw(random()))) alarms++;
        expect(alarms / 20_000).toBeLessThan(alpha + 4 * Math.sqrt(alpha / 20_000));
      }
    }
  });
});

describe('SpotThreshold', () => {
  test('holds its risk within sampling error, beyond what the warm-up has seen', () => {
    const draws = {
      exponential: (u: number) => -Math.log(1 - u),
      heavy: (u: number) => (1 - u) ** -0.3,
      bounded: (u: number) => 1 - (1 - u) ** 0.5,
    };
    for (const draw of Object.values(draws)) {
      for (const risk of [1e-2, 1e-3]) {
        const random = mulberry32(42);
        const threshold = new SpotThreshold(risk);
        let alarms = 0;
        const n = 200_000;
        for (let t = 0; t < n; t++) if (threshold.update(draw(random()))) alarms++;
        // Sampling error of the alarms, and of a tail that is fitted to 1000 peaks at most.
        expect(alarms / n / risk).toBeGreaterThan(0.7);
        expect(alarms / n / risk).toBeLessThan(1.4);
      }
    }
  });

  test('on a constant nothing is an alarm, and anything higher is', () => {
    const threshold = new SpotThreshold(1e-3);
    for (let t = 0; t < 3000; t++) expect(threshold.update(7)).toBe(false);
    expect(threshold.update(7.01)).toBe(true);
    expect(threshold.value).toBe(7);
  });

  test('learns of alarms no more than chance explains, and no missing score', () => {
    const random = mulberry32(1);
    const threshold = new SpotThreshold(1e-3);
    for (let t = 0; t < 2000; t++) threshold.update(random());
    const before = threshold.value;
    for (let t = 0; t < 5000; t++) {
      threshold.update(random());
      expect(threshold.update(1e9)).toBe(true);
      expect(threshold.update(NaN)).toBe(false);
    }
    expect(threshold.value).toBeGreaterThan(before - 0.05);
    expect(threshold.value).toBeLessThan(before + 0.05);
  });
});

describe.each<[string, () => Threshold, (bytes: Uint8Array) => Threshold]>([
  ['QuantileThreshold', () => new QuantileThreshold(0.9, { maxScores: 300 }), QuantileThreshold.load],
  ['ConformalThreshold', () => new ConformalThreshold(0.05, { maxScores: 300 }), ConformalThreshold.load],
  ['SpotThreshold', () => new SpotThreshold(1e-2, { level: 0.9, warmup: 100, maxPeaks: 50 }), SpotThreshold.load],
])('%s', (_, create, load) => {
  test('goes on bit for bit when saved and loaded at any moment, and is new after reset()', () => {
    for (const at of [0, 1, 50, 99, 100, 101, 700]) {
      const random = mulberry32(8);
      const whole = create();
      let parted = create();
      for (let t = 0; t < 1000; t++) {
        const score = Math.floor(50 * random() ** -0.5);
        if (t === at) parted = load(parted.save());
        expect(parted.update(score)).toBe(whole.update(score));
        expect(parted.value).toBe(whole.value);
      }
      whole.reset();
      expect(whole.save()).toEqual(create().save());
    }
  });

  test('refuses every flipped bit of its state', () => {
    const threshold = create();
    for (let t = 0; t < 20; t++) threshold.update(t);
    const bytes = threshold.save();
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => load(damaged)).toThrow(RangeError);
    }
  });
});

test('arguments of the wrong kind or value are named', () => {
  expect(() => new QuantileThreshold(1)).toThrow('quantile must be a number above 0 and below 1, got 1');
  expect(() => new ConformalThreshold('0.1' as never)).toThrow(TypeError);
  expect(() => new SpotThreshold(0.05)).toThrow(/risk must be below 1 - level/);
  expect(() => new SpotThreshold(1e-3, { warmup: 100 })).toThrow(
    'warmup must be at least 10/(1 - level) = 500, got 100',
  );
  expect(() => new SpotThreshold(1e-3, { maxPeaks: 3 })).toThrow('maxPeaks must be at least 10, got 3');
});
