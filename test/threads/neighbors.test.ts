// neighborsAsync: the table of neighbors, to the bit, whoever finds them: against the definition, and against one thread.
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { KNNOptions, Neighbors, Progress, Series, ThreadOptions } from '../../src/index.ts';
import { type NaiveOptions, naiveNeighbors, tableOf } from '../naive.ts';
import { DIST, main, metrics } from '../support/built.ts';
import { gaps, generators, paint, palettes, randomWalk, serverMetric, steps, whiteNoise } from '../support/series.ts';

const { KNN } = main;
const { mahalanobis } = metrics;

vi.setConfig({ testTimeout: 120_000 });
afterEach(() => vi.restoreAllMocks());

function expectSame(actual: Neighbors, expected: Neighbors): void {
  expect([actual.numWindows, actual.k]).toEqual([expected.numWindows, expected.k]);
  for (const name of ['indices', 'distances'] as const) {
    expect(actual[name].constructor).toBe(expected[name].constructor);
    expect(actual[name].length).toBe(expected[name].length);
    const at = actual[name].findIndex((entry, p) => !Object.is(entry, expected[name][p]));
    expect([name, at, actual[name][at]]).toEqual([name, -1, expected[name][-1]]);
  }
}

/** What a promise is rejected with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => expect.fail('the promise was fulfilled'),
    (error: unknown) => error,
  );
}

/** A worker that shares no memory with others, as on a page that is not isolated. */
const alone = (): Worker => {
  const isolated = "Object.defineProperty(globalThis, 'crossOriginIsolated', { value: false });";
  const script = `${isolated} await import('${new URL('threads/worker.js', DIST)}');`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
};

describe('neighborsAsync(series) is the definition to the bit', () => {
  const nasty = fc
    .tuple(fc.constantFrom(...palettes), fc.array(fc.nat(1023), { maxLength: 60, size: 'max' }))
    .map(([palette, picks]) => paint(palette, picks));
  const choices = fc.record(
    {
      normalize: fc.constantFrom('none', 'mean', 'zscore'),
      exclusionZone: fc.nat(9),
      side: fc.constantFrom('both', 'left'),
    },
    { requiredKeys: [] },
  );
  const engine = fc.constantFrom('auto', 'brute', 'kdtree', 'diagonal');
  const windowSize = fc.integer({ min: 2, max: 12 });
  const k = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 6, max: 40 }));
  const threads = fc.integer({ min: 1, max: 3 });

  test('of nasty series, with any options, engine and number of threads', async () => {
    const holds = async (
      series: ReturnType<typeof paint>,
      w: number,
      k: number,
      options: KNNOptions & NaiveOptions,
      engine: KNNOptions['engine'] & string,
      threads: number,
    ): Promise<void> => {
      const found = await new KNN(w, k, { ...options, engine }).neighborsAsync(series, { threads });
      expectSame(found, tableOf(naiveNeighbors(series, w, k, options), k));
    };
    const property = fc.asyncProperty(nasty, windowSize, k, choices, engine, threads, holds);
    await fc.assert(property, { seed: 191, numRuns: 300 });
  });

  test('against a reference', async () => {
    const normalized = fc.record({ normalize: fc.constantFrom('none', 'mean', 'zscore') }, { requiredKeys: [] });
    const property = fc.asyncProperty(
      nasty,
      nasty,
      windowSize,
      k,
      normalized,
      engine,
      async (series, reference, w, k, options, engine) => {
        const knn = new KNN(w, k, { ...options, engine });
        const rows = naiveNeighbors(series, w, k, { ...options, reference });
        // A reference without a window is refused, as by neighbors.
        if (naiveNeighbors(reference, w, k).every((row) => row === null)) return;
        const expected = tableOf(rows, k);
        expectSame(await knn.neighborsAsync(series, { reference, threads: 2 }), expected);
        expectSame(await knn.fit(reference).neighborsAsync(series, { threads: 2 }), expected);
      },
    );
    await fc.assert(property, { seed: 192, numRuns: 120 });
  });

  test('of a function as metric, on the calling thread, and of ties by the smaller start', async () => {
    const chebyshev = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
      Math.max(...Array.from(a, (x, l) => Math.abs(x - b[l]!)));
    const series = Array.from(steps(150));
    const found = await new KNN(4, 3, { metric: chebyshev }).neighborsAsync(series, { threads: 2 });
    expectSame(found, tableOf(naiveNeighbors(series, 4, 3, { metric: chebyshev }), 3));
  });
});

describe('neighborsAsync(series) is neighbors(series)', () => {
  const walk = randomWalk(2600);
  const cases: [name: string, options: KNNOptions, series?: Series, reference?: Series][] = [
    ['with a Mahalanobis metric', { metric: mahalanobis() }],
    ['with a Mahalanobis metric, all windows equal', { metric: mahalanobis() }, new Float64Array(2500)],
    ['with a fitted Mahalanobis metric', { metric: mahalanobis.fit(serverMetric(2000), 12) }],
    ['of every pair in tiles', { metric: mahalanobis(), normalize: 'zscore', engine: 'brute' }, gaps(2500)],
    ['whitened, against a reference', { metric: mahalanobis({ covariance: 'pinv' }) }, walk, serverMetric(2300, 5)],
    ['against a reference along diagonals', { engine: 'diagonal' }, walk, serverMetric(2300, 5)],
    ['whatever aggregation and align are', { aggregation: 'median', align: 'cover' }],
  ];
  test.each(cases)('%s', async (_, options, series = walk, reference?) => {
    const knn = new KNN(12, 3, options);
    const given = reference === undefined ? {} : { reference };
    const expected = knn.neighbors(series, given);
    for (const threads of [1, 3]) expectSame(await knn.neighborsAsync(series, { ...given, threads }), expected);
  });

  test('along diagonals whose candidates threads share, and by a tree that they build, on any series', async () => {
    for (const [name, generate] of Object.entries(generators)) {
      const series = generate(2000, 2);
      for (const [w, k, options] of [
        [20, 3, { engine: 'diagonal' }],
        [12, 20, { engine: 'diagonal', normalize: 'zscore', exclusionZone: 5 }],
        [9, 1, { engine: 'diagonal', side: 'left', normalize: 'mean' }],
        [5, 4, { engine: 'kdtree', exclusionZone: 2 }],
        [40, 3, { engine: 'kdtree' }],
      ] as const) {
        const knn = new KNN(w, k, options);
        const expected = knn.neighbors(series);
        const found = await knn.neighborsAsync(series, { threads: 3 });
        const at = expected.indices.findIndex(
          (j, p) => j !== found.indices[p] || !Object.is(expected.distances[p], found.distances[p]),
        );
        expect([name, w, at]).toEqual([name, w, -1]);
      }
    }
  });

  test('where threads share no memory', async () => {
    const series = steps(3000);
    for (const engine of ['auto', 'kdtree', 'diagonal', 'brute'] as const) {
      const knn = new KNN(12, 3, { engine });
      expectSame(await knn.neighborsAsync(series, { threads: 2, worker: alone }), knn.neighbors(series));
    }
  });

  test('of nothing, of too little, of missing values only', async () => {
    const knn = new KNN(3, 2);
    for (const series of [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [NaN, NaN, NaN, NaN], [null, 1, undefined]]) {
      for (const threads of [1, 2]) expectSame(await knn.neighborsAsync(series, { threads }), knn.neighbors(series));
    }
  });

  test('of a series that is changed meanwhile', async () => {
    const series = walk.slice();
    const promise = new KNN(5, 2).neighborsAsync(series, { threads: 2 });
    series.fill(0);
    expectSame(await promise, new KNN(5, 2).neighbors(walk));
  });
});

describe('the options of threads', () => {
  const noise = whiteNoise(50_000);

  test('onProgress is told done of total, and once that all is done', async () => {
    const reports: Progress[] = [];
    await new KNN(50, 1).neighborsAsync(noise, { threads: 2, onProgress: (progress) => reports.push(progress) });
    const done = reports.map((progress) => progress.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.filter((windows) => windows === noise.length - 49)).toHaveLength(1);
    expect(reports.at(-1)).toMatchObject({ total: noise.length - 49, remaining: 0 });
    expect(reports.at(-1)!.threads).toBeGreaterThan(0);
  });

  test('signal ends the work', async () => {
    const controller = new AbortController();
    const abort = (): void => controller.abort(new RangeError('changed my mind'));
    const { signal } = controller;
    const promise = new KNN(50, 1).neighborsAsync(noise, { threads: 2, signal, onProgress: abort });
    expect(await rejection(promise)).toEqual(new RangeError('changed my mind'));
    expect(await rejection(new KNN(50, 1).neighborsAsync(noise, { signal: AbortSignal.abort('no') }))).toBe('no');
  });

  test.each<[name: string, options: ThreadOptions, error: Error]>([
    ['threads: 0', { threads: 0 }, new RangeError('threads must be a positive integer, got 0')],
    ['onProgress: 1', { onProgress: 1 as never }, new TypeError('onProgress must be a function, got number 1')],
    [
      'an unknown option',
      { thread: 2 } as never,
      new RangeError('options.thread is unknown; known are reference, threads, signal, onProgress, worker'),
    ],
  ])('%s is an error', async (_, options, error) => {
    expect(await rejection(new KNN(2, 1).neighborsAsync([1, 2, 3], options))).toEqual(error);
  });

  test('more neighbors than fit are an error before the work, as of neighbors', async () => {
    const knn = new KNN(2, 2 ** 30);
    const thrown = await rejection((async () => knn.neighbors([1, 2, 3, 4]))());
    expect(thrown).toEqual(
      new RangeError('k must be at most 357913941 for the neighbors of 3 windows, got 1073741824'),
    );
    for (const threads of [1, 2])
      expect(await rejection(knn.neighborsAsync([1, 2, 3, 4], { threads }))).toEqual(thrown);
  });

  test('what neighbors throws rejects the promise', async () => {
    for (const [options, series, given] of [
      [{}, ['a'] as never, {}],
      [{ missing: 'throw' }, [1, 2, NaN], {}],
      [{}, [1, 2, 3], { reference: [1] }],
      [{ side: 'left' }, [1, 2, 3], { reference: [1, 2, 3] }],
      [{ metric: () => NaN }, [1, 2, 3], {}],
    ] as [KNNOptions, Series, { reference?: Series }][]) {
      const knn = new KNN(2, 1, options);
      const thrown = await rejection((async () => knn.neighbors(series, given))());
      expect(await rejection(knn.neighborsAsync(series, { ...given, threads: 2 }))).toEqual(thrown);
    }
  });
});
