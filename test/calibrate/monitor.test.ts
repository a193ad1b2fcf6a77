import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ConformalThreshold,
  Monitor,
  type MonitorOptions,
  monitor,
  QuantileThreshold,
  SpotThreshold,
} from '../../src/calibrate.ts';
import { ChangeFinder } from '../../src/changefinder/changefinder.ts';
import { checkContract } from '../contract.ts';
import { naiveMetrics, naiveNovelty, naiveViews } from '../support/naive-monitor.ts';
import { mulberry32, normal } from '../support/series.ts';

function metric(n: number, seed: number): number[] {
  const random = mulberry32(seed);
  return Array.from({ length: n }, (_, t) => {
    const level = t % 400 === 399 ? 30 : 0;
    return Math.round(100 * normal(random)) / 10 + level;
  });
}

function expectClose(got: readonly number[], want: readonly number[]): void {
  expect(got).toHaveLength(want.length);
  for (const [t, value] of got.entries()) {
    if (Number.isNaN(want[t])) expect(value).toBeNaN();
    else expect(Math.abs(value - want[t]!), `at ${t}`).toBeLessThanOrEqual(1e-9 * (1 + want[t]!));
  }
}

describe('update(x)', () => {
  test("'novelty' is the rule of nearest past value, surprise and record-setters", () => {
    const preset = 'novelty';
    for (const seed of [1, 2]) {
      const values = metric(700, seed);
      expectClose(monitor({ preset, maxValues: 1000 }).learn(values), naiveNovelty(values, 100, 100));
    }
    const options: MonitorOptions = { preset, warmup: 5, hold: 7 };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 120 }), (values) => {
        expectClose(monitor(options).learn(values), naiveNovelty(values, 5, 7));
      }),
      { numRuns: 50 },
    );
  });

  test("'metrics' is the rule of shape and value, of a series with gaps, too", () => {
    for (const [seed, options] of [
      [1, {}],
      [7, { warmup: 20, hold: 3, step: 1 }],
    ] as const) {
      const values = metric(1200, seed).map((x, t) =>
        t % 97 === 50 || (t > 300 && t < 305) ? NaN : t > 1100 && t < 1110 ? x + 90 : x,
      );
      const got = monitor({ maxValues: 2000, ...options }).learn(values);
      const day = 'step' in options ? 86_400 : 1440;
      expectClose(
        got,
        naiveMetrics(values, 'warmup' in options ? options.warmup : 100, 'hold' in options ? options.hold : 10, day),
      );
      expect(got.some((surprise) => surprise > 4)).toBe(true);
    }
  });

  test("'views' is the sum over the value, order statistics of 10 and 50 values and runs of equal ones", () => {
    const options: MonitorOptions = { preset: 'views', warmup: 20, hold: 30 };
    expectClose(monitor(options).learn(metric(300, 3)), naiveViews(metric(300, 3), 20, 30));
    const signs = metric(150, 4).map(Math.sign);
    expectClose(monitor(options).learn(signs), naiveViews(signs, 20, 30));
    const stuck = metric(200, 8).map((x, t) => (t > 120 && t < 160 ? 3 : x));
    expectClose(monitor(options).learn(stuck), naiveViews(stuck, 20, 30));
  });

  test('is causal: the output for a prefix is the prefix of the output', () => {
    const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ noNaN: true }), fc.constant(null)), {
      maxLength: 80,
    });
    const presets = fc.constantFrom<MonitorOptions>(
      { warmup: 3, hold: 5, maxValues: 9 },
      { preset: 'novelty', warmup: 3, maxValues: 15 },
      { preset: 'views', warmup: 3, maxValues: 15 },
      { detector: new ChangeFinder(2, 0.1, 2, 0.1, 3), warmup: 4 },
      { threshold: new QuantileThreshold(0.9, { warmup: 5 }) },
    );
    fc.assert(
      fc.property(values, fc.nat(80), presets, (series, at, options) => {
        const watch = monitor(options);
        watch.reset();
        const whole = watch.learn(series);
        watch.reset();
        expect(watch.learn(series.slice(0, at))).toEqual(whole.slice(0, at));
      }),
      { numRuns: 200 },
    );
  });

  test('one threshold serves series of any scale: the same alarms for x, 1000x and x/1000 + 5', () => {
    const alarms = (f: (x: number) => number): number[] => {
      const watch = monitor();
      return metric(3000, 5).flatMap((x, t) => {
        watch.update(f(x));
        return watch.last.alarm ? [t] : [];
      });
    };
    const want = alarms((x) => x);
    expect(want.length).toBeGreaterThan(0);
    expect(alarms((x) => 1024 * x)).toEqual(want);
    expect(alarms((x) => x / 1024)).toEqual(want);
  });

  test('a missing value is NaN, no alarm, and changes nothing of what is known', () => {
    for (const preset of ['novelty', 'views'] as const) {
      const [a, b] = [monitor({ preset, hold: 1 }), monitor({ preset, hold: 1 })];
      for (const x of metric(500, 6)) {
        expect(b.update(null)).toBeNaN();
        expect(b.last.alarm).toBe(false);
        a.update(x);
        b.update(x);
        expect(b.last.surprise).toBe(a.last.surprise);
      }
    }
  });
});

test('last tells score, surprise, alarm and the values since the last one', () => {
  const watch = monitor({ preset: 'novelty', warmup: 10 });
  const nothing = { event: undefined, incident: undefined };
  expect(watch.last).toEqual({ score: NaN, surprise: NaN, alarm: false, since: Infinity, ...nothing });
  for (let t = 0; t < 200; t++) watch.update(t % 10);
  expect(watch.last).toEqual({ score: 0, surprise: 0, alarm: false, since: Infinity, ...nothing });
  const emitted = watch.update(59);
  expect(watch.last).toMatchObject({ score: 50, surprise: emitted, alarm: true, since: 0, event: 'begin' });
  expect(watch.update(58)).toBe(0);
  expect(watch.last.score).toBe(1);
  expect(watch.last.surprise).toBeGreaterThan(0);
  expect([watch.last.alarm, watch.last.since]).toEqual([false, 1]);
});

test('update(x, { learn: false }) does not learn an outage', () => {
  const watch = monitor({ preset: 'novelty', warmup: 10, hold: 1 });
  for (let t = 0; t < 200; t++) watch.update(t % 10);
  const surprises = Array.from({ length: 20 }, () => {
    watch.update(80, { learn: false });
    return watch.last.surprise;
  });
  expect(new Set(surprises).size).toBe(1);
  expect(surprises[0]).toBeCloseTo(Math.log(191), 9); // not seen in 190 values
});

describe('save() and load(bytes)', () => {
  const kinds: [string, () => MonitorOptions, Parameters<typeof Monitor.load>[1]][] = [
    ['metrics', () => ({ maxValues: 60 }), {}],
    ['novelty', () => ({ preset: 'novelty', maxValues: 60 }), {}],
    ['views', () => ({ preset: 'views', maxValues: 60, warmup: 20 }), {}],
    ['ChangeFinder', () => ({ detector: new ChangeFinder(3, 0.05, 3, 0.05, 4) }), { detector: ChangeFinder.load }],
    ['QuantileThreshold', () => ({ threshold: new QuantileThreshold(0.95) }), {}],
    ['ConformalThreshold', () => ({ threshold: new ConformalThreshold(0.01) }), {}],
    ['SpotThreshold', () => ({ threshold: new SpotThreshold(0.01, { level: 0.9, warmup: 100 }) }), {}],
  ];

  test.each(kinds)('%s goes on bit for bit from any point, interleaved peeks included', (_, options, loaders) => {
    const values = metric(500, 9).map((x, t) => (t % 61 === 0 ? null : x));
    for (const at of [0, 1, 99, 100, 137, 400]) {
      const whole = monitor(options());
      let parted = monitor(options());
      for (const [t, x] of values.entries()) {
        if (t === at) parted = Monitor.load(parted.save(), loaders);
        const peeked = parted.peek(x);
        parted.peek(1e6);
        const emitted = parted.update(x);
        expect([emitted, whole.update(x)]).toEqual([peeked, peeked]);
        expect(parted.last).toEqual(whole.last);
      }
      expect(parted.save()).toEqual(whole.save());
    }
  });

  test('peek(x) is what update(x) returns', () => {
    for (const preset of ['metrics', 'novelty', 'views'] as const) {
      const watch = monitor({ preset, warmup: 10 });
      for (const x of metric(300, 2)) {
        const peeked = watch.peek(x);
        expect(watch.update(x)).toBe(peeked);
      }
    }
  });

  test('damaged bytes are refused, and an unknown detector is asked for', () => {
    const watch = monitor({ warmup: 1 });
    watch.learn([1, 2, 3, 4]);
    const bytes = watch.save();
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => Monitor.load(damaged)).toThrow(RangeError);
    }
    for (let length = 0; length < bytes.length; length++) expect(() => Monitor.load(bytes.slice(0, length))).toThrow();
    const other = monitor({ detector: new ChangeFinder(1, 0.1, 1, 0.1, 1) }).save();
    expect(() => Monitor.load(other)).toThrow(/give its load, as in { detector: ChangeFinder.load }/);
  });
});

describe('explain()', () => {
  function watched(...values: (number | null)[]): Monitor {
    const watch = monitor({ preset: 'novelty', warmup: 10 });
    for (let t = 0; t < 200; t++) watch.update(t % 10);
    watch.learn(values);
    return watch;
  }

  test('names what was seen, what it is nearest to and when that came, as data and in a sentence', () => {
    const { text, ...data } = watched(59).explain(2);
    expect(data).toMatchObject({ time: 200, value: 59, expected: 9, direction: 'above', score: 50, alarm: true });
    expect(data.neighbors).toEqual([
      { value: 9, time: 199 },
      { value: 8, time: 198 },
    ]);
    expect(data.pValue).toBe(Math.exp(-data.surprise));
    expect(text).toBe(
      '59 at 200 is 50 above the nearest value before, 9 at 199; 9 would have been quiet: an alarm, not seen in 190 values',
    );
  });

  test('knows a value that was seen before, one that is missing, and the first', () => {
    expect(watched(4).explain().text).toBe('4 at 200 was seen before, last at 194: not surprising');
    expect(watched(null).explain()).toMatchObject({
      text: 'the value at 200 is missing',
      neighbors: [],
      expected: undefined,
    });
    const first = monitor();
    first.update(3);
    expect(first.explain().text).toBe('3 at 0 has no past to be compared with: not surprising');
    expect(() => monitor().explain()).toThrow(/update\(x\) first/);
  });

  test('names the view that was surprised most, and goes on after save and load', () => {
    const watch = monitor({ preset: 'views', warmup: 10 });
    for (let t = 0; t < 400; t++) watch.update(9 * (t % 2));
    for (let t = 0; t < 10; t++) watch.update(5);
    const loaded = Monitor.load(watch.save());
    expect(loaded.explain()).toEqual(watch.explain());
    expect(watch.explain().view).toMatch(/of the last (10|50) values/);
    expect(watch.explain().text).toContain(`where the ${watch.explain().view} is `);
  });

  test('of a detector of your own is left to it', () => {
    const watch = monitor({ detector: new ChangeFinder(1, 0.1, 1, 0.1, 1) });
    watch.update(1);
    expect(() => watch.explain()).toThrow(/knows the presets' reasons only/);
  });
});

test('options of the wrong kind or value are named', () => {
  expect(() => monitor({ preset: 'best' as never })).toThrow(
    "preset must be one of 'metrics', 'novelty', 'views', got string \"best\"",
  );
  expect(() => monitor({ threshold: 0 })).toThrow(
    'threshold must be a positive number or a threshold that learns, got 0',
  );
  expect(() => monitor({ threshold: '5' as never })).toThrow(TypeError);
  expect(() => monitor({ detector: {} as never })).toThrow(/detector must be a streaming detector/);
  expect(() => monitor({ preset: 'views', detector: new ChangeFinder(1, 0.1, 1, 0.1, 1) })).toThrow(
    /exclude each other/,
  );
  expect(() => monitor({ step: 0 })).toThrow('step must be a number of seconds above 0, got 0');
  expect(() => monitor({ step: '60' } as object)).toThrow(TypeError);
  expect(() => monitor({ windowSize: 5 } as object)).toThrow(/options.windowSize is unknown/);
  expect(() => monitor().update('7' as never)).toThrow(TypeError);
});

for (const options of [
  { warmup: 5 },
  { preset: 'novelty', warmup: 5 },
  { preset: 'views', warmup: 5, maxValues: 40 },
  { preset: 'novelty', warmup: 5, repeat: 'always', accept: 9, undo: true, threshold: 1.5 },
  { preset: 'novelty', warmup: 5, stuck: true, period: 7, direction: 'down', minChange: 1, threshold: 1.5 },
] as const) {
  checkContract(`monitor(${JSON.stringify(options)})`, {
    create: () => monitor({ ...options, hold: 4 }),
    load: (bytes) => Monitor.load(bytes),
    memoryless: false, // a burst is over after some time, learned or not
  });
}
