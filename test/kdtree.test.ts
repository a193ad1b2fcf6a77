// The k-d tree search in WASM and in plain TypeScript: the same rows, to the bit and to the index.
import { describe, test } from 'vitest';
import { embed } from '../src/embed.ts';
import { kdtree, scalarKdtree } from '../src/search/kdtree.ts';
import { type Join, referenceJoin, selfJoin } from '../src/search/search.ts';
import { generators, mulberry32 } from './series.ts';
import { expectEveryPair } from './table.ts';

function expectEqual(join: Join, k: number): void {
  expectEveryPair({ kdtree, scalarKdtree }, join, k);
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
