// follow: each series as by a monitor of its own, over restarts, gaps and failures; and what is exposed.
import { describe, expect, test } from 'vitest';
import { monitor } from '../../src/calibrate.ts';
import { type FollowOptions, follow, type IncidentReport, type StateStore } from '../../src/prometheus.ts';
import { type FakeSeries, fakeFetch, noise, success } from '../support/fake-prometheus.ts';

const STEP = 60;
const START = 6000;
/** Some series of which the second leaps at step 400, the third has a gap, and the fourth comes late and goes early. */
const SERIES: readonly FakeSeries[] = Array.from({ length: 8 }, (_, s) => ({
  labels: { __name__: 'load', instance: `host-${s}` },
  valueAt: (time) => {
    const t = (time - START) / STEP;
    if (t < 0 || (s === 2 && t > 300 && t < 310) || (s === 3 && (t < 150 || t > 420))) return NaN;
    return noise(time, s) + (s === 1 && t >= 400 && t < 403 ? 30 : 0);
  },
}));

const timeOf = (t: number): number => START + t * STEP;

function options(now: () => number, more: Partial<FollowOptions> = {}): FollowOptions {
  return {
    ...{ url: 'http://prometheus.test', fetch: fakeFetch(SERIES), queries: { load: 'load' }, retries: 0 },
    ...{ history: 199 * STEP, delay: 0, now },
    ...more,
  };
}

/** A store in memory. */
function memory(): StateStore & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    read: async (name) => files.get(name),
    write: async (name, bytes) => void files.set(name, bytes.slice()),
  };
}

/** The numbers of a metric by instance. */
function exposed(text: string, name: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith(`knn_anomaly_${name}{`));
  return Object.fromEntries(
    lines.map((line) => [/instance="([^"]*)"/.exec(line)?.[1] ?? '', Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

test('every series has the surprises and the alarms of a monitor that sees its values from the first one on', async () => {
  const reports: IncidentReport[] = [];
  let now = timeOf(199);
  const follower = follow(options(() => now, { onIncident: (report) => reports.push(report), tellHistory: true }));
  const monitors = SERIES.map(() => monitor());
  const alarms = SERIES.map(() => 0);
  const begun: string[] = [];
  for (let t = 0; t < 450; t++) {
    for (const [s, { valueAt }] of SERIES.entries()) {
      const value = valueAt(timeOf(t));
      if (monitors[s]!.seen === 0 && Number.isNaN(value)) continue;
      monitors[s]!.update(value);
      if (monitors[s]!.last.alarm) alarms[s]!++;
      if (monitors[s]!.last.event === 'begin') begun.push(`host-${s} ${timeOf(t)}`);
    }
    if (t < 199) continue;
    now = timeOf(t) + 1;
    await follower.catchUp();
    const shown = exposed(follower.metrics(), 'surprise');
    for (const s of [0, 1, 2, 4, 5, 6, 7]) {
      const isShown = s !== 2 || t < 305 || t > 309; // five steps without a value
      expect(shown[`host-${s}`]).toBe(isShown ? monitors[s]!.last.surprise : undefined);
    }
    expect('host-3' in shown).toBe(t >= 150 && t <= 424);
  }
  const counted = exposed(follower.metrics(), 'alarms_total');
  for (const s of [0, 1, 2, 4, 5, 6, 7]) expect(counted[`host-${s}`]).toBe(alarms[s]);
  expect(reports.filter(({ event }) => event === 'begin').map((r) => `${r.labels.instance} ${r.begin}`)).toEqual(begun);
  const fault = reports.find(
    ({ event, labels, begin }) => event === 'end' && labels.instance === 'host-1' && begin === timeOf(400),
  );
  expect(fault).toMatchObject({ query: 'load', direction: 'up', alarms: expect.any(Number) });
  expect(fault!.value).toBeGreaterThan(29);
  expect(fault!.text).toContain(`${new Date(timeOf(400) * 1000).toISOString().slice(0, 19)}Z`);
});

test('restarts at any moment, with states saved in turn, end with the bytes of one run', async () => {
  const run = async (stops: readonly number[]): Promise<string[]> => {
    const store = memory();
    let now = timeOf(199);
    let follower = follow(options(() => now, { store }));
    for (let t = 199; t < 450; t++) {
      now = timeOf(t);
      if (stops.includes(t)) follower = follow(options(() => now, { store })); // what was not saved is lost
      if (stops.includes(t - 1) && t % 2 === 0) continue; // and it is away for a step
      await follower.catchUp();
    }
    await follower.save();
    const names = [...store.files.keys()].sort();
    expect(names).toHaveLength(64);
    const text = follower
      .metrics()
      .split('\n')
      .filter((line) => !/step_seconds|saved_/.test(line));
    return [...names.map((name) => Buffer.from(store.files.get(name)!).toString('base64')), ...text];
  };
  const whole = await run([]);
  expect(await run([201, 230, 310, 402, 403, 430])).toEqual(whole);
});

describe('a query that fails or finds nothing new', () => {
  test('is asked again with what it missed; nothing of it is learned as missing', async () => {
    let now = timeOf(199);
    let isDown = false;
    const answer = fakeFetch(SERIES, () =>
      isDown ? success({ resultType: 'matrix', result: [] }, { warnings: ['partial'] }) : undefined,
    );
    const follower = follow(options(() => now, { fetch: answer }));
    const twin = follow(options(() => now));
    for (let t = 199; t < 300; t++) {
      now = timeOf(t);
      isDown = t >= 220 && t < 240;
      if (isDown)
        await expect(follower.catchUp()).rejects.toThrow(
          'load: http://prometheus.test: a part of the answer is missing: partial',
        );
      else await follower.catchUp();
      await twin.catchUp();
      expect(follower.positions.load).toBe(isDown ? timeOf(219) : timeOf(t));
    }
    const numbers = (text: string): string =>
      text
        .split('\n')
        .filter((line) => !/step_seconds|errors/.test(line))
        .join('\n');
    expect(numbers(follower.metrics())).toBe(numbers(twin.metrics()));
    expect(follower.metrics()).toContain('knn_anomaly_query_errors_total{query="load"} 20\n');
  });

  test('waits while the server has no values of the present, and takes series for missing while it has', async () => {
    let now = timeOf(199);
    let hasUp = false;
    const gone = SERIES.map(({ labels, valueAt }) => ({
      labels,
      valueAt: (time: number) => (time > timeOf(220) && time < timeOf(240) ? NaN : valueAt(time)),
    }));
    const fetch = fakeFetch(gone, (_, url) =>
      url.endsWith('/query') && !hasUp ? success({ resultType: 'vector', result: [] }) : undefined,
    );
    const told: string[] = [];
    const follower = follow(options(() => now, { fetch, onWarning: (text) => told.push(text) }));
    await follower.catchUp();
    now = timeOf(225);
    await follower.catchUp();
    expect(follower.positions).toEqual({ load: timeOf(220) });
    expect(follower.waiting).toEqual({ load: timeOf(220) });
    expect(told).toEqual([`load: the server has no values of the present: the last ones are of 1970-01-01T05:20:00Z`]);
    hasUp = true;
    await follower.catchUp();
    expect([follower.positions, follower.waiting]).toEqual([{ load: timeOf(225) }, {}]);
    expect(follower.metrics()).toContain('knn_anomaly_missing_series{query="load"} 8\n');
    now = timeOf(245);
    await follower.catchUp();
    expect(follower.metrics()).toContain('knn_anomaly_missing_series{query="load"} 0\n');
    expect(told.at(-1)).toBe('load: goes on');
  });

  test('does not wait from scrape to scrape, where steps are shorter and the series have no values', async () => {
    const end = timeOf(199);
    const numStepsGone = 60;
    const gone = SERIES.map(({ labels }, s) => ({
      labels,
      valueAt: (time: number) => (time > end ? NaN : noise(time, s)),
    }));
    let lastScrape = Infinity;
    const fetch = fakeFetch(gone, ({ time, lookback_delta }, url) => {
      if (!url.endsWith('/query')) return undefined;
      const newest = Math.min(lastScrape, Math.floor(Number(time) / 15) * 15);
      const isSeen = newest > Number(time) - Number.parseFloat(lookback_delta!);
      return success({ resultType: 'vector', result: isSeen ? [{ metric: {}, value: [Number(time), '1'] }] : [] });
    });
    let now = end + 20;
    const told: string[] = [];
    const more: Partial<FollowOptions> = { fetch, step: 1, delay: 20, history: 199 };
    const follower = follow(options(() => now, { ...more, onWarning: (text) => told.push(text) }));
    await follower.catchUp();
    for (let s = 1; s <= numStepsGone; s++, now++) await follower.catchUp();
    expect(told).toEqual([]);
    expect(follower.positions).toEqual({ load: now - 21 });
    lastScrape = now;
    now += 60;
    await follower.catchUp();
    expect(told).toEqual([expect.stringMatching(/^load: the server has no values of the present: /)]);
  });
});

test('shards are parts of all series, and more series than maxSeries are refused and counted', async () => {
  const now = (): number => timeOf(199);
  const names: string[] = [];
  for (let index = 0; index < 3; index++) {
    const follower = follow(options(now, { shard: { index, count: 3 } }));
    await follower.catchUp();
    names.push(...Object.keys(exposed(follower.metrics(), 'surprise')));
  }
  expect(names.sort()).toEqual(SERIES.map((_, s) => `host-${s}`));
  const told: string[] = [];
  const few = follow(options(now, { maxSeries: 5, onWarning: (text) => told.push(text) }));
  await few.catchUp();
  expect(few.numSeries).toEqual({ load: 5 });
  expect(few.metrics()).toContain('knn_anomaly_refused_series{query="load"} 3\n');
  expect(told).toEqual(['load: 3 series are not watched: there are more than maxSeries = 5']);
});

test('labels are kept; those that clash or that old versions cannot read get another name', async () => {
  const labels = { __name__: 'm', query: 'q', of: 'o', 'http.method': 'a"b\\c\nd', job: 'x' };
  const follower = follow(
    options(() => timeOf(199), { fetch: fakeFetch([{ labels, valueAt: (time) => noise(time, 1) }]) }),
  );
  await follower.catchUp();
  expect(follower.metrics()).toContain(
    'knn_anomaly_alarms_total{query="load",of="m",U__http_2e_method="a\\"b\\\\c\\nd",job="x",exported_of="o",exported_query="q"} ',
  );
});

test('a counter without rate() is advised against, once', async () => {
  const told: string[] = [];
  const counters = SERIES.map(({ valueAt }, s) => ({ labels: { __name__: 'requests_total', s: String(s) }, valueAt }));
  const given = options(() => timeOf(199), { fetch: fakeFetch(counters), onWarning: (text) => told.push(text) });
  await follow(given).catchUp();
  expect(told).toEqual([
    'load: requests_total looks like a counter, which only rises: watch its rate, as in rate(requests_total[5m])',
  ]);
});

test('bad options are refused by name', () => {
  const wrong = (more: object) => () => follow({ ...options(() => 0), ...more } as FollowOptions);
  expect(wrong({ queries: {} })).toThrow('queries must have at least one');
  expect(wrong({ queries: { 'a b': 'x' } })).toThrow('queries must have names of letters');
  expect(wrong({ queries: { a: { expr: 'x', treshold: 4 } } })).toThrow('queries.a.treshold is unknown');
  expect(wrong({ queries: { a: { expr: 'x', threshold: -4 } } })).toThrow(
    'queries.a.threshold must be a positive number',
  );
  expect(wrong({ step: 0.5 })).toThrow('step must be a positive integer, got 0.5');
  expect(wrong({ preset: 'x' })).toThrow("preset must be one of 'metrics', 'novelty', 'views', got string \"x\"");
  expect(wrong({ shard: { index: 3, count: 3 } })).toThrow('shard.index must be below shard.count');
  expect(wrong({ detector: 1 })).toThrow('options.detector is unknown');
});
