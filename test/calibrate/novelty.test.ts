import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { KNN, Novelty } from '../../src/index.ts';
import { checkContract } from '../contract.ts';
import { naiveScore } from '../naive.ts';
import { generators, paint, palettes, randomWalk, whiteNoise } from '../support/series.ts';

vi.setConfig({ testTimeout: 60_000 });

describe('Novelty', () => {
  test('is the distance to the nearest value of the past; the first one scores 0', () => {
    expect(new Novelty().learn([3, 3, 4, 10, 4])).toEqual([0, 0, 1, 6, 0]);
    expect(new Novelty().learn([null, 5, NaN, 5.5, -0, 0])).toEqual([NaN, 0, NaN, 0.5, 5, 0]);
    expect(new Novelty().learn([])).toEqual([]);
  });

  test('has the bits of new KNN(1, 1, { side: "left" }).score(series), by definition and by engine', () => {
    const compare = (series: readonly (number | null | undefined)[]) => {
      const scores = new Novelty().learn(series);
      expect(scores).toEqual(naiveScore(series, 1, 1, { side: 'left' }));
      expect(scores).toEqual(new KNN(1, 1, { side: 'left' }).score(series));
    };
    const picks = fc.array(fc.nat(1023), { maxLength: 150, size: 'max' });
    fc.assert(
      fc.property(fc.constantFrom(...palettes), picks, (palette, picks) => {
        compare(Array.from(paint(palette, picks)));
      }),
      { seed: 23, numRuns: 500 },
    );
    const values = fc.array(fc.double({ min: -(2 ** 500), max: 2 ** 500 }), { maxLength: 60 });
    fc.assert(fc.property(values, compare), { seed: 24, numRuns: 300 });
    for (const generate of Object.values(generators)) compare(Array.from(generate(700, 3)));
    const long = Array.from(randomWalk(30_000));
    expect(new Novelty().learn(long)).toEqual(new KNN(1, 1, { side: 'left' }).score(long));
  });

  test('keeps all up to maxValues values, then a sample: a score is never below that with all of them', () => {
    const x = Array.from(whiteNoise(5000));
    const all = new Novelty().learn(x);
    const some = new Novelty({ maxValues: 500 }).learn(x);
    expect(some.slice(0, 501)).toEqual(all.slice(0, 501));
    expect(some.slice(501)).not.toEqual(all.slice(501));
    expect(some.every((score, t) => score >= all[t]!)).toBe(true);
    expect(new Novelty({ maxValues: 500, seed: 1 }).learn(x)).toEqual(some);
    expect(new Novelty({ maxValues: 500, seed: 2 }).learn(x)).not.toEqual(some);
  });

  test('what was usual long ago still is', () => {
    const detector = new Novelty({ maxValues: 100 });
    detector.learn(new Array(1000).fill(5));
    detector.learn(Array.from(whiteNoise(3000)));
    expect(detector.update(5)).toBe(0); // it would have left a window of 100 long ago
  });

  test('a missing value is neither learned nor offered to the sample', () => {
    const x = Array.from(whiteNoise(400));
    const gaps = x.flatMap((value) => [NaN, value, null]);
    const scores = new Novelty({ maxValues: 50 }).learn(gaps);
    expect(scores.filter((score) => !Number.isNaN(score))).toEqual(new Novelty({ maxValues: 50 }).learn(x));
  });

  test('saves 16 bytes per value kept, a value and its time, and a few more', () => {
    const detector = new Novelty();
    detector.learn(Array.from(whiteNoise(1000)));
    expect(detector.save().length).toBeLessThan(16 * 1000 + 100);
  });

  test('nearest(x, k) are the nearest values kept, of equal ones the latest first, with their times', () => {
    const detector = new Novelty();
    detector.learn([3, null, 3, 4, 10]);
    expect(detector.nearest(9, 2)).toEqual([
      { value: 10, time: 4 },
      { value: 4, time: 3 },
    ]);
    expect(detector.nearest(3, 9)).toEqual([
      { value: 3, time: 2 },
      { value: 3, time: 0 },
      { value: 4, time: 3 },
      { value: 10, time: 4 },
    ]);
    expect(detector.nearest(9, 1, { before: 4 })).toEqual([{ value: 4, time: 3 }]);
    expect([new Novelty().nearest(1), detector.time]).toEqual([[], 5]);
    expect(() => detector.nearest(1, 0)).toThrow(RangeError);
    const loaded = Novelty.load(detector.save());
    loaded.reset();
    expect([loaded.nearest(1), loaded.time]).toEqual([[], 0]);
  });

  test('options of the wrong kind or value are named', () => {
    const make = (options: object) => () => new Novelty(options);
    expect(make({ maxValues: 0 })).toThrow(new RangeError('maxValues must be a positive integer, got 0'));
    expect(make({ maxValues: 1.5 })).toThrow(new RangeError('maxValues must be a positive integer, got 1.5'));
    expect(make({ maxValues: '9' })).toThrow(new TypeError('maxValues must be a positive integer, got string "9"'));
    expect(make({ seed: 0.5 })).toThrow(new RangeError('seed must be an integer, got 0.5'));
    expect(make({ seed: '1' })).toThrow(new TypeError('seed must be an integer, got string "1"'));
    expect(make({ max: 1 })).toThrow(new RangeError('options.max is unknown; known are maxValues, seed'));
    expect(make([])).toThrow(TypeError);
  });
});

checkContract('Novelty', { create: () => new Novelty(), load: Novelty.load });
checkContract('Novelty that keeps 7 values', {
  create: () => new Novelty({ maxValues: 7, seed: -5 }),
  load: Novelty.load,
});
