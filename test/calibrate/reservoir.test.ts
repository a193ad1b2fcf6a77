import { describe, expect, test, vi } from 'vitest';
import { Reservoir } from '../../src/calibrate/calibration/reservoir.ts';
import { StateReader, StateWriter } from '../../src/core/state.ts';

vi.setConfig({ testTimeout: 60_000 });

/** What is kept of `values`. */
function sample(maxValues: number, seed: number, values: ArrayLike<number>): number[] {
  const reservoir = new Reservoir(maxValues, seed);
  for (const value of Array.from(values)) reservoir.offer(value);
  return Array.from(reservoir.sorted.toArray());
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('Reservoir', () => {
  test('keeps everything up to maxValues, and that many values beyond', () => {
    expect(sample(5, 1, [3, 1, 2, 1, 0])).toEqual([0, 1, 1, 2, 3]);
    const kept = sample(300, 1, upTo(5000));
    expect(kept.length).toBe(300);
    expect(new Set(kept).size).toBe(300); // each is another one of those offered
    expect(sample(300, 1, upTo(5000))).toEqual(kept);
    expect(sample(300, 2, upTo(5000))).not.toEqual(kept);
  });

  test('every choice is equally likely, in whatever order the values come', () => {
    const runs = 20_000;
    for (const values of [
      [0, 1, 2, 3, 4, 5],
      [5, 4, 3, 2, 1, 0],
      [2, 5, 0, 4, 1, 3],
    ]) {
      const counts = new Map<string, number>();
      for (let seed = 0; seed < runs; seed++) {
        const key = sample(3, seed, values).join();
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      expect(counts.size).toBe(20); // 3 of 6
      let chi2 = 0;
      for (const count of counts.values()) chi2 += (count - runs / 20) ** 2 / (runs / 20);
      expect(chi2).toBeLessThan(55); // 19 degrees of freedom: beyond 55 once in 40 000
    }
  });

  test('the past is represented evenly: each tenth of 100 000 values has its share of 10 000', () => {
    const tenths = new Array<number>(10).fill(0);
    for (const value of sample(10_000, 7, upTo(100_000))) tenths[Math.floor(value / 10_000)]!++;
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000 * 0.9 * 0.9));
  });

  test('goes on as if it had not been written and read; clear() starts anew', () => {
    const [first, second] = [upTo(700).map((i) => (i * 7919) % 701), upTo(900).map((i) => (i * 104_729) % 1009)];
    const reservoir = new Reservoir(200, -3);
    for (const value of first) reservoir.offer(value);
    const writer = new StateWriter('Test', 1);
    reservoir.write(writer);
    const restored = Reservoir.read(new StateReader(writer.finish(), 'Test', 1));
    for (const value of second) restored.offer(value);
    expect(Array.from(restored.sorted.toArray())).toEqual(sample(200, -3, [...first, ...second]));
    restored.clear();
    for (const value of first) restored.offer(value);
    expect(Array.from(restored.sorted.toArray())).toEqual(sample(200, -3, first));
  });
});
