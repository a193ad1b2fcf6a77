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
      const scores = new Novelty({ maxValues: Infinity }).learn(series);
      expect(scores).toEqual(new Novelty().learn(series)); // fewer than 1000
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
    expect(new Novelty({ maxValues: Infinity }).learn(long)).toEqual(new KNN(1, 1, { side: 'left' }).score(long));
  });

  test('keeps all up to maxValues values, then a cover: a score is never below that with all of them', () => {
    const x = Array.from(whiteNoise(5000));
    const all = new Novelty({ maxValues: Infinity }).learn(x);
    const some = new Novelty({ maxValues: 500 }).learn(x);
    expect(some.slice(0, 501)).toEqual(all.slice(0, 501));
    expect(some.slice(501)).not.toEqual(all.slice(501));
    expect(some.every((score, t) => score >= all[t]!)).toBe(true);
    const range = Math.max(...x) - Math.min(...x);
    expect(some.every((score, t) => score <= all[t]! + range / 499)).toBe(true);
  });

  test('what was usual long ago still is', () => {
    const detector = new Novelty({ maxValues: 100 });
    detector.learn(new Array(1000).fill(5));
    detector.learn(Array.from(whiteNoise(3000)));
    expect(detector.update(5)).toBe(0); // it would have left a window of 100 long ago
  });

  test('a missing value is neither learned nor kept', () => {
    const x = Array.from(whiteNoise(400));
    const gaps = x.flatMap((value) => [NaN, value, null]);
    const scores = new Novelty({ maxValues: 50 }).learn(gaps);
    expect(scores.filter((score) => !Number.isNaN(score))).toEqual(new Novelty({ maxValues: 50 }).learn(x));
  });

  test('saves at most 16 bytes per value kept, a value and its time, and a few more', () => {
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
      { value: 4, time: 3 },
      { value: 10, time: 4 },
    ]);
    const all = new Novelty({ maxValues: Infinity });
    all.learn([3, null, 3]);
    expect(all.nearest(3, 9)).toEqual([
      { value: 3, time: 2 },
      { value: 3, time: 0 },
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
    const expectation = 'maxValues must be an integer of at least 2, or Infinity, got';
    expect(make({ maxValues: 1 })).toThrow(new RangeError(`${expectation} 1`));
    expect(make({ maxValues: 1.5 })).toThrow(new RangeError(`${expectation} 1.5`));
    expect(make({ maxValues: NaN })).toThrow(new RangeError(`${expectation} NaN`));
    expect(make({ maxValues: '9' })).toThrow(new TypeError(`${expectation} string "9"`));
    expect(make({ max: 1 })).toThrow(new RangeError('options.max is unknown; known are maxValues'));
    expect(make([])).toThrow(TypeError);
  });
});

checkContract('Novelty', { create: () => new Novelty(), load: Novelty.load });
checkContract('Novelty that keeps 7 values', {
  create: () => new Novelty({ maxValues: 7 }),
  load: Novelty.load,
});
checkContract('Novelty that keeps all values', {
  create: () => new Novelty({ maxValues: Infinity }),
  load: Novelty.load,
});
