// What an engine found, held against every pair compared; a difference is told as a row and a neighbor of it.
import { expect } from 'vitest';
import { brute } from '../../src/search/brute.ts';
import { type Join, type NeighborSearch, searchAll } from '../../src/search/join.ts';

/** The k neighbors of every row, row-major by window start. −2 stands where nothing was found. */
interface Table {
  readonly dist: Float64Array;
  readonly column: Int32Array;
}

const NOTHING = -2;

function tableOf(search: NeighborSearch, join: Join, k: number, byIndex: boolean): Table {
  const { numWindows } = join.rows;
  const numSlots = numWindows * k;
  const table = { dist: new Float64Array(numSlots).fill(NOTHING), column: new Int32Array(numSlots).fill(NOTHING) };
  searchAll(search, join, k, byIndex, (i, dist, index, base, count) => {
    for (let p = 0; p < count; p++) {
      table.dist[i * k + p] = dist[base + p]!;
      table.column[i * k + p] = index[base + p]!;
    }
  });
  return table;
}

/** The first slot in which two tables differ, −1 if none does; columns count only where their order is asked for. */
function firstDifference(actual: Table, expected: Table, byIndex: boolean): number {
  return expected.dist.findIndex((s, slot) => {
    return !Object.is(actual.dist[slot], s) || (byIndex && actual.column[slot] !== expected.column[slot]);
  });
}

const neighborIn = ({ dist, column }: Table, slot: number, byIndex: boolean): string => {
  if (dist[slot] === NOTHING) return 'none';
  return byIndex ? `(s = ${dist[slot]}, column ${column[slot]})` : `s = ${dist[slot]}`;
};

/** Says which neighbor of which row an engine found wrong, and what kind of fault that is. */
function describeDifference(name: string, tables: [Table, Table], k: number, byIndex: boolean, slot: number): string {
  const [actual, expected] = tables;
  const isTie = Object.is(actual.dist[slot], expected.dist[slot]);
  return [
    `engine ${name}, byIndex ${byIndex}, row i = ${Math.floor(slot / k)}, neighbor p = ${slot % k} of k = ${k}:`,
    `found ${neighborIn(actual, slot, byIndex)}, expected ${neighborIn(expected, slot, byIndex)}`,
    isTie ? '(a tie: of equal s the smaller column must come first)' : '(the distances differ)',
  ].join(' ');
}

/** Holds engines, by name, against every pair compared, to the bit; columns too, where their order is asked for. */
export function expectEveryPair(engines: Record<string, NeighborSearch>, join: Join, k: number): void {
  for (const byIndex of [false, true]) {
    const expected = tableOf(brute(), join, k, byIndex);
    for (const [name, search] of Object.entries(engines)) {
      const actual = tableOf(search, join, k, byIndex);
      const slot = firstDifference(actual, expected, byIndex);
      if (slot >= 0) expect.fail(describeDifference(name, [actual, expected], k, byIndex, slot));
    }
  }
}
