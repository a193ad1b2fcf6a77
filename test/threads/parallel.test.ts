// scoreAsync: the bits of score, whoever computes them; and how it ends.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { KNNOptions, Progress, Series, ThreadOptions, WorkerLike } from '../../src/index.ts';
import { DIST, main, metrics } from '../support/built.ts';
import { gaps, generators, randomWalk, serverMetric, steps, whiteNoise } from '../support/series.ts';

const { KNN } = main;
const { mahalanobis, manhattan } = metrics;

afterEach(() => vi.restoreAllMocks());

function expectSameBits(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  const at = Array.from(actual).findIndex((score, t) => !Object.is(score, expected[t]));
  expect([at, actual[at]]).toEqual([-1, expected[at]]);
}

/** What a promise is rejected with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const result = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in result) throw new Error('the promise was fulfilled');
  return result.error;
}

/** A factory of our workers that remembers them. */
function watched(): { worker: () => Worker; workers: Worker[]; ends: Promise<unknown>[] } {
  const workers: Worker[] = [];
  const ends: Promise<unknown>[] = [];
  const worker = (): Worker => {
    const made = new Worker(new URL('threads/worker.js', DIST));
    workers.push(made);
    ends.push(once(made, 'exit'));
    return made;
  };
  return { worker, workers, ends };
}

/** A factory of workers with a script of their own. */
const scripted = (script: string) => (): Worker =>
  new Worker(`const { parentPort } = require('node:worker_threads'); ${script}`, { eval: true });

const LOADED = "parentPort.postMessage({ reply: 'loaded' });";

const walk = randomWalk(2600);
const long = whiteNoise(100_000);

describe('scoreAsync(series) gives the bits of score(series)', () => {
  const reference = serverMetric(2300, 5);
  const cases: [name: string, options: KNNOptions, series?: Series, reference?: Series][] = [
    ['by default', {}],
    ['along diagonals', { engine: 'diagonal' }],
    ['by a tree', { engine: 'kdtree' }],
    ['by brute force', { engine: 'brute' }],
    ['with an exclusion zone', { exclusionZone: 10, aggregation: 'max', engine: 'diagonal' }],
    ['of left neighbors', { side: 'left', aggregation: 'median', engine: 'diagonal' }],
    ['of left neighbors by a tree', { side: 'left', exclusionZone: 3, engine: 'kdtree' }],
    ['of centered windows', { normalize: 'mean' }],
    ['of z-scored windows', { normalize: 'zscore' }],
    ['of z-scored windows along diagonals', { normalize: 'zscore', engine: 'diagonal' }, steps(2500)],
    ['of centered windows along diagonals', { normalize: 'mean', engine: 'diagonal', side: 'left' }],
    ['of every pair in tiles', { metric: mahalanobis(), normalize: 'zscore', engine: 'brute' }, gaps(2500)],
    ['with a Mahalanobis metric', { metric: mahalanobis() }],
    ['with a fitted Mahalanobis metric', { metric: mahalanobis.fit(serverMetric(2000), 12) }],
    ['with a Mahalanobis metric, all windows equal', { metric: mahalanobis() }, new Float64Array(2500)],
    ['against a reference', {}, walk, reference],
    ['against a reference along diagonals', { engine: 'diagonal' }, walk, reference],
    ['against a reference, whitened', { metric: mahalanobis({ covariance: 'pinv' }) }, walk, reference],
    ...Object.entries(generators).map(([name, generate]): [string, KNNOptions, Series] => [
      `of ${name}`,
      {},
      generate(2500),
    ]),
  ];

  for (const [c, [name, options, series = walk, memory]] of cases.entries()) {
    const threads = 2 + (c % 2);
    test(`${name}, ${threads} threads`, async () => {
      const knn = new KNN(12, 3, options);
      const given = memory === undefined ? {} : { reference: memory };
      const expected = knn.score(series, given);
      let last: Progress | undefined;
      const onProgress = (progress: Progress): void => void (last = progress);
      expectSameBits(await knn.scoreAsync(series, { ...given, threads, onProgress }), expected);
      expect(last!.threads).toBeGreaterThan(0);
      expectSameBits(await knn.scoreAsync(series, given), expected); // on the calling thread
      if (memory !== undefined) expectSameBits(await knn.fit(memory).scoreAsync(series, { threads }), expected);
    });
  }

  test.each(['diagonal', 'kdtree'] as const)(
    'of a longer series by engine %s: many parts, every thread',
    async (engine) => {
      const series = serverMetric(20_000);
      const knn = new KNN(16, 5, { engine });
      const expected = knn.score(series);
      for (const threads of [1, 2, 3]) expectSameBits(await knn.scoreAsync(series, { threads }), expected);
    },
  );

  test('of windows that become points, and of normalized ones, by a tree that is built by several', async () => {
    for (const [w, options] of [
      [5, { exclusionZone: 2 }],
      [1, { side: 'left' }],
      [40, {}],
      [40, { normalize: 'zscore', exclusionZone: 5 }],
      [6, { normalize: 'mean', metric: mahalanobis() }],
    ] as const) {
      for (const series of [serverMetric(9000), gaps(3000), randomWalk(40)]) {
        const knn = new KNN(w, 4, { ...options, engine: 'kdtree' });
        const expected = knn.score(series);
        for (const threads of [2, 3, 5]) expectSameBits(await knn.scoreAsync(series, { threads }), expected);
      }
    }
  });

  test('along diagonals whose thresholds and candidates threads share, on any series', async () => {
    for (const [name, generate] of Object.entries(generators)) {
      for (const [w, k, options] of [
        [20, 3, {}],
        [12, 20, { normalize: 'zscore', exclusionZone: 5 }],
        [9, 1, { side: 'left', normalize: 'mean' }],
      ] as const) {
        const knn = new KNN(w, k, { ...options, engine: 'diagonal' });
        const series = generate(5000, 2);
        const found = await knn.scoreAsync(series, { threads: 3 });
        const at = knn.score(series).findIndex((score, t) => !Object.is(score, found[t]));
        expect([name, w, at]).toEqual([name, w, -1]);
      }
    }
  });

  test('where threads share no memory: each builds an index of its own', async () => {
    const isolated = "Object.defineProperty(globalThis, 'crossOriginIsolated', { value: false });";
    const worker = (): Worker => {
      const url = `data:text/javascript,${encodeURIComponent(`${isolated} await import('${new URL('threads/worker.js', DIST)}');`)}`;
      return new Worker(new URL(url));
    };
    for (const w of [5, 40]) {
      for (const engine of ['auto', 'kdtree', 'diagonal', 'brute'] as const) {
        const knn = new KNN(w, 3, { engine });
        const series = serverMetric(4000);
        const expected = knn.score(series);
        for (const threads of [2, 3]) expectSameBits(await knn.scoreAsync(series, { threads, worker }), expected);
      }
    }
  });

  test('with a function of your own as metric, on the calling thread', async () => {
    const knn = new KNN(4, 2, { metric: (a, b) => manhattan(a, b) });
    const series = walk.subarray(0, 900);
    const reports: Progress[] = [];
    const scores = await knn.scoreAsync(series, { threads: 2, onProgress: (progress) => reports.push(progress) });
    expectSameBits(scores, knn.score(series));
    expect(reports.at(-1)!.threads).toBe(0);
  });

  test('of nothing, of too little, of missing values only', async () => {
    const knn = new KNN(3, 2);
    for (const series of [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [NaN, NaN, NaN, NaN], [null, 1, undefined]]) {
      for (const threads of [1, 2]) expect(await knn.scoreAsync(series, { threads })).toEqual(knn.score(series));
    }
  });

  test('in the kind of the input, which may be changed meanwhile', async () => {
    const numbers = Array.from(walk);
    const expected = new KNN(5, 2).score(numbers);
    const typed = Float64Array.from(numbers);
    const singles = [new KNN(5, 2).scoreAsync(typed, { threads: 2 }), new KNN(5, 2).scoreAsync(typed)];
    const plain = new KNN(5, 2).scoreAsync(numbers, { threads: 2 });
    const against = new KNN(5, 2).scoreAsync(numbers, { reference: typed, threads: 2 });
    const expectedAgainst = new KNN(5, 2).score(numbers, { reference: typed });
    typed.fill(0);
    numbers.fill(0);
    for (const promise of singles) expect(await promise).toEqual(Float64Array.from(expected));
    expect(await plain).toEqual(expected);
    expect(await against).toEqual(expectedAgainst);
  });
});

describe('onProgress', () => {
  test('is told done of total, never falling, and once that all is done', async () => {
    for (const [n, threads] of [
      [50_000, 2],
      [15_000, 1],
    ] as const) {
      const reports: Progress[] = [];
      const knn = new KNN(50, 1);
      await knn.scoreAsync(long.subarray(0, n), { threads, onProgress: (progress) => reports.push(progress) });
      const numWindows = n - 49;
      expect(reports.map(({ total }) => total)).toEqual(reports.map(() => numWindows));
      const done = reports.map((progress) => progress.done);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(done.filter((windows) => windows === numWindows)).toEqual([numWindows]);
      for (const { rate, remaining } of reports.slice(0, -1)) expect([rate > 0, remaining > 0]).toEqual([true, true]);
      expect(reports.at(-1)!.remaining).toBe(0);
      expect(reports.at(-1)!.threads > 0).toBe(threads > 1);
    }
  });

  test('ends the work when it throws', async () => {
    const error = new Error('enough');
    const onProgress = (): never => {
      throw error;
    };
    const { worker, ends } = watched();
    expect(await rejection(new KNN(50, 1).scoreAsync(long, { threads: 2, worker, onProgress }))).toBe(error);
    expect(await Promise.all(ends)).toHaveLength(2);
    expect(await rejection(new KNN(5, 1).scoreAsync(walk, { onProgress }))).toBe(error);
  });
});

describe('signal', () => {
  test('that is aborted already: nothing is begun', async () => {
    const { worker, workers } = watched();
    const signal = AbortSignal.abort('no');
    expect(await rejection(new KNN(5, 1).scoreAsync(long, { signal, worker, threads: 2 }))).toBe('no');
    expect(workers).toEqual([]);
    expect(await rejection(new KNN(5, 1).scoreAsync(walk, { signal: AbortSignal.abort() }))).toMatchObject({
      name: 'AbortError',
    });
  });

  test('that is aborted while workers are loaded, or work: they are ended', async () => {
    for (const isEarly of [true, false]) {
      const { worker, ends } = watched();
      const controller = new AbortController();
      const abort = (): void => controller.abort(new RangeError('changed my mind'));
      const promise = new KNN(50, 1).scoreAsync(long, {
        signal: controller.signal,
        threads: 2,
        worker: () => {
          if (isEarly) queueMicrotask(abort);
          return worker();
        },
        onProgress: abort,
      });
      expect(await rejection(promise)).toEqual(new RangeError('changed my mind'));
      expect(await Promise.all(ends)).toHaveLength(2);
    }
  });

  test('that is aborted between slices on the calling thread', async () => {
    const controller = new AbortController();
    const promise = new KNN(5, 1, { metric: manhattan }).scoreAsync(walk, { signal: controller.signal });
    setImmediate(() => controller.abort());
    expect(await rejection(promise)).toMatchObject({ name: 'AbortError' });
  });

  test('that is aborted too late changes nothing, and is not listened to', async () => {
    const listeners = new Set<() => void>();
    const signal = {
      aborted: false,
      addEventListener: (_: 'abort', listener: () => void) => void listeners.add(listener),
      removeEventListener: (_: 'abort', listener: () => void) => void listeners.delete(listener),
    };
    for (const threads of [1, 2]) {
      expectSameBits(await new KNN(5, 1).scoreAsync(walk, { signal, threads }), new KNN(5, 1).score(walk));
      expect(listeners.size).toBe(0);
    }
  });
});

describe('errors', () => {
  test.each<[name: string, options: ThreadOptions, error: Error]>([
    ['threads: 0', { threads: 0 }, new RangeError('threads must be a positive integer, got 0')],
    ['threads: 1.5', { threads: 1.5 }, new RangeError('threads must be a positive integer, got 1.5')],
    ["threads: '2'", { threads: '2' as never }, new TypeError('threads must be a positive integer, got string "2"')],
    [
      'a signal that is none',
      { signal: {} as never },
      new TypeError('signal must be an AbortSignal, got an object (Object)'),
    ],
    ['a signal null', { signal: null as never }, new TypeError('signal must be an AbortSignal, got null')],
    ['onProgress: 1', { onProgress: 1 as never }, new TypeError('onProgress must be a function, got number 1')],
    ["worker: 'a.js'", { worker: 'a.js' as never }, new TypeError('worker must be a function, got string "a.js"')],
    [
      'an unknown option',
      { thread: 2 } as never,
      new RangeError('options.thread is unknown; known are reference, threads, signal, onProgress, worker'),
    ],
    ['options null', null as never, new TypeError('options must be an object, got null')],
  ])('%s', async (_, options, error) => {
    const caught = await rejection(new KNN(2, 1).scoreAsync([1, 2, 3], options));
    expect(caught).toEqual(error);
    expect(caught).toBeInstanceOf(error.constructor);
  });

  test('are those of score(series)', async () => {
    const bad: [options: KNNOptions, series: Series, reference?: Series][] = [
      [{}, ['a'] as never],
      [{}, 5 as never],
      [{ missing: 'throw' }, [1, 2, NaN]],
      [{}, [1, 2, 3], [1]],
      [{}, [1, 2, 3], null as never],
      [{ side: 'left' }, [1, 2, 3], [1, 2, 3]],
      [{ metric: mahalanobis({ covariance: 'empirical' }) }, [1, 2, 3, 4, 5]],
      [{ metric: () => NaN }, [1, 2, 3]],
    ];
    for (const [options, series, reference] of bad) {
      const knn = new KNN(2, 1, options);
      const given = reference === undefined ? {} : { reference };
      const thrown = await rejection((async () => knn.score(series, given))());
      const caught = await rejection(knn.scoreAsync(series, { ...given, threads: 2 }));
      expect(caught).toEqual(thrown);
      expect(caught).toBeInstanceOf((thrown as Error).constructor);
    }
  });

  test('of a worker keep their kind', async () => {
    const worker = scripted(
      `${LOADED} parentPort.on('message', () => parentPort.postMessage({ error: new RangeError('too much') }))`,
    );
    const error = await rejection(new KNN(2, 1).scoreAsync(walk, { threads: 2, worker }));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'too much' });
  });

  test('a worker that ends too early, or runs out of memory', async () => {
    const exits = scripted(`${LOADED} parentPort.on('message', () => process.exit(3))`);
    expect(await rejection(new KNN(2, 1).scoreAsync(walk, { threads: 2, worker: exits }))).toEqual(
      new Error('a worker ended before its work was done (exit code 3)'),
    );
    const hungry = (): Worker =>
      new Worker(
        "require('node:worker_threads').parentPort.postMessage({ reply: 'loaded' }); for (const a = []; ; ) a.push([1]);",
        { eval: true, resourceLimits: { maxOldGenerationSizeMb: 8 } },
      );
    const error = await rejection(new KNN(2, 1).scoreAsync(walk, { threads: 2, worker: hungry }));
    expect(error).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' });
  });

  test('of the worker factory', async () => {
    const error = new Error('no such file');
    const { worker, ends } = watched();
    let calls = 0;
    const second = (): Worker => {
      if (calls++ === 0) return worker();
      throw error;
    };
    expect(await rejection(new KNN(2, 1).scoreAsync(walk, { threads: 2, worker: second }))).toBe(error);
    expect(await Promise.all(ends)).toHaveLength(1);
    expect(await rejection(new KNN(2, 1).scoreAsync(walk, { threads: 2, worker: () => ({}) as never }))).toEqual(
      new TypeError('worker must return a Worker, got an object (Object)'),
    );
    expect(await rejection(new KNN(2, 1).scoreAsync(walk, { threads: 2, worker: () => undefined as never }))).toEqual(
      new TypeError('worker must return a Worker, got undefined'),
    );
  });
});

describe('where workers are refused', () => {
  const expected = new KNN(5, 1).score(walk);
  const threadsAtWork = async (worker?: () => WorkerLike): Promise<number> => {
    let threads = -1;
    const onProgress = (progress: Progress): void => void (threads = progress.threads);
    expectSameBits(await new KNN(5, 1).scoreAsync(walk, { threads: 2, worker, onProgress }), expected);
    return threads;
  };

  test('their module cannot be loaded: the calling thread does the work', async () => {
    expect(await threadsAtWork(() => new Worker(new URL('nothing.js', DIST)))).toBe(0);
  });

  test('only one of them can be loaded: it does the work', async () => {
    const { worker } = watched();
    let calls = 0;
    expect(await threadsAtWork(() => (calls++ === 0 ? new Worker(new URL('nothing.js', DIST)) : worker()))).toBe(1);
  });

  test('only one of them has memory for the job: it does the work', async () => {
    const { worker } = watched();
    let answer: (answer: unknown) => void = () => {};
    const calls: string[] = [];
    const poor = {
      on: (event: string, listener: (value: unknown) => void) => {
        if (event === 'message') answer = listener;
      },
      postMessage: (): void => {
        calls.push('asked');
        answer({ error: new RangeError('no memory') });
      },
      terminate: () => calls.push('ended'),
    };
    let first: Worker | undefined;
    const factory = (): WorkerLike => {
      if (first !== undefined) return poor;
      first = worker();
      first.once('message', () => setImmediate(() => answer({ reply: 'loaded' }))); // the first opens the job for all
      return first;
    };
    expect(await threadsAtWork(factory)).toBe(1);
    expect(calls).toEqual(['asked', 'ended']);
  });

  /** One worker of ours, which opens the job first, and one that answers by itself. */
  const withSecond = (answers: (message: object, tell: (event: string, value: unknown) => void) => void) => {
    const { worker, ends } = watched();
    const listeners: Record<string, (value: unknown) => void> = {};
    const tell = (event: string, value: unknown): void => listeners[event]!(value);
    const second: WorkerLike = {
      on: (event, listener) => void (listeners[event] = listener),
      postMessage: (message) => answers(message, tell),
      terminate: () => {},
    };
    let first: Worker | undefined;
    const factory = (): WorkerLike => {
      if (first !== undefined) return second;
      first = worker();
      let messages = 0;
      first.on('message', () => ++messages === 2 && tell('message', { reply: 'loaded' }));
      return first;
    };
    return { factory, ends };
  };

  test('one cannot take its share of an index: the other does all of it', async () => {
    const calls: string[] = [];
    const { factory } = withSecond((message, tell) => {
      calls.push(Object.keys(message)[0]!);
      tell('message', 'attach' in message ? { error: new RangeError('no memory') } : { reply: undefined });
    });
    const knn = new KNN(5, 1, { engine: 'kdtree' });
    let threads = 0;
    const onProgress = (progress: Progress): void => void (threads = progress.threads);
    expectSameBits(await knn.scoreAsync(long, { threads: 2, worker: factory, onProgress }), knn.score(long));
    expect([threads, calls]).toEqual([1, ['job', 'attach']]);
  });

  test('one cannot take part in diagonals that another has prepared: that one does all of it', async () => {
    const calls: string[] = [];
    const { factory } = withSecond((message, tell) => {
      calls.push(Object.keys(message)[0]!);
      tell('message', 'follow' in message ? { error: new RangeError('no memory') } : { reply: undefined });
    });
    const knn = new KNN(30, 2, { engine: 'diagonal' });
    const series = long.subarray(0, 20_000);
    let threads = 0;
    const onProgress = (progress: Progress): void => void (threads = progress.threads);
    expectSameBits(await knn.scoreAsync(series, { threads: 2, worker: factory, onProgress }), knn.score(series));
    expect([threads, calls]).toEqual([1, ['job', 'follow']]);
  });

  test('one is lost while it builds: the promise is rejected, and all are ended', async () => {
    const { factory, ends } = withSecond((message, tell) => {
      if ('build' in message) tell('exit', 4);
      else tell('message', { reply: undefined });
    });
    const promise = new KNN(5, 1, { engine: 'kdtree' }).scoreAsync(long, { threads: 2, worker: factory });
    expect(await rejection(promise)).toEqual(new Error('a worker ended before its work was done (exit code 4)'));
    expect(await Promise.all(ends)).toHaveLength(1);
  });
});

describe('a program that calls scoreAsync', () => {
  const run = async (code: string, ...args: string[]): Promise<string> => {
    const program = `import { KNN } from '${new URL('index.js', DIST)}';
      const alive = () => console.log(process.getActiveResourcesInfo().filter((name) => /Worker|Message/.test(name)).length);
      const series = Float64Array.from({ length: 60_000 }, (_, i) => (i * i * 31) % 1009);
      const score = async (values, options) => {
        let threads;
        const onProgress = (progress) => (threads = progress.threads);
        const scores = await new KNN(50, 1).scoreAsync(values, { threads: 2, onProgress, ...options });
        const expected = new KNN(50, 1).score(values);
        console.log(threads, 'threads', scores.every((score, t) => Object.is(score, expected[t])) ? 'right' : 'wrong');
      };
      ${code}`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      ...args,
      '--input-type=module',
      '-e',
      program,
    ]);
    return stdout + stderr;
  };

  test('is not kept alive by it', async () => {
    const code = `
      await new KNN(50, 1).scoreAsync(series, { threads: 2, onProgress: ({ threads }) => console.assert(threads > 0) });
      alive();
      const controller = new AbortController();
      const promise = new KNN(50, 1).scoreAsync(series, { threads: 2, signal: controller.signal });
      setTimeout(() => controller.abort(), 30);
      await promise.catch((error) => console.log(error.name));
      alive();
      for await (const { exact } of new KNN(50, 1).refine(series, { threads: 2 })) break;
      alive();
      await new KNN(50, 1).refine(series, { threads: 2 }).next(); // and never again
      console.log('end');`;
    expect(await run(code)).toBe('0\nAbortError\n0\n0\nend\n');
  });

  test('has one worker where a second cannot be started', async () => {
    const code = `
      const { Worker } = await import('node:worker_threads');
      let calls = 0;
      class Scarce extends Worker {
        constructor(...args) {
          if (calls++ > 0) throw new Error('EAGAIN');
          super(...args);
        }
      }
      const { getBuiltinModule } = process;
      process.getBuiltinModule = (name) => (name === 'node:worker_threads' ? { Worker: Scarce } : getBuiltinModule(name));
      await score(series);
      console.log(calls);`;
    expect(await run(code)).toBe('1 threads right\n2\n');
  });

  test('does the work on its own thread where none can be', async () => {
    expect(await run('process.getBuiltinModule = undefined; await score(series.subarray(0, 3000));')).toBe(
      '0 threads right\n',
    );
  });

  test('finds the workers of its last call again, as far as they are alive', async () => {
    const code = `
      const workers = [];
      process.on('worker', (worker) => workers.push(worker));
      await score(series);
      await score(series.subarray(0, 50_000));
      await score(series.map((x) => -x), { threads: 1 });
      console.log(workers.length);
      await workers[0].terminate();
      await score(series);
      console.log(workers.length);`;
    // One that has to be started may come too late.
    const expected = [2, 2, 1].map((threads) => `${threads} threads right\n`);
    expect(await run(code)).toMatch(new RegExp(`^${expected.join('')}2\n[12] threads right\n3\n$`));
  });

  test('has none left at once where they would keep it alive: in Deno', async () => {
    const code = `
      globalThis.Deno = {};
      let [started, ended] = [0, 0];
      process.on('worker', (worker) => {
        started++;
        worker.on('exit', () => ended++);
      });
      await score(series);
      for (let i = 0; i < 200 && ended < 2; i++) await new Promise((resolve) => setTimeout(resolve, 10));
      console.log(started, ended);`;
    expect(await run(code)).toBe('2 threads right\n2 2\n');
  });

  test('finds the memory of its last call again, whatever lies in it', async () => {
    const code = `
      const { Memory } = WebAssembly;
      let made = 0;
      WebAssembly.Memory = class extends Memory {
        constructor(description) {
          super(description);
          if (description.shared) made++;
        }
      };
      const jobs = [
        [60_000, 40, 1, (x) => Math.sin(x * x)], // time for both workers to start
        [40_000, 5, 5, (x) => x * 1e147],
        [39_999, 3, 20, (x) => (x % 97 < 2 ? NaN : x)],
        [30_001, 12, 3, (x) => Math.sin(x)], // projections
        [30_010, 8, 2, (x) => x % 7],
        [40_003, 40, 2, (x) => x], // diagonals
        [40_003, 2, 1, (x) => 1e-150 * x],
        [5003, 5, 5, (x) => x], // too short for so much memory
        [6007, 4, 7, (x) => (x < 9 ? null : x)],
      ];
      for (const [n, w, k, f] of jobs) {
        const knn = new KNN(w, k, { engine: w === 40 ? 'diagonal' : 'kdtree' });
        const values = Array.from(series.subarray(0, n), f);
        const expected = new KNN(w, k, { engine: 'diagonal' }).score(values); // needs no index
        const scores = await knn.scoreAsync(values, { threads: 2 });
        console.log(scores.every((score, t) => Object.is(score, expected[t])));
      }
      console.log(made);`;
    const answers = (await run(code)).trim().split('\n');
    expect(answers.slice(0, -1)).toEqual(Array(9).fill('true'));
    expect(Number(answers.at(-1))).toBeLessThan(7); // a thread that is late loses it
  });

  test('has none left some seconds after it, and no more than processors before', async () => {
    const code = `
      import { availableParallelism } from 'node:os';
      const { setTimeout: later } = globalThis;
      globalThis.setTimeout = (f, ms) => later(f, ms === 5000 ? 3000 : ms);
      let [started, ended] = [0, 0];
      process.on('worker', (worker) => {
        started++;
        worker.on('exit', () => ended++);
      });
      await Promise.all([1, 2, 3].map(() => score(series.subarray(0, 20_000))));
      const soon = async (isTrue) => {
        for (let i = 0; i < 200 && !isTrue(); i++) await new Promise((resolve) => later(resolve, 50));
        return isTrue();
      };
      console.log(started, await soon(() => started - ended <= availableParallelism()));
      console.log(ended, await soon(() => started === ended));`;
    expect(await run(code)).toMatch(/^([12] threads right\n){3}6 true\n[0-5] true\n$/);
  });

  test('starts nothing when it only imports the package', async () => {
    expect(await run('alive();')).toBe('0\n');
  });
});
