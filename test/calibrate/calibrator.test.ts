import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Calibrator } from '../../src/calibrate/calibration/calibrator.ts';
import { checkContract } from '../contract.ts';
import { mulberry32 } from '../support/series.ts';

/** −ln p of a score among the past ones: the rule of the doc comment, written out. */
function naiveSurprise(score: number, learned: readonly number[]): number {
  const m = learned.length;
  if (m < 10) return 0;
  const { u, e, count } = naiveTail(learned);
  const r = learned.filter((value) => value < score).length;
  if (score <= u) return -Math.log((m - r + 1) / (m + 1));
  const surprise = -Math.log(count / (m + 1)) + (e > 0 ? (score - u) / e : 20);
  return count <= 5 || e === 0 ? Math.min(surprise, Math.log(m + 1)) : surprise;
}

function naiveTail(learned: readonly number[]): { u: number; e: number; count: number } {
  const m = learned.length;
  const a = [...learned].sort((p, q) => p - q);
  const q = Math.min(Math.floor(0.98 * m), m - 1);
  const u = a[q]!;
  const above = a.filter((value) => value > u);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  if (above.length === 0) return { u, e: 0, count: 1 };
  if (above.length < 5) return { u, e: mean(above) - u, count: above.length + 1 };
  return { u, e: mean(a.slice(q)) - u, count: m - q };
}

function naive(scores: readonly number[], warmup: number, cap: number): number[] {
  const learned: number[] = [];
  let seen = 0;
  return scores.map((score) => {
    if (Number.isNaN(score)) return NaN;
    if (seen++ < warmup) return 0;
    const surprise = naiveSurprise(score, learned);
    const { u, e } = learned.length < 10 ? { u: 0, e: 0 } : naiveTail(learned);
    learned.push(e > 0 ? Math.min(score, u + cap * e) : score);
    return surprise;
  });
}

const scores = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(NaN)),
  { maxLength: 150 },
);

describe('update(score)', () => {
  test('a glitch after constant scores does not hide a smaller one later', () => {
    for (const accuracy of [0, 0.05]) {
      const calibrator = new Calibrator({ accuracy });
      for (let t = 0; t < 2000; t++) calibrator.update(t === 500 ? 4e9 : 0);
      expect(calibrator.update(490)).toBeGreaterThan(6);
    }
  });

  test('raises few alarms on scores of any location and spread that are not strange', () => {
    for (const draw of [
      (u: number) => u,
      (u: number) => 1000 + u,
      (u: number) => -5 + u,
      (u: number) => -Math.log(u) - 3,
    ]) {
      const random = mulberry32(17);
      const calibrator = new Calibrator();
      let alarms = 0;
      for (let t = 0; t < 20_000; t++) if (calibrator.update(draw(1 - random())) > 6.9) alarms++;
      expect(alarms).toBeLessThan(45); // 20 by chance
    }
  });

  test('is the definition, ties and missing scores included', () => {
    fc.assert(
      fc.property(scores, fc.integer({ min: 0, max: 20 }), fc.constantFrom(3, 20), (series, warmup, cap) => {
        const got = new Calibrator({ warmup, cap, accuracy: 0 }).learn(series);
        const want = naive(series, warmup, cap);
        expect(got).toHaveLength(want.length);
        for (const [t, surprise] of got.entries()) {
          if (Number.isNaN(want[t]!)) expect(surprise).toBeNaN();
          else expect(Math.abs(surprise - want[t]!)).toBeLessThanOrEqual(1e-12 * (1 + want[t]!));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('is near the definition where scores are remembered in bins', () => {
    const random = mulberry32(12);
    const series = Array.from({ length: 6000 }, () => -Math.log(1 - random()) * 10);
    const got = new Calibrator({ accuracy: 0.01 }).learn(series);
    const want = new Calibrator({ accuracy: 0 }).learn(series);
    for (const [t, surprise] of got.entries()) {
      if (t > 400) expect(Math.abs(surprise - want[t]!)).toBeLessThan(0.15 * (1 + want[t]!));
    }
  });

  test('is finite and not negative on constant scores, where a new one was not seen in m values', () => {
    for (const accuracy of [0, 0.05]) {
      for (const constant of [0, 0.1, 7]) {
        const calibrator = new Calibrator({ accuracy });
        const surprises = calibrator.learn(Array.from({ length: 1000 }, () => constant));
        expect(surprises.every((surprise) => Object.is(surprise, 0))).toBe(true);
        expect(calibrator.update(constant + 1)).toBe(Math.log(901));
      }
    }
  });

  test('of ties in the tail is no division by their rounding', () => {
    for (const accuracy of [0, 0.05]) {
      const calibrator = new Calibrator({ warmup: 0, accuracy });
      for (let i = 0; i < 1000; i++) calibrator.update(i % 10 ? 0 : 0.1);
      expect(calibrator.update(0.1)).toBeLessThan(2.4); // one in ten
      expect(calibrator.update(0.2)).toBeCloseTo(Math.log(1002), 9);
    }
  });

  test('is not blinded by one extreme score: it is learned as at most u + cap·e', () => {
    const random = mulberry32(4);
    const calibrators = [new Calibrator({ accuracy: 0 }), new Calibrator({ accuracy: 0, cap: 1e12 })];
    const after = calibrators.map((calibrator) => {
      for (let t = 0; t < 2000; t++) calibrator.update(t === 1000 ? 1e9 : random());
      return calibrator.peek(10);
    });
    expect(after[0]).toBeGreaterThan(6);
    expect(after[1]).toBeLessThan(4.65);
  });

  test('claims no more than was seen while its tail is short', () => {
    const calibrator = new Calibrator({ warmup: 0 });
    for (let m = 0; m < 200; m++) {
      if (m >= 10) expect(calibrator.peek(1e6)).toBeLessThanOrEqual(Math.log(m + 1));
      calibrator.update((m * 37) % 11);
    }
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

  test('remembers the whole past: what was usual long ago still is', () => {
    const calibrator = new Calibrator({ warmup: 0 });
    const random = mulberry32(3);
    for (let t = 0; t < 5000; t++) calibrator.update(100 + random());
    for (let t = 0; t < 5000; t++) calibrator.update(random());
    const p = Math.exp(-calibrator.update(100.5));
    expect(p).toBeGreaterThan(0.1);
    expect(p).toBeLessThanOrEqual(0.51); // all of the bin of 100 … 101 counts as not below
  });
});

test('a loaded Calibrator goes on bit for bit, and peek changes nothing', () => {
  fc.assert(
    fc.property(scores, fc.nat(150), fc.constantFrom(0, 0.05), (series, at, accuracy) => {
      const options = { warmup: 3, accuracy };
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

test('merge(other) knows what one that met the scores of both knows', () => {
  const random = mulberry32(31);
  const draw = (count: number): number[] => Array.from({ length: count }, () => -Math.log(1 - random()));
  for (const accuracy of [0, 0.05]) {
    const [left, right] = [draw(3000), draw(20)];
    for (const [first, second] of [
      [left, right],
      [right, left],
    ] as const) {
      const options = { warmup: 0, cap: 1e9, accuracy };
      const [a, b, both] = [new Calibrator(options), new Calibrator(options), new Calibrator(options)];
      a.learn(first);
      b.learn(second);
      both.learn([...first, ...second]);
      a.merge(b);
      expect(a.numScores).toBe(3020);
      for (const score of [0.5, 3, 6, 12]) {
        const [got, want] = [a.peek(score), both.peek(score)];
        expect(Math.abs(got - want)).toBeLessThanOrEqual(accuracy === 0 ? 1e-12 * want : 0.15 * (1 + want));
      }
    }
  }
  expect(() => new Calibrator({ accuracy: 0 }).merge(new Calibrator())).toThrow(RangeError);
  expect(() => new Calibrator({ accuracy: 0.1 }).merge(new Calibrator())).toThrow(
    /the same accuracy, got 0.1 and 0.05/,
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
  expect(() => new Calibrator({ tail: 0 })).toThrow(
    new RangeError('tail must be a number above 0 and at most 0.5, got 0'),
  );
  expect(() => new Calibrator({ cap: 1 })).toThrow(new RangeError('cap must be a number above 1, got 1'));
  expect(() => new Calibrator({ accuracy: 0.5 })).toThrow(
    new RangeError('accuracy must be a number of 0, or from 0.001 to 0.2, got 0.5'),
  );
  expect(() => new Calibrator({ cap: 'a' } as object)).toThrow(TypeError);
  expect(() => new Calibrator({ hold: 3 } as object)).toThrow(/options.hold is unknown/);
});

checkContract('Calibrator', { create: () => new Calibrator({ warmup: 5 }), load: Calibrator.load });
checkContract('Calibrator that keeps all scores', {
  create: () => new Calibrator({ warmup: 5, accuracy: 0 }),
  load: Calibrator.load,
});
