// forget() and confirm(): exact in their effect.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Monitor, type MonitorOptions, monitor } from '../../../src/calibrate.ts';
import { StreamingKNN } from '../../../src/index.ts';
import { mulberry32, normal } from '../../support/series.ts';

function noise(n: number, seed: number): number[] {
  const random = mulberry32(seed);
  return Array.from({ length: n }, () => 10 + normal(random));
}

/** A stretch of a fault in noise, with something after it. */
const faults = fc.record({
  seed: fc.integer({ min: 1, max: 50 }),
  at: fc.integer({ min: 150, max: 200 }),
  length: fc.integer({ min: 1, max: 30 }),
  level: fc.constantFrom(0, 40, 300),
  after: fc.integer({ min: 0, max: 60 }),
});
const optionSets = fc.constantFrom<MonitorOptions>(
  { undo: true },
  { undo: true, preset: 'novelty' },
  { undo: true, preset: 'views' },
  { undo: true, repeat: 'always', accept: 12 },
  { undo: true, direction: 'up', threshold: 3 },
);

describe('forget()', () => {
  test('equals never having learned the incident, bit for bit', () => {
    fc.assert(
      fc.property(faults, optionSets, ({ seed, at, length, level, after }, options) => {
        const series = noise(at + length + after, seed).fill(level, at, at + length);
        const watch = monitor(options);
        watch.learn(series);
        const { incident } = watch.last;
        if (incident === undefined) return;
        const { begin, end = series.length - 1 } = incident;
        watch.forget();
        const never = monitor(options);
        for (const [t, x] of series.entries()) never.update(x, { learn: t < begin || t > end });
        expect(watch.last).toEqual(never.last);
        expect(watch.save()).toEqual(never.save());
        for (const x of noise(30, seed + 1)) expect(watch.update(x)).toBe(never.update(x));
        expect(Monitor.load(watch.save()).save()).toEqual(never.save());
      }),
      { numRuns: 60 },
    );
  });

  test('also after the state was saved and loaded, with pauses and with another threshold in between', () => {
    const series = noise(260, 3).fill(70, 200, 210);
    const play = (watch: Monitor, learns: (t: number) => boolean): Monitor => {
      let one = watch;
      for (const [t, x] of series.entries()) {
        if (t === 205) one = Monitor.load(one.save());
        if (t === 215) one.pause();
        if (t === 225) one.resume();
        if (t === 240) one.threshold = 6;
        one.update(x, { learn: learns(t) });
      }
      return one;
    };
    const watch = play(monitor({ undo: true }), () => true);
    const { begin, end } = watch.last.incident!;
    watch.forget();
    const never = play(monitor({ undo: true }), (t) => t < begin || t > end!);
    expect(watch.save()).toEqual(never.save());
    expect(watch.threshold).toBe(6);
  });

  test('an equal fault is an alarm again', () => {
    const watch = monitor({ undo: true, preset: 'novelty' });
    watch.learn(noise(500, 4));
    expect(watch.update(90)).toBeGreaterThan(4.65);
    watch.learn(noise(200, 5));
    watch.forget();
    expect(watch.update(90)).toBeGreaterThan(4.65);
  });

  test('knows a detector by its class', () => {
    const watch = monitor({ undo: true, detector: new StreamingKNN(3, 2), warmup: 20 });
    watch.learn([...noise(300, 6), 60, ...noise(5, 7)]);
    watch.forget();
    expect(watch.seen).toBe(306);
  });
});

describe('confirm()', () => {
  test('learns what was held back, and the incident is accepted and over', () => {
    const series = noise(320, 8).fill(70, 300, 320);
    const watch = monitor({ undo: true, repeat: 'always' });
    watch.learn(series);
    watch.confirm();
    expect(watch.last.incident).toMatchObject({ begin: 300, accepted: true });
    expect(watch.last.incident!.end).toBeDefined();
    const once = monitor();
    once.learn(series);
    for (const x of [70, 70.5, 70]) {
      watch.update(x);
      once.update(x);
      expect(watch.last.surprise).toBe(once.last.surprise);
      expect(watch.last.alarm).toBe(false);
    }
  });
});

test('a time that goes back with a fault leaves what the last incident is undone by', () => {
  const watch = monitor({ undo: true });
  for (const [t, x] of [...noise(300, 11), 80, ...noise(50, 12)].entries()) watch.update(x, { time: 1000 * t });
  const before = watch.save();
  expect(() => watch.update(95, { time: 5 })).toThrow('time must not go back');
  expect(() => watch.peek(95, { time: 5 })).toThrow('time must not go back');
  expect(watch.save()).toEqual(before);
});

test('what cannot be undone says why', () => {
  expect(() => monitor().forget()).toThrow('forget() needs what monitor({ undo: true }) keeps');
  const watch = monitor({ undo: true });
  expect(() => watch.confirm()).toThrow('confirm() is about an incident: there was none yet');
  watch.learn([...noise(500, 9), 80, ...noise(1000, 10)]);
  expect(watch.last.incident!.begin).toBe(500);
  expect(() => watch.forget()).toThrow(
    'forget() comes too late for the incident that began at 500: the values of the last 1000 steps are kept',
  );
});
