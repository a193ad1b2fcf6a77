import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Incident, type IncidentEvent, Monitor, type MonitorOptions, monitor } from '../../../src/calibrate.ts';
import { StreamingKNN } from '../../../src/index.ts';
import { mulberry32, normal } from '../../support/series.ts';

interface Told {
  readonly time: number;
  readonly event: IncidentEvent;
  readonly incident: Incident;
}

function told(series: readonly (number | null)[], options: MonitorOptions): Told[] {
  const watch = monitor(options);
  return series.flatMap((x, time) => {
    watch.update(x);
    const { event, incident } = watch.last;
    return event === undefined ? [] : [{ time, event, incident: incident! }];
  });
}

/** A level with noise, and outages of 20 zeros. */
function outages(starts: readonly number[], n: number, seed = 32): number[] {
  const random = mulberry32(seed);
  const series = Array.from({ length: n }, () => 100 + 5 * normal(random));
  for (const start of starts) series.fill(0, start, start + 20);
  return series;
}

/** Series with anything in them, and monitors that are soon awake. */
const values = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 9 }) },
    { weight: 1, arbitrary: fc.integer({ min: -500, max: 500 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  { maxLength: 150, size: 'max' },
);
const optionSets = fc.constantFrom<MonitorOptions>(
  { warmup: 10, threshold: 1 },
  { warmup: 10, threshold: 2, repeat: 'always', accept: 7, resolve: 2 },
  { preset: 'novelty', warmup: 5, threshold: 1.5, hold: 3, worse: 1.2, resolve: 1 },
  { preset: 'views', warmup: 5, threshold: 8, mute: 30 },
  { warmup: 5, threshold: 1, direction: 'up', minChange: 3, bounds: { high: 100 }, undo: true },
);

describe('incidents', () => {
  test('begin and end alternate, and every alarm belongs to one', () => {
    fc.assert(
      fc.property(values, optionSets, (series, options) => {
        const watch = monitor(options);
        let open = false;
        for (const [time, x] of series.entries()) {
          const emitted = watch.update(x);
          const { event, incident, alarm, surprise } = watch.last;
          expect(alarm).toBe(event === 'begin' || event === 'worse');
          if (event === 'begin') expect(open).toBe(false);
          else if (event !== undefined) expect(open).toBe(true);
          if (event === 'begin') expect(incident).toMatchObject({ begin: time, peak: time, duration: 1, numAlarms: 1 });
          if (alarm) expect(emitted).toBe(surprise);
          else if (open && x !== null) expect(emitted).toBe(0);
          open = event === 'end' ? false : event === 'begin' ? true : open;
          if (incident === undefined) continue;
          expect(incident.end === undefined).toBe(open);
          expect(incident.peak).toBeGreaterThanOrEqual(incident.begin);
          expect(incident.peak).toBeLessThanOrEqual(incident.begin + incident.duration - 1);
          if (incident.end !== undefined) expect(incident.end).toBe(incident.begin + incident.duration - 1);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('one outage is one incident with its beginning, its direction and its end', () => {
    const [begin, end, ...rest] = told(outages([1000], 1500), { repeat: 'always' });
    expect(rest).toEqual([]);
    expect(begin).toMatchObject({ time: 1000, event: 'begin' });
    expect(end).toMatchObject({ event: 'end' });
    expect(end!.incident).toMatchObject({ begin: 1000, direction: 'down', value: 0, numAlarms: 1, accepted: false });
    // The outage ends at 1019; the four windows after it still reach into it.
    expect(end!.incident.end).toBe(1023);
    expect(end!.time).toBe(1028);
    expect(end!.incident.expected).toBeGreaterThan(90);
    expect(end!.incident.low).toBeGreaterThan(70);
    expect(end!.incident.high).toBeLessThan(130);
  });

  test("repeat: 'always' tells every one of equal outages, with every preset; 'once' says it once", () => {
    const starts = [1000, 2500, 4000, 5500];
    const series = outages(starts, 6000);
    const found = (options: MonitorOptions): number[] => {
      const watch = monitor(options);
      const alarms = series.flatMap((x, t) => (watch.update(x) > 0 && watch.last.alarm ? [t] : []));
      return starts.map((start) => alarms.filter((t) => t >= start && t < start + 20).length);
    };
    for (const preset of ['metrics', 'novelty', 'views'] as const) {
      expect(found({ preset, repeat: 'always' }), preset).toEqual([1, 1, 1, 1]);
    }
    expect(found({ preset: 'novelty' })).toEqual([1, 0, 0, 0]);
  });

  test("with repeat: 'always' a new level is the new normal after `accept` values, and that is said once", () => {
    const series = outages([], 3000);
    series.fill(0, 1500, 2500);
    const events = told(series, { repeat: 'always', accept: 60 });
    expect(events.slice(0, 2)).toMatchObject([
      { time: 1500, event: 'begin' },
      { time: 1559, event: 'accepted', incident: { accepted: true, duration: 60 } },
    ]);
    expect(events[2]).toMatchObject({ event: 'end', incident: { begin: 1500, accepted: true } });
    expect(events[2]!.time).toBeLessThan(1590);
    expect(events.filter(({ event, incident }) => event === 'accepted' && incident.begin === 1500)).toHaveLength(1);
  });

  test('a window detector tells one event once, whatever its window', () => {
    for (const windowSize of [5, 24, 50]) {
      const random = mulberry32(33);
      const series = Array.from(
        { length: 4000 },
        (_, t) => 10 * Math.sin((2 * Math.PI * t) / 48) + 0.3 * normal(random),
      );
      for (let i = 0; i < 30; i++) series[3000 + i]! += 3 * Math.sin((i / 30) * Math.PI);
      const begins = told(series, { detector: new StreamingKNN(windowSize, 5) }).filter(({ time }) => time >= 3000);
      expect(begins.filter(({ event, time }) => event !== 'end' && time < 3030 + windowSize)).toHaveLength(1);
    }
  });

  test('an incident that gets worse by the factor says so', () => {
    const random = mulberry32(7);
    const series = [...Array.from({ length: 600 }, () => 50 + normal(random)), 54.5, 54.4, 60, 61, 61.2];
    const events = told(series, { worse: 2 });
    expect(events.map(({ event, time }) => [event, time])).toEqual([
      ['begin', 600],
      ['worse', 602],
    ]);
    expect(events.at(-1)!.incident).toMatchObject({ peak: 602, value: 60, numAlarms: 2 });
    expect(told(series, { worse: Infinity })).toHaveLength(1);
  });

  test('is saved and loaded in the middle, bit for bit', () => {
    fc.assert(
      fc.property(values, fc.nat(150), optionSets, (series, at, options) => {
        const whole = monitor(options);
        const part = monitor(options);
        part.learn(series.slice(0, at));
        const loaded = Monitor.load(part.save());
        expect(loaded.save()).toEqual(part.save());
        whole.learn(series.slice(0, at));
        for (const x of series.slice(at)) {
          expect(loaded.update(x)).toBe(whole.update(x));
          expect(loaded.last).toEqual(whole.last);
        }
        expect(loaded.save()).toEqual(whole.save());
      }),
      { numRuns: 100 },
    );
  });
});

describe('filters', () => {
  const begins = (series: readonly number[], options: MonitorOptions): number[] =>
    told(series, options).flatMap(({ event, time }) => (event === 'begin' ? [time] : []));
  const level = Array.from({ length: 1200 }, (_, t) => 50 + ((t * 37) % 11));
  const bothWays = level.with(700, 5).with(900, 95);

  test('direction: only what falls, or only what rises', () => {
    expect(begins(bothWays, {})).toEqual([700, 900]);
    expect(begins(bothWays, { direction: 'down' })).toEqual([700]);
    expect(begins(bothWays, { direction: 'up' })).toEqual([900]);
  });

  test('minChange: in units, as a share, or both', () => {
    const series = Array.from({ length: 1200 }, (_, t) => (t === 800 ? 5.0000001 : t === 1000 ? 7 : 5));
    expect(begins(series, { preset: 'novelty' })).toEqual([800, 1000]);
    expect(begins(series, { preset: 'novelty', minChange: 0.01 })).toEqual([1000]);
    expect(begins(series, { preset: 'novelty', minChange: { relative: 0.1 } })).toEqual([1000]);
    expect(begins(series, { preset: 'novelty', minChange: { absolute: 1, relative: 0.5 } })).toEqual([]);
  });

  test('bounds: a value outside is an alarm from the first value on, with at least the threshold', () => {
    const watch = monitor({ bounds: { low: 0, high: 100 } });
    expect([50, 101].map((x) => watch.update(x))).toEqual([0, 4]);
    expect(watch.last).toMatchObject({ alarm: true, event: 'begin' });
    expect(begins(level.with(3, -1), { bounds: { low: 0 } })).toEqual([3]);
  });

  test('mute: calibrates, and raises nothing', () => {
    expect(begins(bothWays, { mute: 800 })).toEqual([900]);
    const watch = monitor({ mute: 800 });
    for (const x of bothWays.slice(0, 701)) expect(watch.update(x)).toBeLessThan(4);
    expect(watch.ready).toBe(false);
  });

  test('ready and seen tell where the warm-up is', () => {
    const watch = monitor({ warmup: 20 });
    const ready = level.slice(0, 40).map((x) => {
      watch.update(x);
      return watch.ready;
    });
    expect(ready.indexOf(true)).toBe(29);
    expect(watch.seen).toBe(40);
  });

  test('pause() learns nothing, as learn: false does, until resume()', () => {
    const [paused, told] = [monitor(), monitor()];
    for (const [t, x] of bothWays.entries()) {
      if (t === 600) paused.pause();
      if (t === 800) paused.resume();
      expect(paused.update(x)).toBe(told.update(x, { learn: t < 600 || t >= 800 }));
      expect(paused.paused).toBe(t >= 600 && t < 800);
    }
    expect(paused.save()).toEqual(told.save());
  });

  test('bad options are named, with what came', () => {
    const cases: [MonitorOptions, string][] = [
      [{ worse: 0.5 }, 'worse must be a number of at least 1, or Infinity, got 0.5'],
      [{ resolve: 0 }, 'resolve must be a positive integer, got 0'],
      [{ accept: 5 }, "accept is for repeat: 'always': with 'once' every value is learned as it comes"],
      [{ repeat: 'twice' as 'once' }, "repeat must be one of 'once', 'always', got string \"twice\""],
      [{ minChange: -1 }, 'minChange must be a number of at least 0, got -1'],
      [{ minChange: { relative: Infinity } }, 'minChange.relative must be a number of at least 0, got Infinity'],
      [{ bounds: { low: 3, high: 2 } }, 'bounds.low must not exceed bounds.high, got 3 and 2'],
      [{ bounds: { lo: 3 } as object }, 'options.lo is unknown; known are low, high'],
      [{ direction: 'sideways' as 'up' }, "direction must be one of 'both', 'up', 'down', got string \"sideways\""],
      [{ undo: 1 as unknown as boolean }, 'undo must be true or false, got number 1'],
    ];
    for (const [options, message] of cases) expect(() => monitor(options)).toThrow(message);
  });
});
