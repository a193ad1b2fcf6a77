import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clearRows, EMPTY, finishRow, replaceWorst } from '../../src/search/top-k.ts';

/** Offers every candidate to row 1 of 3, as engines do, and returns the finished row. */
function select(distances: number[], k: number): { dist: number[]; index: number[] } {
  const dist = new Float64Array(3 * k).fill(-1);
  const index = new Int32Array(3 * k).fill(-7);
  clearRows(dist.subarray(k), index.subarray(k), 1, k);
  distances.forEach((d, j) => {
    if (d < dist[k]! || (d === dist[k] && j < index[k]!)) replaceWorst(dist, index, k, k, d, j);
  });
  const filled = finishRow(dist, index, k, k);
  expect(Array.from(dist.subarray(0, k))).toEqual(Array(k).fill(-1)); // the rows beside it are untouched
  expect(Array.from(index.subarray(2 * k))).toEqual(Array(k).fill(-7));
  return { dist: Array.from(dist.subarray(k, k + filled)), index: Array.from(index.subarray(k, k + filled)) };
}

describe('replaceWorst and finishRow', () => {
  test('keep the first k in the order (distance, index), for sorted rows and heaps alike', () => {
    const distances = fc.array(fc.oneof(fc.nat(4), fc.double({ min: 0, noNaN: true })), { maxLength: 200 });
    fc.assert(
      fc.property(distances, fc.integer({ min: 1, max: 60 }), (distances, k) => {
        const best = distances
          .map((d, j) => ({ d, j }))
          .sort((a, b) => a.d - b.d || a.j - b.j)
          .slice(0, k);
        expect(select(distances, k)).toEqual({ dist: best.map(({ d }) => d), index: best.map(({ j }) => j) });
      }),
      { seed: 4, numRuns: 1000 },
    );
  });

  test('an infinite distance still is a candidate; an empty place is none', () => {
    expect(select([Infinity, 3], 4)).toEqual({ dist: [3, Infinity], index: [1, 0] });
    expect(EMPTY).toBe(2 ** 31 - 1);
  });
});
