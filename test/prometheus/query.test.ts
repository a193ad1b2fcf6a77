// queryRange: what is asked, what is asked again, and what is refused.
import { describe, expect, test } from 'vitest';
import { Server } from '../../src/prometheus/call.ts';
import { readRange, SeriesPool } from '../../src/prometheus/query.ts';
import { labelsOfKey, QueryError, queryRange, type RangeChunk, seriesKey } from '../../src/prometheus.ts';
import { type Asked, type FakeSeries, fakeFetch, success } from '../support/fake-prometheus.ts';

const URL = 'http://prometheus.test:9090';
const RANGE = { query: 'load', start: 0, end: 600, step: 60 };

const series = (count: number): FakeSeries[] =>
  Array.from({ length: count }, (_, s) => ({ labels: { s: String(s) }, valueAt: (time) => time + s }));

async function all(options: Partial<Parameters<typeof queryRange>[0]>): Promise<RangeChunk[]> {
  const chunks: RangeChunk[] = [];
  for await (const chunk of queryRange({ url: URL, retries: 1, ...RANGE, ...options })) chunks.push(chunk);
  return chunks;
}

const ANSWER = `{"status":"success","data":{"resultType":"matrix","result":[${[0, 1, 2]
  .map((s) => `{"metric":{"s":"${s}"},"values":[[0,"1"],[60,"2"]]}`)
  .join(',')}]}}`;

/** A body that begins with a text; `then` says how it goes on. */
function streamOf(
  text: string,
  then: (controller: ReadableStreamDefaultController<Uint8Array>) => void,
  onCancel = (): void => {},
): ReadableStream<Uint8Array> {
  const parts = [new TextEncoder().encode(text)];
  return new ReadableStream({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) then(controller);
      else controller.enqueue(part);
    },
    cancel: onCancel,
  });
}

/** An answer that fails so many times, then none of its own. */
function failing(times: number, answer: () => Response): () => Response | undefined {
  let left = times;
  return () => (left-- > 0 ? answer() : undefined);
}

test('values stand at their steps, missing ones are NaN, infinite ones are infinite', async () => {
  const valueAt = (time: number): number => [0.1, NaN, Infinity, -Infinity, 1e-300][time / 60]!;
  const fetch = fakeFetch([{ labels: { a: 'x' }, valueAt }]);
  const [chunk] = await all({ end: 240, fetch });
  expect(chunk).toMatchObject({ from: 0, step: 60, count: 5 });
  expect(Array.from(chunk!.series[0]!.values)).toEqual([0.1, NaN, Infinity, -Infinity, 1e-300]);
});

test('no call asks for more than maxSamples values or 11 000 steps; together they are all steps, once', async () => {
  for (const [numSeries, maxSamples, numSteps] of [
    [7, 40, 100],
    [7, 1, 12],
    [1, 1e6, 30_000],
    [0, 10, 25_000],
  ]) {
    const calls: Asked[] = [];
    const fetch = fakeFetch(series(numSeries!), (asked) => void calls.push(asked));
    const chunks = await all({ end: (numSteps! - 1) * 60, maxSamples: maxSamples!, fetch });
    const counts = chunks.map(({ count }) => count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(numSteps);
    expect(Math.max(...counts)).toBeLessThanOrEqual(11_000);
    if (numSeries! > 0) expect(Math.max(...counts)).toBeLessThanOrEqual(Math.max(1, maxSamples! / numSeries!));
    expect(chunks.map(({ from }) => from)).toEqual(
      counts.map((_, c) => 60 * counts.slice(0, c).reduce((a, b) => a + b, 0)),
    );
    expect(calls[0]!.query).toBe('count(\nload\n)');
    expect((Number(calls[0]!.end) - Number(calls[0]!.start)) / Number(calls[0]!.step)).toBeLessThan(50);
  }
});

describe('an answer that may come later is asked for again', () => {
  const busy = (status: number) => () => Response.json({ status: 'error', error: 'busy' }, { status });
  test.each([
    ['503', busy(503)],
    ['429', busy(429)],
    ['500 with a page', () => new Response('<html>', { status: 500 })],
    ['a part of it', () => success({ resultType: 'matrix', result: [] }, { warnings: ['store a: timeout'] })],
    ['a part of it with VictoriaMetrics', () => success({ resultType: 'matrix', result: [] }, { isPartial: true })],
    ['a text that ends early', () => new Response(ANSWER.slice(0, -3))],
    [
      'a connection that ends early',
      () => new Response(streamOf(ANSWER.slice(0, 100), (c) => c.error(new Error('reset')))),
    ],
  ])('%s', async (_, answer) => {
    const fetch = fakeFetch(series(1), failing(1, answer));
    expect(await all({ fetch })).toHaveLength(1);
    const error = await all({ fetch: fakeFetch([], failing(9, answer)) }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(QueryError);
    expect((error as QueryError).isTemporary).toBe(true);
  });

  test('a refused connection, and at once of the next address', async () => {
    const asked: string[] = [];
    const good = fakeFetch(series(1));
    const fetch: typeof good = async (url, init) => {
      asked.push(new globalThis.URL(url).host);
      if (url.includes('//a')) throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
      return await good(url, init);
    };
    expect(await all({ url: ['http://a', 'http://b/prefix/'], fetch })).toHaveLength(1);
    expect(asked).toEqual(['a', 'b', 'b']); // b answered, so it stays
    await expect(all({ url: 'http://a', fetch, retries: 0 })).rejects.toThrow('http://a: not reached: ECONNREFUSED');
  });

  test('an answer that takes too long', async () => {
    const fetch = (_: string, { signal }: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(new Error('aborted'))));
    await expect(all({ fetch, timeout: 0.05, retries: 0 })).rejects.toThrow('no answer within 0.05 s');
  });
});

describe('a body that does not end', () => {
  /** Its first series are there; then nothing comes until the signal, as with `fetch`. */
  const endless = async (_: string, { signal }: RequestInit): Promise<Response> =>
    new Response(
      streamOf(ANSWER.slice(0, -40), (c) => signal!.addEventListener('abort', () => c.error(signal!.reason))),
    );

  test('is given up when it takes too long', async () => {
    await expect(all({ fetch: endless, timeout: 0.05, retries: 0 })).rejects.toThrow('no answer within 0.05 s');
  });

  test('is given up when the caller ends it', async () => {
    const stop = new AbortController();
    const reading = all({ fetch: endless, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 20);
    await expect(reading).rejects.toThrow('enough');
  });

  test('is ended by a series that is refused', async () => {
    let numEnded = 0;
    const text = ANSWER.replaceAll('[0,"1"]', '[7,"1"]').slice(0, -40);
    const fetch = async (): Promise<Response> =>
      new Response(
        streamOf(
          text,
          () => {},
          () => numEnded++,
        ),
      );
    await expect(all({ fetch })).rejects.toThrow('answers with the time 7, which was not asked for');
    expect(numEnded).toBeGreaterThan(0);
  });
});

test('chunks that are kept stay as they are; an attempt that failed leaves nothing behind', async () => {
  const result = [
    { metric: { s: '0' }, values: [[0, '99']] },
    { metric: { gone: 'x' }, values: [[0, '99']] },
  ];
  const partial = failing(2, () => success({ resultType: 'matrix', result }, { warnings: ['store a: timeout'] }));
  const fetch = fakeFetch(series(2), ({ query }) => (query === 'load' ? partial() : undefined));
  const chunks = await all({ fetch, maxSamples: 4, retries: 3 });
  expect(chunks.map(({ from, count }) => [from, count])).toEqual(
    [0, 120, 240, 360, 480, 600].map((from) => [from, from < 600 ? 2 : 1]),
  );
  for (const { from, count, series: found } of chunks) {
    const expected = [0, 1].map((s) => [`s="${s}"`, ...[from + s, from + 60 + s].slice(0, count)]);
    expect(found.map(({ key, values }) => [key, ...values])).toEqual(expected);
  }
});

test('a chunk of a pool is what it is without one, whatever was in its arrays before', async () => {
  const gappy: FakeSeries[] = Array.from({ length: 9 }, (_, s) => ({
    labels: { s: String(s) },
    valueAt: (time) => (((time / 60) * 7 + s * 5) % 11 < 6 ? time + s : NaN),
  }));
  const failures = failing(3, () =>
    success({ resultType: 'matrix', result: [{ metric: {}, values: [[0, '9']] }] }, { isPartial: true }),
  );
  const fetch = fakeFetch(gappy, ({ query, start }) => (query === 'load' && start === '0' ? failures() : undefined));
  const range = { start: 0, end: 6000, step: 60, maxSamples: 50 };
  const pool = new SeriesPool();
  const kept: RangeChunk[] = [];
  for await (const chunk of readRange(new Server({ url: URL, fetch: fakeFetch(gappy) }), 'load', range))
    kept.push(chunk);
  const seen = new Set<Float64Array>();
  for (let round = 0; round < 2; round++) {
    let number = 0;
    for await (const chunk of readRange(new Server({ url: URL, fetch }), 'load', { ...range, pool })) {
      expect(chunk).toEqual(kept[number++]);
      for (const { values } of chunk.series) seen.add(values);
    }
  }
  expect(seen.size).toBeLessThan(5 * gappy.length); // one array for each series; the counts and the last chunks have others
});

test('a client whose answers have no web stream, and an answer without a body', async () => {
  const good = fakeFetch(series(2));
  const fetch: typeof good = async (url, init) => {
    const response = await good(url, init);
    const { status, headers } = response;
    return { status, headers, body: {}, text: () => response.text() } as unknown as Response;
  };
  expect(await all({ fetch })).toEqual(await all({ fetch: good }));
  await expect(all({ fetch: async () => new Response(null, { status: 204 }) })).rejects.toThrow(
    'answers 204 with nothing',
  );
});

describe('what would fail again is not asked again', () => {
  test.each([
    [
      'the server says no',
      () => Response.json({ status: 'error', error: 'parse error' }, { status: 400 }),
      '400: parse error',
    ],
    [
      'no JSON',
      () => new Response('<html>Log in</html>'),
      'answers 200 with "<html>Log in</html>", which is no answer',
    ],
    [
      'no access',
      () => new Response('', { status: 401 }),
      'answers 401 with nothing, which is no answer of its interface: are the headers right?',
    ],
    [
      'a redirect',
      () => new Response('', { status: 301, headers: { location: 'https://x' } }),
      'a redirect to https://x: give that address',
    ],
    [
      'another kind',
      () => success({ resultType: 'vector', result: [] }),
      'answers with string "vector" where a matrix',
    ],
  ])('%s', async (_, answer, message) => {
    let count = 0;
    const fetch = fakeFetch([], () => {
      count++;
      return answer();
    });
    const error = (await all({ fetch }).catch((e: unknown) => e)) as QueryError;
    expect(error.message).toContain(message);
    expect(error.isTemporary).toBe(false);
    expect(count).toBeLessThanOrEqual(2); // the count of the series, and the query by its own name
  });

  test('a scalar and a native histogram, with what to do instead', async () => {
    const scalar = fakeFetch(series(1), ({ query }) =>
      query!.startsWith('count(')
        ? Response.json(
            { status: 'error', error: 'expected type instant vector in aggregation expression, got scalar' },
            { status: 400 },
          )
        : undefined,
    );
    await expect(all({ fetch: scalar })).rejects.toThrow('the query gives a scalar instead of series: name a metric');
    const result = [{ metric: { job: 'a' }, histograms: [[0, {}]] }];
    const histogram = fakeFetch([], ({ query }) =>
      query === 'load' ? success({ resultType: 'matrix', result }) : undefined,
    );
    await expect(all({ fetch: histogram })).rejects.toThrow(
      'native histograms, as of {job="a"}: take a number of them',
    );
  });
});

test('remarks about a query are told once, and the answer counts', async () => {
  const told: string[] = [];
  const remark = { warnings: ['PromQL warning: bucket label "le" is missing'] };
  const fetch = fakeFetch([], () => success({ resultType: 'matrix', result: [] }, remark));
  await all({ fetch, onWarning: (text) => told.push(text) });
  expect(told).toEqual(remark.warnings);
});

test('headers go with every call; a name and a password of the address as authorization', async () => {
  const sent: Headers[] = [];
  const good = fakeFetch(series(1));
  const fetch: typeof good = async (url, init) => {
    expect(url).toBe('http://host/p/api/v1/query_range');
    sent.push(new Headers(init.headers));
    return await good(url, init);
  };
  await all({ url: 'http://me:p%40ss@host/p/graph', fetch, headers: async () => ({ 'X-Scope-OrgID': 'a' }) });
  expect(sent[0]!.get('authorization')).toBe(`Basic ${btoa('me:p@ss')}`);
  expect(sent[0]!.get('x-scope-orgid')).toBe('a');
  expect(sent[0]!.get('accept-encoding')).toBe('identity');
  await all({ url: 'http://host/p', fetch, compress: true });
  expect(sent.at(-1)!.has('accept-encoding')).toBe(false);
});

test('bad arguments are refused by name', async () => {
  const wrong = (options: object): Promise<unknown> => all({ fetch: fakeFetch([]), ...options });
  await expect(wrong({ url: 'prometheus:9090' })).rejects.toThrow(
    "url must be an address such as 'http://prometheus:9090'",
  );
  await expect(wrong({ url: 5 })).rejects.toThrow(TypeError);
  await expect(wrong({ step: 0 })).rejects.toThrow('step must be a finite number of seconds above 0, got 0');
  await expect(wrong({ query: ' ' })).rejects.toThrow('query must be an expression');
  await expect(wrong({ headers: { a: 5 } })).rejects.toThrow('headers.a must be a string');
  await expect(wrong({ headers: { a: 'x\ny' } })).rejects.toThrow('no line breaks');
  await expect(wrong({ retry: 3 })).rejects.toThrow('options.retry is unknown');
});

test('labelsOfKey(seriesKey(labels)) are the labels, and other labels have another key', () => {
  const sets = [
    {},
    { a: '' },
    { a: 'x,b="y"' },
    { a: 'x', b: 'y' },
    { a: 'back\\slash', b: 'line\nfeed', c: 'quo"te' },
    { a: '\\n' },
    { a: '\n' },
    { 'http.method': 'GET', 'größe,"=': '}{' },
    { __name__: 'up' },
  ];
  for (const labels of sets) expect(labelsOfKey(seriesKey(labels))).toEqual(labels);
  expect(new Set(sets.map(seriesKey)).size).toBe(sets.length);
});
