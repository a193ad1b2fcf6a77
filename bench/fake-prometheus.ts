// A server that answers as Prometheus does, for as many series as are wanted: `query_range` and `query`, and nothing else. Series
// have a level, a daily cycle and noise of their own, the same for the same time; values have four decimals.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const DAY = 86_400;

/** Serves `numSeries` series on this machine alone, whatever the query. Returns the address. */
export async function serveFake(numSeries: number): Promise<string> {
  const metrics = Array.from({ length: numSeries }, (_, s) => {
    const labels = {
      __name__: 'node_load1',
      instance: `host-${s}.example.com:9100`,
      job: 'node',
      datacenter: `dc${s % 4}`,
    };
    return JSON.stringify(labels);
  });
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      const asked = new URLSearchParams(body);
      response.setHeader('content-type', 'application/json');
      if (request.url!.endsWith('/query')) {
        response.end(answer('vector', [`{"metric":{},"value":[${asked.get('time')},"1"]}`]));
        return;
      }
      const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(asked.get(name))) as [
        number,
        number,
        number,
      ];
      const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, t) => start + t * step);
      const isCount = asked.get('query')!.startsWith('count(');
      const result = isCount
        ? [`{"metric":{},"values":[${times.map((time) => `[${time},"${numSeries}"]`).join(',')}]}`]
        : metrics.map((metric, s) => `{"metric":${metric},"values":[${valuesOf(s, times)}]}`);
      response.end(answer('matrix', result));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answer(resultType: string, result: readonly string[]): string {
  return `{"status":"success","data":{"resultType":"${resultType}","result":[${result.join(',')}]}}`;
}

function valuesOf(s: number, times: readonly number[]): string {
  let text = '';
  for (const time of times) {
    const cycle = Math.sin((2 * Math.PI * time) / DAY + s);
    const value = 10 + (s % 50) + 3 * cycle + noise(time, 3 * s) + noise(time, 3 * s + 1) + noise(time, 3 * s + 2);
    text += `${text === '' ? '' : ','}[${time},"${value.toFixed(4)}"]`;
  }
  return text;
}

/** Uniform in [0, 1), by a hash of both numbers. */
function noise(time: number, stream: number): number {
  let hash = Math.imul(time ^ Math.imul(stream, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
