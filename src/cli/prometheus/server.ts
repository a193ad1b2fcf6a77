// The pages of a follower: /metrics for Prometheus, /-/healthy and /-/ready for whoever starts and stops programs.
import { createServer } from 'node:http';
import { CONTENT_TYPE, type Follower } from '../../prometheus.ts';
import { show, UsageError } from '../errors.ts';
import { listen } from '../listen.ts';

/** Where pages are served. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT`, `[::1]:PORT`, `:PORT` for all addresses of the machine, or `PORT` for this machine alone. */
export function addressOf(text: string, option: string): Address {
  const [, host, port] = /^(?:(\[[^\]]+\]|[^:]*):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  if (port !== undefined && Number(port) <= 65_535) {
    const name = host === undefined ? '127.0.0.1' : host === '' ? '::' : host.replace(/^\[|\]$/g, '');
    return { host: name, port: Number(port) };
  }
  throw new UsageError(`${option} must be HOST:PORT, such as 127.0.0.1:9899, got ${show(text)}`);
}

const INDEX = `knn-anomaly prometheus

/metrics    surprises, alarms and the state of this program
/-/healthy  200 while it runs
/-/ready    200 when the history has been read, before that 503
`;

/** Serves the pages until the process ends. Returns the address, with its port where that was 0. */
export async function serve(follower: Pick<Follower, 'metrics' | 'isReady'>, { host, port }: Address): Promise<string> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    const answer = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
      response.end(request.method === 'HEAD' ? undefined : text);
    };
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, 'GET only\n');
    else if (path === '/metrics') answer(200, follower.metrics(), CONTENT_TYPE);
    else if (path === '/-/healthy') answer(200, 'healthy\n');
    else if (path === '/-/ready') {
      answer(follower.isReady ? 200 : 503, follower.isReady ? 'ready\n' : 'the history is being read\n');
    } else if (path === '/') answer(200, INDEX);
    else answer(404, 'not found: see /\n');
  });
  const { address, family, port: actual } = await listen(server, { host, port }, `--listen ${host}:${port}`);
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`;
}
