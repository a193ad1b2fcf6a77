// The command prometheus without a server: its options, its configuration, its pages and its webhook.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { durationOf, shortDuration } from '../../src/cli/prometheus/durations.ts';
import { Webhook } from '../../src/cli/prometheus/webhook.ts';
import type { IncidentReport } from '../../src/prometheus.ts';
import { cli, file, folder } from '../support/cli-run.ts';
import { fakeFetch, noise } from '../support/fake-prometheus.ts';
import { cleanUp, followServer, freePort, until } from '../support/prometheus.ts';

/** A server of HTTP that answers as the fake one: leaps of one of three series an hour ago and now. */
let url = '';
const now = Math.floor(Date.now() / 60_000) * 60;
const answer = fakeFetch(
  Array.from({ length: 3 }, (_, s) => ({
    labels: { __name__: 'load', host: `h${s}` },
    valueAt: (time: number) =>
      time > now - 600 * 60 ? noise(time, s) + (s === 1 && time > now - 3600 && time < now - 3400 ? 40 : 0) : NaN,
  })),
);
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', async () => response.end(await (await answer(request.url!, { body })).text()));
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  cleanUp();
});

const run = (...args: string[]) => cli(['prometheus', ...args]);

describe('--once and --backtest', () => {
  test('print each incident as a line of JSON, the same ones', async () => {
    const query = ['--url', url, '--query', 'load=load', '--history', '10h'];
    const once = await run(...query, '--once');
    expect([once.status, once.stderr]).toEqual([0, '']);
    const lines = once.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const fault = lines.find(({ labels, begin }) => labels.host === 'h1' && Math.abs(begin - (now - 3540)) < 120);
    expect(fault).toMatchObject({ query: 'load', labels: { __name__: 'load' }, direction: 'up' });
    expect(fault.value).toBeGreaterThan(39);
    expect(fault.end).toBeGreaterThanOrEqual(fault.begin);
    expect(lines.map(({ begin }) => begin)).toEqual(lines.map(({ begin }) => begin).sort());
    const back = await run(...query, '--once', '--backtest', '5h', '--budget', '1/day', '-o', 'report.html');
    expect(back.status).toBe(0);
    expect(
      back.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(lines.filter(({ begin }) => begin > now - 5 * 3600));
    expect(back.stderr).toContain('load: 3 series, ');
    expect(back.stderr).toMatch(/for at most 1 alarms per day: --threshold \d/);
    expect(back.stderr).toContain('The most surprising incident');

    const page = readFileSync(`${folder}/report.html`, 'utf8');
    expect(page).toContain('<svg');
    expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '')).not.toMatch(/https?:|src=|<link|@import/);
    expect((await run(...query, '--backtest', '5h', '-o', 'report.html')).stderr).toContain('exists already');
  });

  test('a budget for several queries is a common threshold, and one for each', async () => {
    const { stderr } = await run(
      '--url',
      url,
      '--query',
      'a=x',
      '--query',
      'b=y',
      '--history',
      '10h',
      '--backtest',
      '5h',
      '--budget',
      '5/week',
    );
    expect(stderr.match(/for at most 0\.7143 alarms per day.*--threshold/g)).toHaveLength(3);
  });
});

test('serves health and readiness at once, and metrics', async () => {
  const port = await freePort();
  const follower = followServer([
    '--url',
    url,
    '--query',
    'load=load',
    '--history',
    '10h',
    '--listen',
    `127.0.0.1:${port}`,
  ]);
  const get = async (path: string, init?: RequestInit): Promise<[number, string]> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return [response.status, await response.text()];
  };
  await until('it serves', async () => (await get('/-/healthy'))[0] === 200);
  await until('it is ready', async () => (await get('/-/ready'))[0] === 200);
  expect((await get('/metrics'))[1]).toContain('knn_anomaly_series{query="load"} 3\n');
  expect((await get('/metrics', { method: 'HEAD' }))[1]).toBe('');
  expect((await get('/metrics', { method: 'POST' }))[0]).toBe(405);
  expect((await get('/nothing'))[0]).toBe(404);
  const second = await run('--url', url, '--query', 'load=load', '--listen', `127.0.0.1:${port}`);
  expect([second.status, second.stderr]).toEqual([
    1,
    `knn-anomaly: --listen 127.0.0.1:${port}: another program serves there\n`,
  ]);
  expect(await follower.kill('SIGINT')).toBe(130);
});

describe('options', () => {
  const query = ['--query', 'load=load'];
  const cases: [string, () => string[], string][] = [
    ['no server', () => query, 'no server: give --url'],
    ['no query', () => ['--url', url], 'no query: give --query NAME=EXPR'],
    ['no name', () => ['--url', url, '--query', 'up'], '--query must be NAME=EXPR, such as cpu=node_load1, got "up"'],
    ['a comparison', () => ['--url', url, '--query', 'up==0'], '--query must be NAME=EXPR'],
    ['a name twice', () => ['--url', url, ...query, ...query], 'there are two queries named load'],
    [
      'no address',
      () => ['--url', 'localhost:9090', ...query],
      "--url must be an address such as 'http://prometheus:9090'",
    ],
    [
      'no time',
      () => ['--url', url, ...query, '--history', '14x'],
      '--history must be a time such as 30s, 5m, 1h30m or 7d, got "14x"',
    ],
    ['half a second', () => ['--url', url, ...query, '--step', '500ms'], '--step must be whole seconds'],
    ['no shard', () => ['--url', url, ...query, '--shard', '4/4'], '--shard must be I/M with I from 0 to M - 1'],
    ['a budget alone', () => ['--url', url, ...query, '--budget', '5/day'], '--budget is for --backtest TIME'],
    [
      'no budget',
      () => ['--url', url, ...query, '--backtest', '1d', '--budget', '5/fortnight'],
      '--budget must be a number of alarms such as 5/day',
    ],
    [
      'a webhook of a backtest',
      () => ['--url', url, ...query, '--backtest', '1d', '--webhook', url],
      '--webhook is not together with --backtest',
    ],
    [
      'a state of a backtest',
      () => ['--url', url, ...query, '--backtest', '1d', '--state', 'states'],
      '--state is not together with --backtest',
    ],
    ['no threshold', () => ['--url', url, ...query, '--threshold=-1'], '--threshold must be a positive number'],
    ['no header', () => ['--url', url, ...query, '--header', 'tenant'], '--header must be NAME: VALUE'],
    ['a file', () => ['--url', url, ...query, 'cpu.csv'], 'prometheus reads no files, got cpu.csv'],
    ['no token', () => ['--url', url, ...query, '--bearer-token-file', 'no.txt'], 'no.txt: no such file'],
  ];
  test.each(cases)('%s is refused', async (_, args, message) => {
    const { status, stdout, stderr } = await run(...args(), '--once');
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect([stdout, status === 1 || status === 2]).toEqual(['', true]);
  });
});

describe('--config', () => {
  test('has the options by their names; those of the command line count first', async () => {
    const path = file(
      'config.yaml',
      `url: ${url}\nhistory: 10h\nonce: true\nthreshold: 1e6\nqueries:\n  load: {expr: load, step: 1m, max-values: 100}\n  other: load\n`,
    );
    expect((await run('--config', path)).stdout).toBe('');
    const { stdout, status } = await run('--config', path, '--threshold', '5');
    expect(status).toBe(0);
    expect(
      new Set(
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).query),
      ),
    ).toEqual(new Set(['load', 'other']));
    const json = file(
      'config.json',
      JSON.stringify({ url: [url], history: '10h', once: true, queries: { load: 'load' } }),
    );
    expect((await run('--config', json)).stdout).toContain('"query":"load"');
  });

  test.each([
    ['histroy: 14d', 'unknown key "histroy"; did you mean history?'],
    ['queries: {a: {expr: x, treshold: 4}}', 'a: unknown key "treshold"; did you mean threshold?'],
    ['queries: {a: {step: 5m}}', 'a: has no expr'],
    ['queries: [x]', 'queries: must be a map'],
    ['once: 5', 'once: must be true or false, got "5"'],
    ['history: 14x', 'history must be a time such as'],
    ['url: {a: b}', 'url: must be a text or a number, or a list'],
    ['a: [', 'wrong.yaml: '],
    ['', 'wrong.yaml: is empty'],
  ])('%s is refused', async (text, message) => {
    const { status, stderr } = await run('--config', file('wrong.yaml', text), '--url', url, '--query', 'load=load');
    expect(stderr).toContain(message);
    expect([status === 1 || status === 2, stderr.trim().split('\n').length]).toEqual([true, 1]);
  });
});

describe('the webhook', () => {
  const report = (begin: number, more: Partial<IncidentReport> = {}): IncidentReport => ({
    ...{
      event: 'begin',
      time: begin,
      query: 'cpu',
      labels: { __name__: 'load', host: 'a' },
      key: '__name__="load",host="a"',
    },
    ...{
      begin,
      peak: begin,
      end: undefined,
      value: 95,
      surprise: 7,
      expected: 20,
      direction: 'up',
      alarms: 1,
      text: 'why',
    },
    ...more,
  });

  /** A receiver that answers with these statuses, then 200. */
  async function receiver(statuses: number[]): Promise<{ url: URL; posts: Record<string, unknown>[][] }> {
    const posts: Record<string, unknown>[][] = [];
    const hook = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += part));
      request.on('end', () => {
        const status = statuses.shift() ?? 200;
        if (status === 200) posts.push(JSON.parse(body));
        response.writeHead(status).end('an answer');
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    hooks.push(hook);
    return { url: new URL(`http://127.0.0.1:${(hook.address() as AddressInfo).port}/api/v2/alerts`), posts };
  }
  const hooks: ReturnType<typeof createServer>[] = [];
  afterAll(() => hooks.forEach((hook) => void hook.close()));

  test('posts the latest state of each incident, again after failures', async () => {
    const { url: to, posts } = await receiver([503]);
    const told: string[] = [];
    const webhook = new Webhook(
      to,
      () => 'http://p/graph',
      (text) => told.push(text),
    );
    webhook.post(report(60));
    webhook.post(report(60, { event: 'end', end: 120 }));
    webhook.post(report(180));
    await until('posts', () => posts.length > 0, 10);
    expect(posts).toEqual([
      [
        {
          labels: { host: 'a', alertname: 'Anomaly', query: 'cpu', of: 'load' },
          annotations: { summary: 'cpu host=a: 95, 20 was expected', description: 'why', surprise: '7', alarms: '1' },
          ...{
            startsAt: '1970-01-01T00:01:00.000Z',
            endsAt: '1970-01-01T00:02:00.000Z',
            generatorURL: 'http://p/graph',
          },
        },
        expect.objectContaining({ startsAt: '1970-01-01T00:03:00.000Z' }),
      ],
    ]);
    await until('told', () => told.length === 2, 10);
    expect(told).toEqual(['webhook: answers 503: an answer', 'webhook: works again']);
    expect(webhook.numWaiting).toBe(0);
  });

  test('names labels as /metrics does, so that Alertmanager takes them all', async () => {
    const { url: to, posts } = await receiver([]);
    const webhook = new Webhook(
      to,
      () => undefined,
      () => {},
    );
    const labels = {
      __name__: 'load',
      'http.method': 'GET',
      query: 'q',
      of: 'o',
      U__http_2e_method: 'PUT',
      alertname: 'x',
    };
    webhook.post(report(60, { labels }));
    await until('posts', () => posts.length > 0, 10);
    expect(posts[0]![0]!.labels).toEqual({
      ...{ alertname: 'Anomaly', query: 'cpu', of: 'load', exported_query: 'q', exported_of: 'o' },
      ...{ U__http_2e_method: 'GET', exported_U__http_2e_method: 'PUT' },
    });
  });

  test('drops what is refused for good, and the oldest of too many', async () => {
    const { url: to, posts } = await receiver([400]);
    const told: string[] = [];
    const webhook = new Webhook(
      to,
      () => undefined,
      (text) => told.push(text),
    );
    webhook.post(report(60));
    await until('told', () => told.length > 0, 10);
    expect(told).toEqual(['webhook: answers 400: an answer; these alerts are dropped']);
    for (let n = 0; n < 10_050; n++) webhook.post(report(n));
    expect(webhook.numWaiting).toBe(10_000);
    await until('posts', () => posts.length >= 2, 10);
    expect(posts[0]).toHaveLength(100);
    expect(posts[0]![0]).toMatchObject({ startsAt: '1970-01-01T00:00:50.000Z' });
  });
});

test.each([
  ['90s', 90],
  ['1h30m', 5400],
  ['1d12h', 129_600],
  ['1y', 31_536_000],
  ['2w', 1_209_600],
  ['500ms', 0.5],
  ['45', 45],
  ['1.5h', 5400],
  ['5 min', 300],
  ['0s', 0],
])('the time %s is %d seconds', (text, seconds) => {
  expect(durationOf(text, '--x')).toBe(seconds);
});

test.each(['', '14x', '1h 30', '-5m', 'm', '1.5h30m', '1e3'])('%j is no time', (text) => {
  expect(() => durationOf(text, '--x')).toThrow('--x must be a time such as 30s, 5m, 1h30m or 7d, got');
});

test.each([
  [0, '0s'],
  [90, '1m30s'],
  [129_660, '1d12h'],
  [59.7, '1m'],
])('%d seconds are shown as %s', (seconds, text) => {
  expect(shortDuration(seconds)).toBe(text);
});
