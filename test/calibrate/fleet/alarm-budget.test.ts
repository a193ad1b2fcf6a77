// The budget of alarms: the rule itself, and how many alarms a simulated fleet has.
import { describe, expect, test, vi } from 'vitest';
import { AlarmBudget } from '../../../src/calibrate/fleet/alarm-budget.ts';
import { Monitors, type MonitorsOptions } from '../../../src/calibrate.ts';
import { mulberry32, normal } from '../../support/series.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Ticks of half an hour. */
const STEP = 1800;
const DAY = 48;

/** A number of events whose mean is this: Knuth's way. */
function poisson(random: () => number, mean: number): number {
  let count = 0;
  for (let product = random(); product > Math.exp(-mean); product *= random()) count++;
  return count;
}

describe('the threshold', () => {
  test('moves by the rule that is stated', () => {
    const budget = new AlarmBudget(24, STEP, 4); // half an alarm per tick; gain 1/24
    budget.count(0);
    expect(budget.threshold).toBeCloseTo(4 - 0.5 / 24, 12);
    budget.count(10);
    expect(budget.threshold).toBeCloseTo(4 + (10 - 1) / 24, 12);
    budget.count(1000); // the credit was 24 − 10 + 4·0.5
    expect(budget.threshold).toBeCloseTo(4 + (10 + 16 - 1.5) / 24, 12);
    budget.count(1000);
    expect(budget.threshold).toBeCloseTo(4 + (10 + 16 + 2 - 2) / 24, 12);
    budget.reset();
    expect(budget.threshold).toBe(4);
    budget.count(1000);
    expect(budget.threshold).toBeCloseTo(4 + (24 - 0.5) / 24, 12);
  });

  test('stays within its bounds', () => {
    const budget = new AlarmBudget(2, STEP, 4);
    for (let t = 0; t < 40 * DAY; t++) budget.count(0);
    expect(budget.threshold).toBe(2);
    for (let t = 0; t < 40 * DAY; t++) budget.count(5);
    expect(budget.threshold).toBe(40);
  });

  // Alarms per day at a threshold; the slopes are those of innocent data, of real metrics, and of a fleet that grows tenfold.
  const fleets: Record<string, (threshold: number, day: number) => number> = {
    'exponential surprises': (threshold) => 20_000 * Math.exp(-threshold),
    'heavy tails': (threshold) => 300 * Math.exp(-0.15 * threshold),
    'nights without alarms': (threshold, day) => (day % 1 < 0.5 ? 0 : 30_000 * Math.exp(-threshold)),
    'a fleet that grows': (threshold, day) => (day < 60 ? 3000 : 30_000) * Math.exp(-0.7 * threshold),
  };
  describe.each(Object.entries(fleets))('of %s', (_, rate) => {
    test.each([1, 20, 200])('keeps %i alarms per day', (perDay) => {
      const random = mulberry32(perDay);
      const budget = new AlarmBudget(perDay, STEP, 4);
      let count = 0;
      const [from, to] = [120, 920];
      for (let t = 0; t < to * DAY; t++) {
        const alarms = poisson(random, rate(budget.threshold, t / DAY) / DAY);
        budget.count(alarms);
        if (t >= from * DAY) count += alarms;
      }
      expect(Math.abs(count / (to - from) / perDay - 1)).toBeLessThan(0.05);
    });
  });

  test('rises by a quarter of its start at an outage of the whole fleet, and is back within days', () => {
    const random = mulberry32(9);
    const budget = new AlarmBudget(20, STEP, 4);
    const rate = (): number => 20_000 * Math.exp(-budget.threshold);
    for (let t = 0; t < 60 * DAY; t++) budget.count(poisson(random, rate() / DAY));
    const usual = budget.threshold;
    for (let t = 0; t < 5; t++) budget.count(10_000);
    expect(budget.threshold - usual).toBeLessThan(1.4);
    let days = 0;
    for (; budget.threshold > usual + 0.3; days += 1 / DAY) budget.count(poisson(random, rate() / DAY));
    expect(days).toBeLessThan(2.5);
  });
});

describe('Monitors with a budget', () => {
  const NUM_SERIES = 100;
  const ids = Array.from({ length: NUM_SERIES }, (_, p) => `s${p}`);

  /** Values of one tick, of several kinds of series. */
  const kinds: Record<string, (random: () => number, t: number, p: number) => number> = {
    noise: (random) => normal(random),
    'heavy tails': (random) => normal(random) / (0.05 + random()),
    'days and spikes': (random, t, p) => Math.abs((t % DAY) - 24) + normal(random) + (random() < 0.002 ? 3 * p : 0),
  };

  /** Alarms per day in each half of `days`, and the site. */
  function simulate(
    next: (random: () => number, t: number, p: number) => number,
    days: number,
    options: MonitorsOptions,
  ) {
    const random = mulberry32(5);
    const site = new Monitors({ preset: 'novelty', step: STEP, hold: 5, mute: 150, maxValues: 50, ...options });
    const halves: [number, number] = [0, 0];
    for (let t = 0; t < days * DAY; t++) {
      const { alarms } = site.tick(
        t,
        ids,
        ids.map((_, p) => next(random, t, p)),
      ); // one value of each
      halves[t < (days * DAY) / 2 ? 0 : 1] += alarms.length / (days / 2);
    }
    return { site, halves };
  }

  test.each(Object.entries(kinds))('have as many alarms per day with %s', (_, next) => {
    for (const perDay of [6, 25]) {
      const { site, halves } = simulate(next, 60, { budget: { perDay } });
      expect(Math.abs(halves[1] / perDay - 1), `${halves[1]} a day at ${site.threshold}`).toBeLessThan(0.2);
      expect(site.get('s1')!.threshold).toBe(site.threshold);
    }
  });

  test('count an incident of the fleet as one alarm, and start new series at the common threshold', () => {
    const flood = (random: () => number, t: number): number => normal(random) + (t === 39 * DAY ? 1e6 : 0);
    const alone = simulate(flood, 40, { budget: { perDay: 10 } });
    const grouped = simulate(flood, 40, { budget: { perDay: 10 }, incidents: { series: 20, within: 2 } });
    expect(grouped.site.threshold!).toBeLessThan(alone.site.threshold!);
    expect(alone.site.threshold! - grouped.site.threshold!).toBeLessThan(1.2); // a day's credit
    alone.site.tick(1e6, ['new'], [1]);
    expect(alone.site.get('new')!.threshold).toBe(alone.site.threshold);
  });
});
