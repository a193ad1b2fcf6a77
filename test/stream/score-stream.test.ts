// Streams of values to streams of scores: iterables, Web streams and the streams of Node, with what goes wrong on the way.
import { Duplex, PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import type { Series, Value } from '../../src/core/series.ts';
import { KNN } from '../../src/knn/knn.ts';
import { scoreStream, scoreTransform } from '../../src/stream/score-stream.ts';
import { StreamingKNN } from '../../src/stream/streaming-knn.ts';
import { gaps } from '../support/series.ts';

const series = Array.from(gaps(300));
/** The law: a stream with a long history is the left-sided batch. */
const expected = new KNN(3, 2, { side: 'left' }).score(series);

const detector = (): StreamingKNN => new StreamingKNN(3, 2);

/** Lists of 1, 2, 3, … values, none of them empty but the second. */
function chunksOf<T>(make: (values: number[]) => T): T[] {
  const chunks = [make(series.slice(0, 1)), make([])];
  for (let from = 1, size = 2; from < series.length; from += size++) chunks.push(make(series.slice(from, from + size)));
  return chunks;
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** The items before the error, and the error. */
async function collectFailing(source: AsyncIterable<unknown>): Promise<{ items: unknown[]; error: unknown }> {
  const items: unknown[] = [];
  try {
    for await (const item of source) items.push(item);
  } catch (error) {
    return { items, error };
  }
  throw new Error('there was no error');
}

function streamOf<T>(items: Iterable<T>): ReadableStream<T> {
  return new ReadableStream({
    start(controller) {
      for (const item of items) controller.enqueue(item);
      controller.close();
    },
  });
}

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await new Promise(setImmediate);
    yield item;
  }
}

describe('scoreStream(source, detector)', () => {
  test.each<[string, () => AsyncIterable<number> | Iterable<number>]>([
    ['an array', () => series],
    ['a typed array', () => Float64Array.from(series)],
    ['a set', () => new Set(series.map((x, t) => (Number.isNaN(x) ? x : x + t / 1024)))],
    ['a generator', () => series.values()],
    ['an async generator', () => later(series)],
    ['a Web stream', () => streamOf(series)],
    ['a Node stream', () => Readable.from(series)],
  ])('scores the values of %s', async (name, source) => {
    const scores = await collect(scoreStream(source(), detector()));
    if (name === 'a set') expect(scores).toEqual(detector().learn(source() as Iterable<number>));
    else expect(scores).toEqual(expected);
  });

  test('knows every kind of missing value', async () => {
    const values: Value[] = [1, 2, null, 1, 2, undefined, 1, 2, NaN, Infinity, 2 ** 501, 1, 3];
    const scores = await collect(scoreStream(values, new StreamingKNN(2, 1)));
    expect(scores).toEqual(new KNN(2, 1, { side: 'left' }).score(values));
  });

  test('gives a list of numbers for a list, a Float64Array for a typed array, of the same lengths', async () => {
    const arrays = await collect(
      scoreStream(
        chunksOf((values) => values),
        detector(),
      ),
    );
    expect(arrays.every(Array.isArray)).toBe(true);
    expect(arrays.map(({ length }) => length)).toEqual(chunksOf(({ length }) => length));
    expect(arrays.flat()).toEqual(expected);
    const floats = chunksOf((values) => Float64Array.from(values));
    const typed = await collect(scoreStream(floats, detector()));
    expect(typed.every((scores) => scores instanceof Float64Array)).toBe(true);
    expect(typed.flatMap((scores) => Array.from(scores))).toEqual(expected);
    const [scores] = await collect(scoreStream([{ 0: 1, 1: 4, length: 2 }], new StreamingKNN(1, 1)));
    expect(scores).toEqual([0, 3]);
  });

  test('scores each value before the next is read', async () => {
    const log: string[] = [];
    const source = function* (): Generator<number> {
      for (const x of [5, 6, 7]) {
        log.push(`value ${x}`);
        yield x;
      }
    };
    for await (const score of scoreStream(source(), new StreamingKNN(1, 1))) log.push(`score ${score}`);
    expect(log).toEqual(['value 5', 'score 0', 'value 6', 'score 1', 'value 7', 'score 1']);
  });

  test('closes the source when the consumer leaves', async () => {
    const closed: string[] = [];
    const generator = (function* () {
      try {
        for (;;) yield 1;
      } finally {
        closed.push('generator');
      }
    })();
    for await (const _ of scoreStream(generator, detector())) break;
    const readable = Readable.from(series);
    for await (const _ of scoreStream(readable, detector())) break;
    const web = new ReadableStream<number>({
      pull: (controller) => controller.enqueue(1),
      cancel: () => void closed.push('web'),
    });
    for await (const _ of scoreStream(web, detector())) break;
    expect(closed).toEqual(['generator', 'web']);
    expect(readable.destroyed).toBe(true);
  });

  test('passes an error of the source on as it is, and an error closes nothing twice', async () => {
    const problem = new Error('the sensor is gone');
    const source = (async function* () {
      yield* [1, 2];
      throw problem;
    })();
    const { items, error } = await collectFailing(scoreStream(source, new StreamingKNN(1, 1)));
    expect(items).toEqual([0, 1]);
    expect(error).toBe(problem);
  });

  test.each<[string, unknown[], unknown[], string]>([
    ['text', [1, 2, '3'], [0, 1], 'source[2]: x must be a number, null or undefined, got string "3"'],
    ['a bigint', [1n], [], 'source[0]: x must be a number, null or undefined, got bigint 1'],
    ['an object', [1, {}], [0], 'source[1]: x must be a number, missing, or an array of these, got an object (Object)'],
    [
      'text in a chunk',
      [
        [1, 2],
        [3, 4, '5'],
      ],
      [
        [0, 1],
        [1, 1],
      ],
      'source[4]: x must be a number',
    ],
    ['a list of lists', [[[1]]], [], 'source[0]: x must be a number, null or undefined, got an array'],
    ['bigints', [new BigInt64Array(2)], [], 'source[0]: x must be a number, null or undefined, got bigint 0'],
    ['bytes of text', [Buffer.from('1\n2\n')], [], 'source[0]: x must be a number, missing, or an array of these, got'],
  ])('names the index of %s, after the scores before it', async (_name, source, scores, message) => {
    const { items, error } = await collectFailing(scoreStream(source as number[], new StreamingKNN(1, 1)));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(message);
    expect(items).toEqual(scores);
  });

  test('keeps the kind of the detector’s error, and one that is not ours', async () => {
    const strict = new StreamingKNN(1, 1, { missing: 'throw' });
    const { items, error } = await collectFailing(scoreStream([Float64Array.of(1, 2, NaN, 4)], strict));
    expect(items).toEqual([Float64Array.of(0, 1)]);
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).message).toMatch(/^source\[2\]: x is missing/);
    expect(strict.update(9)).toBe(7); // it has learned what was answered, and nothing else
    const problem = new Error('out of paper');
    const broken = {
      update() {
        throw problem;
      },
    };
    expect((await collectFailing(scoreStream([1], broken))).error).toBe(problem);
  });

  test('checks its arguments when it is called', () => {
    expect(() => scoreStream(5 as never, detector())).toThrow(new TypeError('source must be iterable, got number 5'));
    expect(() => scoreStream(null as never, detector())).toThrow('source must be iterable, got null');
    expect(() => scoreStream([1], {} as never)).toThrow(
      new TypeError('detector must have a method update, got an object (Object)'),
    );
    expect(() => scoreTransform(undefined as never)).toThrow('detector must have a method update, got undefined');
  });
});

describe('scoreTransform(detector)', () => {
  test('gives a score for a value', async () => {
    const scores = streamOf<Value>(series).pipeThrough(scoreTransform(detector()));
    expect(await collect(scores)).toEqual(expected);
    const missing = streamOf<Value>([1, null, undefined, 3]).pipeThrough(scoreTransform(new StreamingKNN(1, 1)));
    expect(await collect(missing)).toEqual([0, NaN, NaN, 2]);
  });

  test('gives a chunk for a chunk, of its kind', async () => {
    const arrays = streamOf(chunksOf((values) => values)).pipeThrough(scoreTransform<number[]>(detector()));
    expect((await collect(arrays)).flat()).toEqual(expected);
    const floats = streamOf(chunksOf((values) => Float32Array.from(values)));
    const scores = floats.pipeThrough(scoreTransform<Float32Array>(new StreamingKNN(1, 1)));
    for (const chunk of await collect(scores)) expect(chunk).toBeInstanceOf(Float64Array);
  });

  test('answers each value before the next is written', async () => {
    const { readable, writable } = scoreTransform(new StreamingKNN(1, 1));
    const writer = writable.getWriter();
    const reader = readable.getReader();
    for (const [x, score] of [
      [3, 0],
      [5, 2],
      [4, 1],
    ] as const) {
      const read = reader.read();
      await writer.write(x);
      expect(await read).toEqual({ value: score, done: false });
    }
    await writer.close();
    expect(await reader.read()).toEqual({ value: undefined, done: true });
  });

  test('reads no faster than the scores are taken', async () => {
    let pulled = 0;
    const source = new ReadableStream<number>({ pull: (controller) => controller.enqueue(pulled++) });
    const reader = source.pipeThrough(scoreTransform(new StreamingKNN(1, 1))).getReader();
    for (let t = 0; t < 10; t++) await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pulled).toBeLessThan(20);
    await reader.cancel();
  });

  test('an error ends both sides, with the index', async () => {
    const cancelled: unknown[] = [];
    let t = 0;
    const source = new ReadableStream<Value>({
      pull: (controller) => controller.enqueue(t++ === 3 ? ('x' as never) : t),
      cancel: (reason) => void cancelled.push(reason),
    });
    const { items, error } = await collectFailing(source.pipeThrough(scoreTransform(new StreamingKNN(1, 1))));
    expect(items).toEqual([0, 1, 1]);
    expect((error as Error).message).toBe('source[3]: x must be a number, null or undefined, got string "x"');
    await new Promise(setImmediate);
    expect(cancelled).toEqual([error]);
  });
});

describe('with the streams of Node', () => {
  /** With a higher mark Node crashes when a value is refused: nodejs/node#62199. */
  const DUPLEX = { objectMode: true, highWaterMark: 1 };

  const WAYS: [string, (readable: Readable, writable: Writable) => Promise<void>][] = [
    ['scoreStream', (from, to) => pipeline(from, (values) => scoreStream<number>(values, detector()), to)],
    [
      'Duplex.from',
      (from, to) =>
        pipeline(
          from,
          Duplex.from((values: Readable) => scoreStream<number>(values, detector())),
          to,
        ),
    ],
    ['Duplex.fromWeb', (from, to) => pipeline(from, Duplex.fromWeb(scoreTransform(detector()), DUPLEX), to)],
  ];

  /** A Writable that takes its time. */
  function slow(taken: unknown[], delay = 0): Writable {
    return new Writable({
      objectMode: true,
      highWaterMark: 4,
      write(item, _encoding, done) {
        taken.push(item);
        if (delay > 0) setTimeout(done, delay);
        else setImmediate(done);
      },
    });
  }

  test.each(WAYS)('scores what is piped through: %s', async (_name, run) => {
    const taken: unknown[] = [];
    await run(Readable.from(series), slow(taken));
    expect(taken).toEqual(expected);
  });

  test('chunks pass a pipeline as chunks', async () => {
    const taken: Float64Array[] = [];
    const chunks = Readable.from(chunksOf((values) => Float64Array.from(values)));
    await pipeline(chunks, (values) => scoreStream<Float64Array>(values, detector()), slow(taken));
    expect(taken.flatMap((chunk) => Array.from(chunk))).toEqual(expected);
  });

  test('Readable.toWeb and Writable.toWeb carry values and scores', async () => {
    const taken: unknown[] = [];
    const readable = Readable.toWeb(Readable.from(series));
    await readable.pipeThrough(scoreTransform(detector())).pipeTo(Writable.toWeb(slow(taken)));
    expect(taken).toEqual(expected);
  });

  test('Readable.from makes a stream of the scores', async () => {
    const through = Readable.from(scoreStream(series, detector())).pipe(new PassThrough({ objectMode: true }));
    expect(await collect(through)).toEqual(expected);
  });

  test.each(WAYS)('a slow writer holds the reader back: %s', async (_name, run) => {
    let given = 0;
    const taken: unknown[] = [];
    let most = 0;
    const source = new Readable({
      objectMode: true,
      highWaterMark: 4,
      read() {
        most = Math.max(most, given - taken.length);
        this.push(given < 400 ? given++ % 7 : null);
      },
    });
    await run(source, slow(taken));
    expect(taken).toHaveLength(400);
    expect(most).toBeLessThan(100); // what the buffers between them hold
  });

  test.each(WAYS)('errors pass through in both directions: %s', async (_name, run) => {
    const bad = Readable.from([1, 2, 'three', 4]);
    await expect(run(bad, slow([]))).rejects.toThrow('source[2]: x must be a number');
    expect(bad.destroyed).toBe(true);

    const broken = Readable.from(
      (async function* () {
        yield 1;
        throw new Error('no more data');
      })(),
    );
    const writable = slow([]);
    await expect(run(broken, writable)).rejects.toThrow('no more data');
    expect(writable.destroyed).toBe(true);

    const endless = Readable.from(
      (function* () {
        for (;;) yield 1;
      })(),
    );
    const full = new Writable({ objectMode: true, write: (_item, _encoding, done) => done(new Error('disk full')) });
    await expect(run(endless, full)).rejects.toThrow('disk full');
    expect(endless.destroyed).toBe(true);
  });

  test('a chunk costs a fraction of its values', async () => {
    // Not a benchmark: it would notice a path that takes chunks apart.
    const counts = { single: 0, chunks: 0 };
    const counting = (name: keyof typeof counts) => ({
      update: (x: Value) => {
        counts[name]++;
        return x ?? NaN;
      },
    });
    const chunk: Series = new Float64Array(10_000);
    let items = 0;
    for await (const _ of scoreStream([chunk, chunk], counting('chunks'))) items++;
    expect([items, counts.chunks]).toEqual([2, 20_000]);
  });
});
