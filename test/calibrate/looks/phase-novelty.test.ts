import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { checkCalendar } from '../../../src/calibrate/looks/calendar.ts';
import { checkPeriod } from '../../../src/calibrate/looks/phase.ts';
import { PhaseNovelty, type PhaseNoveltyOptions } from '../../../src/calibrate/looks/phase-novelty.ts';
import { learnedOf, surpriseOf } from '../../support/naive-monitor.ts';
import { mulberry32, normal } from '../../support/series.ts';
import { checkLook, type Step, steps } from './check-look.ts';

vi.setConfig({ testTimeout: 60_000 });

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Local minutes since Monday 00:00, by Intl alone. */
function naiveMinutes(time: number, timeZone: string): number {
  let format = formats.get(timeZone);
  format ??= new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  const { weekday, hour, minute, second } = Object.fromEntries(
    format.formatToParts(time).map(({ type, value }) => [type, value]),
  );
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(weekday!);
  return day * 1440 + Number(hour) * 60 + Number(minute) + Number(second) / 60;
}

interface NaivePhase {
  numBins: number;
  reach: number;
  length: number;
  bin: (t: number) => number;
  now: (t: number) => number;
}

/** At most 8 values in order: the interior one with the smallest hole goes. */
function withOne(values: readonly number[], x: number): number[] {
  if (values.includes(x)) return [...values];
  const kept = [...values, x].sort((p, q) => p - q);
  if (kept.length <= 8) return kept;
  const holes = kept.slice(1, -1).map((_, i) => kept[i + 2]! - kept[i]!);
  return kept.toSpliced(1 + holes.indexOf(Math.min(...holes)), 1);
}

/** The definition, with all bins as lists. */
function naive(series: readonly Step[], { numBins, reach, length, bin, now }: NaivePhase): number[] {
  const earlier: number[][] = Array.from({ length: numBins }, () => []);
  const waiting = new Map<number, { since: number; values: number[] }>();
  const learned: number[] = [];
  let numPassed = 0;
  return series.map(({ x, learn }, t) => {
    const b = bin(t);
    const isNear = (p: number): boolean => [-1, 0, 1].some((i) => i ** 2 <= reach && (b + i + numBins) % numBins === p);
    const isOld = (since: number): boolean => now(t) - since >= length / 2;
    const near = earlier.flatMap((values, p) => (isNear(p) ? values : []));
    for (const [p, { since, values }] of waiting) {
      if (isOld(since) && isNear(p)) near.push(...values);
    }
    const distance = Math.min(...near.map((y) => Math.abs(x - y)));
    const isKnown = near.length > 0 && !Number.isNaN(x);
    const isReady = now(t) - now(0) >= length && numPassed >= 100;
    const surprise = isKnown && isReady ? surpriseOf(distance, learned, 0.02) : 0;
    for (const [p, { since, values }] of waiting) {
      if (isNear(p) && !isOld(since)) continue;
      for (const y of values) earlier[p] = withOne(earlier[p]!, y);
      waiting.delete(p);
    }
    if (!learn || Number.isNaN(x)) return surprise;
    if (isKnown && numPassed++ >= 100) learned.push(learnedOf(distance, learned, 0.02));
    const one = waiting.get(b) ?? { since: now(t), values: [] };
    waiting.set(b, { since: one.since, values: withOne(one.values, x) });
    return surprise;
  });
}

function compare(series: readonly Step[], options: PhaseNoveltyOptions, phase: NaivePhase): void {
  const look = new PhaseNovelty(options);
  const expected = naive(series, phase);
  series.forEach(({ x, learn, time }, t) => {
    const surprise = look.update(x, learn, time);
    expect(Math.abs(surprise - expected[t]!)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(expected[t]!)));
  });
}

/** A sine whose trough is at midnight: `n` values a day. */
const sine = (t: number, n: number): number => 50 - 20 * Math.cos((2 * Math.PI * t) / n);

describe('PhaseNovelty', () => {
  test('has the surprises of its definition, by places', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(2, 3, 7, 24, 71, 72, 100, 288), (series, period) => {
        const tolerance = Math.round(period / 144);
        const numBins = Math.floor(period / Math.max(1, tolerance));
        compare(
          series,
          { period },
          {
            numBins,
            reach: tolerance > 0 ? 1 : 0,
            bin: (t) => Math.floor(((t % period) * numBins) / period),
            length: period,
            now: (t) => t,
          },
        );
      }),
      { seed: 1, numRuns: 12, endOnFailure: true },
    );
  });

  test('has the surprises of its definition, by clocks', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns');
    const periods = fc.constantFrom<'day' | 'week'>('day', 'week');
    fc.assert(
      fc.property(
        steps,
        zones,
        periods,
        fc.constantFrom(5, 10, 7.5, 60, 350),
        (series, timezone, period, tolerance) => {
          const minutes = period === 'day' ? 1440 : 10_080;
          const numBins = Math.floor(minutes / tolerance);
          compare(
            series,
            { calendar: { timezone, period, tolerance } },
            {
              numBins,
              reach: 1,
              bin: (t) => Math.floor(((naiveMinutes(series[t]!.time, timezone) % minutes) * numBins) / minutes),
              length: minutes * MINUTE,
              now: (t) => series[t]!.time,
            },
          );
        },
      ),
      { seed: 2, numRuns: 12, endOnFailure: true },
    );
  });

  test('finds a night’s value at noon at once, and the noon’s value nowhere else', () => {
    for (const [n, days] of [
      [24, 30],
      [96, 14],
      [288, 7],
      [1440, 7],
    ] as const) {
      for (let seed = 1; seed <= 10; seed++) {
        const random = mulberry32(seed);
        const look = new PhaseNovelty({ period: n });
        for (let t = 0; t < days * n + n / 2; t++) {
          expect(look.update(sine(t, n) + 2 * normal(random), true, NaN)).toBeLessThan(look.threshold);
        }
        expect(look.peek(sine(n / 2, n), NaN)).toBeLessThan(5);
        expect(look.update(sine(0, n), true, NaN)).toBeGreaterThan(look.threshold);
        expect(look.says).toMatch(/^is \d\d(\.\d)? from the nearest earlier value at this place of its period of \d+$/);
      }
    }
  });

  test('is quiet when clocks change, where the series follows them; by UTC it is not', () => {
    const alarmsOf = (timezone: string, change: number): number => {
      const look = new PhaseNovelty({ calendar: { timezone } });
      const random = mulberry32(1);
      let count = 0;
      for (let time = change - 20 * DAY; time < change + 20 * DAY; time += 5 * MINUTE) {
        // People come at nine and leave at five, by their clocks.
        const minutes = naiveMinutes(time, 'Europe/Berlin') % 1440;
        const level = minutes >= 540 && minutes < 1020 ? 80 : 20;
        if (look.update(level + normal(random), true, time) >= look.threshold) count++;
      }
      return count;
    };
    for (const change of [Date.UTC(2024, 2, 31), Date.UTC(2024, 9, 27)]) {
      expect(alarmsOf('Europe/Berlin', change)).toBe(0);
      expect(alarmsOf('UTC', change)).toBeGreaterThan(0);
    }
  });

  test('finds a morning’s rise that does not come, and a night’s value that comes slowly', () => {
    for (const next of [
      (t: number) => (t % 288 >= 96 && t % 288 < 204 && t < 288 * 14 ? 80 : 20), // a day that stays at night
      (t: number) => (t < 288 * 14 + 100 ? sine(t, 288) : 70 - (t - 288 * 14 - 100) / 2), // a fall over three hours
    ]) {
      const random = mulberry32(3);
      const look = new PhaseNovelty({ period: 288 });
      const alarms: number[] = [];
      for (let t = 0; t < 288 * 14 + 150; t++) {
        if (look.update(next(t) + 2 * normal(random), true, NaN) >= look.threshold) alarms.push(t - 288 * 14);
      }
      expect(alarms[0]).toBeGreaterThanOrEqual(96);
      expect(alarms[0]).toBeLessThanOrEqual(130);
      expect(alarms.length).toBeGreaterThanOrEqual(3);
    }
  });

  test('knows yesterday where values come less often than twice a period', () => {
    const look = new PhaseNovelty({ calendar: { timezone: 'UTC' } });
    const random = mulberry32(4);
    for (let t = 0; t < 1000; t++) look.update(normal(random), true, t * DAY);
    expect(look.peek(40, 1000 * DAY)).toBeGreaterThan(look.threshold);
  });

  test('a week knows its Sundays, a day does not', () => {
    const surpriseOf = (period: 'day' | 'week'): number => {
      const look = new PhaseNovelty({ calendar: { timezone: 'UTC', period, tolerance: 30 } });
      const random = mulberry32(2);
      const first = Date.UTC(2024, 0, 1); // a Monday
      for (let time = first; time < first + 41 * DAY + DAY / 2; time += 10 * MINUTE) {
        const isSunday = Math.floor((time - first) / DAY) % 7 === 6;
        look.update((isSunday ? 10 : 60) + normal(random), true, time);
      }
      return look.peek(60, first + 41 * DAY + DAY / 2); // a Sunday like a Monday
    };
    expect(surpriseOf('week')).toBeGreaterThan(12);
    expect(surpriseOf('day')).toBeLessThan(5);
  });

  test('says nothing in its first period and of a missing value, and says what is near', () => {
    const look = new PhaseNovelty({ calendar: { timezone: 'Europe/Berlin' } });
    for (let t = 0; t < 1440; t++) expect(look.update(t % 300 === 299 ? 1e6 : t % 7, true, t * MINUTE)).toBe(0);
    for (let t = 1440; t < 4320; t++) look.update(t % 7, true, t * MINUTE);
    expect(look.update(NaN, true, 4320 * MINUTE)).toBe(0);
    expect(look.says).toBe('');
    look.update(8.5, true, 4321 * MINUTE);
    expect(look.says).toBe('is 2.5 from the nearest value of earlier days within 10 minutes of this time of day');
  });

  test('a value that has no time is refused where a calendar is set, and changes nothing', () => {
    const look = new PhaseNovelty({ calendar: { timezone: 'UTC', period: 'week' } });
    look.update(1, true, 0);
    const message =
      'time must be a number of milliseconds since 1970, got NaN: a calendar needs the time of every value';
    expect(() => look.update(1, true, NaN)).toThrow(new RangeError(message));
    expect(() => look.peek(1, NaN)).toThrow(new RangeError(message));
    expect(() => look.update(1, true, undefined as never)).toThrow(TypeError);
    expect(() => look.update(1, true, 1e16)).toThrow(RangeError);
  });

  test('wrong options are named', () => {
    const make = (options: object) => () => new PhaseNovelty(options);
    const period = 'period must be an integer of at least 2: the number of values from a day to the next, say, got';
    expect(make({})).toThrow(new TypeError(`${period} undefined`));
    expect(() => checkPeriod(1)).toThrow(new RangeError(`${period} 1`));
    expect(() => checkPeriod(2.5)).toThrow(new RangeError(`${period} 2.5`));
    expect(() => checkPeriod('24')).toThrow(new TypeError(`${period} string "24"`));
    expect(make({ period: 7, calendar: { timezone: 'UTC' } })).toThrow('period and calendar exclude each other');
    expect(() => checkCalendar('UTC')).toThrow(
      new TypeError('calendar must be an object such as { timezone: \'UTC\' }, got string "UTC"'),
    );
    expect(() => checkCalendar({})).toThrow(TypeError);
    expect(() => checkCalendar({ timezone: 'Mars/Base' })).toThrow(/^timezone must be .*, got string "Mars\/Base"$/);
    expect(() => checkCalendar({ timezone: 'UTC', zone: 1 })).toThrow('options.zone is unknown');
    expect(() => checkCalendar({ timezone: 'UTC', period: 'month' })).toThrow(
      "calendar.period must be one of 'day', 'week'",
    );
    const tolerance = 'calendar.tolerance must be a number of minutes from 5 to 360, got';
    expect(() => checkCalendar({ timezone: 'UTC', tolerance: 1 })).toThrow(new RangeError(`${tolerance} 1`));
    expect(() => checkCalendar({ timezone: 'UTC', tolerance: NaN })).toThrow(new RangeError(`${tolerance} NaN`));
    expect(() => checkCalendar({ timezone: 'UTC', tolerance: '9' })).toThrow(new TypeError(`${tolerance} string "9"`));
    expect(checkCalendar({ timezone: 'UTC' })).toEqual({ timezone: 'UTC', period: 'day', tolerance: 10 });
  });

  test('adds fewer than 0.04 alarms per series and day on web KPIs', (context) => {
    const folder = new URL('../../../../shared/data/web-kpis/', import.meta.url);
    if (!existsSync(folder)) context.skip('../shared/data/web-kpis is not there');
    const files = readdirSync(folder).filter((file) => file.endsWith('.csv.gz'));
    let [alarms, days] = [0, 0];
    for (const file of files.slice(0, 8)) {
      const lines = gunzipSync(readFileSync(new URL(file, folder)))
        .toString()
        .trim()
        .split('\n')
        .slice(1);
      const look = new PhaseNovelty({ period: 1440 });
      let last = -Infinity;
      lines.forEach((line, t) => {
        const [value, label] = line.split(',');
        if (look.update(Number(value), true, NaN) < look.threshold || label === '1') return;
        if (t - last > 60) alarms++;
        last = t;
      });
      days += lines.length / 1440;
    }
    expect(alarms / days).toBeLessThan(0.04);
  });
});

checkLook('PhaseNovelty', () => new PhaseNovelty({ period: 24 }), PhaseNovelty.read);
checkLook(
  'PhaseNovelty by clocks',
  () => new PhaseNovelty({ calendar: { timezone: 'Europe/Berlin' } }),
  PhaseNovelty.read,
);
