// KNN.top and its kin: the places of topAnomalies(score(series)), whoever finds them, and what they refuse.
import * as esbuild from 'esbuild';
import { describe, expect, test, vi } from 'vitest';
import { type Anomaly, KNN, type KNNOptions, type Progress, topAnomalies } from '../../src/index.ts';
import { naiveNeighbors, naiveTop, scoreOf } from '../naive.ts';
import { DIST, main } from '../support/built.ts';
import { disturbed, generators, integers, serverMetric, whiteNoise } from '../support/series.ts';

vi.setConfig({ testTimeout: 180_000 });

const walk = generators.randomWalk!(66_000, 3);
const metric = disturbed(serverMetric(66_000, 2), 30);

const short = metric.subarray(0, 5000);

/** The places by the scores of all windows. */
function byScores(series: Float64Array, w: number, n: number, separation: number, options: KNNOptions = {}) {
  return topAnomalies(new KNN(w, 2, options).score(series), n, { separation });
}

describe('top(series, n, { separation }) gives the places of topAnomalies(score(series), …)', () => {
  const cases: [name: string, series: Float64Array, options: KNNOptions][] = [
    ['by bounds', metric, { exclusionZone: 20 }],
    ['of a smooth series', walk, {}],
    ['of z-scores', metric, { normalize: 'zscore', exclusionZone: 20 }],
    ['in the middle of windows', metric, { align: 'center' }],
    ['with missing values', metric.map((x, t) => (t % 9973 === 5 ? NaN : x)), {}],
    ['of noise of few levels, where bounds give up', integers(66_000, 2), {}],
    ['of covered values, all of which are scored', short, { align: 'cover' }],
    ['of medians, all of which are scored', short, { aggregation: 'median' }],
    ['by an engine by name', short, { engine: 'diagonal' }],
  ];
  test.each(cases)('%s', (_name, series, options) => {
    const want = byScores(series, 40, 6, 40, options);
    expect(want.length).toBe(6);
    expect(new KNN(40, 2, options).top(series, 6, { separation: 40 })).toEqual(want);
  });

  test('against a reference', () => {
    const reference = serverMetric(66_000, 9);
    const want = topAnomalies(new KNN(40, 1).score(metric, { reference }), 4, { separation: 3 });
    expect(new KNN(40, 1).top(metric, 4, { separation: 3, reference })).toEqual(want);
    expect(new KNN(40, 1).fit(reference).top(metric, 4, { separation: 3 })).toEqual(want);
  });

  test('of short windows, by the leaves of a tree', async () => {
    for (const options of [{ exclusionZone: 2 }, { side: 'left', aggregation: 'max' }] as const) {
      const knn = new KNN(5, 2, options);
      const want = topAnomalies(knn.score(metric), 6, { separation: 5 });
      expect(want.length).toBe(6);
      expect(knn.top(metric, 6, { separation: 5 })).toEqual(want);
      const told: number[] = [];
      const onProgress = ({ done }: Progress): void => void told.push(done);
      expect(await knn.topAsync(metric, 6, { separation: 5, onProgress })).toEqual(want);
      expect(told.at(-1)).toBe(metric.length - 4);
    }
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(new KNN(5, 2).topAsync(metric, 6, { signal })).rejects.toThrow('enough');
  });

  test('of short series, by the definition', () => {
    const series = whiteNoise(300, 2);
    const rows = naiveNeighbors(series, 7, 3);
    expect(new KNN(7, 3).top(series, 9)).toEqual(naiveTop(scoreOf(rows, 300, 7), 9));
    expect(new KNN(7, 3).top(Array.from(series), 2, { separation: 7 })).toEqual(naiveTop(scoreOf(rows, 300, 7), 2, 7));
    expect(new KNN(7, 3).top([1, 2], 5)).toEqual([]);
    expect(new KNN(2, 1).top(new Float64Array(50), 5)).toEqual([]);
  });

  test('with any metric', () => {
    const series = whiteNoise(300, 3);
    const chebyshev = (a: Float64Array, b: Float64Array): number =>
      a.reduce((most, x, l) => Math.max(most, Math.abs(x - b[l]!)), 0);
    const knn = new KNN(5, 1, { metric: chebyshev });
    expect(knn.top(series, 3)).toEqual(topAnomalies(knn.score(series), 3));
  });
});

describe('topAsync and topRefine', () => {
  const want = byScores(metric, 40, 6, 40);
  const knn = new main.KNN(40, 2);

  test('give the places of top, by workers and on the calling thread', async () => {
    const told: Progress[] = [];
    const onProgress = (progress: Progress): void => void told.push(progress);
    expect(await knn.topAsync(metric, 6, { separation: 40, threads: 2, onProgress })).toEqual(want);
    expect(told.at(-1)).toMatchObject({ done: metric.length - 39, total: metric.length - 39, remaining: 0 });
    expect(told.at(-1)!.threads).toBeGreaterThan(0);
    for (const [p, { done }] of told.entries()) expect(done).toBeGreaterThanOrEqual(told[p - 1]?.done ?? 0);
    expect(await knn.topAsync(metric, 6, { separation: 40, threads: 1 })).toEqual(want);
  });

  test('go on where a worker dies, or none can be had', async () => {
    const { Worker } = await import('node:worker_threads');
    const dead = (): InstanceType<typeof Worker> => new Worker('process.exit(3)', { eval: true });
    expect(await knn.topAsync(metric, 6, { separation: 40, threads: 2, worker: dead })).toEqual(want);
    const script =
      "const { parentPort } = require('node:worker_threads'); parentPort.postMessage({ reply: 'loaded' });";
    const dying = `${script} let asked = 0; parentPort.on('message', () => { if (asked++ > 0) process.exit(3); parentPort.postMessage({ reply: undefined }); });`;
    const options = { separation: 40, threads: 2, worker: () => new Worker(dying, { eval: true }) };
    expect(await knn.topAsync(metric, 6, options)).toEqual(want);
  });

  test('where the search gives up, or is not begun', async () => {
    const levels = integers(66_000, 2);
    const told: number[] = [];
    const onProgress = ({ done }: Progress): void => void told.push(done);
    expect(await knn.topAsync(levels, 3, { onProgress })).toEqual(byScores(levels, 40, 3, 1));
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(await knn.topAsync(short, 3)).toEqual(byScores(short, 40, 3, 1));
  });

  test('tell bounds that never rise and places that are final above them', async () => {
    let before = Infinity;
    let last: unknown;
    for await (const { places, exact, bound, progress } of knn.topRefine(metric, 6, { separation: 40 })) {
      expect(bound).toBeLessThanOrEqual(before);
      before = bound;
      expect(progress.total).toBe(metric.length - 39);
      const final = places.filter(({ score }) => score >= bound);
      expect(final).toEqual(want.slice(0, final.length));
      last = { places, exact };
    }
    expect(last).toEqual({ places: want, exact: true });
  });

  test('keep to the series as it was, even if it changes while they search', async () => {
    for (const threads of [1, 2]) {
      const series = metric.slice();
      let places: Anomaly[] = [];
      for await (const found of knn.topRefine(series, 6, { separation: 40, threads })) {
        places = found.places;
        series.fill(7);
      }
      expect(places).toEqual(want);
    }
  });

  test('end when the signal is aborted, or the loop is left', async () => {
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(knn.topAsync(metric, 6, { signal: aborted })).rejects.toThrow('enough');
    for (const threads of [1, 2]) {
      const controller = new AbortController();
      const onProgress = (): void => controller.abort(new Error('stop'));
      const noise = whiteNoise(200_000, 3);
      await expect(knn.topAsync(noise, 6, { threads, signal: controller.signal, onProgress })).rejects.toThrow('stop');
    }
    for await (const { exact } of knn.topRefine(metric, 6, { threads: 2 })) {
      expect(exact).toBe(false);
      break;
    }
    expect(await knn.topAsync(metric, 6, { separation: 40, threads: 2 })).toEqual(want);
  });
});

describe('top refuses', () => {
  const knn = new KNN(3, 1);

  test('what is no number of places, no distance, no option', async () => {
    expect(() => knn.top([1, 2, 3], 0)).toThrow(new RangeError('n must be a positive integer, got 0'));
    expect(() => knn.top([1, 2, 3], '2' as never)).toThrow(TypeError);
    expect(() => knn.top([1, 2, 3], 1, { separation: 0.5 })).toThrow(/^separation must be a positive integer, got 0.5/);
    expect(() => knn.top([1, 2, 3], 1, { threads: 2 } as never)).toThrow(/options.threads is unknown/);
    expect(() => knn.top('abc' as never, 1)).toThrow(/^series must be/);
    expect(() => new KNN(3, 1, { missing: 'throw' }).top([1, NaN, 2, 3], 1)).toThrow(/series\[1\] is missing/);
    expect(() => new KNN(3, 1, { side: 'left' }).top([1, 2, 3], 1, { reference: [1, 2, 3] })).toThrow(/side does not/);
    await expect(knn.topAsync([1, 2, 3], 1, { threads: 0 })).rejects.toThrow(/threads must be a positive integer/);
    await expect(knn.topAsync([1, 2, 3], -1)).rejects.toThrow(RangeError);
  });
});

describe('bundles', () => {
  const inputsOf = async (contents: string): Promise<string[]> => {
    const stdin = { contents, resolveDir: new URL('..', DIST).pathname, loader: 'js' } as const;
    const settings = {
      bundle: true,
      write: false,
      metafile: true,
      splitting: true,
      format: 'esm',
      outdir: 'x',
    } as const;
    const { metafile } = await esbuild.build({ stdin, ...settings, logLevel: 'silent' });
    // What is loaded at once: the entry, and the chunks that it imports by a statement.
    const loaded = Object.entries(metafile.outputs).filter(([, { entryPoint }]) => entryPoint === '<stdin>');
    for (const [, { imports }] of loaded) {
      for (const { path, kind } of imports)
        if (kind === 'import-statement') loaded.push([path, metafile.outputs[path]!]);
    }
    return loaded.flatMap(([, { inputs }]) => Object.keys(inputs));
  };

  test('of KNN leave the search to a file of its own, those of knn-anomaly/top hold it', async () => {
    const search = 'dist/search/top/search.js';
    const isSearch = (file: string): boolean => file.endsWith(search);
    expect((await inputsOf("import { KNN } from './dist/index.js'; console.log(KNN);")).some(isSearch)).toBe(false);
    expect((await inputsOf("import './dist/top.js';")).some(isSearch)).toBe(true);
  });
});
