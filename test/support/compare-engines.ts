// What an engine found, as one list of numbers that two engines can be compared by.
import { expect } from 'vitest';
import { brute } from '../../src/search/brute.ts';
import { type Join, type NeighborSearch, searchAll } from '../../src/search/join.ts';

/** All rows: k distances, each followed by its column (−1 where the order of ties is open); −2 where nothing was found. */
function tableOf(search: NeighborSearch, join: Join, k: number, byIndex: boolean): Float64Array {
  const rows = new Float64Array(join.rows.numWindows * k * 2).fill(-2);
  searchAll(search, join, k, byIndex, (i, dist, index, base, count) => {
    for (let p = 0; p < count; p++) {
      rows[2 * (i * k + p)] = dist[base + p]!;
      rows[2 * (i * k + p) + 1] = byIndex ? index[base + p]! : -1;
    }
  });
  return rows;
}

/** Holds engines, by name, against every pair compared, to the bit; columns too, where their order is asked for. */
export function expectEveryPair(engines: Record<string, NeighborSearch>, join: Join, k: number): void {
  for (const byIndex of [false, true]) {
    const expected = tableOf(brute(), join, k, byIndex);
    for (const [name, search] of Object.entries(engines)) {
      const actual = tableOf(search, join, k, byIndex);
      const at = actual.findIndex((value, p) => !Object.is(value, expected[p]));
      expect([name, byIndex, at, actual[at]]).toEqual([name, byIndex, -1, undefined]);
    }
  }
}
