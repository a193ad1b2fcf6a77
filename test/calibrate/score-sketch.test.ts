import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AllScores } from '../../src/calibrate/calibration/past-scores.ts';
import { ScoreSketch } from '../../src/calibrate/calibration/score-sketch.ts';
import { StateReader, StateWriter } from '../../src/core/state.ts';
import { mulberry32 } from '../support/series.ts';

const ACCURACY = 0.05;
/** Scores of one bin differ by at most this share of the smaller one. */
const WIDTH = (2 * ACCURACY) / (1 - ACCURACY);

function sketchOf(scores: readonly number[]): ScoreSketch {
  const sketch = new ScoreSketch(ACCURACY);
  for (const score of scores) sketch.add(score);
  return sketch;
}

function allOf(scores: readonly number[]): AllScores {
  const all = new AllScores();
  for (const score of scores) all.add(score);
  return all;
}

function copyOf(sketch: ScoreSketch): ScoreSketch {
  const state = new StateWriter('Test', 1);
  sketch.write(state);
  const reader = new StateReader(state.finish(), 'Test', 1);
  const copy = ScoreSketch.read(reader);
  reader.end();
  return copy;
}

const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
const anyScore = fc.oneof(
  positive,
  fc.integer({ min: -5, max: 5 }),
  positive.map((size) => -size),
);
const shares = fc.constantFrom(0.02, 0.1, 0.5);

describe('tail(share)', () => {
  test('starts within a bin of the exact quantile, holds exactly as many scores, and its excess is that near', () => {
    fc.assert(
      fc.property(fc.array(positive, { minLength: 1, maxLength: 300 }), shares, (scores, share) => {
        const got = sketchOf(scores).tail(share);
        const want = allOf(scores).tail(share);
        expect(got.count).toBe(want.count);
        expect(Math.abs(got.start - want.start)).toBeLessThanOrEqual(WIDTH * want.start * (1 + 1e-9));
        expect(Math.abs(got.excess - want.excess)).toBeLessThanOrEqual(WIDTH * want.start * (1 + 1e-9));
      }),
      { numRuns: 500 },
    );
  });

  test('of scores of both signs is as near', () => {
    fc.assert(
      fc.property(fc.array(anyScore, { minLength: 1, maxLength: 100 }), shares, (scores, share) => {
        const got = sketchOf(scores).tail(share);
        const want = allOf(scores).tail(share);
        const near = WIDTH * Math.abs(want.start) * (1 + 1e-9) + 1e-9;
        expect(Math.abs(got.start - want.start)).toBeLessThanOrEqual(near);
        expect(Math.abs(got.excess - want.excess)).toBeLessThanOrEqual(near);
      }),
      { numRuns: 200 },
    );
  });

  test('of equal scores has no excess, whatever their sum was rounded to', () => {
    for (const score of [0.1, 0, 1e-5, -0.3, 1e9 / 3]) {
      for (const count of [1, 3, 1000, 12_345]) {
        const sketch = sketchOf(new Array(count).fill(score));
        expect(sketch.tail(0.02).excess).toBe(0);
        const { start } = sketch.tail(0.02);
        expect(start).toBeGreaterThanOrEqual(score);
        expect(start - score).toBeLessThanOrEqual(2e-9 * Math.abs(score) + 1e-299);
      }
    }
    // A tenth of the scores is 0.1, the others are 0: a calibrator once took the rounding of 0.1 for a spread.
    expect(sketchOf(Array.from({ length: 1000 }, (_, i) => (i % 10 ? 0 : 0.1))).tail(0.02).excess).toBe(0);
  });

  test('keeps its accuracy after a million scores over nine orders of magnitude, in less than 7 KB', () => {
    const random = mulberry32(5);
    const scores = Array.from({ length: 1_000_000 }, () => (1 - random()) ** -1.5);
    const sketch = sketchOf(scores);
    const all = allOf(scores);
    for (const share of [0.02, 0.1, 0.3]) {
      const [got, want] = [sketch.tail(share), all.tail(share)];
      expect(Math.abs(got.start - want.start)).toBeLessThan(WIDTH * want.start);
      expect(Math.abs(got.excess - want.excess)).toBeLessThan(WIDTH * want.start);
    }
    expect(sketch.bytes).toBeLessThan(7_000);
  });

  test('is not hurt by scores far below, which share a bin', () => {
    const scores = Array.from({ length: 400 }, (_, i) => (i < 200 ? 10 ** -i : 1 + i));
    expect(sketchOf(scores).tail(0.1).start).toBeCloseTo(allOf(scores).tail(0.1).start, -2);
    expect(sketchOf(scores.toReversed()).count).toBe(400);
    expect(sketchOf(scores.toReversed()).bytes).toBeLessThanOrEqual(256 * 16);
  });
});

test('rank(score) counts scores below, at most those of its own bin too few', () => {
  fc.assert(
    fc.property(fc.array(anyScore, { maxLength: 100 }), anyScore, (scores, score) => {
      const got = sketchOf(scores).rank(score);
      const near = WIDTH * Math.abs(score) * (1 + 1e-9) + 1e-299;
      expect(got).toBeLessThanOrEqual(scores.filter((other) => other < score).length);
      expect(got).toBeGreaterThanOrEqual(scores.filter((other) => other < score - near).length);
    }),
    { numRuns: 300 },
  );
});

test('merge(other) has the counts of the union exactly, and its sums but for rounding', () => {
  fc.assert(
    fc.property(
      fc.array(positive, { maxLength: 100 }),
      fc.array(positive, { minLength: 1, maxLength: 100 }),
      (a, b) => {
        const merged = sketchOf(a);
        merged.merge(sketchOf(b));
        const union = sketchOf([...a, ...b]);
        expect(merged.count).toBe(union.count);
        for (const share of [0.02, 0.3]) {
          const [got, want] = [merged.tail(share), union.tail(share)];
          expect(got.count).toBe(want.count);
          expect(got.start).toBeCloseTo(want.start, 6 - Math.ceil(Math.log10(1 + want.start)));
        }
        for (const score of b) expect(merged.rank(score)).toBe(union.rank(score));
      },
    ),
    { numRuns: 200 },
  );
  expect(() => sketchOf([1]).merge(new ScoreSketch(0.01))).toThrow(
    new RangeError('sketches must have the same accuracy, got 0.05 and 0.01'),
  );
});

test('a copy of its bytes answers the same, bit for bit, and goes on so', () => {
  fc.assert(
    fc.property(fc.array(anyScore, { maxLength: 200 }), fc.array(anyScore, { minLength: 1, maxLength: 50 }), (a, b) => {
      const sketch = sketchOf(a);
      const copy = copyOf(sketch);
      for (const score of b) {
        sketch.add(score);
        copy.add(score);
        expect(copy.tail(0.1)).toEqual(sketch.tail(0.1));
        expect(copy.rank(score)).toBe(sketch.rank(score));
      }
    }),
    { numRuns: 100 },
  );
});

test('tail and rank between additions are those of a sketch that was never asked before, to the bit', () => {
  const random = mulberry32(11);
  const kinds: ((t: number) => number)[] = [
    () => -Math.log(random()), // one long tail
    () => 100 + random(), // around an offset
    (t) => (t % 50 === 0 ? random() : 0), // nearly all around 0
    (t) => Math.sin(t / 40) * random(), // of both signs
    (t) => -10 - random() * (t % 7), // all negative
    (t) => 10 ** (12 * Math.sin(t / 300)), // bins come on both sides, and low ones go
    (t) => t * random(), // ever larger
    () => Math.round(3 * random()), // ties
  ];
  for (const kind of kinds) {
    const sketch = new ScoreSketch(ACCURACY);
    for (let t = 0; t < 1500; t++) {
      sketch.add(kind(t));
      const share = t % 9 === 0 ? 0.5 : t % 5 === 0 ? 0.1 : 0.02;
      const got = { ...sketch.tail(share) };
      if (t % 11 > 0 && t > 200) continue;
      const fresh = copyOf(sketch);
      const score = kind(t);
      expect({ ...got, rank: sketch.rank(score) }).toEqual({ rank: fresh.rank(score), ...fresh.tail(share) });
    }
  }
});
