// Gaps without a stale marker: a sample that never came, and a server that was stopped. PromQL repeats the last value over them.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { monitor } from '../../src/calibrate.ts';
import { type FollowOptions, follow } from '../../src/prometheus.ts';
import { noise } from '../support/fake-prometheus.ts';
import { App, cleanUp, freePort, hasProgram, Prometheus, sleep, until } from '../support/prometheus.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const isThere = hasProgram('prometheus') && hasProgram('promtool');

/** A sample as the server keeps it: seconds since 1970 and a value. */
type Sample = readonly [time: number, value: number];

/** The definition of a selector: the last sample of the `lookback` seconds up to each time; NaN where there is none. */
function selected(samples: readonly Sample[], times: readonly number[], lookback: number): number[] {
  return times.map((time) => samples.findLast(([at]) => at <= time && at > time - lookback)?.[1] ?? NaN);
}

/** What a monitor says of these values, from the first one on. */
function judged(values: readonly number[]): { surprise: number; alarms: number; updates: number } {
  const watch = monitor();
  let alarms = 0;
  for (const value of values.slice(values.findIndex(Number.isFinite))) {
    watch.update(value);
    alarms += Number(watch.last.alarm);
  }
  return { surprise: watch.last.surprise, alarms, updates: values.filter(Number.isFinite).length };
}

/** The value of a line of `/metrics`; NaN if there is none. */
function exposed(text: string, name: string, labels = ''): number {
  const line = text.split('\n').find((one) => one.startsWith(`knn_anomaly_${name}{`) && one.includes(labels));
  return line === undefined ? NaN : Number(line.slice(line.lastIndexOf(' ') + 1));
}

/** Seconds for which the server repeats a value where a follower asks for steps of `step`: see `lookback_delta`. */
async function lookbackOf(url: string, step: number): Promise<number> {
  const response = await fetch(`${url}/api/v1/status/buildinfo`);
  const { data } = (await response.json()) as { data: { version: string } };
  const [major = 0, minor = 0] = data.version.split('.').map(Number);
  return major > 2 || minor >= 43 ? 2 * step : 300;
}

describe.skipIf(!isThere)('a gap without a stale marker', () => {
  afterAll(cleanUp);

  describe('of samples that never came', () => {
    const STEP = 60;
    const NUM = 400;
    const GAP = { from: 200, to: 220 };
    const end = Math.floor(Date.now() / 86_400_000) * 86_400 - 7200;
    /** Seven seconds before a step, so that it does not matter which end of an interval belongs to it. */
    const times = Array.from({ length: NUM }, (_, t) => end + (t - NUM + 1) * STEP);
    const samplesOf = (instance: string, s: number): Sample[] =>
      times.flatMap((time, t) =>
        instance === 'b' && t >= GAP.from && t < GAP.to ? [] : [[time - 7, 20 + noise(time, s)] as const],
      );
    const samples = { a: samplesOf('a', 1), b: samplesOf('b', 2) };
    let server: Prometheus;

    beforeAll(async () => {
      server = new Prometheus(await freePort());
      const lines = Object.entries(samples).flatMap(([instance, all]) =>
        all.map(([time, value]) => `temperature{instance="${instance}"} ${value} ${time}`),
      );
      server.backfill(`# TYPE temperature gauge\n${lines.join('\n')}\n# EOF\n`);
      await server.start('global: {}');
    });

    /** What is exposed at each step from the one before the gap to the last. */
    async function run(expr: string): Promise<Map<number, string>> {
      let now = times[GAP.from - 1]!;
      const options: FollowOptions = {
        ...{ url: server.url, queries: { q: expr }, step: STEP, history: 86_400, delay: 0, now: () => now },
      };
      const follower = follow(options);
      const texts = new Map<number, string>();
      for (let t = GAP.from - 1; t < NUM; t++) {
        now = times[t]!;
        await follower.catchUp();
        texts.set(t, follower.metrics());
      }
      return texts;
    }

    test.each([
      ['temperature', (): Promise<number> => lookbackOf(server.url, STEP)],
      ['last_over_time(temperature[1m])', (): Promise<number> => Promise.resolve(60)],
    ] as const)(
      '%s: the values of its lookback are judged like any others, what follows is missing',
      async (expr, of) => {
        const lookback = await of();
        const texts = await run(expr);
        const values = {
          a: selected(samples.a, times, lookback),
          b: selected(samples.b, times, lookback),
        };
        const numRepeated = values.b.slice(GAP.from, GAP.to).filter(Number.isFinite).length;
        expect(numRepeated).toBe(Math.floor(lookback / STEP) - 1);
        for (const [t, text] of texts) {
          for (const instance of ['a', 'b'] as const) {
            const { surprise, alarms } = judged(values[instance].slice(0, t + 1));
            const seen = values[instance].slice(0, t + 1).findLastIndex(Number.isFinite);
            const isShown = t - seen < 5; // five steps without a value
            const labels = `instance="${instance}"`;
            expect([t, exposed(text, 'surprise', labels)]).toEqual([t, isShown ? surprise : NaN]);
            if (isShown) expect(exposed(text, 'alarms_total', labels)).toBe(alarms);
          }
          expect(exposed(text, 'missing_series')).toBe(Number(Number.isNaN(values.b[t]!)));
        }
        // The gap itself is no alarm: neither what is repeated nor what is missing nor the first value after it.
        const alarms = (t: number): number => judged(values.b.slice(0, t + 1)).alarms;
        expect(alarms(GAP.to)).toBe(alarms(GAP.from - 1));
      },
    );
  });

  test('of a server that was stopped: the steps of that time are judged on its return, as it then answers for them', async () => {
    const STEP = 2;
    const app = new App(() => {
      const time = Math.floor(Date.now() / 1000);
      return `# TYPE temperature gauge\ntemperature{instance="a"} ${20 + noise(time, 1)}\n`;
    });
    await app.start();
    const server = new Prometheus(await freePort());
    const config = `
global: { scrape_interval: 1s }
scrape_configs: [{ job_name: app, honor_labels: true, static_configs: [{ targets: ['127.0.0.1:${app.port}'] }] }]
`;
    await server.start(config);
    const told: string[] = [];
    const options: FollowOptions = {
      ...{ url: server.url, queries: { q: 'temperature' }, step: STEP, history: 600, delay: 2, retries: 0 },
      onWarning: (text) => void told.push(text),
    };
    const follower = follow(options);
    await until('the first values', async () => {
      await follower.catchUp();
      return (follower.numSeries.q ?? 0) === 1;
    });
    await sleep(6);
    await follower.catchUp();
    told.length = 0; // at first there were no values at all
    const before = follower.positions.q!;
    await server.stop('SIGKILL');
    await expect(async () => {
      await sleep(2 * STEP);
      await follower.catchUp();
    }).rejects.toThrow('q: ');
    expect(follower.positions.q).toBe(before);
    await sleep(6);
    await server.start(config);
    const back = Date.now() / 1000;
    await until('values of the present', async () => {
      await follower.catchUp();
      return follower.positions.q! > back + 4 && Object.keys(follower.waiting).length === 0;
    });
    const last = follower.positions.q!;
    const response = await fetch(`${server.url}/api/v1/query?query=${encodeURIComponent('temperature[10m]')}`);
    const { data } = (await response.json()) as { data: { result: { values: [number, string][] }[] } };
    const samples = data.result[0]!.values.map(([time, text]): Sample => [time, Number(text)]);
    const longest = samples.reduce((most, [time], s) => Math.max(most, s === 0 ? 0 : time - samples[s - 1]![0]), 0);
    expect(longest).toBeGreaterThan(8); // there is a gap
    const times: number[] = [];
    for (let time = Math.ceil(samples[0]![0] / STEP) * STEP; time <= last; time += STEP) times.push(time);
    const { surprise, alarms, updates } = judged(selected(samples, times, await lookbackOf(server.url, STEP)));
    const text = follower.metrics();
    expect(exposed(text, 'updates_total')).toBe(updates);
    expect(exposed(text, 'alarms_total')).toBe(alarms);
    expect(exposed(text, 'surprise')).toBe(surprise);
    expect(told).toEqual([]);
  });
});
