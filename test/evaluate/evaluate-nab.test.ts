// nabScore: NAB's own unit tests, an independent naive version, and the corpus beside the repository if it is there.
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readNab } from '../../bench/detection/corpus.ts';
import { novelty, refract, surprises } from '../../bench/detection/prototype.ts';
import { type LabeledRange, nabProfiles, nabScore } from '../../src/evaluate.ts';
import { naiveBestNab, naiveNab, naiveRuns } from '../support/naive-evaluate.ts';

const range = (begin: number, end = begin): LabeledRange => ({ begin, end });
/** n zeros with ones at these places. */
const alarms = (n: number, ...places: number[]): number[] =>
  Array.from({ length: n }, (_, t) => Number(places.includes(t)));
const sigma = (y: number): number => 2 / (1 + Math.exp(5 * y)) - 1;
const raw = (scores: number[], labels: LabeledRange[]) =>
  nabScore(
    [
      { scores, labels },
      { scores: alarms(10), labels: [range(5)] },
    ],
    { threshold: 1 },
  ).series[0]!;

/** As in the tests of numenta/NAB (tests/integration), with their weights of 1 here 1, 0.11 and 1. */
describe('NAB’s own cases', () => {
  test('an alarm at the beginning of a window is worth its whole weight, whatever its width', () => {
    expect(raw(alarms(10, 4), [range(4, 5)]).raw).toBe(1);
    expect(raw(alarms(10, 4), [range(4, 6)]).raw).toBe(1);
  });

  test('an earlier alarm is better, and only the first in a window counts', () => {
    const [first, second] = [raw(alarms(10, 4), [range(4, 5)]).raw, raw(alarms(10, 5), [range(4, 5)]).raw];
    expect(second).toBeCloseTo(sigma(-0.5) / sigma(-1), 14);
    expect(first).toBeGreaterThan(second);
    expect(raw(alarms(10, 4, 5), [range(4, 5)]).raw).toBe(first);
  });

  test('an alarm at the end of a window and one just behind it are worth about 0', () => {
    const labels = [range(450, 549)];
    expect(raw(alarms(1000, 549), labels).raw).toBeCloseTo(sigma(-0.01) / sigma(-1), 14);
    expect(raw(alarms(1000, 550), labels).raw).toBeCloseTo(-1 + 0.11 * sigma(1 / 99), 14);
  });

  test('a false alarm costs its weight, two cost twice, one behind a window less', () => {
    expect(raw(alarms(1000, 300), []).raw).toBe(-0.11);
    expect(raw(alarms(1000, 300, 301), []).raw).toBe(-0.22);
    expect(raw(alarms(1000, 300), [range(500, 509)]).raw).toBe(-1.11);
    const [near, far, farthest] = [6, 7, 9].map((t) => raw(alarms(10, t), [range(4, 5)]).raw);
    expect(near).toBeGreaterThan(far!);
    expect(far).toBeGreaterThan(farthest!);
    expect(farthest).toBe(-1.11);
    expect(raw(alarms(10, 5), [range(4)]).raw).toBe(-1.11);
  });

  test('a window without an alarm costs once', () => {
    expect(raw(alarms(100), [range(30, 39), range(60, 69)])).toEqual({
      raw: -2,
      rawOfNone: -2,
      rawOfPerfect: 2,
      windows: 2,
      found: 0,
      falseAlarms: 0,
    });
  });

  test('the first min(15 %, 750) values do not count', () => {
    expect(raw(alarms(100, 0, 14), [range(50)]).falseAlarms).toBe(0);
    expect(raw(alarms(100, 15), [range(50)]).falseAlarms).toBe(1);
    expect(raw(alarms(10_000, 749), [range(5000)]).falseAlarms).toBe(0);
    expect(raw(alarms(10_000, 750), [range(5000)]).falseAlarms).toBe(1);
    expect(raw(alarms(6, 0), []).falseAlarms).toBe(1);
  });

  test('a window within them is left out, one that reaches out keeps its width', () => {
    expect(raw(alarms(100, 5), [range(4, 14), range(60, 69)])).toMatchObject({ windows: 1, found: 0, raw: -1 });
    expect(raw(alarms(100, 10, 15), [range(6, 15)]).raw).toBeCloseTo(sigma(-0.1) / sigma(-1), 14);
  });

  test('no alarm has 0, the beginnings of all windows have 100', () => {
    const labels = [range(40, 49), range(60, 69)];
    for (const profile of nabProfiles) {
      expect(nabScore([{ scores: alarms(100), labels }], { profile, threshold: 1 }).score).toBe(0);
      expect(nabScore([{ scores: alarms(100, 40, 60), labels }], { profile, threshold: 1 }).score).toBe(100);
    }
  });
});

describe('nabScore(corpus, options)', () => {
  const series = fc
    .integer({ min: 4, max: 40 })
    .chain((n) =>
      fc.tuple(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: n, maxLength: n }),
        fc.array(fc.boolean(), { minLength: n, maxLength: n }),
      ),
    )
    .map(([scores, flags]) => ({ scores, windows: naiveRuns(flags) }));
  const corpora = fc
    .array(series, { minLength: 1, maxLength: 4 })
    .filter((corpus) =>
      corpus.some(({ scores, windows }) => windows.some(([, end]) => end >= Math.floor(0.15 * scores.length))),
    );
  const ours = (corpus: { scores: number[]; windows: readonly (readonly [number, number])[] }[]) =>
    corpus.map(({ scores, windows }) => ({ scores, labels: windows.map(([begin, end]) => ({ begin, end })) }));

  test('is the paper’s at every threshold', () => {
    const property = fc.property(corpora, fc.integer({ min: 0, max: 6 }), (corpus, threshold) => {
      for (const profile of nabProfiles) {
        const { score } = nabScore(ours(corpus), { profile, threshold });
        expect(score).toBeCloseTo(naiveNab(corpus, profile, threshold), 9);
      }
    });
    fc.assert(property, { seed: 2015, numRuns: 300 });
  });

  test('finds the best threshold of the corpus', () => {
    const property = fc.property(corpora, (corpus) => {
      for (const profile of nabProfiles) {
        const best = nabScore(ours(corpus), { profile });
        expect(best.score).toBeCloseTo(naiveBestNab(corpus, profile), 9);
        expect(nabScore(ours(corpus), { profile, threshold: best.threshold })).toEqual(best);
      }
    });
    fc.assert(property, { seed: 2016, numRuns: 300 });
  });

  test('never alarms where alarms do not pay, and takes Infinity as a score', () => {
    const labels = [range(90, 99)];
    const useless = { scores: alarms(100, ...Array.from({ length: 50 }, (_, t) => 20 + t)), labels };
    expect(nabScore([useless])).toMatchObject({ score: 0, threshold: Infinity });
    const scores = alarms(100).map((_, t) => (t === 90 ? Infinity : NaN));
    expect(nabScore([{ scores, labels }])).toMatchObject({ score: 100, threshold: Infinity });
  });

  test('takes missing scores as no alarm', () => {
    const scores = [0, 0, NaN, null, 5, undefined, 0, 0];
    expect(nabScore([{ scores, labels: [range(4)] }], { threshold: -1e300 }).series[0]!.falseAlarms).toBe(3);
  });
});

const NAB = new URL('../../../shared/data/nab', import.meta.url).pathname;

test.skipIf(!existsSync(NAB))('29 series of NAB: the alarm rule in its plainest form has 69.2 / 60.7 / 74.2', () => {
  const corpus = readNab(NAB).map(({ values, labels }) => ({
    scores: refract(surprises(novelty(values))),
    labels,
  }));
  const best = nabProfiles.map((profile) => nabScore(corpus, { profile }).score.toFixed(2));
  expect(best).toEqual(['69.19', '60.74', '74.20']);
});
