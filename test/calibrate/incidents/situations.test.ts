// Situations that people describe in public threads, rebuilt, each with its right answer.
import { describe, expect, test } from 'vitest';
import { Monitor, type MonitorOptions, monitor } from '../../../src/calibrate.ts';
import { mulberry32, normal } from '../../support/series.ts';

const MINUTE = 60_000;
const DAY = 1440;

/** Where incidents begin. */
function begins(series: readonly (number | null)[], options: MonitorOptions, timeOf?: (t: number) => number): number[] {
  const watch = monitor(options);
  return series.flatMap((x, t) => {
    watch.update(x, timeOf && { time: timeOf(t) });
    return watch.last.event === 'begin' ? [t] : [];
  });
}

/** Days of a value every 5 minutes, high at noon, with noise. */
function days(count: number, seed: number): number[] {
  const random = mulberry32(seed);
  const perDay = DAY / 5;
  return Array.from(
    { length: count * perDay },
    (_, t) => 50 - 20 * Math.cos((2 * Math.PI * t) / perDay) + normal(random),
  );
}

const noise = (n: number, seed: number): number[] => {
  const random = mulberry32(seed);
  return Array.from({ length: n }, () => 100 + 5 * normal(random));
};

describe('a sensor that is stuck', () => {
  test('is an alarm with stuck: true, in noise and in a daily cycle', () => {
    for (const series of [noise(3000, 1), days(10, 2)]) {
      series.fill(series[2000]!, 2000, 2300);
      const at = begins(series, { stuck: true }).filter((t) => t >= 2000 && t < 2300);
      expect(at).toHaveLength(1);
      expect(at[0]).toBeLessThan(2020);
    }
  });

  test('is no alarm where equal values are usual: counts, zeros, a constant', () => {
    const random = mulberry32(3);
    const counts = Array.from({ length: 5000 }, () => Math.floor(3 * random() * random()));
    const own = (series: number[]) => begins(series, { stuck: true }).filter((t) => !begins(series, {}).includes(t));
    expect(own(counts)).toEqual([]);
    expect(own(Array.from({ length: 3000 }, () => 7))).toEqual([]);
  });
});

describe('a source that falls silent', () => {
  test('is an alarm at the fifth missing value, which update returns; the incident ends when values are back', () => {
    const series: (number | null)[] = noise(1000, 4);
    for (let t = 600; t < 630; t++) series[t] = null;
    const watch = monitor({ noData: true });
    const events = series.flatMap((x, t) => {
      const emitted = watch.update(x);
      const { event, incident } = watch.last;
      if (event === 'begin') expect(emitted).toBeGreaterThanOrEqual(4);
      return event === undefined ? [] : [[t, event, incident?.end]];
    });
    expect(events.slice(0, 2)).toEqual([
      [604, 'begin', undefined],
      [634, 'end', 629],
    ]);
  });

  test('is silent itself without noData', () => {
    const series: (number | null)[] = noise(1000, 4);
    for (let t = 600; t < 900; t++) series[t] = null;
    expect(begins(series, {})).toEqual([]);
    expect(begins(series, { noData: true })).toHaveLength(1);
  });
});

describe('a counter', () => {
  test('is judged by its increase with rate: true, and a reset is no alarm', () => {
    const random = mulberry32(26);
    let count = 0;
    const series = Array.from({ length: 5000 }, (_, t) => {
      count += 10 + Math.floor(5 * random()) + (t >= 4000 && t < 4010 ? 60 : 0);
      if (t === 1500 || t === 3200) count = 7;
      return count;
    });
    expect(begins(series, { rate: true })).toEqual([4000]);
  });

  test('of which a value is negative is an error that changes nothing', () => {
    const watch = monitor({ rate: true });
    watch.learn([1, 2, 5]);
    const before = watch.save();
    expect(() => watch.update(-1)).toThrow('rate needs a counter, which is at least 0, got -1');
    expect(watch.save()).toEqual(before);
  });
});

test('a rising line that falls back is an alarm where it falls, not where it is right again', () => {
  const series = Array.from({ length: 5000 }, (_, t) => t + 1).fill(3000, 4899, 4910);
  expect(begins(series, {})[0]).toBe(4899);
});

test('a level that goes to another is one incident, then quiet', () => {
  const series = noise(1500, 7).map((x, t) => (t < 1000 ? x : x + 60));
  const later = begins(series, {}).filter((t) => t >= 1000);
  expect(later[0]).toBe(1000);
  expect(later.length).toBeLessThan(3);
});

describe('the hour', () => {
  const clock = (t: number): number => Date.UTC(2026, 2, 1) + 5 * t * MINUTE;
  const noon = 15 * 288 + 144;

  test("a night's value at noon is an alarm with a period, and with a calendar", () => {
    const series = days(20, 5);
    series[noon] = 30;
    expect(begins(series, { preset: 'novelty' })).not.toContain(noon);
    expect(begins(series, { preset: 'novelty', period: 288 })).toContain(noon);
    const calendar = { timezone: 'UTC' };
    expect(begins(series, { preset: 'novelty', calendar }, clock)).toContain(noon);
  });

  test('a change of the clocks raises no alarm in the zone of the series', () => {
    // Local time in Berlin follows people; at 2026-03-29 01:00 UTC it goes on by an hour.
    const change = Date.UTC(2026, 2, 29, 1);
    const random = mulberry32(6);
    const series = Array.from({ length: 40 * 288 }, (_, t) => {
      const local = clock(t) + (clock(t) >= change ? 2 : 1) * 60 * MINUTE;
      return 50 - 20 * Math.cos((2 * Math.PI * local) / (DAY * MINUTE)) + normal(random);
    });
    const of = (timezone: string): number[] => {
      const calendar = { timezone };
      const plain = begins(series, { preset: 'novelty' });
      return begins(series, { preset: 'novelty', calendar }, clock).filter((t) => !plain.includes(t));
    };
    const soon = (t: number): boolean => clock(t) >= change && clock(t) < change + 7 * DAY * MINUTE;
    expect(of('Europe/Berlin').filter(soon)).toEqual([]);
  });

  test('a calendar without a time is an error that changes nothing', () => {
    const watch = monitor({ calendar: { timezone: 'Europe/Berlin' } });
    watch.update(1, { time: new Date(0) });
    const before = watch.save();
    expect(() => watch.update(2)).toThrow('give update(x, { time }): a calendar is set');
    expect(() => watch.update(2, { time: -5 })).toThrow('time must not go back');
    expect(() => watch.update(2, { time: new Date(Number.NaN) })).toThrow('got an invalid date');
    expect(() => watch.update(2, { time: '2026-01-01' as unknown as number })).toThrow(TypeError);
    expect(watch.save()).toEqual(before);
  });
});

test('all looks are saved and loaded, bit for bit', () => {
  const options = {
    stuck: true,
    noData: true,
    rate: true,
    calendar: { timezone: 'Europe/Berlin' },
    undo: true,
    warmup: 20,
  };
  const random = mulberry32(9);
  let count = 0;
  const series = Array.from({ length: 700 }, (_, t) => {
    count += Math.floor(20 * random());
    return t % 90 > 80 || (t > 500 && t < 520)
      ? null
      : t > 600 && t < 640
        ? count
        : (count += t % 200 === 199 ? 900 : 0);
  });
  const whole = monitor(options);
  let parts = monitor(options);
  for (const [t, x] of series.entries()) {
    if (t % 97 === 5) parts = Monitor.load(parts.save());
    const time = 5 * MINUTE * t;
    expect(parts.update(x, { time })).toBe(whole.update(x, { time }));
    expect(parts.last).toEqual(whole.last);
  }
  expect(parts.save()).toEqual(whole.save());
  const { begin, end = series.length - 1 } = whole.last.incident!;
  if (series.length - begin <= 1000) {
    const never = monitor(options);
    for (const [t, x] of series.entries()) never.update(x, { time: 5 * MINUTE * t, learn: t < begin || t > end });
    whole.forget();
    expect(whole.save()).toEqual(never.save());
  }
});

describe('explain()', () => {
  test('names times, what was expected, the windows compared with and what would have been quiet', () => {
    const watch = monitor();
    const time = (t: number): number => Date.UTC(2026, 10, 26) + t * MINUTE;
    for (let t = 0; t < 1000; t++) watch.update(20 + ((t * 37) % 11), { time: time(t) });
    watch.update(95, { time: time(1000) });
    const { text, ...facts } = watch.explain();
    expect(facts).toMatchObject({ time: 1000, date: time(1000), value: 95, direction: 'above' });
    expect(facts.windows).toHaveLength(3);
    for (const { begin, end, date } of facts.windows) {
      expect(end - begin).toBe(4);
      expect(date).toBe(time(end));
    }
    expect([facts.expected, facts.low, facts.high]).toEqual([
      watch.last.incident!.expected,
      watch.last.incident!.low,
      watch.last.incident!.high,
    ]);
    expect(text).toMatch(
      /^95 at 2026-11-26T16:40:00Z .*; \d+ was expected, [\d.]+ to [\d.]+ quiet; the windows most like its own end at 2026-11-26T16:\d\d:00Z, .* and .*: an alarm, not seen in 900 values$/,
    );
    expect(watch.last.incident!.dates).toEqual({ begin: time(1000), peak: time(1000), end: undefined });
  });

  test('says by the clocks of the calendar what a look has seen', () => {
    const watch = monitor({ stuck: true, calendar: { timezone: 'Europe/Berlin' } });
    const series = noise(500, 11).fill(100.5, 400, 430);
    let text = '';
    for (const [t, x] of series.entries()) {
      watch.update(x, { time: Date.UTC(2026, 6, 1) + t * MINUTE });
      if (watch.last.alarm) text = watch.explain().text;
    }
    expect(text).toContain('100.5 at 2026-07-01T08:5');
    expect(text).toContain('+02:00 is the 15th equal value in a row');
  });
});
