// A real Prometheus on this machine for tests: its server, its history, and an application that it scrapes.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DIST } from './built.ts';

/** The program. */
const MAIN = fileURLToPath(new URL('cli/main.js', DIST));

/** Whether the program exists; with KNN_REQUIRE_ALL=1 its absence is an error. */
export function hasProgram(name: string): boolean {
  const exists = spawnSync(name, ['--version']).error === undefined;
  if (!exists && process.env.KNN_REQUIRE_ALL === '1') throw new Error(`${name} is missing: install Debian's package`);
  if (!exists) console.warn(`skipped: ${name} is missing`);
  return exists;
}

/** A folder, removed by {@link cleanUp}. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-prometheus-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return folder;
}

const cleanups: (() => void)[] = [];

/** Ends everything that was started here and removes the folders. */
export function cleanUp(): void {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
}

/** A port that nobody uses at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until `isTrue`, at most so many seconds. */
export async function until(what: string, isTrue: () => Promise<boolean> | boolean, seconds = 30): Promise<void> {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; await sleep(0.1)) {
    if (await Promise.resolve(isTrue()).catch(() => false)) return;
  }
  throw new Error(`in vain waited for ${seconds} s: ${what}`);
}

export const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** A program that runs, with all that it printed. */
export class Running {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly ended: Promise<number | null>;

  constructor(file: string, args: readonly string[]) {
    const env = { ...process.env, NODE_OPTIONS: undefined };
    this.child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
    cleanups.push(() => this.child.kill('SIGKILL'));
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.child.kill(signal);
    return await this.ended;
  }
}

/** A Prometheus with its data in a folder. */
export class Prometheus {
  readonly folder: string;
  readonly port: number;
  #running: Running | undefined;

  constructor(port: number, folder: string = newFolder()) {
    this.port = port;
    this.folder = folder;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Writes a history as blocks of the server. @param text OpenMetrics */
  backfill(text: string): void {
    writeFileSync(join(this.folder, 'history.om'), text);
    mkdirSync(join(this.folder, 'data'), { recursive: true });
    const args = ['tsdb', 'create-blocks-from', '--max-block-duration=720h', 'openmetrics'];
    execFileSync('promtool', [...args, join(this.folder, 'history.om'), join(this.folder, 'data')], { stdio: 'pipe' });
  }

  /** @param config the text of prometheus.yml */
  async start(config: string, files: Readonly<Record<string, string>> = {}): Promise<void> {
    for (const [name, text] of Object.entries({ ...files, 'prometheus.yml': config })) {
      writeFileSync(join(this.folder, name), text);
    }
    this.#running = new Running('prometheus', [
      `--config.file=${join(this.folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(this.folder, 'data')}`,
      '--storage.tsdb.retention.time=10y',
      `--web.listen-address=127.0.0.1:${this.port}`,
    ]);
    await until('prometheus is ready', async () => (await fetch(`${this.url}/-/ready`)).ok, 60).catch((error) => {
      throw new Error(`${error.message}\n${this.#running!.stderr}`);
    });
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#running?.kill(signal);
  }

  /** The values of an instant query, by a label. */
  async query(query: string, label = 'instance'): Promise<Record<string, number>> {
    const response = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = (await response.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return Object.fromEntries(data.result.map(({ metric, value }) => [metric[label] ?? '', Number(value[1])]));
  }

  async alerts(): Promise<{ labels: Record<string, string>; state: string }[]> {
    const response = await fetch(`${this.url}/api/v1/alerts`);
    return ((await response.json()) as { data: { alerts: { labels: Record<string, string>; state: string }[] } }).data
      .alerts;
  }
}

/** An application whose metrics are those of the moment; `undefined`: it is down. */
export class App {
  metrics: () => string | undefined;
  #server: Server | undefined;
  port = 0;

  constructor(metrics: () => string | undefined) {
    this.metrics = metrics;
  }

  async start(): Promise<void> {
    this.#server = createServer((_, response) => {
      const text = this.metrics();
      if (text === undefined) response.destroy();
      else response.setHeader('content-type', 'text/plain; version=0.0.4').end(text);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => this.#server!.once('listening', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
    cleanups.push(() => this.#server!.closeAllConnections());
    cleanups.push(() => this.#server!.close());
  }
}

/** `knn-anomaly prometheus` with these arguments. */
export function followServer(args: readonly string[]): Running {
  return new Running(process.execPath, [MAIN, 'prometheus', ...args]);
}
