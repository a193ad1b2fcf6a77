// refine: upper bounds that never rise, that end in the scores, and that show the strangest places early.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { KNN, type KNNOptions, type Refinement, type Series, topAnomalies } from '../../src/index.ts';
import { mahalanobis, manhattan } from '../../src/metrics.ts';
import { DIST, main } from '../support/built.ts';
import { disturbed, ecg, gaps, randomWalk, serverMetric, spiky, whiteNoise } from '../support/series.ts';

/** All refinements of a loop. */
async function all<S>(refinements: AsyncIterable<Refinement<S>>): Promise<Refinement<S>[]> {
  const list: Refinement<S>[] = [];
  for await (const refinement of refinements) list.push(refinement);
  return list;
}

/** Holds what is promised of refinements; NaN and the zeros before the first window stay what they are. */
function expectRefinement(list: readonly Refinement[], scores: ArrayLike<number>): void {
  expect(list.map(({ exact }) => exact)).toEqual(list.map((_, r) => r === list.length - 1));
  const done = list.map(({ progress }) => progress.done);
  expect(done).toEqual([...new Set(done)].sort((a, b) => a - b));
  let later: ArrayLike<number> = scores;
  for (const { scores: bounds } of list.toReversed()) {
    const lower = Array.from(bounds).findIndex((bound, t) => !(bound >= later[t]! || Object.is(bound, later[t])));
    expect(lower).toBe(-1);
    later = bounds;
  }
  expect(list.at(-1)!.scores).toEqual(scores);
}

const MANY = 15_000; // enough for a dozen parts along diagonals, few enough for the calling thread

describe('refine(series) gives upper bounds that end in score(series)', () => {
  const cases: [name: string, options: KNNOptions, series: Float64Array, reference?: Series][] = [
    ['of server metrics', {}, serverMetric(MANY)],
    ['of noise, excluding near windows', { exclusionZone: 25, aggregation: 'max' }, whiteNoise(MANY)],
    ['of left neighbors', { side: 'left', aggregation: 'median' }, randomWalk(MANY)],
    ['of a series with gaps', {}, gaps(MANY)],
    ['of spikes, in plain JavaScript numbers', {}, spiky(MANY)],
    ['of z-scored windows', { normalize: 'zscore' }, gaps(MANY)],
    ['of whitened windows', { metric: mahalanobis(), engine: 'brute' }, serverMetric(8000)],
    ['against a reference', {}, ecg(6000), ecg(12_000, 2)],
  ];

  test.each(cases)('%s', async (_, options, series, reference) => {
    const knn = new KNN(50, 4, { engine: 'diagonal', ...options });
    const given = reference === undefined ? {} : { reference };
    const list = await all(knn.refine(series, given));
    expect(list.length).toBeGreaterThan(4);
    expectRefinement(list, knn.score(series, given));
    if (reference !== undefined) expect((await all(knn.fit(reference).refine(series))).length).toBe(list.length);
  });

  test('by workers, too', async () => {
    const series = serverMetric(MANY);
    const knn = new main.KNN(50, 3, { engine: 'diagonal' });
    for (const threads of [2, 3]) {
      const list = await all(knn.refine(series, { threads }));
      expect(list.at(-1)!.progress.threads).toBeGreaterThan(0);
      expect(list.length).toBeGreaterThan(4);
      expectRefinement(list, knn.score(series));
    }
  });

  test('with fewer windows than neighbors, and with none', async () => {
    for (const series of [[], [1], [1, 2, 3, 4], [1, NaN, 2, NaN], Array.from(randomWalk(300))]) {
      for (const engine of ['diagonal', 'auto', 'brute'] as const) {
        const knn = new KNN(2, 500, { engine });
        expectRefinement(await all(knn.refine(series)), knn.score(series));
      }
    }
  });

  test('at once where windows are scored one by one: by a tree, or with a function as metric', async () => {
    const series = Array.from(serverMetric(3000));
    for (const options of [{ engine: 'kdtree' }, { metric: manhattan }] as const) {
      const knn = new KNN(3, 2, options);
      const list = await all(knn.refine(series));
      expect(list).toHaveLength(1);
      expectRefinement(list, knn.score(series));
    }
  });
});

describe('refine(series) finds half of the ten strangest places in a tenth of the work', () => {
  const n = 20_000;
  const w = 50;

  test.each([
    ['server metrics', serverMetric(n), 8],
    ['heart beats', ecg(n), 0.2],
    ['a random walk', randomWalk(n), 0],
    ['noise', whiteNoise(n), 2],
  ] as const)('%s', async (_, series, size) => {
    const list = await all(new KNN(w, 3, { engine: 'diagonal' }).refine(disturbed(series, size)));
    const places = (scores: ArrayLike<number>): number[] =>
      topAnomalies(scores, 10, { separation: w }).map(({ index }) => index);
    const strangest = places(list.at(-1)!.scores);
    const early = list.find(({ progress }) => progress.done >= 0.1 * progress.total)!;
    expect(early.progress.done).toBeLessThan(0.2 * early.progress.total);
    const found = places(early.scores).filter((t) => strangest.some((place) => Math.abs(place - t) < w));
    expect(found.length).toBeGreaterThanOrEqual(5);
  });
});

describe('refine(series) ends', () => {
  const series = whiteNoise(60_000);

  /** A factory of workers, and their ends. */
  function watched(): { worker: () => Worker; ends: Promise<unknown>[] } {
    const ends: Promise<unknown>[] = [];
    const worker = (): Worker => {
      const made = new Worker(new URL('threads/worker.js', DIST));
      ends.push(once(made, 'exit'));
      return made;
    };
    return { worker, ends };
  }

  test('its workers when the loop is left', async () => {
    const { worker, ends } = watched();
    for await (const { exact } of new main.KNN(50, 1, { engine: 'diagonal' }).refine(series, { threads: 2, worker })) {
      expect(exact).toBe(false);
      break;
    }
    expect(await Promise.all(ends)).toHaveLength(2);
  });

  test('with the reason of a signal, between refinements or in the middle of one', async () => {
    for (const isBetween of [true, false]) {
      const { worker, ends } = watched();
      const controller = new AbortController();
      const refinements = new main.KNN(50, 1, { engine: 'diagonal' }).refine(series, {
        threads: 2,
        worker,
        signal: controller.signal,
      });
      await refinements.next();
      const next = isBetween ? undefined : refinements.next();
      controller.abort('enough');
      await expect(next ?? refinements.next()).rejects.toBe('enough');
      expect(await refinements.next()).toEqual({ done: true, value: undefined });
      expect(await Promise.all(ends)).toHaveLength(2);
    }
  });

  test('before it begins, if it is not begun', async () => {
    const { worker, ends } = watched();
    await new main.KNN(50, 1, { engine: 'diagonal' }).refine(series, { threads: 2, worker }).return();
    expect(ends).toEqual([]);
  });

  test('with the errors of score(series)', async () => {
    await expect(new KNN(2, 1).refine(['a'] as never).next()).rejects.toThrow(
      'series[0] must be a number, null or undefined, got string "a"',
    );
    await expect(new KNN(2, 1).refine([1], { threads: 0 }).next()).rejects.toThrow(
      'threads must be a positive integer',
    );
    await expect(new KNN(2, 1).refine([1], { step: 1 } as never).next()).rejects.toThrow('options.step is unknown');
    await expect(new KNN(2, 1, { side: 'left' }).refine([1], { reference: [1, 2] }).next()).rejects.toThrow('side');
  });
});
