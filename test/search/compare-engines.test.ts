// The comparison of engines that other tests rely on: it notices a fault, and its message says where it is.
import { expect, test } from 'vitest';
import { embed } from '../../src/core/windows.ts';
import { brute } from '../../src/search/brute.ts';
import { type NeighborSearch, selfJoin } from '../../src/search/join.ts';
import { expectEveryPair } from '../support/compare-engines.ts';

const join = selfJoin(embed(Float64Array.of(0, 1, 0, 1, 0, 1), 1, 'none'), 0, 'both');

/** An engine that is right but for what `spoil` does to the neighbors of row 4. */
function spoiled(spoil: (dist: Float64Array, index: Int32Array, base: number) => void): NeighborSearch {
  return {
    start(join, k, byIndex) {
      const run = brute().start(join, k, byIndex);
      return {
        ...run,
        run: (p, emit) =>
          run.run(p, (i, dist, index, base, count) => {
            if (i === 4) spoil(dist, index, base);
            emit(i, dist, index, base, count);
          }),
      };
    },
  };
}

test('expectEveryPair(engines, join, k) names the engine, the row, the neighbor and both columns of a wrong tie', () => {
  const swapped = spoiled((_, index, base) => index.subarray(base, base + 2).reverse());
  expect(() => expectEveryPair({ brute: brute(), swapped }, join, 3)).toThrow(
    'engine swapped, byIndex true, row i = 4, neighbor p = 0 of k = 3: found (s = 0, column 2), expected (s = 0, column 0) ' +
      '(a tie: of equal s the smaller column must come first)',
  );
});

test('expectEveryPair(engines, join, k) names both distances where they differ', () => {
  const farther = spoiled((dist, _, base) => (dist[base + 2]! += 0.5));
  expect(() => expectEveryPair({ farther }, join, 3)).toThrow(
    'engine farther, byIndex false, row i = 4, neighbor p = 2 of k = 3: found s = 1.5, expected s = 1 (the distances differ)',
  );
});
