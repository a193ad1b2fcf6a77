// Blocks put together are the scores of the definition, to the bit; what does not belong together is refused by name.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeBlock } from '../../src/blocks/block-file.ts';
import { boundOf } from '../../src/blocks/block-job.ts';
import { scoreRows } from '../../src/blocks/block-rows.ts';
import { type BlockOptions, mergeBlocks, scoreBlock } from '../../src/blocks.ts';
import { KNN, type KNNOptions } from '../../src/index.ts';
import { mahalanobis, manhattan } from '../../src/metrics.ts';
import { type NaiveOptions, naiveScore } from '../naive.ts';
import { generators, paint, palettes, randomWalk, serverMetric, whiteNoise } from '../support/series.ts';

type Settings = Omit<BlockOptions, 'block'>;

/** All blocks of a series, in another order than they are made in. */
function blocksOf(series: ArrayLike<number>, w: number, k: number, m: number, options: Settings = {}): Uint8Array[] {
  return Array.from({ length: m }, (_, i) => scoreBlock(series, w, k, { ...options, block: [i, m] })).reverse();
}

/** The first index at which two lists of numbers have different bits; −1 if there is none. */
function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  return Array.from(a).findIndex((x, t) => !Object.is(x, b[t]));
}

const nasty = fc
  .tuple(fc.constantFrom(...palettes), fc.array(fc.nat(1023), { maxLength: 60, size: 'max' }))
  .map(([palette, picks]) => paint(palette, picks));

const choices = fc.record(
  {
    normalize: fc.constantFrom('none', 'mean', 'zscore'),
    aggregation: fc.constantFrom('mean', 'max', 'median'),
    exclusionZone: fc.nat(9),
    side: fc.constantFrom('both', 'left'),
    engine: fc.constantFrom('auto', 'brute', 'kdtree', 'diagonal'),
  },
  { requiredKeys: [] },
);

describe('mergeBlocks(all blocks)', () => {
  test('is the score of the definition, whatever the options, the engine and the number of blocks', () => {
    const windows = fc.integer({ min: 2, max: 12 });
    fc.assert(
      fc.property(
        nasty,
        windows,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 7 }),
        choices,
        (...args) => {
          const [series, w, k, m, options] = args;
          const merged = mergeBlocks(blocksOf(series as number[], w, k, m, options as Settings));
          expect(firstDifference(merged, naiveScore(series, w, k, options as NaiveOptions))).toBe(-1);
        },
      ),
      { numRuns: 400, seed: 19 },
    );
  });

  test.each(Object.entries(generators))('is KNN.score of a longer series: %s', (_name, generate) => {
    const series = generate(4000, 5);
    for (const [w, k, m, options] of [
      [50, 5, 3, {}],
      [5, 5, 16, {}],
      [20, 3, 5, { exclusionZone: 10, normalize: 'zscore' }],
      [12, 40, 4, { side: 'left', aggregation: 'max' }],
      [8, 2, 2, { align: 'cover' }],
      [9, 2, 6, { align: 'center', normalize: 'mean' }],
    ] as [number, number, number, Settings][]) {
      const whole = new KNN(w, k, options as KNNOptions).score(series);
      expect(firstDifference(mergeBlocks(blocksOf(series, w, k, m, options)), whole)).toBe(-1);
    }
  });

  test('is KNN.score with a Mahalanobis metric, which takes its covariance from the whole series', () => {
    const series = serverMetric(3000);
    const fitted = mahalanobis.fit(randomWalk(500), 12);
    for (const metric of [mahalanobis(), mahalanobis({ covariance: 'pinv' }), fitted]) {
      const whole = new KNN(12, 3, { metric }).score(series);
      expect(firstDifference(mergeBlocks(blocksOf(series, 12, 3, 4, { metric })), whole)).toBe(-1);
    }
    const flat = new Float64Array(100).fill(3);
    expect(mergeBlocks(blocksOf(flat, 4, 2, 3, { metric: mahalanobis() }))).toEqual(new Float64Array(100));
  });

  test('is the same however short the slices of the columns are', () => {
    for (const [series, w] of [
      [whiteNoise(3000), 40],
      [randomWalk(3000).map((x) => Math.round(x)), 6],
    ] as const) {
      const job = { windowSize: w, k: 4, metric: undefined, normalize: 'none', aggregation: 'mean' } as const;
      const settings = { ...job, exclusionZone: 7, side: 'both', engine: 'auto' } as const;
      const whole = new KNN(w, 4, { exclusionZone: 7 }).score(series).subarray(w - 1 + 1000, w - 1 + 1400);
      for (const slice of [1, 37, 500, 1e6]) {
        expect([slice, firstDifference(scoreRows(settings, series, 1000, 1400, slice), whole)]).toEqual([slice, -1]);
      }
    }
  });

  test('holds for series without a window, and for more blocks than windows', () => {
    expect(mergeBlocks(blocksOf([], 3, 1, 2))).toEqual(new Float64Array(0));
    expect(mergeBlocks(blocksOf([1, 2], 3, 1, 2))).toEqual(new Float64Array(2));
    expect(mergeBlocks(blocksOf([1, 2, 4], 1, 1, 9))).toEqual(Float64Array.of(1, 1, 2));
  });

  test('takes plain arrays with missing values, and leaves them as they are', () => {
    const series = [1, 2, NaN, 2, 1, 2, 1e300, 3, 1, 2];
    const before = [...series];
    const whole = new KNN(2, 1).score(series);
    expect(firstDifference(mergeBlocks(blocksOf(series, 2, 1, 3)), whole)).toBe(-1);
    expect(series).toEqual(before);
  });
});

describe('scoreBlock', () => {
  test('has the same bytes each time, and the same for a typed and a plain array', () => {
    const series = Array.from(whiteNoise(300));
    const bytes = scoreBlock(series, 5, 3, { block: [1, 4] });
    expect(scoreBlock(Float64Array.from(series), 5, 3, { block: [1, 4] })).toEqual(bytes);
    // The engine never changes the result, so it is no part of the job.
    expect(scoreBlock(series, 5, 3, { block: [1, 4], engine: 'brute' })).toEqual(bytes);
  });

  test('names a wrong argument', () => {
    const call =
      (options: unknown): (() => void) =>
      () =>
        void scoreBlock([1, 2, 3], 2, 1, options as BlockOptions);
    expect(call(undefined)).toThrow(new TypeError('options must be an object, got undefined'));
    expect(call({})).toThrow(new TypeError('block must be [i, m] with integers 0 ≤ i < m, got undefined'));
    expect(call({ block: '1/2' })).toThrow('block must be [i, m] with integers 0 ≤ i < m, got string "1/2"');
    expect(call({ block: [4, 4] })).toThrow('got [4, 4]: blocks are counted from 0');
    expect(call({ block: [0.5, 4] })).toThrow(RangeError);
    expect(call({ block: [-1, 4] })).toThrow(RangeError);
    expect(call({ block: [0, 2], blocks: 3 })).toThrow('options.blocks is unknown');
    expect(call({ block: [0, 2], metric: manhattan })).toThrow('metric must be euclidean or a Mahalanobis metric');
    expect(call({ block: [0, 2], exclusionZone: -1 })).toThrow('exclusionZone must be a non-negative integer, got -1');
    expect(() => scoreBlock([1, NaN], 1, 1, { block: [0, 1], missing: 'throw' })).toThrow('series[1] is missing');
  });

  test('divides windows as the definition does, beyond 2⁵³ as well', () => {
    expect([0, 1, 2, 3].map((i) => boundOf(i, 3, 10))).toEqual([0, 3, 6, 10]);
    expect(boundOf(2 ** 32 - 2, 2 ** 32 - 1, 2 ** 31)).toBe(
      Number((BigInt(2 ** 32 - 2) * 2n ** 31n) / (2n ** 32n - 1n)),
    );
  });
});

describe('mergeBlocks refuses, and names,', () => {
  const series = whiteNoise(200);
  const blocks = blocksOf(series, 5, 3, 4).reverse();
  const merging =
    (parts: unknown): (() => void) =>
    () =>
      void mergeBlocks(parts as Uint8Array[]);

  test('missing blocks', () => {
    expect(merging([])).toThrow(new RangeError('blocks must be all blocks of a job, got none'));
    expect(merging([blocks[0], blocks[3]])).toThrow('2 blocks (1–2) of 4 are missing');
    expect(merging(blocks.slice(1))).toThrow('block 0 of 4 is missing');
    const few = [0, 2, 5].map((i) => scoreBlock(series, 5, 3, { block: [i, 100] }));
    expect(merging(few)).toThrow('97 blocks (1, 3–4, 6–99) of 100 are missing');
  });

  test('blocks that are there twice', () => {
    expect(merging([...blocks, blocks[2]])).toThrow('block 2 of 4 is there twice: blocks[2] and blocks[4]');
  });

  test('blocks of another series, of other settings, of another m', () => {
    const other = (options: BlockOptions, values = series, w = 5): unknown[] => [
      blocks[0],
      scoreBlock(values, w, 3, options),
    ];
    const problem = 'blocks[1] is no block of the same job as blocks[0]: ';
    expect(merging(other({ block: [1, 4] }, series.with(7, 0)))).toThrow(`${problem}its series has other values`);
    expect(merging(other({ block: [1, 4] }, series.subarray(1)))).toThrow(
      `${problem}its series has 199 values, not 200`,
    );
    expect(merging(other({ block: [1, 5] }))).toThrow(`${problem}it is one of 5, not of 4`);
    expect(merging(other({ block: [1, 4] }, series, 6))).toThrow(
      `${problem}it has windowSize 6 where the others have 5`,
    );
    expect(merging(other({ block: [1, 4], side: 'left' }))).toThrow('it has side left where the others have both');
    expect(merging(other({ block: [1, 4], align: 'cover' }))).toThrow('it has align cover where the others have end');
    expect(merging(other({ block: [1, 4], metric: mahalanobis() }))).toThrow('another metric, or another covariance');
  });

  test('blocks of another version', () => {
    // The bytes of a block with another version and a right checksum.
    const [first, second] = blocks as [Uint8Array, Uint8Array];
    const text = Buffer.from(second).toString('latin1').replace('0.1.0', '0.0.9');
    expect(merging([first, Buffer.from(text, 'latin1')])).toThrow('blocks[1] is damaged or cut short');
  });

  test('damaged bytes, other bytes and what is no bytes', () => {
    const damaged = blocks[1]!.slice();
    damaged[200]! ^= 1;
    expect(merging([blocks[0], damaged])).toThrow('blocks[1] is damaged or cut short: the checksum');
    expect(merging([blocks[0]!.slice(0, 100)])).toThrow('blocks[0] is damaged or cut short');
    expect(merging([Uint8Array.of(1, 2, 3)])).toThrow('blocks[0] is no block: 3 bytes of something else');
    expect(merging(['part.0'])).toThrow(
      new TypeError('blocks[0] must be what scoreBlock returned, got string "part.0"'),
    );
    expect(merging(blocks[0])).toThrow('blocks must be an array of what scoreBlock returned');
    expect(merging(7)).toThrow(TypeError);
    const short = encodeBlock({
      series: new Uint8Array(32),
      settings: JSON.stringify({ windowSize: 2 }),
      index: 0,
      count: 1,
      length: 9,
      scores: new Float64Array(3),
    });
    expect(merging([short])).toThrow('blocks[0] is damaged: it holds 3 scores');
  });
});
