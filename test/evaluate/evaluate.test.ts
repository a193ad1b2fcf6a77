// knn-anomaly/evaluate against its definitions (naive-evaluate.ts), scikit-learn, cases worked by hand and the papers'.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  affiliation,
  eventF1,
  type LabeledRange,
  pointAdjustedF1,
  prAuc,
  rangeF1,
  rocAuc,
  ucrAccuracy,
  vusPr,
  vusRoc,
} from '../../src/evaluate.ts';
import {
  naiveAffiliation,
  naiveRangeReward,
  naiveRocAuc,
  naiveRuns,
  naiveVus,
  type Pair,
} from '../support/naive-evaluate.ts';

const range = (begin: number, end = begin): LabeledRange => ({ begin, end });
const ranges = (pairs: readonly Pair[]): LabeledRange[] => pairs.map(([begin, end]) => ({ begin, end }));
/** n zeros with ones at these ranges. */
const ones = (n: number, ...pairs: Pair[]): number[] =>
  Array.from({ length: n }, (_, t) => Number(pairs.some(([begin, end]) => begin <= t && t <= end)));

/** Scores with ties, and labels with anomalies and normal values. */
const labeled = fc
  .integer({ min: 2, max: 40 })
  .chain((n) =>
    fc.tuple(
      fc.array(fc.integer({ min: -3, max: 6 }), { minLength: n, maxLength: n }),
      fc.array(fc.boolean(), { minLength: n, maxLength: n }),
    ),
  )
  .filter(([, flags]) => flags.includes(true) && flags.includes(false))
  .map(([scores, flags]) => ({ scores, flags, anomalies: naiveRuns(flags) }));

const runs = { seed: 1923, numRuns: 300 };

interface Golden {
  madeBy: { program: string; version: string; command: string };
  cases: { name: string; scores: number[]; labels: number[]; rocAuc: number; prAuc: number }[];
}
const golden: Golden = JSON.parse(readFileSync(new URL('../golden/sklearn-auc.json', import.meta.url), 'utf8'));

describe('rocAuc and prAuc', () => {
  for (const { name, scores, labels, rocAuc: roc, prAuc: pr } of golden.cases) {
    test(`are scikit-learn’s: ${name}`, () => {
      expect(rocAuc(scores, labels)).toBeCloseTo(roc, 12);
      expect(prAuc(scores, labels)).toBeCloseTo(pr, 12);
    });
  }

  test('golden file says how it was made', () => {
    expect(golden.madeBy.command).toContain(golden.madeBy.program);
    expect(golden.madeBy.version).toMatch(/scikit-learn \d+\.\d+/);
  });

  test('rocAuc is the share of pairs that are in order', () => {
    const property = fc.property(labeled, ({ scores, flags, anomalies }) => {
      expect(rocAuc(scores, flags)).toBeCloseTo(naiveRocAuc(scores, anomalies), 12);
    });
    fc.assert(property, runs);
  });

  test('depend on the order of the scores alone, and rocAuc turns around with it', () => {
    const property = fc.property(labeled, ({ scores, flags }) => {
      const stretched = scores.map((score) => Math.exp(score) - 7);
      expect(rocAuc(stretched, flags)).toBe(rocAuc(scores, flags));
      expect(prAuc(stretched, flags)).toBe(prAuc(scores, flags));
      expect(
        rocAuc(
          scores.map((score) => -score),
          flags,
        ),
      ).toBeCloseTo(1 - rocAuc(scores, flags), 12);
    });
    fc.assert(property, runs);
  });

  test('take missing scores as the lowest, Infinity as the highest', () => {
    const labels = [0, 1, 0, 1];
    expect(rocAuc([NaN, 3, null, 1], labels)).toBe(1);
    expect(rocAuc([undefined, NaN, 0, 1], labels)).toBe((0.5 + 0 + 2) / 4);
    expect(rocAuc([-1e300, NaN, 0, Infinity], labels)).toBe(0.5);
    expect(prAuc([0, NaN, 0, Infinity], labels)).toBe(0.5 + 0.5 * 0.5);
  });

  test('take labels in every form', () => {
    const scores = [0.1, 0.4, 0.35, 0.8, 0.2];
    for (const labels of [[0, 1, 0, 1, 1], [false, true, false, true, true], Uint8Array.of(0, 1, 0, 1, 1)]) {
      expect(rocAuc(scores, labels)).toBe(rocAuc(scores, [range(3, 4), range(1)]));
    }
    expect(rocAuc(Float32Array.from(scores), [range(1), range(3), range(4)])).toBe(rocAuc(scores, [0, 1, 0, 1, 1]));
  });
});

describe('vusRoc and vusPr', () => {
  test('are the paper’s, threshold by threshold', () => {
    const property = fc.property(labeled, fc.integer({ min: 0, max: 9 }), ({ scores, flags, anomalies }, window) => {
      const [roc, pr] = naiveVus(scores, anomalies, window);
      expect(vusRoc(scores, flags, { window })).toBeCloseTo(roc, 12);
      expect(vusPr(scores, flags, { window })).toBeCloseTo(pr, 12);
    });
    fc.assert(property, runs);
  });

  test('vusRoc without a buffer is rocAuc where there is one anomaly', () => {
    const property = fc.property(labeled, ({ scores, anomalies }) => {
      const labels = ranges(anomalies.slice(0, 1));
      expect(vusRoc(scores, labels, { window: 0 })).toBeCloseTo(rocAuc(scores, labels), 12);
    });
    fc.assert(property, runs);
  });

  test('forgive a score that is high just beside the anomaly, the more the wider the buffer', () => {
    const scores = ones(100, [48, 48]);
    const near = [0, 4, 16, 64].map((window) => vusRoc(scores, [range(50, 52)], { window }));
    expect(near[0]).toBeLessThan(0.5);
    for (const [i, value] of near.entries()) if (i > 0) expect(value).toBeGreaterThan(near[i - 1]!);
    const far = vusRoc(ones(100, [10, 10]), [range(50, 52)], { window: 16 });
    expect(far).toBeLessThan(near[2]!);
  });

  test('worked by hand: one anomaly, ℓ up to 2', () => {
    // n = 4, the anomaly at 1, the highest score at 2. ℓ = 0, 1: labels 0 1 0 0. ℓ = 2: labels √½ 1 √½ 0, P = 1 + √½.
    const h = Math.SQRT1_2;
    const plain = 0.5 * (1 - 1 / 3); // from (0, 0) to (1/3, 0) to (1, 1)
    const fpr = (1 - h) / (4 - 1 - h);
    const tpr = h / (1 + h);
    const end = (4 - 1 - 2 * h) / (4 - 1 - h);
    const faded = (fpr * tpr) / 2 + ((end - fpr) * (tpr + 1)) / 2 + (1 - end);
    expect(vusRoc([0, 0, 1, 0], [0, 1, 0, 0], { window: 2 })).toBeCloseTo((2 * plain + faded) / 3, 14);
    // Precision √½ at the first threshold, (1 + 2·√½)/4 at the second; without a buffer 0 and 1/4.
    const fadedPr = (tpr * (1 + h)) / 2 + ((1 - tpr) * (h + (1 + 2 * h) / 4)) / 2;
    expect(vusPr([0, 0, 1, 0], [0, 1, 0, 0], { window: 2 })).toBeCloseTo((2 * (0.25 / 2) + fadedPr) / 3, 14);
  });
});

describe('rangeF1', () => {
  test('is Tatbul’s, place by place', () => {
    const biases = fc.constantFrom('flat', 'front', 'middle', 'back');
    const options = fc.record({
      alpha: fc.constantFrom(0, 0.25, 1),
      bias: biases,
      precisionBias: biases,
      cardinality: fc.constantFrom('one', 'reciprocal'),
    });
    const property = fc.property(labeled, options, ({ scores, flags, anomalies }, chosen) => {
      const alarms = naiveRuns(scores.map((score) => score >= 3));
      const gamma = (x: number) => (chosen.cardinality === 'one' ? 1 : 1 / x);
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const recall = mean(anomalies.map((pair) => naiveRangeReward(pair, alarms, chosen.alpha, chosen.bias, gamma)));
      const precision = mean(alarms.map((pair) => naiveRangeReward(pair, anomalies, 0, chosen.precisionBias, gamma)));
      const result = rangeF1(scores, flags, 3, chosen);
      expect(result.recall).toBeCloseTo(recall, 12);
      expect(result.precision).toEqual(alarms.length === 0 ? NaN : expect.closeTo(precision, 12));
    });
    fc.assert(property, runs);
  });

  test('worked by hand: half an anomaly in two pieces', () => {
    const scores = ones(12, [2, 2], [4, 4], [8, 9]);
    const labels = [range(2, 5)];
    expect(rangeF1(scores, labels, 1)).toEqual({ precision: 2 / 3, recall: 0.5, f1: expect.closeTo(4 / 7, 14) });
    expect(rangeF1(scores, labels, 1, { cardinality: 'reciprocal' }).recall).toBe(0.25);
    expect(rangeF1(scores, labels, 1, { bias: 'front' }).recall).toBe((4 + 2) / 10);
    expect(rangeF1(scores, labels, 1, { bias: 'back' }).recall).toBe((1 + 3) / 10);
    expect(rangeF1(scores, labels, 1, { bias: 'middle' }).recall).toBe((1 + 2) / 6);
    expect(rangeF1(scores, labels, 1, { alpha: 0.5 }).recall).toBe(0.75);
    expect(rangeF1(scores, [range(9, 10)], 1, { precisionBias: 'front' }).precision).toBeCloseTo(1 / 3 / 3, 14);
  });

  test('is precision and recall where every range is one value', () => {
    const scores = ones(20, [1, 1], [3, 3], [5, 5], [7, 7]);
    const labels = [range(3), range(7), range(9), range(11), range(13)];
    expect(rangeF1(scores, labels, 1)).toEqual({ precision: 0.5, recall: 0.4, f1: expect.closeTo(4 / 9, 14) });
  });
});

describe('affiliation', () => {
  test('is the paper’s example: its second anomaly, in minutes of its zone', () => {
    const scores = ones(90, [10, 29], [85, 89]);
    const { precision, recall } = affiliation(scores, [range(20, 39)], 1);
    expect(precision).toBeCloseTo(0.672222222, 9);
    expect(recall).toBeCloseTo(0.944444444, 9);
  });

  test('is what counting fine points says', () => {
    const property = fc.property(labeled, ({ scores, flags, anomalies }) => {
      const alarms = scores.map((score) => score >= 4);
      const fine = 12;
      const { precisions, recalls } = naiveAffiliation(alarms, anomalies, fine);
      const known = precisions.filter((value) => value !== undefined);
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const result = affiliation(scores, flags, 4);
      expect(Math.abs(result.recall - mean(recalls))).toBeLessThan(1.5 / fine);
      if (known.length === 0) expect(result.precision).toBeNaN();
      else expect(Math.abs(result.precision - mean(known))).toBeLessThan(1.5 / fine);
    });
    fc.assert(property, { seed: 1924, numRuns: 100 });
  });

  test('worked by hand: alarms beside, far away, none', () => {
    const labels = [range(3)];
    // F(d) = 1 − (1 + min(d, 3) + min(d, 4))/8 outside; the mean of it over [0, 1] and [3, 4] is 3/4 and 1/16.
    expect(affiliation(ones(8, [2, 2]), labels, 1).precision).toBe(0.75);
    expect(affiliation(ones(8, [7, 7]), labels, 1).precision).toBeCloseTo(1 / 16, 14);
    expect(affiliation(ones(8), labels, 1)).toEqual({ precision: NaN, recall: 0, f1: 0 });
    expect(affiliation(ones(8, [0, 7]), labels, 1).recall).toBe(1);
  });

  test('is the same from behind, and in another resolution', () => {
    const property = fc.property(labeled, ({ scores, flags }) => {
      const forward = affiliation(scores, flags, 4);
      const backward = affiliation(scores.toReversed(), flags.toReversed(), 4);
      const thrice = <T>(values: T[]) => values.flatMap((value) => [value, value, value]);
      const finer = affiliation(thrice(scores), thrice(flags), 4);
      for (const other of [backward, finer]) {
        expect(other).toEqual({
          precision: Number.isNaN(forward.precision) ? NaN : expect.closeTo(forward.precision, 12),
          recall: expect.closeTo(forward.recall, 12),
          f1: expect.closeTo(forward.f1, 12),
        });
      }
    });
    fc.assert(property, runs);
  });

  test('random alarms have about 0.5', () => {
    const labels = [range(5000, 5099)];
    const precisions = [0.1, 0.3, 0.5, 0.7, 0.9].map((x) =>
      affiliation(ones(10_000, [10_000 * x, 10_000 * x]), labels, 1),
    );
    const mean = precisions.reduce((sum, { precision }) => sum + precision, 0) / 5;
    expect(mean).toBeGreaterThan(0.4);
    expect(mean).toBeLessThan(0.62);
  });
});

describe('eventF1', () => {
  test('counts anomalies, false alarms and delays', () => {
    const scores = ones(30, [0, 1], [5, 6], [9, 14], [20, 20], [25, 25]);
    const labels = [range(6, 8), range(12, 15), range(16, 18), range(22, 27)];
    expect(eventF1(scores, labels, 1)).toEqual({
      precision: 3 / 5,
      recall: 3 / 4,
      f1: expect.closeTo(2 / 3, 14),
      found: 3,
      missed: 1,
      falseAlarms: 2,
      delays: [0, 0, NaN, 3],
      meanDelay: 1,
      medianDelay: 0,
      maxDelay: 3,
    });
  });

  test('without an alarm has nothing to average', () => {
    const { precision, f1, delays, medianDelay, meanDelay, maxDelay } = eventF1([0, 0, NaN], [range(1)], 1);
    expect([precision, f1, delays, medianDelay, meanDelay, maxDelay]).toEqual([NaN, 0, [NaN], NaN, NaN, NaN]);
  });

  test('with false alarms only is 0, not NaN', () => {
    expect(eventF1([1, 0, 0], [range(2)], 1)).toMatchObject({ precision: 0, recall: 0, f1: 0, falseAlarms: 1 });
  });
});

describe('pointAdjustedF1', () => {
  test('takes an anomaly with one alarm as found altogether', () => {
    const scores = ones(20, [3, 3], [12, 13]);
    expect(pointAdjustedF1(scores, [range(2, 9), range(16, 19)], 1)).toEqual({
      precision: 8 / 10,
      recall: 8 / 12,
      f1: expect.closeTo(16 / 22, 14),
    });
  });

  test('praises alarms at random, as its warning says', () => {
    // Every 50th of 10 000 values, and anomalies of 100 values: nothing was learned.
    const scores = Array.from({ length: 10_000 }, (_, t) => Number(t % 50 === 0));
    const labels = Array.from({ length: 10 }, (_, i) => range(1000 * i + 400, 1000 * i + 499));
    expect(pointAdjustedF1(scores, labels, 1).f1).toBeGreaterThan(0.9);
    expect(eventF1(scores, labels, 1).f1).toBeLessThan(0.2);
    expect(rangeF1(scores, labels, 1).f1).toBeLessThan(0.1);
  });
});

describe('ucrAccuracy', () => {
  const peak = (at: number, n = 2000) => ones(n, [at, at]);

  test('is right within max(100, length) of the anomaly', () => {
    const cases: [number, LabeledRange, boolean][] = [
      [900, range(1000, 1010), true],
      [899, range(1000, 1010), false],
      [1110, range(1000, 1010), true],
      [1111, range(1000, 1010), false],
      [700, range(1000, 1299), true],
      [699, range(1000, 1299), false],
      [1599, range(1000, 1299), true],
      [1600, range(1000, 1299), false],
    ];
    for (const [place, label, isRight] of cases) {
      expect(ucrAccuracy([{ scores: peak(place), labels: [label] }]).series).toEqual([{ place, isRight }]);
    }
    const corpus = cases.map(([place, label]) => ({ scores: peak(place), labels: [label] }));
    expect(ucrAccuracy(corpus).accuracy).toBe(0.5);
  });

  test('looks behind the training part, at the first of equal scores, in the middle of windows', () => {
    const scores = ones(2000, [100, 100], [700, 700], [900, 900]);
    const labels = [range(680, 690)];
    expect(ucrAccuracy([{ scores, labels }]).series[0]).toEqual({ place: 100, isRight: false });
    expect(ucrAccuracy([{ scores, labels, train: 101 }]).series[0]).toEqual({ place: 700, isRight: true });
    expect(ucrAccuracy([{ scores, labels, train: 101, windowSize: 50 }]).series[0]!.place).toBe(675);
    expect(ucrAccuracy([{ scores: scores.map(() => NaN), labels }]).series[0]).toEqual({ place: -1, isRight: false });
  });
});
