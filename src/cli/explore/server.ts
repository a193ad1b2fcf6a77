// A server of the page for this machine alone: loopback, a secret in the address, no other origin.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { codeOf } from '../errors.ts';
import { listen } from '../listen.ts';

/** A file that the page may ask for. */
interface ServedFile {
  readonly name: string;
  read(): Promise<Uint8Array>;
}

/** What is served. */
export interface Served {
  /** The folder of the page. */
  readonly page: URL;
  /** The series that the page shows, */
  readonly data?: ServedFile;
  /** how it is to be read, */
  readonly options?: string;
  /** and its labels. */
  readonly labels?: ServedFile;
}

const HOST = '127.0.0.1';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
};

/** Sent with everything. The page is isolated, so that its threads may share memory. */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** What the page may do is said in it; what its workers may do is said beside them. */
const PAGE_POLICY = "frame-ancestors 'none'";
const WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

/** Serves until the program ends. @param port 0: any that is free */
export async function serve(served: Served, port: number): Promise<{ address: string; closed: Promise<void> }> {
  const secret = randomBytes(18).toString('base64url');
  const server = createServer((request, response) => {
    answer(served, secret, request, response).catch((error: unknown) => {
      send(response, 500, 'text/plain; charset=utf-8', error instanceof Error ? error.message : String(error));
    });
  });
  const { port: chosen } = await listen(server, { host: HOST, port }, `--port ${port}`);
  const closed = new Promise<void>((resolve) => void server.once('close', resolve));
  return { address: `http://${HOST}:${chosen}/${secret}/`, closed };
}

async function answer(
  served: Served,
  secret: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = refused(request);
  if (refusal !== undefined) return send(response, ...refusal);
  const { pathname } = new URL(request.url ?? '/', `http://${HOST}`);
  if (!pathname.startsWith(`/${secret}/`)) return send(response, 404, 'text/plain', 'not found');
  const path = pathname.slice(secret.length + 2);
  const { data, labels, options } = served;
  if (path === 'served.json') {
    const names = { ...(data && { name: data.name, options }), ...(labels && { labels: labels.name }) };
    return send(response, 200, TYPES.json!, JSON.stringify(names));
  }
  const file = path === 'data' ? data : path === 'labels' ? labels : undefined;
  if (file !== undefined) return send(response, 200, 'application/octet-stream', await file.read());
  if (!/^(?:|index\.html|assets\/[\w.-]+\.(?:js|css))$/.test(path))
    return send(response, 404, 'text/plain', 'not found');
  const name = path === '' ? 'index.html' : path;
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)]!;
  try {
    send(response, 200, type, await readFile(new URL(name, served.page)));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    send(response, 404, 'text/plain', 'not found');
  }
}

/** Why a request is not answered: another method, a name that leads here (DNS rebinding), another site. */
function refused({
  method,
  headers,
  socket,
}: IncomingMessage): [status: number, type: string, text: string] | undefined {
  if (method !== 'GET' && method !== 'HEAD') return [405, 'text/plain', 'only GET is answered'];
  const hosts = [`${HOST}:${socket.localPort}`, `localhost:${socket.localPort}`];
  if (!hosts.includes(headers.host ?? '')) return [403, 'text/plain', 'another host is not served'];
  const site = headers['sec-fetch-site'];
  const isOther = site !== undefined && site !== 'same-origin' && site !== 'none';
  return isOther ? [403, 'text/plain', 'another site is not served'] : undefined;
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  const policy = type === TYPES.html ? PAGE_POLICY : WORKER_POLICY;
  response.writeHead(status, { ...HEADERS, 'content-type': type, 'content-security-policy': policy });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
