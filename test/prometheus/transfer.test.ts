// Answers on their way: cut, stretched, compressed and never ending, by the platform's own fetch over a socket.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { queryRange, type RangeChunk } from '../../src/prometheus.ts';

const NUM_SERIES = 200;
const TIMES = [0, 60, 120];

const SERIES = Array.from({ length: NUM_SERIES }, (_, s) => ({
  metric: { __name__: 'm', s: String(s), note: s % 3 === 0 ? 'größe 𝄞 ]]}' : 'plain' },
  values: TIMES.map((time) => [time, String(s + time / 7)] as const),
}));
const TEXT = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: SERIES } });
const COUNT = `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[0,"${NUM_SERIES}"]]}]}}`;

const open = new Set<Server>();

afterEach(() => {
  for (const server of open) {
    server.close();
    server.closeAllConnections();
  }
  open.clear();
});

/** A server that answers the query, but not its count, by `answers`, one after the other; the last one again and again. */
async function serve(...answers: ((response: ServerResponse, socket: Socket) => void)[]): Promise<string> {
  let number = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      if (body.includes('count')) response.end(COUNT);
      else answers[Math.min(number++, answers.length - 1)]!(response, request.socket);
    });
  });
  open.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(url: string, options: Partial<Parameters<typeof queryRange>[0]> = {}): Promise<RangeChunk[]> {
  const chunks: RangeChunk[] = [];
  for await (const chunk of queryRange({ url, retries: 1, query: 'm', start: 0, end: 120, step: 60, ...options }))
    chunks.push(chunk);
  return chunks;
}

function expectAll(chunks: readonly RangeChunk[]): void {
  const found = chunks[0]!.series.map(({ labels, values }) => [labels, ...values]);
  expect(found).toEqual(SERIES.map(({ metric, values }) => [metric, ...values.map(([, text]) => Number(text))]));
}

const whole = (response: ServerResponse): void => void response.end(TEXT);

test.each<[string, (response: ServerResponse, socket: Socket) => void]>([
  [
    'chunks that end early',
    (response, socket) => response.write(TEXT.slice(0, TEXT.length / 2), () => socket.destroy()),
  ],
  [
    'fewer bytes than were announced',
    (response, socket) => {
      response.setHeader('content-length', Buffer.byteLength(TEXT));
      response.write(TEXT.slice(0, -50), () => socket.destroy());
    },
  ],
  [
    'a connection that is closed instead of an end',
    (_, socket) => socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${TEXT.slice(0, -300)}`),
  ],
  [
    'one that is closed between two series',
    (_, socket) => {
      const end = TEXT.indexOf('{"metric"', TEXT.length / 2) - 1;
      socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${TEXT.slice(0, end)}`);
    },
  ],
  [
    'compressed bytes that end early',
    (response, socket) => {
      response.setHeader('content-encoding', 'gzip');
      response.write(gzipSync(TEXT).subarray(0, -20), () => socket.destroy());
    },
  ],
])('%s: asked for again, and nothing of the first part is left', async (_, cut) => {
  expectAll(await read(await serve(cut, whole)));
  const error = await read(await serve(cut), { retries: 0 }).catch((e: unknown) => e);
  expect(error).toMatchObject({ name: 'QueryError', isTemporary: true });
});

test('an answer that is compressed without being asked', async () => {
  const url = await serve((response) => {
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync(TEXT));
  });
  expectAll(await read(url));
});

test.each([1, 7, 64, 4096])('an answer in pieces of %i bytes', async (size) => {
  const bytes = Buffer.from(size < 64 ? TEXT.slice(0, 3000) : TEXT);
  const url = await serve((response, socket) => {
    socket.setNoDelay(true);
    const next = (from: number): void => {
      if (from >= bytes.length) response.end(size < 64 ? TEXT.slice(3000) : '');
      else response.write(bytes.subarray(from, from + size), () => setImmediate(next, from + size));
    };
    next(0);
  });
  expectAll(await read(url));
});

test.each<[string, string]>([
  ['of series', TEXT.slice(TEXT.indexOf('{"metric"'), TEXT.indexOf('{"metric"', 80)).repeat(20)],
  ['of blanks', ' '.repeat(10_000)],
  ['of one label', 'x'.repeat(10_000)],
  ['of one byte a time', ' '],
])('an answer without an end, %s, is given up in time, and its connection is closed', async (_, part) => {
  let isClosed = false;
  const url = await serve((response, socket) => {
    socket.on('close', () => {
      isClosed = true;
    });
    const head = TEXT.slice(0, TEXT.indexOf('{"metric"'));
    response.write(part.startsWith('x') ? `${head}{"metric":{"a":"` : head);
    const next = (): void => {
      if (!isClosed) response.write(part, () => setTimeout(next, 1));
    };
    next();
  });
  await expect(read(url, { timeout: 0.3, retries: 0 })).rejects.toThrow('no answer within 0.3 s');
  await expect.poll(() => isClosed, { timeout: 5000 }).toBe(true);

  isClosed = false;
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('enough')), 100);
  await expect(read(url, { signal: stop.signal })).rejects.toThrow('enough');
  await expect.poll(() => isClosed, { timeout: 5000 }).toBe(true);
});

test('a series that is refused ends the transfer of the others', async () => {
  let isClosed = false;
  const url = await serve((response, socket) => {
    socket.on('close', () => {
      isClosed = true;
    });
    response.write(TEXT.replaceAll('[60,', '[61,').slice(0, -100)); // the rest never comes
  });
  await expect(read(url)).rejects.toThrow('the server answers with the time 61, which was not asked for');
  await expect.poll(() => isClosed, { timeout: 5000 }).toBe(true);
});
