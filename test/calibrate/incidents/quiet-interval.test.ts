// The band is the rule inverted: what lies inside raises no alarm, and the next float beyond either end does.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextFloat } from '../../../src/calibrate/incidents/quiet-interval.ts';
import { Monitor, type MonitorOptions, monitor } from '../../../src/calibrate.ts';
import { kindOf } from '../../../src/core/state.ts';
import { Novelty, StreamingKNN } from '../../../src/index.ts';
import { mulberry32, normal } from '../../support/series.ts';

/** Whether `x` would begin an incident in the place of the next value. */
function alarms(watch: Monitor, x: number): boolean {
  const detector = (bytes: Uint8Array) =>
    kindOf(bytes) === 'Novelty' ? Novelty.load(bytes) : StreamingKNN.load(bytes);
  const copy = Monitor.load(watch.save(), { detector });
  copy.update(x);
  return copy.last.event === 'begin';
}

const kinds: Readonly<Record<string, (rounded: boolean) => MonitorOptions>> = {
  metrics: () => ({ hold: 1, warmup: 30 }),
  'metrics, at a low threshold': () => ({ hold: 1, warmup: 30, threshold: 0.7 }),
  novelty: () => ({ preset: 'novelty', hold: 1, warmup: 30 }),
  views: () => ({ preset: 'views', hold: 1, warmup: 30, threshold: 12 }),
  'a StreamingKNN': () => ({ detector: new StreamingKNN(7, 3, { history: 150 }), hold: 1, warmup: 30 }),
  'the median of a StreamingKNN with an exclusion zone': () => ({
    detector: new StreamingKNN(4, 4, { history: 100, exclusionZone: 6, aggregation: 'median' }),
    hold: 1,
    warmup: 30,
    threshold: 3,
  }),
  'a Novelty': () => ({ detector: new Novelty({ maxValues: 20 }), hold: 1, warmup: 30, threshold: 2 }),
  'one direction and a least change': () => ({ hold: 1, warmup: 30, direction: 'up', minChange: { relative: 0.2 } }),
  'a least change': () => ({ hold: 1, warmup: 30, threshold: 1.5, minChange: 4 }),
  bounds: () => ({ hold: 1, warmup: 30, bounds: { low: 6, high: 30 } }),
};

describe.each(Object.entries(kinds))('expected, low and high of %s', (_, optionsOf) => {
  test.each([false, true])('inside is no alarm, the next float beyond either end is one; rounded %s', (rounded) => {
    const random = mulberry32(5);
    const watch = monitor(optionsOf(rounded));
    let checked = 0;
    for (let t = 0; t < 500; t++) {
      const x = 20 + 8 * Math.sin(t / 9) + normal(random) + (t % 131 === 130 ? 25 : 0);
      watch.update(rounded ? Math.round(x) : x);
      if (t < 60 || t % 13 !== 0 || (watch.last.incident !== undefined && watch.last.incident.end === undefined))
        continue;
      const { expected, low, high } = watch;
      expect(expected).not.toBeNaN();
      if (Number.isNaN(low)) continue; // a window that still reaches into a spike: no value is quiet
      checked++;
      expect(low).toBeLessThanOrEqual(high);
      const from = Math.max(low, -1e3);
      const to = Math.min(high, 1e3);
      for (const share of [0, 0.1, 0.37, 0.5, 0.81, 1]) {
        const inside = Math.min(to, Math.max(from, from + share * (to - from)));
        expect(alarms(watch, inside), `${inside} in [${low}, ${high}] at ${t}`).toBe(false);
      }
      if (high < Infinity) expect(alarms(watch, nextFloat(high, 1)), `beyond ${high} at ${t}`).toBe(true);
      if (low > -Infinity) expect(alarms(watch, nextFloat(low, -1)), `beyond ${low} at ${t}`).toBe(true);
    }
    expect(checked).toBeGreaterThan(8);
  });
});

test('every float near both ends is on its side', () => {
  const random = mulberry32(11);
  const watch = monitor({ hold: 1 });
  for (let t = 0; t < 900; t++) watch.update(20 + 8 * Math.sin(t / 9) + normal(random));
  const { low, high } = watch;
  let [inside, outside] = [high, nextFloat(high, 1)];
  for (let p = 0; p < 40; p++) {
    expect(alarms(watch, inside)).toBe(false);
    expect(alarms(watch, outside)).toBe(true);
    inside = nextFloat(inside, -1);
    outside = nextFloat(outside, 1);
  }
  expect(low).toBeLessThan(high);
});

test('before anything is known nothing is expected, and during the warm-up everything is quiet', () => {
  const watch = monitor();
  expect([watch.expected, watch.low, watch.high]).toEqual([NaN, NaN, NaN]);
  watch.update(5);
  expect([watch.expected, watch.low, watch.high]).toEqual([5, -Infinity, Infinity]);
});

test('expected is the mean of what the most similar windows went on with', () => {
  const watch = monitor();
  for (let t = 0; t < 500; t++) watch.update([1, 2, 4, 8, 16][t % 5]!);
  expect(watch.expected).toBe(1);
  watch.update(1);
  expect(watch.expected).toBe(2);
});

test('asking changes nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 40, maxLength: 90 }), (series) => {
      const [asked, left] = [monitor({ warmup: 5, threshold: 1 }), monitor({ warmup: 5, threshold: 1 })];
      for (const x of series) {
        expect(asked.low <= asked.high || Number.isNaN(asked.low)).toBe(true);
        expect(asked.update(x)).toBe(left.update(x));
        expect(asked.last).toEqual(left.last);
      }
      expect(asked.save()).toEqual(left.save());
    }),
    { numRuns: 30 },
  );
});

test('a detector that is not understood has no band, and the last value is expected', () => {
  const watch = monitor({ detector: new StreamingKNN(5, 5, { normalize: 'zscore' }) });
  watch.learn([1, 2, 3]);
  expect([watch.expected, watch.low, watch.high]).toEqual([3, NaN, NaN]);
});
