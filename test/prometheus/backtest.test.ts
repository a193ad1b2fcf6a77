// backtestQueries against monitors by hand: incidents, and the alarms at every threshold.
import { expect, test } from 'vitest';
import { monitor } from '../../src/calibrate.ts';
import { reportText } from '../../src/cli/prometheus/report.ts';
import { backtestQueries, follow, type IncidentReport } from '../../src/prometheus.ts';
import { type FakeSeries, fakeFetch, noise } from '../support/fake-prometheus.ts';

const STEP = 60;
const NUM = 3000;
const BEGIN = 1500;
const timeOf = (t: number): number => 60_000 + t * STEP;

/** Noise with leaps, gaps and, for one, a late start. */
const SERIES: readonly FakeSeries[] = Array.from({ length: 12 }, (_, s) => ({
  labels: { s: String(s) },
  valueAt: (time) => {
    const t = (time - timeOf(0)) / STEP;
    if (t < 0 || (s === 3 && t < 1800) || noise(time, s + 40) < 0.02) return NaN;
    const leap = noise(Math.floor(time / 300), s + 80) < 0.02 ? 3 * noise(time, s + 20) : 0;
    return noise(time, s) ** 2 + leap;
  },
}));

const common = {
  ...{ url: 'http://prometheus.test', fetch: fakeFetch(SERIES), queries: { q: 'x' } },
  ...{ history: (NUM - 1) * STEP, delay: 0, now: () => timeOf(NUM - 1) },
};

/** Alarms and incidents of the period by monitors with this threshold. */
function naive(threshold: number): { alarms: number; incidents: number } {
  let [alarms, incidents] = [0, 0];
  for (const { valueAt } of SERIES) {
    const watch = monitor({ threshold });
    for (let t = 0; t < NUM; t++) {
      const value = valueAt(timeOf(t));
      if (watch.seen === 0 && Number.isNaN(value)) continue;
      watch.update(value);
      if (t < BEGIN) continue;
      alarms += Number(watch.last.alarm);
      incidents += Number(watch.last.event === 'begin');
    }
  }
  return { alarms, incidents };
}

test('the alarms at every threshold are those of monitors that have it', async () => {
  const { queries, incidents } = await backtestQueries({ ...common, period: (NUM - BEGIN) * STEP });
  const [query] = queries;
  expect(query).toMatchObject({
    numSeries: 12,
    days: ((NUM - BEGIN) * STEP) / 86_400,
    begin: timeOf(BEGIN),
    threshold: 4,
  });
  expect(query!.own.alarms).toBeGreaterThan(10);
  for (const { threshold, alarms, incidents: number } of query!.counts)
    expect([threshold, { alarms, incidents: number }]).toEqual([threshold, naive(threshold)]);
  expect(query!.counts.map(({ threshold }) => threshold)).toEqual([3, 4, 6, 8, 12, 16]);
  expect(query!.series.reduce((sum, { alarms }) => sum + alarms, 0)).toBe(query!.own.alarms);
  expect(incidents).toHaveLength(query!.own.incidents);
});

test('the incidents are those that a follower tells', async () => {
  const { incidents } = await backtestQueries({ ...common, period: (NUM - BEGIN) * STEP });
  const told: IncidentReport[] = [];
  const follower = follow({ ...common, tellHistory: true, onIncident: (report) => told.push(report) });
  await follower.catchUp();
  const all = [...told.filter(({ event }) => event === 'end'), ...follower.incidents].filter(
    ({ begin }) => begin >= timeOf(BEGIN),
  );
  const lines = (reports: readonly IncidentReport[]): string[] =>
    reports.map((report) => JSON.stringify(report)).sort();
  expect(lines(incidents)).toEqual(lines(all));
});

test('the threshold for a budget keeps to it, and a lower one would not', async () => {
  for (const perDay of [3, 12, 40]) {
    const { suggested, queries } = await backtestQueries({ ...common, period: (NUM - BEGIN) * STEP, perDay });
    expect(suggested!.perDay).toBeLessThanOrEqual(perDay);
    expect(naive(suggested!.threshold)).toEqual({ alarms: suggested!.alarms, incidents: suggested!.incidents });
    if (suggested!.threshold > 3)
      expect(naive(suggested!.threshold * 0.99).alarms / queries[0]!.days).toBeGreaterThanOrEqual(perDay * 0.9);
  }
});

test('on innocent data the threshold for a budget holds in the following week, within sampling error', async () => {
  // 40 series at five minutes: two weeks to learn, a week to choose the threshold, a week to hold it.
  const step = 300;
  const week = (7 * 86_400) / step;
  const innocent = Array.from({ length: 40 }, (_, s) => ({
    labels: { s: String(s) },
    valueAt: (time: number) =>
      20 + 5 * Math.sin((2 * Math.PI * time) / 86_400 + s) + noise(time, s) + noise(time, s + 100),
  }));
  const given = { ...common, step, fetch: fakeFetch(innocent), history: 3 * week * step, period: week * step };
  const chosen = await backtestQueries({ ...given, perDay: 1, now: () => 3 * week * step });
  const threshold = chosen.suggested!.threshold;
  const later = await backtestQueries({ ...given, threshold, history: 4 * week * step, now: () => 4 * week * step });
  // At most 7 alarms were wanted; a Poisson number of mean 7 is above 16 once in 1000.
  expect(later.queries[0]!.own.alarms).toBeLessThanOrEqual(16);
  // Monitors that saw less of the past agree: the week was chosen at 0.75 of the default or above.
  expect(threshold).toBeGreaterThanOrEqual(3);
});

/** The report of a backtest, as the command prints it. */
async function reported(more: object, perDay: number): Promise<string> {
  const result = await backtestQueries({ ...common, period: (NUM - BEGIN) * STEP, perDay, ...more });
  return [...reportText({ result, perDay, worst: [] })].join('');
}

test('without values there is no threshold, and the report says so', async () => {
  const nothing = fakeFetch([{ labels: { s: '0' }, valueAt: () => NaN }]);
  const { suggested, queries } = await backtestQueries({ ...common, fetch: nothing, period: 86_400, perDay: 5 });
  expect([suggested, queries[0]!.suggested, queries[0]!.numValues]).toEqual([undefined, undefined, 0]);
  const text = await reported({ fetch: nothing }, 5);
  expect(text).toContain('q: no values\nthe server has none of this query in the 1d');
  expect(text).toContain('without values there is no threshold for the budget');
  expect(text).not.toMatch(/--threshold|incidents/);
});

test('a budget of fewer than three alarms in the period is too few to tell, and the report says so', async () => {
  // The period is a day and an hour.
  expect(await reported({}, 2)).toContain(
    'that is 2.1 alarms in 1d1h, too few to tell: a longer --backtest knows more',
  );
  expect(await reported({}, 3)).not.toContain('too few to tell');
});

test('the same where surprises are many: cubes of normal numbers', async () => {
  const step = 300;
  const week = (7 * 86_400) / step;
  const normal = (time: number, s: number): number =>
    Math.sqrt(-2 * Math.log(1 - noise(time, s) / 2)) * Math.cos(Math.PI * noise(time, s + 100));
  const innocent = Array.from({ length: 40 }, (_, s) => ({
    labels: { s: String(s) },
    valueAt: (time: number) => 20 + normal(time, s) ** 3,
  }));
  const given = { ...common, step, fetch: fakeFetch(innocent), history: 3 * week * step, period: week * step };
  const chosen = await backtestQueries({ ...given, perDay: 1, now: () => 3 * week * step });
  const { threshold, alarms } = chosen.suggested!;
  const later = await backtestQueries({ ...given, threshold, history: 4 * week * step, now: () => 4 * week * step });
  // 106 alarms at the default; 7 were wanted and counted, 8 came. A Poisson number of mean 7 is 0 or above 16 once in 500.
  expect([chosen.queries[0]!.own.alarms > 50, alarms]).toEqual([true, 7]);
  expect(later.queries[0]!.own.alarms).toBeGreaterThan(0);
  expect(later.queries[0]!.own.alarms).toBeLessThanOrEqual(16);
});
