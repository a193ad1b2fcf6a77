import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../src/calibrate/monitors/presets.ts';
import { Monitor, type MonitorPreset, monitor } from '../../src/calibrate.ts';
import { kindOf } from '../../src/core/state.ts';

const names = Object.keys(PRESETS) as MonitorPreset[];

describe.each(names)('the preset %s', (preset) => {
  const { kind, load, make, warmup, hold, threshold } = PRESETS[preset];
  const noDetector = () => {
    throw new Error('a preset has no detector of the user');
  };

  test('loads its rule by the kind that save() writes', () => {
    const rule = make({ warmup: 3, maxValues: 20, day: 1440 });
    for (let t = 0; t < 40; t++) rule.update((t * 7) % 11);
    expect(kindOf(rule.save())).toBe(kind);
    const watch = monitor({ preset });
    watch.learn([1, 2, 3]);
    expect(Monitor.load(watch.save()).save()).toEqual(watch.save());
    if (kind !== 'Calibrated') expect(load(rule.save(), noDetector).update(90)).toBe(rule.update(90));
  });

  test('has its defaults where an option is not given', () => {
    const [plain, given] = [monitor({ preset }), monitor({ preset, warmup, hold, threshold })];
    for (const watch of [plain, given]) for (let t = 0; t < 400; t++) watch.update((t * 37) % (t === 350 ? 1000 : 11));
    expect(plain.threshold).toBe(threshold);
    expect(plain.save()).toEqual(given.save());
  });
});

test('the name of a preset decides its rule; the default is metrics', () => {
  expect(names).toEqual(['metrics', 'novelty', 'views']);
  expect(monitor().save()).toEqual(monitor({ preset: 'metrics' }).save());
  expect(monitor().save()).not.toEqual(monitor({ preset: 'novelty' }).save());
  expect(monitor().save()).not.toEqual(monitor({ preset: 'views' }).save());
});
