// Lags that were tried: the hash table against sets of lags and groups.
import { expect, test } from 'vitest';
import { GROUP } from '../../../src/search/top/kernel/state.ts';
import { TriedLags } from '../../../src/search/top/lags.ts';

test('a full table takes no further group', () => {
  const tried = new TriedLags();
  let count = 0;
  while (count < 1e5 && tried.add(count * GROUP)) count++;
  expect([count, tried.addGroup(-7), tried.add(3 * GROUP), tried.add(3 * GROUP + 1)]).toEqual([
    16_384,
    false,
    false,
    true,
  ]);
  tried.clear();
  expect([tried.add(3 * GROUP), tried.addGroup(-7)]).toEqual([true, true]);
});

test('add and addGroup take every lag once, negative ones too, until clear', () => {
  const tried = new TriedLags();
  let word = 7;
  const next = (most: number): number => {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    return Math.floor((word / 2 ** 32) * (2 * most + 1)) - most;
  };
  for (const [most, count] of [
    [40, 100],
    [5000, 3000],
    [1e8, 3000],
    [40, 100],
  ] as const) {
    const lags = new Set<number>();
    tried.clear();
    for (let q = 0; q < count; q++) {
      const lag = next(most);
      if (q % 3 !== 0) {
        expect(tried.add(lag)).toBe(!lags.has(lag));
        lags.add(lag);
        continue;
      }
      const group = Math.floor(lag / GROUP);
      const all = Array.from({ length: GROUP }, (_, g) => group * GROUP + g);
      const isNew = all.every((g) => !lags.has(g));
      expect(tried.addGroup(group)).toBe(isNew);
      if (isNew) for (const g of all) lags.add(g);
    }
  }
});
