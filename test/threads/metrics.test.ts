// The metrics of ml-distance in workers: they are known by name there, and give the same bits.
import { Worker } from 'node:worker_threads';
import { distance } from 'ml-distance';
import { describe, expect, test, vi } from 'vitest';
import type { DistanceFunction, Metric, Progress, WorkerLike } from '../../src/index.ts';
import { naiveNeighbors, scoreOf, tableOf } from '../naive.ts';
import { DIST, main, metrics } from '../support/built.ts';
import { serverMetric, whiteNoise } from '../support/series.ts';

const { KNN } = main;
const { euclidean: _, mahalanobis: __, minkowski, ...named } = metrics;

vi.setConfig({ testTimeout: 120_000 });

const series = serverMetric(400);

/** The scores, and how many workers have computed them. */
async function byThreads(
  metric: Metric,
  options: { threads?: number; worker?: () => WorkerLike; reference?: Float64Array } = { threads: 2 },
): Promise<{ scores: Float64Array; threads: number }> {
  let last: Progress | undefined;
  const onProgress = (progress: Progress): void => void (last = progress);
  const scores = await new KNN(4, 2, { metric }).scoreAsync(series, { ...options, onProgress });
  return { scores, threads: last!.threads };
}

/** Scores by the definition, with a function of ml-distance itself. */
const definition = (metric: (a: number[], b: number[]) => number, reference?: Float64Array): number[] => {
  const given = { metric: (a: readonly number[], b: readonly number[]) => metric([...a], [...b]) };
  return scoreOf(naiveNeighbors(series, 4, 2, reference ? { ...given, reference } : given), series.length, 4);
};

describe('a metric of knn-anomaly/metrics is computed by workers', () => {
  test.each(Object.keys(named))('%s', async (name) => {
    const found = await byThreads(named[name as keyof typeof named]).catch((error: unknown) => error);
    const own = distance[name as keyof typeof distance] as (a: number[], b: number[]) => number;
    const first = own([...series.subarray(0, 4)], [...series.subarray(1, 5)]);
    // Some are no distances, so that both ways are to refuse them.
    if (found instanceof Error) {
      expect(found).toBeInstanceOf(RangeError);
      expect(found.message).toMatch(/^metric must return a number ≥ 0, got (-|NaN)/);
      expect(() => new KNN(4, 2, { metric: named[name as keyof typeof named] }).score(series)).toThrow(RangeError);
      return;
    }
    expect(first).toBeGreaterThanOrEqual(0);
    expect(found).toEqual({ scores: Float64Array.from(definition(own)), threads: expect.toSatisfy((n) => n > 0) });
  });

  test('minkowski(3), which has an exponent', async () => {
    const { scores, threads } = await byThreads(minkowski(3));
    expect(scores).toEqual(Float64Array.from(definition((a, b) => distance.minkowski(a, b, 3))));
    expect(threads).toBeGreaterThan(0);
  });

  test('taken from ml-distance itself, as soon as knn-anomaly/metrics is loaded', async () => {
    const { scores, threads } = await byThreads(distance.chebyshev as DistanceFunction);
    expect(scores).toEqual(Float64Array.from(definition(distance.chebyshev)));
    expect(threads).toBeGreaterThan(0);
  });

  test('against a reference, and its neighbors', async () => {
    const reference = whiteNoise(300).map((x) => 50 + 10 * x);
    const found = await byThreads(metrics.manhattan, { threads: 2, reference });
    expect(found.scores).toEqual(Float64Array.from(definition(distance.manhattan, reference)));
    expect(found.threads).toBeGreaterThan(0);
    const knn = new KNN(4, 3, { metric: metrics.manhattan, exclusionZone: 2 });
    const rows = naiveNeighbors(series, 4, 3, {
      metric: (a, b) => distance.manhattan([...a], [...b]),
      exclusionZone: 2,
    });
    expect(await knn.neighborsAsync(series, { threads: 3 })).toEqual(tableOf(rows, 3));
  });

  test('by default, where the work is long enough', async () => {
    const reports: Progress[] = [];
    const knn = new KNN(8, 1, { metric: metrics.canberra });
    const long = serverMetric(6000);
    const onProgress = (progress: Progress): void => void reports.push(progress);
    expect(await knn.scoreAsync(long, { onProgress })).toEqual(knn.score(long));
    expect(reports.at(-1)!.threads).toBeGreaterThan(0);
  });
});

describe('the calling thread computes', () => {
  const expected = Float64Array.from(definition(distance.manhattan));

  test('a function of one’s own, which cannot be sent', async () => {
    expect(await byThreads((a, b) => metrics.manhattan(a, b))).toEqual({ scores: expected, threads: 0 });
  });

  test('what the workers that `worker` starts do not know', async () => {
    const start = (module: string) => (): Worker => new Worker(new URL(module, DIST));
    const plain = await byThreads(metrics.manhattan, { threads: 2, worker: start('threads/worker.js') });
    expect(plain).toEqual({ scores: expected, threads: 0 });
    const knowing = await byThreads(metrics.manhattan, { threads: 2, worker: start('threads/metrics/worker.js') });
    expect(knowing.scores).toEqual(expected);
    expect(knowing.threads).toBeGreaterThan(0);
  });

  test('where no worker can be started', async () => {
    vi.stubGlobal(
      'Worker',
      class {
        constructor() {
          throw new Error('not allowed here');
        }
      },
    );
    expect(await byThreads(metrics.manhattan)).toEqual({ scores: expected, threads: 0 });
    vi.unstubAllGlobals();
  });
});

test('a worker with the metrics of ml-distance does all that others do', async () => {
  const worker = (): Worker => new Worker(new URL('threads/metrics/worker.js', DIST));
  const walk = serverMetric(5000);
  const knn = new KNN(20, 3);
  expect(await knn.scoreAsync(walk, { threads: 2, worker })).toEqual(knn.score(walk));
});
