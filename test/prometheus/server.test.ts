// The command prometheus on a real server: faults, gaps, pods that come and go, and every program killed in turn.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cli } from '../support/cli-run.ts';
import {
  App,
  cleanUp,
  followServer,
  freePort,
  hasProgram,
  newFolder,
  Prometheus,
  sleep,
  until,
} from '../support/prometheus.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const isThere = hasProgram('prometheus') && hasProgram('promtool');

/** The innocent value of a series at a time: noise between 20 and 22, the same for the same time. */
function usual(time: number, s: number): number {
  let hash = Math.imul(time ^ (s << 24), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return 20 + ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 31;
}

/** OpenMetrics of some series in [from, to], every `step` seconds. */
function openMetrics(series: readonly string[], from: number, to: number, step: number): string {
  const lines = ['# TYPE temperature gauge'];
  for (const [s, instance] of series.entries()) {
    for (let time = from; time <= to; time += step) {
      lines.push(`temperature{instance="${instance}",job="app"} ${usual(time, s)} ${time}`);
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

const RULES = `
groups:
  - name: anomalies
    interval: 1s
    rules:
      - alert: Anomaly
        expr: time() - knn_anomaly_last_alarm_timestamp_seconds < 300
`;

describe.skipIf(!isThere)('knn-anomaly prometheus on a real server', () => {
  const STEP = 2;
  let server: Prometheus;
  let metricsPort = 0;
  let config = '';
  /** What the application shows: by instance its fault, `null` for one that is gone; or nothing at all. */
  const state: { pods: Record<string, number>; isDown: boolean } = { pods: { a: 0, b: 0, c: 0 }, isDown: false };
  const app = new App(() => {
    if (state.isDown) return undefined;
    const time = Math.floor(Date.now() / 1000);
    const lines = Object.entries(state.pods).map(
      ([pod, fault], s) => `temperature{instance="${pod}"} ${usual(time, s) + fault}`,
    );
    return `# TYPE temperature gauge\n${lines.join('\n')}\n`;
  });
  const follow = (more: readonly string[]): string[] => [
    ...['--url', server.url, '--query', 'temp=temperature', '--step', `${STEP}s`, '--delay', '2s'],
    ...['--history', '20m', ...more],
  ];
  const metric = async (name: string, port: number, labels = ''): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`knn_anomaly_${name}{`) && one.includes(labels));
    return line === undefined ? NaN : Number(line.slice(line.lastIndexOf(' ') + 1));
  };

  beforeAll(async () => {
    server = new Prometheus(await freePort());
    metricsPort = await freePort();
    await app.start();
    const now = Math.floor(Date.now() / 1000);
    // The last quarter of an hour is not yet the server's own.
    server.backfill(openMetrics(['a', 'b', 'c'], now - 1800, now + 2, STEP));
    config = `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
scrape_configs:
  - job_name: app
    honor_labels: true
    static_configs: [{ targets: ['127.0.0.1:${app.port}'] }]
  - job_name: knn-anomaly
    honor_labels: true
    static_configs: [{ targets: ['127.0.0.1:${metricsPort}'] }]
`;
    await server.start(config, { 'rules.yml': RULES });
    // What was never scraped gets no stale marker when it leaves.
    await until('a scrape', async () => (await server.query('up', 'job')).app === 1);
  });
  afterAll(cleanUp);

  test('a fault becomes a firing alert, a JSON line, and an alert of the webhook', async () => {
    const posted: unknown[] = [];
    const { createServer } = await import('node:http');
    const hookPort = await freePort();
    const hook = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += part));
      request.on('end', () => {
        posted.push(...(JSON.parse(body) as unknown[]));
        response.end();
      });
    }).listen(hookPort, '127.0.0.1');
    const listen = ['--listen', `127.0.0.1:${metricsPort}`, '--webhook', `http://127.0.0.1:${hookPort}`];
    const follower = followServer(follow(listen));
    await until('the history was read', async () => (await fetch(`http://127.0.0.1:${metricsPort}/-/ready`)).ok);
    await until('a step', async () => (await metric('updates_total', metricsPort)) > 0);
    state.pods.b = 60;
    const start = Date.now();
    await until('the alert', async () => {
      const alerts = await server.alerts();
      return alerts.some(
        ({ labels, state }) => state === 'firing' && labels.instance === 'b' && labels.query === 'temp',
      );
    });
    expect(Date.now() - start).toBeLessThan(30_000);
    await sleep(4);
    state.pods.b = 0;
    const lines = (): { event: string; labels: object; begin: number; end: number }[] =>
      follower.stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as ReturnType<typeof lines>[0]);
    await until('the end of the incident', () =>
      lines().some(({ event, labels }) => event === 'end' && 'instance' in labels && labels.instance === 'b'),
    );
    const [begin] = lines().filter(({ labels }) => 'instance' in labels && labels.instance === 'b');
    expect(begin).toMatchObject({
      event: 'begin',
      query: 'temp',
      labels: { __name__: 'temperature', job: 'app' },
      end: null,
    });
    expect(Math.abs(begin!.begin - start / 1000)).toBeLessThan(10);
    await until('the webhook', () => posted.some((alert) => 'endsAt' in (alert as object)));
    expect(posted[0]).toMatchObject({
      labels: { alertname: 'Anomaly', query: 'temp', of: 'temperature', instance: 'b' },
    });
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    execFileSync('promtool', ['check', 'metrics'], { input: text });
    // Scraped back: the labels of the series are those of the input.
    expect(await server.query('knn_anomaly_alarms_total{query="temp",instance="b",job="app"}')).toEqual({ b: 1 });
    expect(await follower.kill('SIGTERM')).toBe(143);
    hook.close();
  });

  test('an application that is down is missing, not an alarm; and is there again', async () => {
    const follower = followServer(follow(['--listen', `127.0.0.1:${metricsPort}`]));
    await until('ready', async () => (await fetch(`http://127.0.0.1:${metricsPort}/-/ready`)).ok);
    const alarms = await metric('alarms_total', metricsPort, 'instance="a"');
    state.isDown = true; // `up` is 0: the series get stale markers
    await until('missing', async () => (await metric('missing_series', metricsPort)) === 3);
    await until('not shown', async () => Number.isNaN(await metric('surprise', metricsPort)));
    state.isDown = false;
    await until('shown', async () => (await metric('missing_series', metricsPort)) === 0);
    expect(await metric('surprise', metricsPort, 'instance="a"')).toBeGreaterThanOrEqual(0);
    expect(await metric('alarms_total', metricsPort, 'instance="a"')).toBe(alarms);
    await follower.kill('SIGTERM');
  });

  test('a pod that leaves is missing, then forgotten; a new one is a new series', async () => {
    const follower = followServer(follow(['--listen', `127.0.0.1:${metricsPort}`, '--max-idle', '8s']));
    await until('ready', async () => (await metric('series', metricsPort)) === 3);
    delete state.pods.c;
    await until('missing', async () => (await metric('missing_series', metricsPort)) === 1);
    await until('forgotten', async () => (await metric('forgotten_series_total', metricsPort)) === 1);
    expect(await metric('series', metricsPort)).toBe(2);
    state.pods.d = 0;
    await until('a new one', async () => (await metric('series', metricsPort)) === 3);
    await follower.kill('SIGTERM');
    delete state.pods.d;
    state.pods.c = 0;
  });

  test('a server that is killed and back costs nothing; one without newer data makes it wait', async () => {
    const follower = followServer(follow(['--listen', `127.0.0.1:${metricsPort}`]));
    await until('ready', async () => (await fetch(`http://127.0.0.1:${metricsPort}/-/ready`)).ok);
    await server.stop('SIGKILL');
    await until('errors', () => follower.stderr.includes('not reached: ECONNREFUSED'));
    const before = await metric('last_step_timestamp_seconds', metricsPort);
    await server.start(config, { 'rules.yml': RULES });
    await until('it goes on', async () => (await metric('last_step_timestamp_seconds', metricsPort)) > before + STEP);
    const at = await metric('last_step_timestamp_seconds', metricsPort);
    const updates = await metric('updates_total', metricsPort);
    const steps = await metric('last_step_timestamp_seconds', metricsPort);
    expect(steps).toBeGreaterThanOrEqual(at);
    expect(updates).toBeGreaterThan(0);
    await until('it says so', () => follower.stderr.includes('temp: goes on'));
    await follower.kill('SIGTERM');
  });

  test('a follower that is killed three times ends where its twin ends: /metrics and every byte of the states', async () => {
    const ports = [await freePort(), await freePort()];
    const folders = [newFolder(), newFolder()];
    const args = (f: number): string[] => follow(['--listen', `127.0.0.1:${ports[f]}`, '--state', folders[f]!]);
    const twin = followServer(args(0));
    let follower = followServer(args(1));
    const isReady = (): Promise<boolean> =>
      Promise.all(ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok)).then((all) =>
        all.every(Boolean),
      );
    await until('ready', isReady);
    for (const [k, seconds] of [5, 2, 3].entries()) {
      if (k === 1) state.pods.a = 55;
      await sleep(seconds);
      await follower.kill('SIGKILL');
      await sleep(1);
      follower = followServer(args(1));
    }
    state.pods.a = 0;
    await until('ready', isReady);
    await sleep(3);
    // Both are stopped, and brought to the same step by a server that answers for the past: --once, one after the other.
    await Promise.all([twin.kill('SIGTERM'), follower.kill('SIGTERM')]);
    const end = Math.floor(Date.now() / 1000);
    const hashes: string[] = [];
    for (const [f, folder] of folders.entries()) {
      const run = (await import('../../dist/prometheus.js' as string)) as typeof import('../../src/prometheus.ts');
      const last = run.follow({
        ...{ url: server.url, queries: { temp: 'temperature' }, step: STEP, delay: 2, history: 1200, maxIdle: 86_400 },
        ...{ mute: 0, preset: 'metrics', now: () => end },
        store: {
          read: async (name) => (readdirSync(folder).includes(name) ? readFileSync(join(folder, name)) : undefined),
          write: async (name, bytes) => writeFileSync(join(folder, name), bytes),
        },
        onWarning: (text) => expect(text).toBe(`none of folder ${f}`),
      });
      await last.catchUp();
      await last.save();
      const text = last
        .metrics()
        .split('\n')
        .filter((line) => !/step_seconds|saved_|query_errors/.test(line))
        .join('\n');
      expect(text).toContain('knn_anomaly_alarms_total{query="temp",of="temperature",instance="a",job="app"} ');
      const hash = createHash('sha256').update(text);
      const names = readdirSync(folder)
        .filter((name) => name.endsWith('.state'))
        .sort();
      expect(names).toHaveLength(64);
      for (const name of names) hash.update(name).update(readFileSync(join(folder, name)));
      hashes.push(hash.digest('hex'));
    }
    expect(hashes[1]).toBe(hashes[0]);
  });

  test('a damaged state is refused and read again; the others go on', async () => {
    const folder = newFolder();
    const args = follow(['--state', folder, '--once']);
    expect((await cli(['prometheus', ...args])).status).toBe(0);
    const name = readdirSync(folder)
      .filter((one) => one.endsWith('.state'))
      .find((one) => readFileSync(join(folder, one)).length > 1000)!;
    const bytes = readFileSync(join(folder, name));
    bytes[300]! ^= 1;
    writeFileSync(join(folder, name), bytes);
    const again = await cli(['prometheus', ...args]);
    expect(again.status).toBe(0);
    expect(again.stderr).toContain(
      `temp: the state ${name} is refused, and its history is read again: bytes are damaged`,
    );
    const other = await cli(['prometheus', ...args, '--threshold', '5']);
    expect(other.stderr).toContain('the saved states are those of other settings: the history is read again');
  });

  test('a bad query, a scalar, a wrong address and too many points are one line each', async () => {
    const run = async (...args: string[]): Promise<string> => {
      const { status, stderr, stdout } = await cli(['prometheus', '--once', ...args]);
      expect([status, stdout, stderr.split('\n').length]).toEqual([1, '', 2]);
      return stderr;
    };
    const url = ['--url', server.url];
    expect(await run(...url, '--query', 'x=sum(')).toMatch(/x: 400: .*1:5: parse error: unclosed left parenthesis/);
    expect(await run(...url, '--query', 'x=1 + 1')).toContain('gives a scalar instead of series: name a metric');
    expect(await run(...url, '--query', 'x=up[5m]')).toContain('gives a range vector instead of series');
    expect(await run('--url', `http://127.0.0.1:${app.port}`, '--query', 'x=up')).toContain(
      'is this the address of a Prometheus?',
    );
    // 20 000 steps a series are more than a call may have.
    const many = await cli([
      'prometheus',
      '--once',
      ...url,
      '--query',
      'temp=temperature',
      '--step',
      '1s',
      '--history',
      '6h',
    ]);
    expect(many.status).toBe(0);
  });
});
