// Reading ahead: a tick of so many monitors that they are prefetched, against monitors by hand; and that reading changes nothing.
import { describe, expect, test, vi } from 'vitest';
import { GROUP, prefetch } from '../../../src/calibrate/fleet/prefetch.ts';
import { Monitor, Monitors, type MonitorsOptions, monitor } from '../../../src/calibrate.ts';
import { ChangeFinder, StreamingKNN } from '../../../src/index.ts';
import { mulberry32 } from '../../support/series.ts';

vi.setConfig({ testTimeout: 60_000 });

/** More than stay in the cache by themselves, and the last group is not full. */
const MANY = 256 + GROUP + 3;

const OPTIONS: Record<string, MonitorsOptions> = {
  metrics: { warmup: 10 },
  novelty: { preset: 'novelty', warmup: 10, maxValues: 20 },
  views: { preset: 'views', warmup: 10, maxValues: 20 },
  'long windows': { detector: () => new StreamingKNN(12, 3, { history: 30 }), warmup: 10 },
  'all values': { detector: () => new StreamingKNN(1, 1), warmup: 10 },
  'normalized windows': { detector: () => new StreamingKNN(4, 2, { normalize: 'zscore', history: 30 }), warmup: 10 },
  'a detector without windows': { detector: () => new ChangeFinder(1, 0.05, 2, 0.05, 5), warmup: 10 },
};

/** Now and then missing, new or far away; rising counts for some. */
function nextValue(random: () => number): number {
  const x = random();
  return x < 0.03 ? NaN : x < 0.06 ? 50 * random() : Math.round(40 * (random() + random())) / 8;
}

describe.each(Object.entries(OPTIONS))('prefetch: %s', (_, options) => {
  const { detector, ...others } = options;
  const make = (): Monitor => monitor({ ...others, ...(detector && { detector: detector() }) } as never);

  test('a tick of many monitors is a step of each, to the bit', () => {
    const random = mulberry32(7);
    const site = new Monitors(options);
    const ids = Array.from({ length: MANY }, (_, p) => `series ${p}`);
    const alone = ids.map(make);
    for (let t = 0; t < 75; t++) {
      const values = Float64Array.from(ids, () => nextValue(random));
      const date = new Date(60_000 * t);
      const learn = t % 9 !== 4;
      const { surprises, alarms } = site.tick(date, ids, values, { learn });
      const expected = alone.map((one, p) => one.update(values[p]!, { learn, time: date }));
      expect(surprises).toEqual(Float64Array.from(expected));
      expect(alarms.map(({ id }) => id)).toEqual(ids.filter((_, p) => alone[p]!.last.alarm));
    }
    for (const p of [0, GROUP - 1, GROUP, MANY - 1]) expect(site.get(ids[p]!)!.save()).toEqual(alone[p]!.save());
  });

  test('reading ahead changes nothing, whether a monitor is new, warming up or loaded', () => {
    const random = mulberry32(11);
    const one = make();
    for (let t = 0; t < 80; t++) {
      const before = one.save();
      prefetch(Array(MANY).fill({ monitor: one }), 0, MANY);
      expect(one.save()).toEqual(before);
      one.update(nextValue(random), t < 40 ? {} : { time: 60_000 * t });
    }
    const Class = detector && (detector().constructor as typeof StreamingKNN | typeof ChangeFinder);
    const loaded = Monitor.load(one.save(), Class && { detector: Class.load });
    expect(() => loaded.touch()).not.toThrow();
    expect(loaded.save()).toEqual(one.save());
  });
});
