// The filter of alarms as an interval: its ends are exact to the float, wherever the expected value lies.
import { expect, test } from 'vitest';
import { AlarmFilter } from '../../../src/calibrate/incidents/alarm-filter.ts';
import { nextFloat } from '../../../src/calibrate/incidents/quiet-interval.ts';
import type { SurpriseCurve } from '../../../src/calibrate/rules/surprise-curve.ts';
import { monitor } from '../../../src/calibrate.ts';
import { mulberry32, normal } from '../../support/series.ts';

/** Every value is an alarm for the rule, so that the filter alone decides. */
const ALARMING: SurpriseCurve = {
  expected: 0,
  isolated: NaN,
  at: () => ({ surprise: Infinity, atMost: () => Infinity, atLeast: () => Infinity }),
};

test('quietInterval(curve, threshold, expected) ends where the filter lets a value through', () => {
  const random = mulberry32(12);
  for (let round = 0; round < 3000; round++) {
    const expected = round % 10 === 0 ? 0 : normal(random) * 10 ** Math.round(20 * normal(random));
    const relative = [0, 0.1, 1, 1.5, random()][round % 5]!;
    const absolute = round % 3 === 0 ? 0 : Math.abs(expected) * random() ** 20 + (round % 2);
    const direction = (['both', 'up', 'down'] as const)[round % 3]!;
    const filter = new AlarmFilter({ direction, minChange: { absolute, relative } });
    const { low, high } = filter.quietInterval(ALARMING, 4, expected);
    for (const [end, sign] of [
      [low, -1],
      [high, 1],
    ] as const) {
      // biome-ignore format: short
      if (!Number.isFinite(end) || !(low <= high)) continue;
      expect(end === expected || !filter.lets(end, expected)).toBe(true);
      expect(filter.lets(nextFloat(end, sign), expected)).toBe(true);
    }
  }
});

test('a change as large as the expected value itself, whose end is near 0, is found at once', () => {
  const filter = new AlarmFilter({ minChange: { relative: 1 } });
  const { low, high } = filter.quietInterval(ALARMING, 4, 50);
  expect(high).toBe(nextFloat(100, -1));
  expect(low).toBeGreaterThan(0);
  expect(50 - low < 50).toBe(true);
  expect(50 - nextFloat(low, -1)).toBe(50);
  const far = new AlarmFilter({ minChange: { relative: 1e250 } }).quietInterval(ALARMING, 4, 1e100);
  expect(far).toEqual({ low: -Infinity, high: Infinity });
  const watch = monitor({ minChange: { relative: 1 } });
  for (let t = 0; t < 500; t++) watch.update(50 + (t % 7));
  watch.update(1e4);
  expect(watch.last.event).toBe('begin');
});
