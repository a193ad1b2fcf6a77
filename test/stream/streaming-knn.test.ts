// StreamingKNN against the definition, and against the batch restricted to the past.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { KNN, StreamingKNN, type StreamingKNNOptions } from '../../src/index.ts';
import { mahalanobis, manhattan } from '../../src/metrics.ts';
import { type NaiveOptions, naiveScore } from '../naive.ts';
import { generators, paint, palettes, whiteNoise } from '../support/series.ts';

vi.setConfig({ testTimeout: 60_000 });

type Values = (number | null | undefined)[];

/** What is done at each value besides `update(x)`: sometimes nothing is learned, a peek comes before, state is saved. */
interface Event {
  readonly learn: boolean;
  readonly peek: boolean;
  readonly reload: boolean;
}

const plain: Event = { learn: true, peek: false, reload: false };

/** The scores of a series, value by value, with what happens in between. */
function stream(
  series: ArrayLike<number | null | undefined>,
  w: number,
  k: number,
  options: StreamingKNNOptions,
  events: readonly Event[] = [],
): number[] {
  let detector = new StreamingKNN(w, k, options);
  const metric = typeof options.metric === 'function' ? { metric: options.metric } : {};
  return Array.from(series, (x, t) => {
    const { learn, peek, reload } = events[t] ?? plain;
    if (reload) detector = StreamingKNN.load(detector.save(), metric);
    const peeked = peek ? [detector.peek(0.5), detector.peek(null), detector.peek(x)] : [];
    const score = detector.update(x, learn ? undefined : { learn });
    if (peek) expect(peeked[2]).toBe(score);
    return score;
  });
}

const event: fc.Arbitrary<Event> = fc.record({
  learn: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  peek: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
  reload: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
});

const series = (length: number): fc.Arbitrary<Values> =>
  fc
    .tuple(fc.constantFrom(...palettes), fc.array(fc.nat(), { minLength: 0, maxLength: length }))
    .map(([palette, picks]) => paint(palette, picks));

const normalization = fc.constantFrom('none' as const, 'none' as const, 'mean' as const, 'zscore' as const);
const aggregation = fc.constantFrom('mean' as const, 'max' as const, 'median' as const);
const history = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 100 }), fc.constant(Infinity));

describe('scores are those of the definition, to the bit', () => {
  test('for all options, missing and unlearned values, peeks and restarts', () => {
    const cases = fc.record({
      series: series(90),
      events: fc.array(event, { minLength: 0, maxLength: 90 }),
      w: fc.integer({ min: 1, max: 9 }),
      k: fc.integer({ min: 1, max: 9 }),
      history,
      exclusionZone: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 14 })),
      normalize: normalization,
      aggregation,
    });
    fc.assert(
      fc.property(cases, ({ series, events, w, k, history, exclusionZone, normalize, aggregation }) => {
        const options = { history, exclusionZone, aggregation, normalize: w < 2 ? 'none' : normalize } as const;
        const learned = series.map((_, t) => events[t]?.learn ?? true);
        expect(stream(series, w, k, options, events)).toEqual(naiveScore(series, w, k, { ...options, learned }));
      }),
      { seed: 4, numRuns: 600 },
    );
  });

  test('for a function metric', () => {
    const cases = fc.record({
      series: series(50),
      events: fc.array(event, { minLength: 0, maxLength: 50 }),
      w: fc.integer({ min: 1, max: 6 }),
      k: fc.integer({ min: 1, max: 4 }),
      history,
      normalize: normalization,
    });
    const metric: NaiveOptions['metric'] = (a, b) => manhattan(Float64Array.from(a), Float64Array.from(b));
    fc.assert(
      fc.property(cases, ({ series, events, w, k, history, normalize: asked }) => {
        const normalize = w < 2 ? 'none' : asked;
        const learned = series.map((_, t) => events[t]?.learn ?? true);
        const expected = naiveScore(series, w, k, { history, normalize, metric, learned });
        expect(stream(series, w, k, { history, normalize, metric: manhattan }, events)).toEqual(expected);
      }),
      { seed: 5, numRuns: 150 },
    );
  });

  test('against a reference', () => {
    const cases = fc.record({
      series: series(40),
      reference: series(60),
      events: fc.array(event, { minLength: 0, maxLength: 40 }),
      w: fc.integer({ min: 1, max: 6 }),
      k: fc.integer({ min: 1, max: 6 }),
      normalize: normalization,
      aggregation,
    });
    fc.assert(
      fc.property(cases, ({ series, reference, events, w, k, normalize: asked, aggregation }) => {
        const normalize = w < 2 ? 'none' : asked;
        const clean = [...reference, ...Array.from({ length: w }, (_, l) => l)];
        const options = { reference: clean, normalize, aggregation };
        expect(stream(series, w, k, options, events)).toEqual(naiveScore(series, w, k, options));
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});

describe.each(Object.entries(generators))('on %s', (_, generate) => {
  const series = generate(400, 2);
  const options: StreamingKNNOptions[] = [
    {},
    { exclusionZone: 5, aggregation: 'max' },
    { normalize: 'mean' },
    { normalize: 'zscore', aggregation: 'median' },
  ];

  test('a history that covers the series gives the left side of the batch, to the bit', () => {
    for (const w of [1, 2, 5, 20]) {
      for (const option of options) {
        if (w === 1 && option.normalize) continue;
        const batch = new KNN(w, 3, { side: 'left', ...option }).score(series);
        expect(Float64Array.from(stream(series, w, 3, { history: 400, ...option }))).toEqual(batch);
        expect(Float64Array.from(stream(series, w, 3, { history: Infinity, ...option }))).toEqual(batch);
      }
    }
  });

  test('a fitted Mahalanobis metric gives the left side of the batch, too', () => {
    for (const normalize of ['none', 'zscore'] as const) {
      const metric = mahalanobis.fit(generators.mixture!(300, 1), 6, { normalize });
      const batch = new KNN(6, 3, { side: 'left', metric, normalize }).score(series);
      const events = Array.from(series, (_, t) => ({ ...plain, reload: t % 150 === 75 }));
      expect(Float64Array.from(stream(series, 6, 3, { metric, normalize }, events))).toEqual(batch);
      const reference = whiteNoise(200, 9);
      const fitted = new KNN(6, 3, { metric, normalize }).score(series, { reference });
      expect(Float64Array.from(stream(series, 6, 3, { metric, normalize, reference }, events))).toEqual(fitted);
    }
  });
});

describe('StreamingKNN', () => {
  test('starts with w − 1 zeros, even for missing values, and scores 0 without a candidate', () => {
    expect(new StreamingKNN(3, 2).learn([NaN, null, 1, 2, 3, 1, 2, 3])).toEqual(
      naiveScore([NaN, null, 1, 2, 3, 1, 2, 3], 3, 2, { side: 'left' }),
    );
    expect(new StreamingKNN(3, 1).learn([null, 1, 2, 3, 4]).slice(0, 4)).toEqual([0, 0, NaN, 0]);
    expect(new StreamingKNN(1, 1, { history: 3, exclusionZone: 3 }).learn([1, 5, 9, 2, 7])).toEqual([0, 0, 0, 0, 0]);
  });

  test('does not learn windows that contain a value with learn: false', () => {
    const detector = new StreamingKNN(2, 1);
    detector.learn([1, 1, 1]);
    expect([9, 9].map((x) => detector.update(x, { learn: false }))).toEqual([8, Math.sqrt(128)]);
    expect(detector.update(1)).toBe(8); // the window [9, 1]
    expect([9, 1].map((x) => detector.update(x))).toEqual([8, 8]); // [1, 9] and [9, 1] are still new
    expect([9, 1].map((x) => detector.update(x))).toEqual([0, 0]);
  });

  test('reset() forgets all but a reference', () => {
    for (const options of [{}, { reference: [1, 2, 3, 1, 2] }]) {
      const detector = new StreamingKNN(2, 1, options);
      const first = detector.learn([3, 1, 4, 1, 5]);
      detector.reset();
      expect(detector.learn([3, 1, 4, 1, 5])).toEqual(first);
    }
  });

  test('learn() takes any iterable', () => {
    const values = [1, 2, 1, 2, 9];
    const expected = new StreamingKNN(2, 1).learn(values);
    expect(new StreamingKNN(2, 1).learn(new Set(values.slice(2)))).toEqual([0, 0, Math.hypot(1, 7)]);
    expect(new StreamingKNN(2, 1).learn(Float32Array.from(values))).toEqual(expected);
    function* one() {
      yield* values;
    }
    expect(new StreamingKNN(2, 1).learn(one())).toEqual(expected);
  });

  test('a function metric gets the window that is scored first, in views that are reused', () => {
    const calls: [string, string][] = [];
    const views = new Set<Float64Array>();
    const metric = (a: Float64Array, b: Float64Array): number => {
      calls.push([a.join(), b.join()]);
      views.add(a).add(b);
      return 1;
    };
    new StreamingKNN(2, 1, { metric }).learn([1, 2, 3, 4]);
    expect(calls).toEqual([
      ['2,3', '1,2'],
      ['3,4', '1,2'],
      ['3,4', '2,3'],
    ]);
    expect(views.size).toBe(2);
  });

  test('an error leaves it as it was', () => {
    let answer = 1;
    const metric = (a: Float64Array, b: Float64Array): number => (answer === 1 ? manhattan(a, b) : answer);
    const detector = new StreamingKNN(2, 2, { metric, missing: 'throw' });
    detector.learn([1, 2, 4, 8]);
    const before = detector.save();
    for (answer of [NaN, -1, 'far' as unknown as number]) {
      const message = `metric must return a number ≥ 0, got ${answer} for the windows starting at 3 and 0`;
      expect(() => detector.update(3)).toThrow(new RangeError(message));
      expect(() => detector.peek(3)).toThrow(new RangeError(message));
    }
    answer = 1;
    const wrong = (x: unknown) => x as never;
    expect(() => detector.update(null)).toThrow(
      new RangeError("x is missing (null) at index 4 and missing is 'throw'"),
    );
    expect(() => detector.peek(NaN)).toThrow(RangeError);
    expect(() => detector.update(wrong('5'))).toThrow(TypeError);
    expect(() => detector.update(5, wrong({ learned: false }))).toThrow(RangeError);
    expect(() => detector.update(5, wrong({ learn: 0 }))).toThrow(TypeError);
    expect(() => detector.update(5, wrong(false))).toThrow(TypeError);
    expect(() => detector.learn(wrong(5))).toThrow(TypeError);
    expect(detector.save()).toEqual(before);
    expect(detector.update(3)).toBe(StreamingKNN.load(before, { metric }).update(3));
  });
});

describe('saved bytes', () => {
  const saved = (options: StreamingKNNOptions = {}): Uint8Array => {
    const detector = new StreamingKNN(2, 1, options);
    detector.learn([1, 2, null, 3, 4, 5]);
    return detector.save();
  };

  test('are the same for the same state, and about 8 per value', () => {
    expect(saved()).toEqual(saved());
    expect(StreamingKNN.load(saved()).save()).toEqual(saved());
    const detector = new StreamingKNN(5, 5, { history: 500 });
    detector.learn(whiteNoise(2000));
    expect(detector.save().length).toBeLessThan(8 * 504 + 200);
  });

  test('that are damaged anywhere or cut short are refused', () => {
    const metric = mahalanobis.fit(whiteNoise(50), 2);
    for (const bytes of [saved(), saved({ reference: [1, 2, 3], metric })]) {
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const damaged = bytes.slice();
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => StreamingKNN.load(damaged)).toThrow(RangeError);
      }
      for (let length = 0; length < bytes.length; length++) {
        expect(() => StreamingKNN.load(bytes.slice(0, length))).toThrow(RangeError);
      }
    }
  });

  test('need the function metric, and none where there was none', () => {
    const metric = (a: Float64Array, b: Float64Array) => Math.abs(a[0]! - b[0]!);
    expect(() => StreamingKNN.load(saved({ metric }))).toThrow(
      new TypeError(
        'metric must be the function that the detector was made with, got undefined: load(bytes, { metric })',
      ),
    );
    expect(() => StreamingKNN.load(saved(), { metric })).toThrow(/^metric must not be given/);
    expect(StreamingKNN.load(saved({ metric }), { metric }).update(7)).toBe(1);
  });
});
