// SortedValues against a plain sorted array.

import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { SortedValues } from '../../src/core/sorted-values.ts';
import { generators, mulberry32, palettes } from '../support/series.ts';

vi.setConfig({ testTimeout: 60_000 });

/** The same with an array that is sorted, and nothing else. */
class Plain {
  values: number[] = [];

  rank(x: number): number {
    return this.values.filter((y) => y < x).length;
  }

  insert(x: number): void {
    this.values.splice(this.rank(x), 0, x + 0);
  }

  remove(x: number): boolean {
    const at = this.values.indexOf(x); // −0 and 0 are equal to it
    if (at >= 0) this.values.splice(at, 1);
    return at >= 0;
  }

  nearest(x: number, k: number): number[] {
    return this.values
      .map((y) => (x - y) * (x - y))
      .sort((a, b) => a - b)
      .slice(0, k);
  }

  sumFrom(rank: number): number {
    let sum = 0;
    for (const x of this.values.slice(rank)) sum += x;
    return sum;
  }
}

function nearest(sorted: SortedValues, x: number, k: number): number[] {
  const out = new Float64Array(k + 1).fill(-1);
  const filled = sorted.nearestInto(x, k, out);
  expect(out.slice(filled)).toEqual(new Float64Array(k + 1 - filled).fill(-1)); // places beyond are left alone
  return Array.from(out.subarray(0, filled));
}

/** Everything that can be asked, with `x` as the argument. */
function compare(sorted: SortedValues, plain: Plain, x: number): void {
  const { values } = plain;
  expect(sorted.size).toBe(values.length);
  expect(Array.from(sorted.toArray())).toEqual(values);
  expect(sorted.rank(x)).toBe(plain.rank(x));
  for (const k of [0, 1, 5, values.length + 1]) expect(nearest(sorted, x, k)).toEqual(plain.nearest(x, k));
  for (let r = 0; r < values.length; r += 1 + (values.length >> 4)) expect(sorted.at(r)).toBe(values[r]);
  for (const rank of [0, Math.floor(0.98 * values.length), values.length]) {
    expect(sorted.sumFrom(rank)).toBe(plain.sumFrom(rank));
  }
}

const valid = palettes.map((palette) => palette.filter((x) => typeof x === 'number' && Math.abs(x) <= 2 ** 500));
const anyValue = fc.oneof(
  fc.constantFrom(...valid).chain((palette) => fc.constantFrom(...(palette as number[]))),
  fc.double({ min: -(2 ** 500), max: 2 ** 500, noNaN: true }),
  fc.integer({ min: -50, max: 50 }),
);

describe('SortedValues', () => {
  test('is empty at first: no rank, no neighbor, nothing to remove', () => {
    const sorted = new SortedValues();
    compare(sorted, new Plain(), 1);
    expect(sorted.remove(0)).toBe(false);
    expect(sorted.size).toBe(0);
  });

  test('answers what a plain sorted array answers, whatever is inserted and removed', () => {
    const step = fc.record({ kind: fc.nat(9), x: anyValue, pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const [sorted, plain] = [new SortedValues(), new Plain()];
        for (const { kind, x, pick } of steps) {
          const { length } = plain.values;
          if (kind < 7) {
            sorted.insert(x);
            plain.insert(x);
          } else if (kind === 7) {
            expect(sorted.remove(x)).toBe(plain.remove(x));
          } else if (length > 0) {
            const value = plain.values[pick % length]!;
            if (kind === 8) expect(sorted.remove(value)).toBe(plain.remove(value));
            else expect(sorted.removeAt(pick % length)).toBe(plain.values.splice(pick % length, 1)[0]);
          }
        }
        compare(sorted, plain, steps[0]?.x ?? 0);
      }),
      { seed: 11, numRuns: 400 },
    );
  });

  const n = 3000;
  const orders: Record<string, (i: number) => number> = {
    constant: () => 7,
    ascending: (i) => i / 3,
    descending: (i) => -i / 3,
    'alternating far ends': (i) => (i % 2 === 0 ? i : -i),
    'alternating two values': (i) => i % 2,
    'closing in from both ends': (i) => (i % 2 === 0 ? i - n : n - i),
    'zeros of both signs': (i) => (i % 3 === 0 ? -0 : 0),
    'extremes up to 2^500': (i) => (i % 2 === 0 ? 1 : -1) * 2 ** (500 - (i % 7)) * (1 - (i % 5) * 2 ** -52),
    denormals: (i) => ((i * 7919) % 64) * 5e-324,
    'squares that underflow': (i) => ((i * 7919) % 640) * 1e-162,
  };
  for (const [name, order] of Object.entries(orders)) {
    test(`keeps its order: ${name}`, () => {
      for (const history of [1, 10, 1000]) {
        const [sorted, plain] = [new SortedValues(), new Plain()];
        for (let i = 0; i < n; i++) {
          if (i >= history) {
            expect(sorted.remove(order(i - history))).toBe(true);
            plain.remove(order(i - history));
          }
          sorted.insert(order(i));
          plain.insert(order(i));
          if (i % 501 === 500) compare(sorted, plain, order(i + 7));
        }
        while (plain.values.length > 0) {
          const value = plain.values[((plain.values.length * 7919) % plain.values.length) >> 1]!;
          expect(sorted.remove(value)).toBe(plain.remove(value));
        }
        compare(sorted, plain, 0);
      }
    });
  }

  test('the k smallest squares are those of all squares, to the bit, where neighbors are close, far and equal', () => {
    for (const [name, generate] of Object.entries(generators)) {
      const x = Array.from(generate(1500, 5)).filter((value) => !Number.isNaN(value));
      const [sorted, plain] = [new SortedValues(), new Plain()];
      x.forEach((value, i) => {
        if (i % 10 === 0) expect(nearest(sorted, value, 7), name).toEqual(plain.nearest(value, 7));
        sorted.insert(value);
        plain.insert(value);
      });
    }
  });

  test('holds after a million operations, growing to 30 000 values and shrinking again, in bounded memory', () => {
    const random = mulberry32(3);
    const sorted = new SortedValues();
    const fifo: number[] = [];
    let head = 0;
    let largest = 0;
    for (let i = 0, level = 0; i < 1_000_000; i++) {
      level += random() - 0.5;
      if (head === fifo.length || random() < (i % 200_000 < 100_000 ? 0.65 : 0.36)) {
        fifo.push(Math.round(level * 20) / 20);
        sorted.insert(fifo.at(-1)!);
        largest = Math.max(largest, sorted.size);
      } else if (!sorted.remove(fifo[head++]!)) {
        expect.fail(`operation ${i}: a value is gone`);
      }
      if (i % 50_000 !== 49_999) continue;
      const all = Float64Array.from(fifo.slice(head)).sort();
      expect(sorted.toArray()).toEqual(all.map((x) => x + 0));
      for (let r = 0; r < all.length; r += 997) {
        expect(sorted.at(r)).toBe(all[r]! + 0);
        expect(sorted.rank(all[r]!)).toBe(all.indexOf(all[r]!));
      }
      // A quarter full, half as much again: invariant (2).
      expect(sorted.byteLength).toBeLessThan(8 * 1.05 * 1.5 * (4 * largest + 200));
    }
    expect(largest).toBeGreaterThan(20_000);
  });

  test('takes few bytes while it is small, and few more than there are values when they rise or fall', () => {
    const sorted = new SortedValues();
    expect(sorted.byteLength).toBeLessThan(128);
    for (let i = 0; i < 90; i++) sorted.insert(i % 7);
    expect(sorted.byteLength).toBeLessThan(128 + 8 * 90);
    for (const sign of [1, -1]) {
      sorted.clear();
      for (let i = 0; i < 100_000; i++) sorted.insert(sign * i);
      expect(sorted.byteLength).toBeLessThan(1.8 * 8 * 100_000);
    }
  });

  test('clear() empties it', () => {
    const sorted = new SortedValues();
    for (let i = 0; i < 1000; i++) sorted.insert(i % 100);
    sorted.clear();
    compare(sorted, new Plain(), 5);
    sorted.insert(3);
    expect(Array.from(sorted.toArray())).toEqual([3]);
  });
});
