// ChangeFinder against its oracle and stored answers; what a stream, a restart and an outage may do to it; what it is for.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StateWriter } from '../../src/core/state.ts';
import { ChangeFinder, SDAR, type Value } from '../../src/index.ts';
import { checkContract } from '../contract.ts';
import { NaiveChangeFinder } from '../support/naive-sdar.ts';
import { generators, mulberry32, normal, paint, palettes, whiteNoise } from '../support/series.ts';

interface Settings {
  orders: [number, number];
  discounts: [number, number];
  smoothing: number;
}

/** The last scores of both stages. */
function shown(detector: ChangeFinder): number[] {
  return [detector.outlierScore, detector.changeScore];
}

const settings: fc.Arbitrary<Settings> = fc.record({
  orders: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })),
  discounts: fc.tuple(fc.constantFrom(1e-6, 0.01, 0.1, 0.5), fc.constantFrom(1e-6, 0.01, 0.1, 0.5)),
  smoothing: fc.integer({ min: 1, max: 12 }),
});
const nasty = fc
  .tuple(fc.constantFrom(...palettes), fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 }))
  .map(([palette, picks]) => paint(palette, picks));

function make({ orders, discounts, smoothing }: Settings): ChangeFinder {
  return new ChangeFinder(orders[0], discounts[0], orders[1], discounts[1], smoothing);
}

/** Levels 0.7, 1.5, 0.6, 1.3 with noise of 0.05, 300 values each. */
function fourSegments(seed = 1): Float64Array {
  const random = mulberry32(seed);
  return Float64Array.from(
    { length: 1200 },
    (_, t) => [0.7, 1.5, 0.6, 1.3][Math.floor(t / 300)]! + 0.05 * normal(random),
  );
}

checkContract('ChangeFinder', {
  create: () => new ChangeFinder(2, 0.05, 3, 0.02, 4),
  load: ChangeFinder.load,
  memoryless: false,
});

describe('update(x)', () => {
  test('of 1 is 6.2017912433901 for new ChangeFinder(3, 0.1, 3, 0.1, 4), as the ancestor gem has it', () => {
    const detector = new ChangeFinder(3, 0.1, 3, 0.1, 4);
    expect(detector.update(1)).toBeCloseTo(6.2017912433901, 12);
    expect(detector.outlierScore).toBeCloseTo(4.6622854710498, 12);
    expect(detector.changeScore).toBe(detector.peek.call(new ChangeFinder(3, 0.1, 3, 0.1, 4), 1));
  });

  test.each(['randomWalk', 'whiteNoise', 'serverMetric', 'integers', 'decimals', 'gaps', 'spiky'])(
    'is what the oracle says: %s',
    (name) => {
      // biome-ignore format: one line
      const detector = new ChangeFinder(3, 0.02, 4, 0.03, 6);
      const naive = new NaiveChangeFinder([3, 4], [0.02, 0.03], 6);
      let compared = 0;
      for (const x of generators[name]!(500, 3)) {
        const score = detector.update(x);
        if (Number.isNaN(x)) continue;
        const { outlier, change } = naive.update(x);
        if (!(outlier.condition < 1e4 && change.condition < 1e4)) continue;
        compared++;
        expect(Math.abs(detector.outlierScore - outlier.score)).toBeLessThan(
          1e-8 * Math.max(1, Math.abs(outlier.score)),
        );
        expect(Math.abs(score - change.score)).toBeLessThan(1e-7 * Math.max(1, Math.abs(change.score)));
        expect(detector.changeScore).toBe(score);
      }
      expect(compared).toBeGreaterThan(300);
    },
  );

  interface Case {
    name: string;
    orders: [number, number];
    discounts: [number, number];
    smoothing: number;
    series: number[];
    outlierScore: number[];
    changeScore: number[];
  }
  const golden = new URL('../golden/changefinder.json', import.meta.url);
  const { changeFinder } = JSON.parse(readFileSync(golden, 'utf8')) as { changeFinder: Case[] };
  test.each(changeFinder)(
    'is what SciPy says: $name, orders $orders',
    ({ series, outlierScore, changeScore, ...rest }) => {
      const detector = make(rest);
      series.forEach((x, t) => {
        expect(Math.abs(detector.update(x) - changeScore[t]!)).toBeLessThan(1e-8);
        expect(Math.abs(detector.outlierScore - outlierScore[t]!)).toBeLessThan(1e-9);
      });
    },
  );

  test('is two SDAR models with a mean of the last scores between them, bit for bit', () => {
    const flags = fc.array(fc.boolean(), { minLength: 60, maxLength: 60 });
    const property = fc.property(settings, nasty, flags, (options, series, learns) => {
      const { orders, discounts, smoothing } = options;
      const detector = make(options);
      const [first, second] = [new SDAR(orders[0], discounts[0]), new SDAR(orders[1], discounts[1])];
      const scores: number[] = [];
      for (const [t, x] of series.entries()) {
        const learn = learns[t]!;
        const outlier = first.update(x, { learn });
        let change = NaN;
        if (!Number.isNaN(outlier)) {
          scores.push(outlier);
          const span = scores.slice(-smoothing);
          let sum = 0;
          for (const score of span) sum += score;
          change = second.update(sum / span.length, { learn });
        }
        expect(detector.update(x, { learn })).toBe(change);
        expect(shown(detector)).toEqual([outlier, change]);
      }
    });
    fc.assert(property, { numRuns: 500, seed: 1 });
  });

  test('goes on from the states of another implementation', () => {
    const naive = new NaiveChangeFinder([2, 3], [0.05, 0.02], 1);
    const series = whiteNoise(400);
    for (const x of series.subarray(0, 200)) naive.update(x);
    const initial = { outlier: naive.outlier.state, change: naive.change.state };
    const detector = new ChangeFinder(2, 0.05, 3, 0.02, 1, initial);
    for (const x of series.subarray(200)) {
      expect(Math.abs(detector.update(x) - naive.update(x).change.score)).toBeLessThan(1e-8);
    }
  });
});

describe('what it is for', () => {
  /** Largest score within [from, to). */
  const peak = (scores: readonly number[], from: number, to: number) => Math.max(...scores.slice(from, to));

  test('ChangeFinder(5, 0.01, 10, 0.01, 5) marks the changes of four levels within 10 values, above everything else', () => {
    const scores = new ChangeFinder(5, 0.01, 10, 0.01, 5).learn(fourSegments());
    const quiet = Math.max(
      peak(scores, 250, 300),
      peak(scores, 500, 600),
      peak(scores, 800, 900),
      peak(scores, 1100, 1200),
    );
    for (const change of [300, 600, 900]) expect(peak(scores, change, change + 10)).toBeGreaterThan(quiet + 3);
  });

  test('a lone outlier raises the first score more than the second', () => {
    const series = fourSegments().subarray(0, 290).slice();
    series[250] = 1.5;
    const detector = new ChangeFinder(5, 0.01, 10, 0.01, 5);
    detector.learn(series.subarray(0, 250));
    const usual = shown(detector);
    detector.update(series[250]!);
    expect(detector.outlierScore - usual[0]!).toBeGreaterThan(20);
    expect(detector.changeScore).toBeGreaterThan(usual[1]!);
  });
});

describe('save() and load(bytes)', () => {
  test('go on bit for bit from any place', () => {
    const property = fc.property(settings, nasty, fc.nat(60), (options, series, cut) => {
      const detector = make(options);
      detector.learn(series.slice(0, cut));
      const loaded = ChangeFinder.load(detector.save());
      expect(loaded.save()).toEqual(detector.save());
      expect(shown(loaded)).toEqual(shown(detector));
      const { outlierOrder, outlierDiscount, changeOrder, changeDiscount, smoothing } = loaded;
      const { orders, discounts } = options;
      expect([outlierOrder, changeOrder, outlierDiscount, changeDiscount]).toEqual([...orders, ...discounts]);
      expect(smoothing).toBe(options.smoothing);
      for (const x of series.slice(cut)) {
        expect(loaded.update(x)).toBe(detector.update(x));
        expect(shown(loaded)).toEqual(shown(detector));
      }
      loaded.reset();
      expect(loaded.learn(series)).toEqual(make(options).learn(series));
    });
    fc.assert(property, { numRuns: 300, seed: 2 });
  });

  test('every flipped bit, every truncation and every extension is refused', () => {
    const detector = new ChangeFinder(1, 0.1, 1, 0.1, 2);
    detector.learn([1, 2, 3]);
    const bytes = detector.save();
    expect(ChangeFinder.load(bytes).update(4)).toBe(detector.peek(4));
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => ChangeFinder.load(damaged)).toThrow(RangeError);
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(() => ChangeFinder.load(bytes.subarray(0, length))).toThrow(RangeError);
    }
    expect(() => ChangeFinder.load(Uint8Array.of(...bytes, 0))).toThrow(RangeError);
  });

  test('bytes of another class, of a newer version and of no possible detector are refused by name', () => {
    const model = new SDAR(2, 0.1).save();
    const bytes = (format: number, smoothing: number, scores: number) => {
      const state = new StateWriter('ChangeFinder', format);
      state.u32(smoothing);
      state.bytes(model);
      state.bytes(model);
      state.f64s(new Float64Array(scores));
      state.f64(0);
      state.f64(0);
      return state.finish();
    };
    expect(ChangeFinder.load(bytes(1, 3, 3)).smoothing).toBe(3);
    expect(() => ChangeFinder.load(bytes(1, 3, 4))).toThrow('bytes are damaged: more scores than the smoothing span');
    expect(() => ChangeFinder.load(bytes(1, 0, 0))).toThrow('smoothing must be a positive integer, got 0');
    expect(() => ChangeFinder.load(bytes(2, 3, 3))).toThrow('bytes have format 2 of ChangeFinder');
    expect(() => ChangeFinder.load(model)).toThrow('bytes must be the state of a ChangeFinder, got that of a SDAR');
    expect(() => ChangeFinder.load('' as unknown as Uint8Array)).toThrow(TypeError);
  });
});

describe('peek, learn, reset', () => {
  test('peek(x) is what update(x) returns, and leaves every byte as it was', () => {
    const property = fc.property(settings, nasty, (options, series) => {
      const detector = make(options);
      for (const x of series) {
        const before = detector.save();
        const score = detector.peek(x);
        expect(detector.save()).toEqual(before);
        expect(detector.update(x)).toBe(score);
      }
    });
    fc.assert(property, { numRuns: 200, seed: 3 });
  });

  test('update(x, { learn: false }) scores like update(x), and leaves the models as they were', () => {
    const series = whiteNoise(300);
    const [detector, twin] = [new ChangeFinder(2, 0.05, 2, 0.05, 4), new ChangeFinder(2, 0.05, 2, 0.05, 4)];
    for (const each of [detector, twin]) each.learn(series);
    expect(detector.update(60, { learn: false })).toBe(twin.update(60));
    expect(shown(detector)).toEqual(shown(twin));
    // When 60 and its score have left the lags and the smoothing span, it is as if they had never come.
    const calm = new ChangeFinder(2, 0.05, 2, 0.05, 4);
    calm.learn(series);
    for (let t = 0; t < 9; t++) for (const each of [detector, twin, calm]) each.update(series[t]!, { learn: false });
    expect(detector.outlierScore).toBe(calm.outlierScore);
    expect(detector.peek(1)).toBe(calm.peek(1));
    expect(twin.outlierScore).toBeGreaterThan(calm.outlierScore + 1);
  });

  test('a missing value scores NaN in both stages and changes nothing else', () => {
    const series: Value[] = [1, 5, 2, 2, 7, 1, 3];
    const withGaps: Value[] = [null, 1, NaN, 5, undefined, 2, 2, Infinity, -Infinity, 7, 2 ** 501, 1, 3];
    const detector = new ChangeFinder(2, 0.1, 2, 0.1, 3);
    const scores = detector.learn(withGaps);
    withGaps.forEach((x, t) => {
      const missing = x === null || x === undefined || !(Math.abs(x) <= 2 ** 500);
      expect(Number.isNaN(scores[t])).toBe(missing);
    });
    expect(scores.filter((score) => !Number.isNaN(score))).toEqual(new ChangeFinder(2, 0.1, 2, 0.1, 3).learn(series));
    const before = detector.peek(4);
    expect(detector.update(null)).toBeNaN();
    expect(shown(detector)).toEqual([NaN, NaN]);
    expect(detector.peek(undefined)).toBeNaN();
    expect(detector.update(4)).toBe(before);
  });

  test('learn(series) is update after update; reset() is as new', () => {
    const detector = new ChangeFinder(2, 0.1, 2, 0.1, 3);
    const fresh = detector.save();
    const series = [3, 1, 4, 1, 5, 9, 2, 6];
    const scores = detector.learn(series);
    expect(scores).toEqual(
      series.map(
        (
          (each) => (x: number) =>
            each.update(x)
        )(new ChangeFinder(2, 0.1, 2, 0.1, 3)),
      ),
    );
    detector.reset();
    expect(shown(detector)).toEqual([NaN, NaN]);
    expect(detector.save()).toEqual(fresh);
    expect(detector.learn(series)).toEqual(scores);
  });
});

describe('no series makes it lose its footing', () => {
  test('10 000 short hostile series score finitely', () => {
    const property = fc.property(settings, nasty, (options, series) => {
      make(options)
        .learn(series)
        .forEach((score, t) => {
          const x = series[t];
          const missing = typeof x !== 'number' || !(Math.abs(x) <= 2 ** 500);
          if (missing ? !Number.isNaN(score) : !Number.isFinite(score)) expect([t, x, score]).toBe('finite');
        });
    });
    fc.assert(property, { numRuns: 10_000, seed: 4 });
  });

  const long: Record<string, (t: number) => number> = {
    'a constant': () => 5,
    'a straight line': (t) => t,
    'a constant with a spike of 10¹²': (t) => (t === 50_000 ? 1e12 : 5),
    'jumps of 10¹²': (t) => (t % 2000 < 1000 ? 0 : 1e12),
    'a period of 7': (t) => t % 7,
  };
  test.each(Object.keys(long))('100 000 values of %s', (name) => {
    for (const [orders, discount] of [
      [[1, 1], 0.5],
      [[5, 10], 0.01],
      [[2, 3], 1e-6],
    ] as const) {
      // biome-ignore format: pairs
      const detector = make({ orders: [...orders], discounts: [discount, discount], smoothing: 5 });
      for (let t = 0; t < 100_000; t++) {
        if (!Number.isFinite(detector.update(long[name]!(t)))) expect([t, ...shown(detector)]).toBe('finite');
      }
    }
  });
});

test('errors name the argument, what is expected, and what came', () => {
  const build =
    (...args: unknown[]) =>
    () =>
      new ChangeFinder(...(args as [number, number, number, number, number]));
  expect(build(0, 0.01, 10, 0.01, 5)).toThrow(new RangeError('outlierOrder must be a positive integer, got 0'));
  expect(build(5, 1, 10, 0.01, 5)).toThrow(
    new RangeError('outlierDiscount must be a number above 0 and below 1, got 1'),
  );
  expect(build(5, 0.01, 'x', 0.01, 5)).toThrow(new TypeError('changeOrder must be a positive integer, got string "x"'));
  expect(build(5, 0.01, 10, -1, 5)).toThrow(
    new RangeError('changeDiscount must be a number above 0 and below 1, got -1'),
  );
  expect(build(5, 0.01, 10, 0.01)).toThrow(new TypeError('smoothing must be a positive integer, got undefined'));
  expect(build(5, 0.01, 10, 0.01, 1e12)).toThrow('smoothing must be at most 1000000, got 1000000000000');
  expect(build(5, 0.01, 10, 0.01, 5, { first: {} })).toThrow('options.first is unknown; known are outlier, change');
  expect(build(5, 0.01, 10, 0.01, 5, { outlier: { history: [1, 2, 3, 4, 5, 6] } })).toThrow(RangeError);
  const detector = new ChangeFinder(2, 0.1, 2, 0.1, 3);
  detector.learn([1, 2]);
  const before = detector.save();
  expect(() => detector.update({} as unknown as number)).toThrow(TypeError);
  expect(() => detector.peek('1' as unknown as number)).toThrow(TypeError);
  expect(() => detector.update(1, { learn: 1 as unknown as boolean })).toThrow(TypeError);
  expect(detector.save()).toEqual(before);
});
