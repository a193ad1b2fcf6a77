// The k-d tree search in WASM and in plain TypeScript: the same rows, to the bit and to the index.
import { describe, expect, test } from 'vitest';
import { embed } from '../src/embed.ts';
import { brute } from '../src/search/brute.ts';
import { kdtree, scalarKdtree } from '../src/search/kdtree.ts';
import { type Join, type NeighborSearch, referenceJoin, selfJoin } from '../src/search/search.ts';
import { generators, mulberry32 } from './series.ts';

/** All rows as one table: k distances, then k columns where their order is settled. */
function table(search: NeighborSearch, join: Join, k: number, byIndex: boolean): Float64Array {
  const rows = new Float64Array(join.rows.numWindows * k * 2).fill(-2);
  search.search(join, k, byIndex, (i, dist, index, base, count) => {
    for (let p = 0; p < count; p++) {
      rows[2 * (i * k + p)] = dist[base + p]!;
      rows[2 * (i * k + p) + 1] = byIndex ? index[base + p]! : -1;
    }
  });
  return rows;
}

function expectEqual(join: Join, k: number): void {
  for (const byIndex of [false, true]) {
    const expected = table(brute(), join, k, byIndex);
    for (const [name, search] of Object.entries({ kdtree, scalarKdtree })) {
      const actual = table(search, join, k, byIndex);
      const at = actual.findIndex((value, p) => !Object.is(value, expected[p]));
      expect([name, byIndex, at, actual[at]]).toEqual([name, byIndex, -1, undefined]);
    }
  }
}

describe('both searches of the tree give the bits of every pair compared', () => {
  const random = mulberry32(99);
  const between = (least: number, most: number) => least + Math.floor((most - least + 1) * random());
  for (const [name, generate] of Object.entries(generators)) {
    const w = between(1, 9);
    const k = between(1, 24);
    const zone = [0, 0, 5, w][between(0, 3)]!;
    const side = random() < 0.5 ? 'both' : 'left';
    test(`${name}, 2000 values, w = ${w}, k = ${k}, exclusion zone ${zone}, ${side}`, () =>
      expectEqual(selfJoin(embed(generate(2000, 3), w, 'none'), zone, side), k));
    test(`${name}, 500 values against 1300, w = ${w}, k = ${k}`, () =>
      expectEqual(referenceJoin(embed(generate(500, 4), w, 'none'), embed(generate(1300, 5), w, 'none')), k));
  }

  test('within a history', () => {
    const join = selfJoin(embed(generators.serverMetric!(2000), 5, 'none'), 2, 'left');
    expectEqual({ ...join, before: 300 }, 4);
  });
});
