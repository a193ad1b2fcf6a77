import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Calibrator } from '../../src/calibrate/calibration/calibrator.ts';
import { checkContract } from '../contract.ts';
import { mulberry32 } from '../support/series.ts';

/** −ln p of a score among the past ones: DESIGN's rule, written out. */
function naiveSurprise(score: number, learned: readonly number[]): number {
  const m = learned.length;
  if (m < 10) return 0;
  const a = [...learned].sort((p, q) => p - q);
  const q = Math.min(Math.floor(0.98 * m), m - 1);
  const u = a[q]!;
  const e = a.slice(q).reduce((sum, value) => sum + value, 0) / (m - q) - u;
  const r = a.filter((value) => value < score).length;
  if (score <= u) return -Math.log((m - r + 1) / (m + 1));
  return -Math.log((m - q) / (m + 1)) + (e > 0 ? (score - u) / e : 20);
}

function naive(scores: readonly number[], warmup: number): number[] {
  const seen = scores.map((score, t) => ({ score, t })).filter(({ score }) => !Number.isNaN(score));
  return scores.map((score, t) => {
    if (Number.isNaN(score)) return NaN;
    const before = seen.filter((one) => one.t < t).map((one) => one.score);
    return before.length < warmup ? 0 : naiveSurprise(score, before.slice(warmup));
  });
}

const scores = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(NaN)),
  { maxLength: 150 },
);

describe('update(score)', () => {
  test('is the definition, ties and missing scores included', () => {
    fc.assert(
      fc.property(scores, fc.integer({ min: 0, max: 20 }), (series, warmup) => {
        const got = new Calibrator({ warmup }).learn(series);
        const want = naive(series, warmup);
        expect(got).toHaveLength(want.length);
        for (const [t, surprise] of got.entries()) {
          if (Number.isNaN(want[t]!)) expect(surprise).toBeNaN();
          else expect(Math.abs(surprise - want[t]!)).toBeLessThanOrEqual(1e-12 * (1 + want[t]!));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('is finite and not negative on constant scores, where a new one is 20 more surprising', () => {
    const calibrator = new Calibrator();
    const surprises = calibrator.learn(Array.from({ length: 1000 }, () => 0));
    expect(surprises.every((surprise) => Object.is(surprise, 0))).toBe(true);
    expect(calibrator.update(1e-9)).toBeGreaterThan(20);
  });

  test('by rank is super-uniform where scores are exchangeable: P(p ≤ α) ≤ α', () => {
    for (const draw of [(u: number) => u, (u: number) => Math.floor(4 * u), (u: number) => (1 - u) ** -3]) {
      const random = mulberry32(7);
      const counts = new Map([0.05, 0.1, 0.3, 0.7].map((alpha) => [alpha, 0]));
      const trials = 4000;
      for (let trial = 0; trial < trials; trial++) {
        const calibrator = new Calibrator({ warmup: 0 });
        for (let t = 0; t < 40; t++) calibrator.update(draw(random()));
        const p = Math.exp(-calibrator.update(draw(random())));
        for (const [alpha, count] of counts) if (p <= alpha + 1e-12) counts.set(alpha, count + 1);
      }
      for (const [alpha, count] of counts) {
        const deviation = Math.sqrt((alpha * (1 - alpha)) / trials);
        // Of 40 scores only the largest is beyond u: below 1/41 the exponential tail decides, not the rank.
        expect(count / trials).toBeLessThan(alpha + 4 * deviation);
      }
    }
  });

  test('with few places keeps a sample of the whole past: what was usual long ago still is', () => {
    const calibrator = new Calibrator({ warmup: 0, maxScores: 200 });
    const random = mulberry32(3);
    for (let t = 0; t < 5000; t++) calibrator.update(100 + random());
    for (let t = 0; t < 5000; t++) calibrator.update(random());
    const p = Math.exp(-calibrator.update(100.5));
    expect(p).toBeGreaterThan(0.1);
    expect(p).toBeLessThan(0.45);
  });
});

test('a loaded Calibrator goes on bit for bit, and peek changes nothing', () => {
  fc.assert(
    fc.property(scores, fc.nat(150), fc.integer({ min: 5, max: 40 }), (series, at, maxScores) => {
      const options = { warmup: 3, maxScores, seed: 9 };
      const want = new Calibrator(options).learn(series);
      const calibrator = new Calibrator(options);
      const got = calibrator.learn(series.slice(0, at));
      const loaded = Calibrator.load(calibrator.save());
      for (const score of series.slice(at)) {
        const peeked = loaded.peek(score);
        expect(loaded.peek(1e9)).toBeGreaterThanOrEqual(0);
        got.push(loaded.update(score));
        expect(got.at(-1)).toBe(peeked);
      }
      expect(got).toEqual(want);
    }),
    { numRuns: 100 },
  );
});

test('update(score, { learn: false }) is not learned, in the warm-up neither', () => {
  const calibrator = new Calibrator({ warmup: 1 });
  for (let t = 0; t < 50; t++) calibrator.update(5, { learn: false });
  expect(calibrator.update(5)).toBe(0);
  for (let t = 0; t < 10; t++) expect(calibrator.update(t)).toBe(0);
  for (let t = 0; t < 5; t++) calibrator.update(100, { learn: false });
  expect(calibrator.update(100)).toBeGreaterThan(2);
});

test('options of the wrong kind or value are named', () => {
  expect(() => new Calibrator({ warmup: -1 })).toThrow(new RangeError('warmup must be a non-negative integer, got -1'));
  expect(() => new Calibrator({ maxScores: 0 })).toThrow(new RangeError('maxScores must be a positive integer, got 0'));
  expect(() => new Calibrator({ seed: 'a' } as object)).toThrow(TypeError);
  expect(() => new Calibrator({ hold: 3 } as object)).toThrow(/options.hold is unknown/);
});

checkContract('Calibrator', { create: () => new Calibrator({ warmup: 5, maxScores: 60 }), load: Calibrator.load });
