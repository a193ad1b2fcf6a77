import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Stuck } from '../../../src/calibrate/looks/stuck.ts';
import { mulberry32, normal } from '../../support/series.ts';
import { checkLook, type Step, steps } from './check-look.ts';
import { equalRuns, naiveRuns } from './naive-runs.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Where the look alone is an alarm. */
function alarmsOf(values: Iterable<number>, look = new Stuck()): number[] {
  return Array.from(values, (x) => look.update(x, true, NaN)).flatMap((s, t) => (s >= look.threshold ? [t] : []));
}

/** A Poisson count, by Knuth's product of uniforms. */
function poisson(random: () => number, mean: number): number {
  let count = -1;
  for (let product = 1; product > Math.exp(-mean); product *= random()) count++;
  return count;
}

const seeds = Array.from({ length: 30 }, (_, seed) => seed + 1);

/** A series of n values, of which those in [from, to) are stuck at the last one before. */
function stuckIn(n: number, from: number, to: number, next: (t: number) => number): number[] {
  let last = NaN;
  return Array.from({ length: n }, (_, t) => (t >= from && t < to ? last : (last = next(t))));
}

describe('Stuck', () => {
  test('has the surprises of its definition', () => {
    fc.assert(
      fc.property(steps, (series: readonly Step[]) => {
        const look = new Stuck();
        const surprises = series.map(({ x, learn, time }) => look.update(x, learn, time));
        const isPresent = ({ x }: Step): boolean => !Number.isNaN(x);
        const present = series.filter(isPresent);
        const expected = naiveRuns(
          equalRuns(present),
          present.map(({ learn }) => learn),
          7,
        );
        surprises.forEach((surprise, t) => {
          const right = isPresent(series[t]!) ? expected.shift()! : 0;
          expect(Math.abs(surprise - right)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(right)));
        });
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('finds a sensor stuck in noise, a daily cycle and integers at the 15th equal value, in every series', () => {
    for (const seed of seeds) {
      const random = mulberry32(seed);
      for (const next of [
        () => 50 + 3 * normal(random),
        (t: number) => 50 + 20 * Math.sin((2 * Math.PI * t) / 288) + 2 * normal(random),
        () => Math.round(50 + 3 * normal(random)),
      ]) {
        const alarms = alarmsOf(stuckIn(3300, 3000, 3300, next));
        expect(alarms[0]).toBeGreaterThanOrEqual(3000);
        expect(alarms[0]).toBeLessThanOrEqual(3014);
        expect(alarms.at(-1)).toBe(3299); // to the end
      }
    }
  });

  test('says nothing before 148 values are known, and then at the 15th equal value', () => {
    const noise = (n: number): number[] => Array.from({ length: n }, (_, t) => t);
    const flat = new Array<number>(60).fill(-1);
    expect(alarmsOf([...noise(140), ...flat])).toEqual([]); // and 7 of the run
    expect(alarmsOf([...noise(141), ...flat])[0]).toBe(141 + 14);
    expect(alarmsOf([...noise(2000), ...flat])[0]).toBe(2000 + 14);
  });

  test('is quiet where equal values are usual: counts, zeros at night, a constant, levels', () => {
    for (const mean of [0.1, 0.3, 1, 2]) {
      // Where alarms begin, in 30 series of 5000 counts.
      let count = 0;
      for (const seed of seeds) {
        const random = mulberry32(seed);
        const alarms = alarmsOf(Array.from({ length: 5000 }, () => poisson(random, mean)));
        count += alarms.filter((t) => !alarms.includes(t - 1)).length;
      }
      expect(count).toBeLessThanOrEqual(20);
    }
    const random = mulberry32(1);
    const nights = Array.from({ length: 14_400 }, (_, t) => (t % 1440 < 480 + 40 * random() ? 0 : normal(random)));
    // Only the first night is news.
    expect(alarmsOf(nights).every((t) => t < 1440)).toBe(true);
    expect(alarmsOf(new Array<number>(20_000).fill(5))).toEqual([]);
    expect(alarmsOf(Array.from({ length: 20_000 }, (_, t) => Math.floor(t / 1000)))).toEqual([]);
  });

  test('finds counts that go to 0', () => {
    for (const seed of seeds) {
      const random = mulberry32(seed);
      const alarms = alarmsOf(Array.from({ length: 3200 }, (_, t) => (t < 3000 ? poisson(random, 2) : 0)));
      expect(alarms[0]).toBeGreaterThanOrEqual(3000);
      expect(alarms[0]).toBeLessThan(3020);
    }
  });

  test('missing values neither end a run nor belong to it', () => {
    const look = new Stuck();
    for (let t = 0; t < 1000; t++) look.update(t, true, NaN);
    for (let i = 0; i < 14; i++) {
      expect(look.update(7, true, NaN)).toBe(0);
      expect(look.update(NaN, true, NaN)).toBe(0);
      expect(look.says).toBe('');
    }
    expect(look.update(7, true, NaN)).toBeCloseTo(Math.log(1008), 12);
    expect(look.says).toBe('is the 15th equal value in a row');
    look.update(8, true, NaN);
    expect(look.says).toBe('');
  });

  test('a run that is not learned does not become usual', () => {
    const surpriseAfter = (learn: boolean): number => {
      const look = new Stuck();
      for (let t = 0; t < 1000; t++) look.update(t, true, NaN);
      for (let i = 0; i < 300; i++) look.update(7, learn, NaN);
      for (let t = 0; t < 1000; t++) look.update(t, true, NaN);
      return Math.max(...Array.from({ length: 100 }, () => look.update(8, true, NaN)));
    };
    expect(surpriseAfter(false)).toBeGreaterThan(5);
    expect(surpriseAfter(true)).toBeLessThan(5);
  });
});

checkLook('Stuck', () => new Stuck(), Stuck.read);
