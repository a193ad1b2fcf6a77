// The published files in applications: bundled by Vite, webpack and esbuild or not at all, in a browser and in Node.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import webpack from 'webpack';
import { main, metrics } from './support/built.ts';
import { findBrowser, isAllRequired } from './support/find-browser.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-bundlers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 9 }));
/** So that no package.json of a folder above says what the applications are part of. */
writeFileSync(join(folder, 'package.json'), '{"private":true}');

const browser = findBrowser();

/** What an application reports. */
interface Report {
  readonly scores: (number | null)[];
  readonly threads: number;
  readonly isIsolated: boolean;
  readonly error?: string;
}

const n = 3000;
const series = Float64Array.from({ length: n }, (_, i) => ((i * i * 31) % 1009) / 7);
const expected = Array.from(new main.KNN(50, 3).score(series));

/** With a metric of ml-distance, of fewer values: it is slow. */
const few = 500;
const withMetric = new main.KNN(50, 3, { metric: metrics.manhattan });
const expectedWithMetric = Array.from(withMetric.score(series.subarray(0, few)));

/** An application that computes the same scores with two workers. */
const application = (from: string, options = '', metric = ''): string => `
  import { KNN } from '${from}';
  ${metric && `import { ${metric} as metric } from '${from}/metrics';`}
  const series = Float64Array.from({ length: ${metric ? few : n} }, (_, i) => ((i * i * 31) % 1009) / 7);
  async function report() {
    let threads = -1;
    const onProgress = (progress) => { threads = progress.threads; };
    const scores = await new KNN(50, 3, {${metric && 'metric'}}).scoreAsync(series, { threads: 2, onProgress, ${options} });
    return { scores: Array.from(scores), threads, isIsolated: globalThis.crossOriginIsolated === true };
  }
  const body = JSON.stringify(await report().catch((error) => ({ error: String(error) })));
  if (globalThis.document) {
    const answer = await fetch('/report' + location.pathname, { method: 'POST', body });
    location.href = await answer.text();
  } else console.log(body);`;

const WEB_WORKER = "worker: () => new Worker('./knn-worker.js', { type: 'module' })";
const PAGE = '<!doctype html><title>knn-anomaly</title><script type="module" src="./app.js"></script>';

/** The folder of a page, made with its files. */
function page(name: string, files: Record<string, string>): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries({ 'index.html': PAGE, ...files })) writeFileSync(join(path, file), text);
  return path;
}

beforeAll(async () => {
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
  const installed = join(folder, 'node_modules/knn-anomaly');
  mkdirSync(installed, { recursive: true });
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  await run('tar', ['-xzf', join(folder, `knn-anomaly-${version}.tgz`), '--strip-components=1', '-C', installed]);
  for (const name of readdirSync(join(ROOT, 'node_modules')).filter((name) => name.startsWith('ml-'))) {
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
});

describe('bundlers', () => {
  // The metrics have a worker of their own, which knows ml-distance.
  const kinds = [
    { name: '', metric: '', worker: 'knn-anomaly/worker' },
    { name: '-metrics', metric: 'manhattan', worker: 'knn-anomaly/metrics-worker' },
  ];

  test.each(kinds)('Vite finds the worker $name', async ({ name, metric }) => {
    const root = page(`vite${name}-source`, { 'app.js': application('knn-anomaly', '', metric) });
    const outDir = join(folder, `vite${name}`);
    await vite.build({ root, base: './', configFile: false, logLevel: 'error', build: { outDir, target: 'es2022' } });
  });

  test.each(kinds)('webpack finds the worker $name, and warns of nothing', async ({ name, metric }) => {
    const context = page(`webpack${name}-source`, { 'app.js': application('knn-anomaly', '', metric) });
    const path = page(`webpack${name}`, {});
    const settings: webpack.Configuration = {
      context,
      entry: './app.js',
      mode: 'production',
      experiments: { outputModule: true },
      output: { path, filename: 'app.js', module: true },
      performance: { hints: false },
    };
    const stats = await new Promise<webpack.Stats>((resolve, reject) => {
      webpack(settings, (error, result) => (result ? resolve(result) : reject(error)));
    });
    expect(stats.toJson({ all: false, errors: true, warnings: true })).toMatchObject({ errors: [], warnings: [] });
  });

  test.each(kinds)('esbuild makes the worker $name of an entry point', async ({ name, metric, worker }) => {
    const absWorkingDir = page(`esbuild${name}-source`, { 'app.js': application('knn-anomaly', WEB_WORKER, metric) });
    const entryPoints = { app: './app.js', 'knn-worker': worker };
    const settings = { absWorkingDir, entryPoints, bundle: true, format: 'esm', logLevel: 'silent' } as const;
    const { warnings } = await esbuild.build({ ...settings, outdir: page(`esbuild${name}`, {}) });
    expect(warnings).toEqual([]);
    // What imports nothing but the worker must not lose it.
    const imported = page(`imported${name}`, { 'worker.js': `import '${worker}';` });
    const { outputFiles } = await esbuild.build({
      ...settings,
      absWorkingDir: imported,
      entryPoints: ['worker.js'],
      write: false,
      outdir: imported,
    });
    expect(outputFiles[0]!.text).toContain('onmessage');
  });
});

describe('bundled for Node by esbuild', () => {
  const runBundle = async (name: string, options: string): Promise<Report> => {
    const absWorkingDir = page(name, { 'app.js': application('knn-anomaly', options) });
    const entryPoints = { bundle: './app.js', 'knn-worker': 'knn-anomaly/worker' };
    await esbuild.build({
      absWorkingDir,
      entryPoints,
      bundle: true,
      format: 'esm',
      platform: 'node',
      outdir: absWorkingDir,
      outExtension: { '.js': '.mjs' },
    });
    const { stdout } = await run(process.execPath, [join(absWorkingDir, 'bundle.mjs')]);
    return JSON.parse(stdout) as Report;
  };

  test('with a factory: workers compute', async () => {
    const threads = "process.getBuiltinModule('node:worker_threads')";
    const factory = `worker: () => new (${threads}.Worker)(new URL('./knn-worker.mjs', import.meta.url))`;
    const report = await runBundle('node-factory', factory);
    expect(report.scores).toEqual(expected);
    expect(report.threads).toBeGreaterThan(0);
  });

  test('without: the worker is not where it should be, the calling thread computes', async () => {
    expect(await runBundle('node-plain', '')).toMatchObject({ scores: expected, threads: 0 });
  });
});

// Without a browser this is skipped: install Chromium, or name one in CHROMIUM. Where everything is required, it fails.
describe.skipIf(browser === undefined && !isAllRequired)('in a browser', () => {
  const DIST = '/node_modules/knn-anomaly/dist/index.js';
  /** The pages, with what the server says about them. */
  const pages: Record<string, Record<string, string>> = {
    vite: {},
    webpack: {},
    esbuild: {},
    'vite-metrics': {},
    'webpack-metrics': {},
    'esbuild-metrics': {},
    native: {},
    isolated: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    refused: { 'Content-Security-Policy': "default-src 'self'; worker-src 'none'" }, // and WebAssembly with it
  };
  const reports = new Map<string, Report>();

  test('there is one', () => {
    expect(browser, 'install Chromium, or name a browser in CHROMIUM').not.toBe(undefined);
  });

  beforeAll(async () => {
    if (browser === undefined) return;
    for (const name of ['native', 'isolated', 'refused']) page(name, { 'app.js': application(DIST) });
    const names = Object.keys(pages);
    let end = (): void => {};
    const over = new Promise<void>((resolve) => (end = resolve));
    const server = createServer(async (request, response) => {
      const [, first = '', name = ''] = request.url!.split('/');
      if (first === 'report') {
        let body = '';
        for await (const chunk of request) body += chunk;
        reports.set(name, JSON.parse(body) as Report);
        const next = names[names.indexOf(name) + 1];
        response.end(next === undefined ? 'about:blank' : `/${next}/`);
        if (next === undefined) end();
        return;
      }
      const path = join(folder, request.url!.replace(/\/$/, '/index.html'));
      const type = { '.js': 'text/javascript', '.html': 'text/html' }[extname(path)] ?? 'application/json';
      try {
        const content = readFileSync(path);
        // A page that is isolated wants its workers to say that they are, too.
        const headers = first === 'node_modules' ? pages.isolated : pages[first];
        response.writeHead(200, { 'Content-Type': type, ...headers });
        response.end(content);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${names[0]}/`;
    const flags = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking';
    const quiet = '--disable-component-update --disable-sync';
    const profile = `--user-data-dir=${join(folder, 'profile')}`;
    const child = spawn(browser!, [...flags.split(' '), ...quiet.split(' '), profile, url], { stdio: 'ignore' });
    const closed = new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => resolve());
    });
    try {
      await Promise.race([over, closed]);
    } finally {
      child.kill('SIGKILL');
      await closed;
      server.close();
      server.closeAllConnections();
    }
  });

  const working = [
    'vite',
    'webpack',
    'esbuild',
    'vite-metrics',
    'webpack-metrics',
    'esbuild-metrics',
    'native',
    'isolated',
  ];
  test.each(working)('%s: workers compute what Node computes', (name) => {
    expect([...reports.keys()]).toContain(name);
    const report = reports.get(name)!;
    expect(report.error).toBe(undefined);
    expect(report.scores).toEqual(name.endsWith('metrics') ? expectedWithMetric : expected);
    expect(report.threads).toBeGreaterThan(0);
    expect(report.isIsolated).toBe(name === 'isolated');
  });

  test('where workers and WebAssembly are refused the page computes the same', () => {
    expect(reports.get('refused')).toMatchObject({ scores: expected, threads: 0 });
  });
});
