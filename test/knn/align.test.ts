// Where scores stand: at the end of their windows, in the middle, or covering all of their values.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { KNN, type KNNOptions } from '../../src/index.ts';
import { aligned } from '../../src/knn/align.ts';
import { type NaiveOptions, naiveNeighbors, naiveScore } from '../naive.ts';
import { generators, paint, palettes, whiteNoise } from '../support/series.ts';

vi.setConfig({ testTimeout: 60_000 });

const spike = [0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0];

describe("align: 'center'", () => {
  test('puts the score in the middle of the window, for odd and even windows', () => {
    expect(new KNN(3, 1, { align: 'center' }).score(spike)).toEqual([0, 0, 0, 0, 9, 9, 9, 0, 0, 0, 0]);
    expect(new KNN(2, 1, { align: 'center' }).score([1, 2, 10, 2, 1])).toEqual([
      0,
      Math.sqrt(2),
      Math.sqrt(65),
      Math.sqrt(65),
      Math.sqrt(2),
    ]);
    expect(new KNN(4, 1, { align: 'center' }).score([1, 2, 10, 2, 1])).toEqual([
      0,
      0,
      Math.sqrt(130),
      Math.sqrt(130),
      0,
    ]);
  });

  test('is 0 where no window has its middle, and NaN where its window touches a missing value', () => {
    expect(new KNN(3, 1, { align: 'center' }).score([1, 1, 1, 1, 1, NaN])).toEqual([0, 0, 0, 0, NaN, 0]);
    for (const series of [[], [1], [1, 2]]) {
      expect(new KNN(3, 1, { align: 'center' }).score(series)).toEqual(series.map(() => 0));
    }
    expect(new KNN(2 ** 20, 1, { align: 'center' }).score([1, 2])).toEqual([0, 0]);
  });
});

describe("align: 'cover'", () => {
  test('is the mean of the scores of the windows that contain the value', () => {
    expect(new KNN(3, 1, { align: 'cover' }).score(spike)).toEqual([0, 0, 0, 3, 6, 9, 6, 3, 0, 0, 0]);
    expect(new KNN(1, 1, { align: 'cover' }).score([5, 5, 9])).toEqual([0, 0, 4]);
  });

  test('leaves windows with a missing value out, and is NaN where none is left', () => {
    const series = [4, 4, 4, NaN, 4, NaN, 4, 6];
    expect(new KNN(2, 1, { align: 'cover' }).score(series)).toEqual([0, 0, 0, NaN, NaN, NaN, 2, 2]);
    for (const short of [[], [1], [1, 2]]) {
      expect(new KNN(3, 1, { align: 'cover' }).score(short)).toEqual(short.map(() => NaN));
    }
    expect(new KNN(2 ** 20, 1, { align: 'cover' }).score([1, 2])).toEqual([NaN, NaN]);
  });

  test('adds left to right: a moving sum would keep the rounding of what has left it', () => {
    const means = [...aligned(Float64Array.of(0, 1e300, 1, 2, 3), 2, 'cover')];
    expect(means).toEqual([]); // one step
    const steps = aligned(Float64Array.of(0, 1e300, 1, 2, 3), 2, 'cover');
    expect(steps.next()).toEqual({ done: true, value: Float64Array.of(1e300, 5e299, 1.5, 2.5, 3) });
  });

  test('gives others their turn when there is much to add', () => {
    expect([...aligned(new Float64Array(100_000), 100, 'cover')].length).toBeGreaterThan(3);
  });
});

test('all alignments are the definition, to the bit, on nasty series', () => {
  const nasty = fc
    .tuple(fc.constantFrom(...palettes), fc.array(fc.nat(1023), { maxLength: 60, size: 'max' }))
    .map(([palette, picks]) => paint(palette, picks));
  const choices = fc.record(
    {
      normalize: fc.constantFrom('none', 'mean', 'zscore'),
      aggregation: fc.constantFrom('mean', 'max', 'median'),
      exclusionZone: fc.nat(9),
      side: fc.constantFrom('both', 'left'),
    },
    { requiredKeys: [] },
  );
  const property = fc.property(
    fc.tuple(
      nasty,
      nasty,
      fc.boolean(),
      fc.integer({ min: 2, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      choices,
      fc.constantFrom('end', 'center', 'cover'),
    ),
    ([series, reference, isJoin, w, k, options, align]) => {
      const all: KNNOptions & NaiveOptions = { ...options, align };
      if (isJoin) {
        fc.pre(naiveNeighbors(reference, w, 1).some((row) => row !== null));
        delete all.side;
        delete all.exclusionZone;
      }
      const join = isJoin ? { reference } : {};
      const wanted = naiveScore(series, w, k, { ...all, ...join });
      const knn = new KNN(w, k, all);
      expect(knn.score(series, join)).toEqual(wanted);
      if (isJoin) expect(knn.fit(reference).score(series)).toEqual(wanted);
    },
  );
  fc.assert(property, { seed: 51, numRuns: 1500 });
});

describe.each(['center', 'cover'] as const)("align: '%s'", (align) => {
  test('is the same from one thread, several threads and a fitted detector', async () => {
    for (const generate of [generators.integers!, generators.gaps!, whiteNoise]) {
      const series = Float64Array.from(generate(800, 5)).fill(NaN, 300, 340);
      const wanted = Float64Array.from(naiveScore(series, 12, 3, { align }));
      const knn = new KNN(12, 3, { align });
      expect(knn.score(series)).toEqual(wanted);
      expect(await knn.scoreAsync(series, { threads: 2 })).toEqual(wanted);
      const reference = whiteNoise(200, 9);
      const joined = knn.score(series, { reference });
      expect(await knn.fit(reference).scoreAsync(series, { threads: 2 })).toEqual(joined);
      expect(joined).toEqual(Float64Array.from(naiveScore(series, 12, 3, { align, reference })));
    }
  });

  test('refines upper bounds that never rise, and ends at the scores', async () => {
    const series = whiteNoise(4000, 6).fill(NaN, 1000, 1003);
    const knn = new KNN(40, 2, { align });
    const wanted = knn.score(series);
    let last = new Float64Array(series.length).fill(Infinity);
    let refinements = 0;
    for await (const { scores, exact } of knn.refine(series, { threads: 1 })) {
      refinements++;
      scores.forEach((score, t) => {
        const isBound = score >= wanted[t]! && score <= last[t]!;
        if (!isBound && !Number.isNaN(wanted[t]!))
          expect([t, score, wanted[t], last[t]]).toBe('upper bounds that fall');
        expect(Number.isNaN(score)).toBe(Number.isNaN(wanted[t]!));
      });
      last = scores.slice();
      if (exact) expect(scores).toEqual(wanted);
    }
    expect(refinements).toBeGreaterThan(2);
  });

  test('leaves neighbors and explanations by window as they are', () => {
    const [plain, other] = [new KNN(3, 2), new KNN(3, 2, { align })];
    expect(other.neighbors(spike)).toEqual(plain.neighbors(spike));
    expect(other.explain(spike, [4, 5, 6])).toEqual(plain.explain(spike, [4, 5, 6]));
  });
});
