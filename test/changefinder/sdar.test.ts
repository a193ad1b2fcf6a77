// SDAR against its oracle, stored answers, processes that are known, and everything that could make it lose its footing.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StateWriter } from '../../src/core/state.ts';
import { SDAR, type SDARState, type Value } from '../../src/index.ts';
import { checkContract } from '../contract.ts';
import { NaiveSDAR, type NaiveState } from '../support/naive-sdar.ts';
import {
  constant,
  generators,
  mulberry32,
  normal,
  paint,
  palettes,
  periodic,
  serverMetric,
  whiteNoise,
} from '../support/series.ts';

/** What a model shows of the last value, to the bit. */
function shown(model: SDAR): number[] {
  return [model.prediction, model.variance, model.mean];
}

/** Settings and a short series of nasty values, settings of all sizes. */
const settings = fc.record({
  order: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 8 }) }, { weight: 1, arbitrary: fc.integer({ min: 9, max: 50 }) }), // biome-ignore format: one line
  discount: fc.constantFrom(1e-6, 1e-3, 0.01, 0.05, 0.1, 0.3, 0.5, 0.9, 2 ** -52, 1 - 2 ** -53),
});
const nasty = fc
  .tuple(fc.constantFrom(...palettes), fc.array(fc.nat(1000), { minLength: 1, maxLength: 80 }))
  .map(([palette, picks]) => paint(palette, picks));

checkContract('SDAR', { create: () => new SDAR(3, 0.05), load: SDAR.load, memoryless: false });
checkContract('SDAR that starts from a given state', {
  create: () => new SDAR(2, 0.3, { initial: { mean: 5, variance: 2, autocovariance: [3, 1, 0.5], history: [4] } }),
  load: SDAR.load,
  memoryless: false,
});

describe('first scores', () => {
  test('new SDAR(3, 0.1).update(1) is 4.6622854710498, as the ancestor gem has it', () => {
    const model = new SDAR(3, 0.1);
    expect(model.update(1)).toBeCloseTo(4.6622854710498, 12);
    expect(shown(model)).toEqual([0.1, 0.1 * 0.9 * 0.9, 0.1]);
  });

  test('without a past the prediction is the mean', () => {
    const model = new SDAR(5, 0.25, { initial: { mean: 4, variance: 1 } });
    expect(model.update(8)).toBeCloseTo(0.5 * Math.log(2 * Math.PI * 3) + 9 / 6, 14);
    expect(shown(model)).toEqual([5, 3, 5]);
  });
});

describe('update(x) is what the oracle says', () => {
  const cases = Object.keys(generators).filter((name) => name !== 'denormals');
  test.each(cases)('%s', (name) => {
    const series = generators[name]!(400, 7);
    let compared = 0;
    for (const [order, discount] of [
      [1, 0.1],
      [3, 0.02],
      [5, 0.01],
      [10, 0.005],
      [10, 0.3],
    ] as const) {
      // biome-ignore format: pairs
      const model = new SDAR(order, discount, { initial: { mean: 0 } }); // zeros whatever comes: see start.test.ts
      const naive = new NaiveSDAR(order, discount);
      let size = Number.MIN_VALUE;
      for (const x of series) {
        const score = model.update(x);
        if (Number.isNaN(x)) {
          expect(score).toBeNaN();
          continue;
        }
        const expected = naive.update(x);
        size = Math.max(size, Math.abs(x));
        // Where the oracle itself has lost its digits, or an error is smaller than the floor, there is nothing to hold to.
        if (!(expected.condition < 1e6) || naive.state.variance <= (2 ** -39 * size) ** 2) continue;
        compared++;
        const slack = expected.condition < 1000 ? 1e-9 : 1e-12 * expected.condition;
        expect(Math.abs(model.prediction - expected.prediction)).toBeLessThanOrEqual(slack * size);
        expect(Math.abs(score - expected.score)).toBeLessThanOrEqual(slack * Math.max(1, Math.abs(expected.score)));
      }
    }
    if (name !== 'signedZeros') expect(compared).toBeGreaterThan(500);
  });

  test('at a relative error of 10⁻¹² on white noise, prediction by prediction', () => {
    const model = new SDAR(4, 0.01);
    const naive = new NaiveSDAR(4, 0.01);
    for (const x of whiteNoise(500)) {
      const score = model.update(x);
      const expected = naive.update(x);
      expect(Math.abs(model.prediction - expected.prediction)).toBeLessThan(
        1e-11 * Math.abs(x - naive.state.mean) + 1e-11,
      );
      expect(Math.abs(score - expected.score)).toBeLessThan(1e-10);
    }
  });

  test('from any state', () => {
    const number = fc.integer({ min: -1000, max: 1000 }).map((value) => value / 16);
    const start = fc.integer({ min: 1, max: 6 }).chain((order) =>
      fc.record({
        order: fc.constant(order),
        discount: fc.constantFrom(0.001, 0.01, 0.1, 0.4),
        mean: number,
        variance: fc.integer({ min: 0, max: 100 }),
        // A dominant C₀: a matrix that is positive definite.
        autocovariance: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: order, maxLength: order }),
        history: fc.array(number, { maxLength: order }),
        series: fc.array(number, { minLength: 1, maxLength: 30 }),
      }),
    );
    const property = fc.property(start, ({ order, discount, series, ...initial }) => {
      const state = { ...initial, autocovariance: [10 * order + 1, ...initial.autocovariance] };
      const model = new SDAR(order, discount, { initial: state });
      const naive = new NaiveSDAR(order, discount, state);
      for (const x of series) {
        const score = model.update(x);
        const expected = naive.update(x);
        if (!(expected.condition < 1e5) || !(naive.state.variance > 1e-15)) continue;
        expect(Math.abs(model.prediction - expected.prediction)).toBeLessThan(1e-12 * expected.condition * 100);
        expect(Math.abs(score - expected.score)).toBeLessThan(
          1e-9 * Math.max(expected.condition, Math.abs(expected.score)),
        );
      }
    });
    fc.assert(property, { numRuns: 500, seed: 1 });
  });
});

describe('update(x) is what SciPy says', () => {
  interface Case {
    name: string;
    order: number;
    discount: number;
    initial: SDARState | null;
    series: number[];
    score: number[];
    prediction: number[];
    variance: number[];
  }
  const golden = new URL('../golden/changefinder.json', import.meta.url);
  const { sdar, madeBy } = JSON.parse(readFileSync(golden, 'utf8')) as { sdar: Case[]; madeBy: { command: string } };

  test('the golden file says how it was made', () => {
    expect(madeBy.command).toBe('python3 changefinder.py');
  });

  test.each(sdar)('$name: order $order', ({ order, discount, initial, series, score, prediction, variance }) => {
    const model = new SDAR(order, discount, { initial: initial ?? {} });
    series.forEach((x, t) => {
      expect(Math.abs(model.update(x) - score[t]!)).toBeLessThan(1e-9);
      expect(Math.abs(model.prediction - prediction[t]!)).toBeLessThan(1e-9);
      expect(Math.abs(model.variance - variance[t]!)).toBeLessThan(1e-9);
    });
  });
});

describe('a known process is found', () => {
  const processes: [number[], number][] = [
    [[0.8], 1],
    [[0.6, -0.5], 1],
    [[-0.9], 4],
    [[1.2, -0.5, 0.1], 0.25],
    [[0.5, 0, 0, -0.4], 1],
  ];
  test.each(processes)('coefficients %j, standard deviation %d', (coefficients, deviation) => {
    const random = mulberry32(5);
    const order = coefficients.length;
    const model = new SDAR(order, 0.0005);
    const past: number[] = new Array(order).fill(0);
    const [level, n] = [20, 40_000];
    let squares = 0;
    let variance = 0;
    for (let t = 0; t < n; t++) {
      const expected = coefficients.reduce((sum, a, j) => sum + a * past[j]!, 0);
      const x = expected + deviation * normal(random);
      past.unshift(x);
      past.pop();
      model.update(level + x);
      if (t < n / 2) continue;
      squares += (model.prediction - level - expected) ** 2;
      variance += model.variance;
    }
    expect(Math.sqrt(squares / (n / 2))).toBeLessThan(0.07 * deviation);
    expect(Math.abs(variance / (n / 2) / deviation ** 2 - 1)).toBeLessThan(0.05);
  });
});

describe('initial', () => {
  test('the state of another implementation goes on as it would there', () => {
    const series = serverMetric(600);
    const naive = new NaiveSDAR(4, 0.02);
    for (const x of series.subarray(0, 300)) naive.update(x);
    const model = new SDAR(4, 0.02, { initial: naive.state });
    for (const x of series.subarray(300)) expect(Math.abs(model.update(x) - naive.update(x).score)).toBeLessThan(1e-8);
  });

  test('is copied, and what reset() goes back to', () => {
    const initial: NaiveState = { mean: 3, variance: 1, autocovariance: [2, 1, 0.5], history: [1, 2] };
    const model = new SDAR(2, 0.1, { initial });
    const first = [model.update(4), model.update(-1)];
    initial.history.fill(9);
    initial.autocovariance.fill(9);
    model.reset();
    expect([model.update(4), model.update(-1)]).toEqual(first);
    model.reset();
    expect(shown(model)).toEqual([NaN, 1, 3]);
  });
});

describe('save() and load(bytes)', () => {
  test('go on bit for bit from any place', () => {
    const property = fc.property(settings, nasty, fc.nat(80), ({ order, discount }, series, cut) => {
      const model = new SDAR(order, discount, { initial: { mean: 2, history: [1] } });
      model.learn(series.slice(0, cut));
      const loaded = SDAR.load(model.save());
      expect(loaded.save()).toEqual(model.save());
      expect(shown(loaded)).toEqual(shown(model));
      for (const x of series.slice(cut)) {
        expect(loaded.update(x)).toBe(model.update(x));
        expect(shown(loaded)).toEqual(shown(model));
      }
      loaded.reset();
      model.reset();
      expect(loaded.learn(series)).toEqual(model.learn(series));
    });
    fc.assert(property, { numRuns: 300, seed: 2 });
  });

  test('every flipped bit, every truncation and every extension is refused', () => {
    const model = new SDAR(2, 0.1);
    model.learn([1, 2, 3]);
    const bytes = model.save();
    expect(SDAR.load(bytes).update(4)).toBe(model.peek(4));
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => SDAR.load(damaged)).toThrow(RangeError);
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(() => SDAR.load(bytes.subarray(0, length))).toThrow(RangeError);
    }
    expect(() => SDAR.load(Uint8Array.of(...bytes, 0))).toThrow(RangeError);
  });

  test('bytes of another class, of a newer version, and of no possible model are refused by name', () => {
    const bytes = (kind: string, format: number, fields: (state: StateWriter) => void = () => {}): Uint8Array => {
      const state = new StateWriter(kind, format);
      fields(state);
      return state.finish();
    };
    const model = (
      order: number,
      discount: number,
      numbers: number,
      history: number,
      format = 1,
      inner = [] as number[],
    ) => {
      return bytes('SDAR', format, (state) => {
        state.u32(order);
        state.f64(discount);
        if (format > 1) state.u8(0);
        else {
          state.f64(0);
          state.f64(0);
          state.f64s(new Float64Array(order + 1));
          state.f64s([]);
        }
        state.f64s(new Float64Array(numbers));
        state.f64s(new Float64Array(history));
        state.f64(NaN);
        if (format === 1) return;
        state.u8(1);
        state.u32(3);
        state.bytes(Uint8Array.from(inner));
      });
    };
    for (const format of [1, 2]) {
      expect(SDAR.load(model(2, 0.1, 6, 2, format)).order).toBe(2);
      expect(() => SDAR.load(model(2, 0.1, 5, 2, format))).toThrow('bytes are damaged: they hold no model of order 2');
    }
    const other = Array.from(new SDAR(3, 0.1).save());
    expect(() => SDAR.load(model(2, 0.1, 6, 2, 2, other))).toThrow('they hold two models, of order 2 and 3');
    expect(() => SDAR.load(bytes('ChangeFinder', 1))).toThrow(
      'must be the state of a SDAR, got that of a ChangeFinder',
    );
    expect(() => SDAR.load(bytes('SDAR', 3))).toThrow('bytes have format 3 of SDAR');
    expect(() => SDAR.load(model(2, 0.1, 6, 3))).toThrow('bytes are damaged: they hold no model of order 2');
    expect(() => SDAR.load(model(2, 1.5, 6, 2))).toThrow('discount must be a number above 0 and below 1, got 1.5');
    expect(() => SDAR.load([1] as unknown as Uint8Array)).toThrow(TypeError);
  });
});

describe('update, peek, learn, reset', () => {
  test('peek(x) is what update(x) returns, and leaves every byte as it was', () => {
    const property = fc.property(settings, nasty, ({ order, discount }, series) => {
      const model = new SDAR(order, discount);
      for (const x of series) {
        const before = model.save();
        const score = model.peek(x);
        expect(model.peek(3)).toBe(model.peek(3));
        expect(model.save()).toEqual(before);
        expect(model.update(x)).toBe(score);
      }
    });
    fc.assert(property, { numRuns: 200, seed: 3 });
  });

  test('update(x, { learn: false }) scores like update(x); x becomes a lag, and the model stays as it was', () => {
    const series = whiteNoise(200);
    const model = new SDAR(3, 0.05);
    model.learn(series);
    const { mean, variance } = model;
    const twin = SDAR.load(model.save());
    expect(model.update(5, { learn: false })).toBe(twin.update(5));
    expect(model.prediction).toBe(twin.prediction);
    expect(shown(model).slice(1)).toEqual([variance, mean]);
    expect(twin.mean).not.toBe(mean);
    // The oracle, with its state but for the history put back, says the same of the next value.
    const naive = new NaiveSDAR(3, 0.05);
    for (const x of series) naive.update(x);
    const before = structuredClone(naive.state);
    naive.update(5);
    naive.state = { ...before, history: naive.state.history };
    expect(model.update(-1)).toBeCloseTo(naive.update(-1).score, 10);
    expect(model.prediction).toBeCloseTo(naive.state.mean + (model.prediction - model.mean), 10);
  });

  test('an outage that is not learned leaves the scores of what follows as they would have been', () => {
    const series = whiteNoise(400);
    const [spared, taught] = [new SDAR(2, 0.02), new SDAR(2, 0.02)];
    for (const model of [spared, taught]) model.learn(series.subarray(0, 300));
    const { variance } = spared;
    for (let t = 0; t < 50; t++) spared.update(100, { learn: false });
    for (let t = 0; t < 50; t++) taught.update(100);
    expect(spared.variance).toBe(variance);
    expect(taught.variance).toBeGreaterThan(20 * variance);
  });

  test('a missing value scores NaN and changes nothing', () => {
    const model = new SDAR(3, 0.1);
    model.learn([1, 2, 4, 3]);
    const before = model.save();
    const missing: Value[] = [NaN, null, undefined, Infinity, -Infinity, 2 ** 501];
    for (const x of missing) {
      expect(model.update(x)).toBeNaN();
      expect(model.update(x, { learn: false })).toBeNaN();
      expect(model.peek(x)).toBeNaN();
      expect(model.save()).toEqual(before);
    }
    const series = [1, 5, 2, 2, 7];
    const withGaps = [1, NaN, 5, null, undefined, 2, 2, Infinity, 7];
    const scores = new SDAR(2, 0.1).learn(withGaps).filter((score) => !Number.isNaN(score));
    expect(scores).toEqual(new SDAR(2, 0.1).learn(series));
  });

  test('learn(series) is update after update, of anything iterable', () => {
    const series = [3, 1, null, 4];
    const model = new SDAR(2, 0.2);
    const scores = series.map((x) => model.update(x));
    expect(new SDAR(2, 0.2).learn(series)).toEqual(scores);
    expect(new SDAR(2, 0.2).learn(new Set(series))).toEqual(scores);
    expect(new SDAR(2, 0.2).learn(Float64Array.from(series, (x) => x ?? NaN))).toEqual(scores);
  });

  test('reset() forgets everything', () => {
    const model = new SDAR(2, 0.2);
    const fresh = model.save();
    const first = model.learn([3, 1, 4, 1, 5]);
    model.reset();
    expect(model.save()).toEqual(fresh);
    expect(model.learn([3, 1, 4, 1, 5])).toEqual(first);
  });

  test('the mean follows a shift and the score a scale, where nothing is rounded away', () => {
    const series = whiteNoise(300);
    const plain = new SDAR(3, 0.02).learn(series);
    const scaled = new SDAR(3, 0.02).learn(series.map((x) => 2 ** 40 * x));
    for (const [t, score] of scaled.entries()) expect(score).toBeCloseTo(plain[t]! + 40 * Math.LN2, 9);
    const initial = { mean: 1000 };
    const shifted = new SDAR(3, 0.02, { initial }).learn(series.map((x) => 1000 + x));
    for (const [t, score] of shifted.entries()) expect(score).toBeCloseTo(plain[t]!, 7);
  });
});

describe('no series makes it lose its footing', () => {
  const orders = [1, 2, 5, 10, 50];
  const discounts = [1e-6, 1e-3, 0.01, 0.1, 0.5];

  /** Every score, prediction and variance is a number, and the variance is that of some spread. */
  function expectSound(series: Iterable<Value>, order: number, discount: number): SDAR {
    const model = new SDAR(order, discount);
    for (const x of series) {
      const score = model.update(x);
      if (typeof x !== 'number' || !(Math.abs(x) <= 2 ** 500)) expect(score).toBeNaN();
      else if (!Number.isFinite(score + model.prediction + model.mean) || !(model.variance >= 1e-300)) {
        expect({ x, score, shown: shown(model) }).toBe('finite');
      }
    }
    return model;
  }

  /** The series of the name, n values of it. */
  const hostile: Record<string, (n: number) => Float64Array> = {
    'a constant': constant,
    zeros: (n) => new Float64Array(n),
    'a straight line': (n) => Float64Array.from({ length: n }, (_, t) => t),
    'a line that falls from 10¹²': (n) => Float64Array.from({ length: n }, (_, t) => 1e12 - t),
    'noise on 10¹²': (n) => whiteNoise(n).map((x) => 1e12 + x),
    'noise of 10⁻¹²': (n) => whiteNoise(n).map((x) => 1e-12 * x),
    'noise of 10⁻¹⁶⁰': (n) => whiteNoise(n).map((x) => 1e-160 * x),
    'a single spike': (n) => new Float64Array(n).fill(1, n >> 1, (n >> 1) + 1),
    'a constant with a spike of 10¹²': (n) => constant(n).fill(1e12, n >> 1, (n >> 1) + 1),
    'jumps of 10¹²': (n) => Float64Array.from({ length: n }, (_, t) => (t % 500 < 250 ? 0 : 1e12)),
    'an alternation of ±2⁵⁰⁰': (n) =>
      Float64Array.from({ length: n }, (_, t) => (t % 2 === 0 ? 2 ** 500 : -(2 ** 500))),
    'noise below 2⁵⁰⁰': (n) => whiteNoise(n).map((x) => (x / 6) * 2 ** 500),
    'powers of two': (n) => Float64Array.from({ length: n }, (_, t) => 2 ** ((t % 1500) - 1000)),
    'a decay to denormals': (n) => Float64Array.from({ length: n }, (_, t) => 0.5 ** (t % 1200)),
    'a period': periodic,
  };
  test.each(Object.keys(hostile))('%s', (name) => {
    for (const order of orders) for (const discount of discounts) expectSound(hostile[name]!(3000), order, discount);
  });

  test('10 000 short hostile series', () => {
    const property = fc.property(settings, nasty, ({ order, discount }, series) => {
      expectSound(series, order, discount);
    });
    fc.assert(property, { numRuns: 10_000, seed: 4 });
  });

  test('states from anywhere in the allowed ranges', () => {
    const size = fc.constantFrom(0, 1e-320, 1e-12, 1, 1e12, 2 ** 250, 2 ** 500);
    const value = fc.tuple(size, fc.constantFrom(-1, 1)).map(([a, sign]) => a * sign);
    const square = fc.tuple(value, value).map(([a, b]) => 2 * a * b);
    const property = fc.property(
      fc.array(square, { minLength: 6, maxLength: 6 }),
      fc.array(value, { maxLength: 5 }),
      value,
      square.map(Math.abs),
      fc.array(value, { minLength: 1, maxLength: 40 }),
      fc.constantFrom(2 ** -52, 1e-6, 0.01, 0.5, 1 - 2 ** -53),
      ([c0, ...rest], history, mean, variance, series, discount) => {
        const initial = { mean, variance, autocovariance: [Math.abs(c0!), ...rest], history };
        const scores = new SDAR(5, discount, { initial }).learn(series);
        expect(scores.every(Number.isFinite)).toBe(true);
      },
    );
    fc.assert(property, { numRuns: 2000, seed: 5 });
  });

  test('a constant scores ½ ln(2πσ²) at the floor of σ² for ever', () => {
    const model = new SDAR(5, 0.01);
    let score = 0;
    for (let t = 0; t < 100_000; t++) score = model.update(7);
    expect(model.variance).toBe((7 * 2 ** -40) ** 2);
    expect(score).toBeCloseTo(0.5 * Math.log(2 * Math.PI * model.variance), 6);
    // It has not gone blind: a thousandth more is the strangest that can be, 1/(2r) = 50 above what σ² says.
    expect(model.peek(7.007)).toBeGreaterThan(30);
    expect(model.peek(7.007)).toBeLessThan(0.5 * Math.log(2 * Math.PI) + 50);
  });

  test('zeros score at the least variance', () => {
    const model = new SDAR(2, 0.1);
    model.learn(new Float64Array(20_000));
    expect(model.variance).toBe(1e-300);
    expect(model.update(0)).toBe(0.5 * (Math.log(2 * Math.PI) + Math.log(1e-300)));
  });

  test('a spike of 10¹² is forgotten like the rest, by the floor of σ², too', () => {
    const noise = whiteNoise(16_000).map((x) => 0.01 * x);
    const spiked = noise.slice();
    spiked[1000] = 1e12;
    const [plain, after] = [new SDAR(3, 0.01), new SDAR(3, 0.01)];
    plain.learn(noise);
    after.learn(spiked);
    expect(Math.abs(after.variance / plain.variance - 1)).toBeLessThan(1e-6);
    expect(Math.abs(after.update(0.05) - plain.update(0.05))).toBeLessThan(1e-6);
  });

  test('a million values of a straight line and of noise on 10¹²', () => {
    const line = new SDAR(5, 0.01);
    let score = 0;
    for (let t = 0; t < 1e6; t++) score = line.update(t);
    expect(Number.isFinite(score)).toBe(true);
    const noise = whiteNoise(10_000);
    const model = new SDAR(2, 0.01);
    for (let t = 0; t < 1e6; t++) score = model.update(1e12 + noise[t % 10_000]!);
    expect(Math.abs(model.variance - 1)).toBeLessThan(0.5);
    expect(Math.abs(score)).toBeLessThan(10);
  });

  test('an order beyond what the discount remembers is cut to what is stable: predictions stay with the series', () => {
    const model = new SDAR(50, 0.5);
    for (const x of whiteNoise(5000)) {
      model.update(x);
      expect(Math.abs(model.prediction)).toBeLessThan(100);
    }
  });
});

describe('errors', () => {
  const make =
    (...args: unknown[]) =>
    () =>
      new SDAR(...(args as [number, number]));
  test('order and discount', () => {
    expect(make('3', 0.1)).toThrow(new TypeError('order must be a positive integer, got string "3"'));
    expect(make(0, 0.1)).toThrow(new RangeError('order must be a positive integer, got 0'));
    expect(make(2.5, 0.1)).toThrow(new RangeError('order must be a positive integer, got 2.5'));
    expect(make(1e9, 0.1)).toThrow(new RangeError('order must be at most 10000, got 1000000000'));
    expect(make(3)).toThrow(new TypeError('discount must be a number above 0 and below 1, got undefined'));
    expect(make(3, 0)).toThrow(new RangeError('discount must be a number above 0 and below 1, got 0'));
    expect(make(3, 1)).toThrow(new RangeError('discount must be a number above 0 and below 1, got 1'));
    expect(make(3, NaN)).toThrow(new RangeError('discount must be a number above 0 and below 1, got NaN'));
    expect(make(3, 1e-20)).toThrow('discount must be at least 2^-52, or nothing is forgotten, got 1e-20');
    expect(make(3, 0.1, { start: 1 })).toThrow(new RangeError('options.start is unknown; known are initial'));
    expect(make(3, 0.1, 7)).toThrow(TypeError);
  });

  test('initial', () => {
    const start = (initial: unknown) => make(2, 0.1, { initial });
    expect(start(3)).toThrow(TypeError);
    expect(start({ mu: 1 })).toThrow(RangeError);
    expect(start({ mean: NaN })).toThrow('initial.mean must be a number from -2^500 to 2^500, got NaN');
    expect(start({ mean: '1' })).toThrow(TypeError);
    expect(start({ variance: -1 })).toThrow('initial.variance must be a number from 0 to 2^1002, got -1');
    expect(start({ autocovariance: [1, 2] })).toThrow('initial.autocovariance must hold order + 1 = 3 numbers, got 2');
    expect(start({ autocovariance: [-1, 0, 0] })).toThrow(
      'initial.autocovariance[0] must be a number from 0 to 2^1002',
    );
    expect(start({ autocovariance: [1, Infinity, 0] })).toThrow(
      'initial.autocovariance[1] must be a number from -2^1002',
    );
    expect(start({ autocovariance: 3 })).toThrow('initial.autocovariance must be an array of numbers, got number 3');
    expect(start({ history: [1, 2, 3] })).toThrow('initial.history must hold at most order = 2 numbers, got 3');
    expect(start({ history: [1, null] })).toThrow(new TypeError('initial.history[1] must be a number from -2^500 to 2^500, got null')); // biome-ignore format: one line
  });

  test('update, and nothing is changed by an error', () => {
    const model = new SDAR(2, 0.1);
    model.learn([1, 2]);
    const before = model.save();
    expect(() => model.update('3' as unknown as number)).toThrow(
      'x must be a number, null or undefined, got string "3"',
    );
    expect(() => model.peek(3n as unknown as number)).toThrow(TypeError);
    expect(() => model.update(3, { learn: 'no' as unknown as boolean })).toThrow('learn must be true or false');
    expect(() => model.update(3, { lern: false } as object)).toThrow('options.lern is unknown; known are learn');
    expect(() => model.learn(5 as unknown as number[])).toThrow('series must be iterable, got number 5');
    expect(model.save()).toEqual(before);
  });
});
