// The ring buffer of histories against a plain array of all values.
import { describe, expect, test } from 'vitest';
import { NO_VALUES } from '../../src/stream/history/history-search.ts';
import { RingBuffer } from '../../src/stream/history/ring-buffer.ts';
import { mulberry32 } from '../support/series.ts';

describe.each([false, true])('RingBuffer, isContiguous = %s', (isContiguous) => {
  test.each([
    [1, 1],
    [1, 200],
    [3, 2],
    [70, 5],
    [100, 300],
    [4, Infinity],
  ])('windowSize %d, history %d: holds the last values, and their windows in one piece', (windowSize, history) => {
    const random = mulberry32(windowSize);
    const shape = { windowSize, history, k: 1, exclusionZone: 0 };
    let ring = new RingBuffer(shape, NO_VALUES, isContiguous);
    const learned: number[] = [];
    const all: number[] = [];
    for (let t = 0; t < 1000; t++) {
      const x = random() < 0.01 ? NaN : random();
      const learn = random() < 0.99;
      all.push(x);
      learned.push(learn ? x : NaN);
      expect(ring.completes(x)).toBe(t >= windowSize - 1 && !all.slice(t + 1 - windowSize).some(Number.isNaN));
      const isCandidate = t >= windowSize - 1 && !learned.slice(t + 1 - windowSize).some(Number.isNaN);
      expect(ring.push(x, learn)).toBe(isCandidate);
      if (random() < 0.05) ring = new RingBuffer(shape, ring.snapshot(), isContiguous);
      if (t % 10 !== 9) continue;
      const size = Math.min(t + 1, history + windowSize - 1);
      expect(ring.size).toBe(size);
      expect(Array.from({ length: size }, (_, p) => ring.at(t + 1 - size + p))).toEqual(learned.slice(-size));
      if (!isContiguous) continue;
      for (let start = t + 1 - size; start <= t + 1 - windowSize; start++) {
        const slot = ring.slotOf(start);
        const window = Array.from(ring.values.subarray(slot, slot + windowSize));
        if (window.some((value, l) => !Object.is(value, learned[start + l]))) {
          expect(window).toEqual(learned.slice(start, start + windowSize));
        }
      }
    }
  });
});
