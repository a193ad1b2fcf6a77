import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sqDist } from '../../src/search/exactness.ts';
import { buildTree, LEAF } from '../../src/search/kdtree/build.ts';

const value = fc.oneof(
  fc.double({ noNaN: true, min: -(2 ** 500), max: 2 ** 500 }),
  fc.double({ noNaN: true, min: -4e-162, max: 4e-162 }), // squares under- or nearly underflow
  fc.constantFrom(0, -0, 1, 1e9, 1e9 + 1, 0.1, 0.3, 2 ** 500, 5e-324),
);

/** The definition: one term after the other. */
function definition(x: number[], y: number[]): number {
  return x.reduce((sum, v, l) => sum + (v - y[l]!) * (v - y[l]!), 0);
}

const pair = fc.integer({ min: 1, max: 40 }).chain((width) => {
  const vector = fc.array(value, { minLength: width, maxLength: width });
  return fc.tuple(vector, vector);
});

describe('sqDist(x, p, y, q, width, limit)', () => {
  test('is the left-to-right sum when nothing limits it', () => {
    fc.assert(
      fc.property(pair, ([x, y]) => {
        const s = sqDist(Float64Array.of(7, ...x), 1, Float64Array.from(y), 0, x.length, Infinity);
        expect(s).toBe(definition(x, y));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  test('reaches the limit exactly when the sum does', () => {
    fc.assert(
      fc.property(pair, fc.double({ min: 0, max: 2, noNaN: true }), ([x, y], share) => {
        const s = definition(x, y);
        const limit = share > 1.5 ? s : s * share;
        const limited = sqDist(Float64Array.from(x), 0, Float64Array.from(y), 0, x.length, limit);
        expect(limited >= limit).toBe(s >= limit);
        if (s < limit) expect(limited).toBe(s);
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});

describe('the boxes of a tree', () => {
  // exactness.ts, bound (2): summed left to right, the distance to a box never exceeds that to a point in it.
  test('are never farther than a point in them, to the last bit', () => {
    const matrix = fc.integer({ min: 1, max: 6 }).chain((width) =>
      fc.record({
        width: fc.constant(width),
        rows: fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 60 }),
        query: fc.array(value, { minLength: width, maxLength: width }),
      }),
    );
    fc.assert(
      fc.property(matrix, ({ width, rows, query }) => {
        const tree = buildTree(Float64Array.from(rows.flat()), width, width, Int32Array.from(rows.keys()));
        for (let slot = 0; slot < tree.numLeaves; slot++) {
          for (let x = tree.numLeaves + slot; x >= 1; x >>= 1) {
            const box = tree.boxes.subarray(x * width * 2, (x + 1) * width * 2);
            const nearest = query.map((v, d) => Math.max(0, box[2 * d]! - v, v - box[2 * d + 1]!));
            const bound = nearest.reduce((sum, z) => sum + z * z, 0);
            for (let q = 0; q < tree.size[slot]!; q++) {
              const row = rows[tree.order[tree.first[slot]! + q]!]!;
              expect(bound).toBeLessThanOrEqual(definition(query, row));
            }
          }
        }
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test('hold every window once, in leaves that are full but for one', () => {
    for (const n of [0, 1, 15, 16, 17, 100, 1000, 4097]) {
      const tree = buildTree(
        new Float64Array(n),
        1,
        1,
        Int32Array.from({ length: n }, (_, i) => i),
      );
      expect(Array.from(tree.order).sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      expect(Array.from(tree.size).filter((size) => size !== LEAF).length).toBe(n % LEAF === 0 && n > 0 ? 0 : 1);
      expect(tree.size.reduce((sum, size) => sum + size, 0)).toBe(n);
    }
  });
});
