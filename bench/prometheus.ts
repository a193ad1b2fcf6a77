// What does following a server cost: its history, a step, /metrics, the states? The server, a program that only reads, and the
// follower are processes of their own; /metrics is asked for all the while, as a scraper would.
//   npx tsx bench/prometheus.ts --shapes 1000x30,10000x1       series x days at one minute, of a server that is part of this
//   npx tsx bench/prometheus.ts --url URL --query QUERY --end SECONDS --shapes 1000x30      a real one, whose history ends then
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Prometheus from '../src/prometheus.ts';
import { serveFake } from './fake-prometheus.ts';
import { save, settings } from './harness.ts';

const STEP = 60;
const DAY = 86_400;

/** Steps that are taken one by one after the history. */
const STEPS = 5;

/** Values that are read to learn what reading costs. */
const MOST_READ = 2e6;

/** Milliseconds between two requests of /metrics while the history is read. */
const SCRAPE = 50;

const options = settings({
  shapes: '1000x30,10000x1',
  url: '',
  query: 'node_load1',
  end: String(Math.floor(Date.now() / 1000 / STEP) * STEP),
  role: '',
});

/** What is measured is what is published: `npm run build` first. */
const dist: string = '../dist/prometheus.js';

interface Shape {
  readonly series: number;
  readonly days: number;
}

const roles: Readonly<Record<string, (shape: Shape) => Promise<void>>> = {
  server: async ({ series }) => tell(await serveFake(series)),
  read: async (shape) => {
    const { queryRange } = (await import(dist)) as typeof Prometheus;
    const { start, end } = timesOf({ ...shape, days: Math.min(shape.days, (MOST_READ * STEP) / DAY / shape.series) });
    let values = 0;
    const cpu = process.cpuUsage();
    for await (const chunk of queryRange({ url: options.url, query: options.query, start, end, step: STEP })) {
      values += chunk.series.length * chunk.count;
    }
    tell({ values, cpu: secondsOf(cpu) });
    process.disconnect();
  },
  follow,
};

/** Reads the history, takes steps, then tells what that took. */
async function follow(shape: Shape): Promise<void> {
  const empty = process.memoryUsage().rss;
  const { follow: makeFollower } = (await import(dist)) as typeof Prometheus;
  const { start, end } = timesOf(shape);
  const folder = mkdtempSync(join(tmpdir(), 'bench-prometheus-'));
  let now = end;
  const follower = makeFollower({
    ...{
      url: options.url,
      queries: { load: options.query },
      step: STEP,
      history: end - start,
      delay: 0,
      now: () => now,
    },
    store: {
      read: async () => undefined,
      write: (name, bytes) => writeFile(join(folder, name), bytes),
    },
  });
  const server = createServer((_, response) => response.end(follower.metrics()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  tell((server.address() as AddressInfo).port);
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await follower.catchUp();
  const loading = { cpu: secondsOf(cpu), wall: (performance.now() - begin) / 1e3 };
  const steps: { cpu: number; wall: number }[] = [];
  for (let s = 0; s < STEPS; s++) {
    now += STEP;
    const before = process.cpuUsage();
    const from = performance.now();
    await follower.catchUp();
    steps.push({ cpu: secondsOf(before), wall: (performance.now() - from) / 1e3 });
  }
  await follower.save();
  const rendering = performance.now();
  const text = follower.metrics();
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  tell({
    ...{ series: follower.numSeries.load, loading, steps, saved: sizes.reduce((sum, size) => sum + size, 0) },
    ...{ metrics: { seconds: (performance.now() - rendering) / 1e3, bytes: text.length } },
    values: Number(/updates_total\{[^}]*\} (\d+)/.exec(text)![1]),
    ...{ rss: 1024 * process.resourceUsage().maxRSS, empty },
  });
  rmSync(folder, { recursive: true });
  server.close();
  server.closeAllConnections();
  process.disconnect();
}

function timesOf({ days }: Shape): { start: number; end: number } {
  const end = Number(options.end) - STEPS * STEP;
  return { start: end - days * DAY, end };
}

function secondsOf(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

function tell(message: string | number | object): void {
  process.send!(message);
}

/** The text of /metrics, by a connection of its own: the follower may end at any moment. */
async function scrape(address: string): Promise<string> {
  return await (await fetch(address, { headers: { connection: 'close' } })).text();
}

/** A process of a role, and what it tells, one after the other. */
function start(
  role: string,
  { series, days }: Shape,
  url: string,
): { child: ChildProcess; told: () => Promise<unknown> } {
  const { query, end } = options;
  const given = Object.entries({ role, url, query, end, shapes: `${series}x${days}` }).map(
    ([name, x]) => `--${name}=${x}`,
  );
  const child = fork(process.argv[1]!, given);
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  const told = async (): Promise<unknown> => {
    while (messages.length === 0) {
      if (child.exitCode !== null) throw new Error(`${role} ended with status ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return messages.shift();
  };
  return { child, told };
}

interface Measured {
  series: number;
  values: number;
  loading: { cpu: number; wall: number };
  steps: { cpu: number; wall: number }[];
  metrics: { seconds: number; bytes: number };
  saved: number;
  /** The memory at most, and that of the process before it began: node and what compiles this file. */
  rss: number;
  empty: number;
}

async function measure(shape: Shape): Promise<object> {
  const fake = options.url === '' ? start('server', shape, '') : undefined;
  const url = fake === undefined ? options.url : String(await fake.told());
  const reading = (await start('read', shape, url).told()) as { values: number; cpu: number };
  const follower = start('follow', shape, url);
  const address = `http://127.0.0.1:${await follower.told()}`;
  const waits: number[] = [];
  // As soon as it is ready it renders all series: that is another figure.
  for (let isLoading = true; isLoading; ) {
    const asked = performance.now();
    const text = await scrape(address);
    isLoading = text.includes('knn_anomaly_ready 0');
    if (isLoading) waits.push(performance.now() - asked);
    await new Promise((resolve) => setTimeout(resolve, SCRAPE));
  }
  const result = (await follower.told()) as Measured;
  fake?.child.kill();
  const { loading, steps, metrics, ...rest } = result;
  waits.sort((a, b) => a - b);
  return {
    ...{ ...rest, days: shape.days, read: reading.cpu / reading.values, load: loading.cpu / rest.values },
    ...{ beside: loading.cpu / rest.values - reading.cpu / reading.values, loading: loading.wall },
    ...{ step: Math.max(...steps.map(({ wall }) => wall)), stepCpu: steps.at(-1)!.cpu },
    ...{ latest: (waits.at(-1) ?? NaN) / 1e3, median: (waits[waits.length >> 1] ?? NaN) / 1e3, scrapes: waits.length },
    ...{ rendering: metrics.seconds, exposed: metrics.bytes },
  };
}

function shapesIn(text: string): Shape[] {
  return text.split(',').map((one) => {
    const [, series, days] = /^(\d+)x(\d+(?:\.\d+)?)$/.exec(one) ?? [];
    if (days === undefined) throw new Error(`--shapes must be SERIESxDAYS, such as 1000x30, got ${one}`);
    return { series: Number(series), days: Number(days) };
  });
}

const shapes = shapesIn(options.shapes);
if (process.send) await roles[options.role]!(shapes[0]!);
else {
  const rows: object[] = [];
  for (const shape of shapes) {
    const row = (await measure(shape)) as Record<string, number>;
    rows.push(row);
    const us = (seconds: number): string => `${(1e6 * seconds).toFixed(2)} µs`;
    const ms = (seconds: number): string => `${Math.round(1e3 * seconds)} ms`;
    const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
    console.log(`${row.series} series x ${shape.days} days, ${row.values} values, in ${row.loading!.toFixed(1)} s:
  CPU of a value: ${us(row.load!)}, of it ${us(row.read!)} for reading: ${us(row.beside!)} beside it
  a step at most ${ms(row.step!)}, ${ms(row.stepCpu!)} of CPU; ${mb(row.rss!)} at most, ${mb(row.empty!)} of it at the start; states ${mb(row.saved!)}
  /metrics while loading: ${ms(row.median!)}, at most ${ms(row.latest!)} of ${row.scrapes}; then ${mb(row.exposed!)} in ${ms(row.rendering!)}`);
  }
  if (options.url === '' || options.out !== undefined)
    save('prometheus', options.out, { unit: 'seconds, bytes' }, rows);
}
