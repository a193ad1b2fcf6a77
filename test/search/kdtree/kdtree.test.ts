// The k-d tree search in WASM and in plain TypeScript: the same rows, to the bit and to the index.
import { afterEach, describe, expect, test } from 'vitest';
import { embed, type WindowSet } from '../../../src/core/windows.ts';
import { KNN } from '../../../src/knn/knn.ts';
import { type Join, joinWith, referenceJoin, rowBlock, selfJoin } from '../../../src/search/join.ts';
import { buildTree, type KDTree, LEAF, spanOf } from '../../../src/search/kdtree/build.ts';
import { kdtree, leafAnswers, scalarKdtree } from '../../../src/search/kdtree/engine.ts';
import { fitProjection, project, reachOf } from '../../../src/search/kdtree/projection.ts';
import { LeafSearch } from '../../../src/search/kdtree/query.ts';
import { allocateTree, attachTree, kdtreeModule } from '../../../src/search/kdtree/wasm.ts';
import { expectEveryPair } from '../../support/compare-engines.ts';
import { generators, mulberry32 } from '../../support/series.ts';

function expectEqual(join: Join, k: number): void {
  expectEveryPair({ kdtree, scalarKdtree }, join, k);
}

const random = mulberry32(99);
const between = (least: number, most: number) => least + Math.floor((most - least + 1) * random());
const uniform = (n: number): Float64Array => Float64Array.from({ length: n }, random);
const hostile: Record<string, (n: number, seed: number) => Float64Array> = {
  ...generators,
  'spikes of 1e9': (n) => uniform(n).map((x) => (x < 0.01 ? 1e9 * (x - 0.005) : x)),
  'an offset of 1e12': (n) => uniform(n).map((x) => x + 1e12),
  'values near 1e149': (n) => uniform(n).map((x) => 1e149 * x),
  'values near 1e-160': (n) => uniform(n).map((x) => 1e-160 * x),
  'a smooth period': (n) => uniform(n).map((_, t) => Math.sin(t / 16)),
  'a period with jitter of 1e-9': (n) => uniform(n).map((x, t) => Math.sin((2 * Math.PI * (t % 50)) / 50) + 1e-9 * x),
  'noise that comes and goes': (n) => uniform(n).map((x, t) => (t % 400 < 200 ? x : 1e-4 * x)),
};

describe('both searches of the tree give the bits of every pair compared', () => {
  for (const [name, generate] of Object.entries(hostile)) {
    const k = between(1, 24);
    for (const w of [between(1, 8), between(9, 60)]) {
      const zone = [0, 0, 5, w][between(0, 3)]!;
      const side = random() < 0.5 ? 'both' : 'left';
      test(`${name}, 1500 values, w = ${w}, k = ${k}, exclusion zone ${zone}, ${side}`, () =>
        expectEqual(selfJoin(embed(generate(1500, 3), w, 'none'), zone, side), k));
      test(`${name}, 500 values against 1300, w = ${w}, k = ${k}`, () =>
        expectEqual(referenceJoin(embed(generate(500, 4), w, 'none'), embed(generate(1300, 5), w, 'none')), k));
    }
  }

  test('for many neighbors, by trees of every shape', () => {
    for (const n of [20, 40, 64, 100, 134, 150, 260, 400]) {
      for (const k of [15, 17, 31, 36, 64, 127, 128, 129, 300]) {
        const columns = embed(generators.whiteNoise!(n, n + k), 3, 'none');
        expectEqual(selfJoin(columns, 0, 'both'), k);
        expectEqual(referenceJoin(embed(generators.whiteNoise!(20, k), 3, 'none'), columns), k);
      }
    }
  });

  test('within a history', () => {
    const join = selfJoin(embed(generators.serverMetric!(2000), 5, 'none'), 2, 'left');
    expectEqual(joinWith(join, { before: 300 }), 4);
  });
});

describe('rows that come to the index of the columns', () => {
  for (const [name, generate] of Object.entries(hostile)) {
    const k = between(1, 24);
    const normalize = (['none', 'mean', 'zscore'] as const)[between(0, 2)]!;
    const w = random() < 0.5 ? between(2, 8) : between(9, 40);
    test(`${name}, few against 1300, ${normalize}, w = ${w}, k = ${k}`, () => {
      const columns = embed(generate(1300 + w, 5), w, normalize);
      for (const n of [w, w + 9, w + 120]) {
        expectEqual(referenceJoin(embed(generate(n, 4), w, normalize), columns), k);
      }
    });
    const side = random() < 0.7 ? 'both' : 'left';
    test(`${name}, 100 rows of 1300, ${normalize}, w = ${w}, k = ${k}, ${side}`, () => {
      const whole = selfJoin(embed(generate(1300 + w, 5), w, normalize), between(0, w), side);
      const from = between(0, 1200);
      expectEqual(rowBlock(whole, from, from + 100), k);
    });
  }

  test('more of them than come at a time, and far from each other', () => {
    const columns = embed(generators.serverMetric!(20_000), 6, 'none');
    const rows = generators.serverMetric!(2400, 2);
    for (let t = 0; t < 2400; t += 7) if (t % 300 < 200) rows[t] = NaN;
    rows.fill(NaN, 40, 1500);
    expectEveryPair({ kdtree }, referenceJoin(embed(rows, 6, 'none'), columns), 3);
  });

  test('find an index that serves fewer neighbors, and one that was built for the columns themselves', () => {
    const columns = embed(generators.randomWalk!(2000), 12, 'none');
    const rows = embed(generators.randomWalk!(60, 2), 12, 'none');
    const first = referenceJoin(rows, columns);
    expectEqual(first, 2);
    expectEqual(referenceJoin(rows, columns, first.indexHolder), 20);
    const own = selfJoin(columns, 0, 'both');
    expectEqual(own, 3);
    expectEqual(referenceJoin(rows, columns, own.indexHolder), 3);
  });
});

describe('calls that come soon after each other', () => {
  const { Memory } = WebAssembly;
  afterEach(() => {
    WebAssembly.Memory = Memory;
  });

  test('find the memory of the last one again, whatever lies in it', async () => {
    let made = 0;
    WebAssembly.Memory = class extends Memory {
      constructor(description: WebAssembly.MemoryDescriptor) {
        super(description);
        if (description.shared) made++;
      }
    };
    const { 'spikes of 1e9': spikes, 'values near 1e149': huge, 'a smooth period': smooth, gaps } = hostile;
    const calls: [generate: (n: number, seed: number) => Float64Array, n: number, w: number, k: number][] = [
      [uniform, 9000, 5, 5],
      [huge!, 9000, 5, 5],
      [uniform, 8999, 5, 5],
      [gaps!, 8000, 3, 20],
      [smooth!, 8101, 30, 2], // projections
      [spikes!, 12_345, 8, 3], // more than there was
      [uniform, 12_345, 1, 1],
      [smooth!, 5003, 40, 2],
      [uniform, 4097, 7, 16],
    ];
    for (const [c, [generate, n, w, k]] of calls.entries()) {
      const series = generate(n, c);
      const knn = new KNN(w, k, { engine: 'kdtree' });
      const expected = new KNN(w, k, { engine: 'diagonal' }); // needs no index
      expect(knn.score(series)).toEqual(expected.score(series));
      if (c % 3 === 0) expect(knn.neighbors(series)).toEqual(expected.neighbors(series));
      if (c % 2 === 0) expect(await knn.scoreAsync(series, { threads: 1 })).toEqual(expected.score(series));
    }
    expect(made).toBeLessThan(4); // one, and another one when too much lies there
  });
});

describe('a tree built in WASM', () => {
  const built = (windows: WindowSet): KDTree => {
    const use = { k: 1, numThreads: 1, hasGuests: false, isShared: false };
    const worker = attachTree(kdtreeModule()!, allocateTree({ ...windows, projector: undefined }, use), 0);
    worker.build(spanOf(worker.tree, 1));
    return worker.tree;
  };
  for (const [name, generate] of Object.entries(hostile)) {
    const n = between(17, 3000);
    const w = between(1, 8);
    const windows = embed(generate(n, 7), w, 'none');
    test(`holds every window once, in boxes that fit: ${name}, ${n} values, w = ${w}`, () => {
      const tree = built(windows);
      expect(Int32Array.from(tree.order).sort()).toEqual(windows.starts);
      const { numLeaves, first, size } = tree;
      const pointsOf = (node: number): Int32Array => {
        if (node < numLeaves) return Int32Array.of(...pointsOf(2 * node), ...pointsOf(2 * node + 1));
        const slot = node - numLeaves;
        return tree.order.subarray(first[slot]!, first[slot]! + size[slot]!);
      };
      for (let node = 1; node < 2 * numLeaves; node++) {
        const points = pointsOf(node);
        for (let d = 0; d < w; d++) {
          const values = Array.from(points, (i) => windows.data[i + d]!);
          const box = tree.boxes.subarray((node * w + d) * 2, (node * w + d) * 2 + 2);
          expect([...box]).toSatisfy(([lo, hi]) => lo === Math.min(...values) && hi === Math.max(...values)); // whatever the sign of 0
          if (node < numLeaves) continue;
          const from = first[node - numLeaves]! * w + d * LEAF;
          expect([...tree.points.subarray(from, from + points.length)]).toEqual(values);
        }
        expect([tree.lowest[node], tree.highest[node]]).toEqual([Math.min(...points), Math.max(...points)]);
      }
    });

    test(`is as good as one built in plain TypeScript: ${name}`, () => {
      const { data, stride, width, starts } = windows;
      const cost = (tree: KDTree): number => {
        const allowed = { exclusion: 0, before: Infinity, after: Infinity };
        const search = new LeafSearch({ rows: tree, columns: tree, k: 3, byIndex: false, allowed });
        for (let node = tree.numLeaves; node < 2 * tree.numLeaves; node++) search.run(node, -Infinity, Infinity, -1);
        return 2 * search.work.boxTests + search.work.leafTests;
      };
      expect(cost(built(windows))).toBeLessThan(1.2 * cost(buildTree(data, stride, width, starts)) + 100);
    });
  }
});

describe('the reach of a bound covers the points of all windows that are so near', () => {
  for (const [name, generate] of Object.entries(hostile)) {
    test(name, () => {
      const w = between(9, 80);
      const windows = embed(generate(600, 6), w, 'none');
      const projection = fitProjection(windows);
      const { under, factor, slack } = reachOf(projection, w);
      const points = project(projection, windows);
      const exact = (set: WindowSet, i: number, j: number): number => {
        let s = 0;
        for (let l = 0; l < set.width; l++) s += (set.data[i * set.stride + l]! - set.data[j * set.stride + l]!) ** 2;
        return s;
      };
      for (const i of windows.starts) {
        for (const j of windows.starts.subarray(0, 100)) {
          const reach = (Math.sqrt(exact(windows, i, j) + under) * factor + slack) ** 2;
          if (!(exact(points, i, j) <= reach)) expect.fail(`windows ${i} and ${j}, w = ${w}`);
        }
      }
    });
  }
});

describe('some rows of a leaf get what they get among all of them', () => {
  for (const [name, generate] of Object.entries(hostile)) {
    const windows = embed(generate(900, 8), between(1, 8), 'none');
    const k = between(1, 6);
    const masks = Array.from({ length: 1 + windows.starts.length }, () => between(0, 2 ** LEAF - 1));

    test(`${name}, in WASM`, () => {
      const leaves = leafAnswers(selfJoin(windows, 3, 'both'), k);
      for (let slot = 0; slot < leaves.numLeaves; slot++) {
        const found = (mask: number): Map<number, number[]> => {
          const rows = new Map<number, number[]>();
          leaves.answer(slot, mask, (i, dist, _index, base, count) => rows.set(i, [...dist.slice(base, base + count)]));
          return rows;
        };
        const all = found(-1);
        const wanted = [...leaves.rows(slot)].filter((_, q) => (masks[slot]! >> q) & 1);
        expect(found(masks[slot]!)).toEqual(new Map(wanted.map((i) => [i, all.get(i)!])));
      }
    });

    test(`${name}, in plain TypeScript`, () => {
      const tree = buildTree(windows.data, windows.stride, windows.width, windows.starts);
      const allowed = { exclusion: 3, before: Infinity, after: Infinity };
      const search = new LeafSearch({ rows: tree, columns: tree, k, byIndex: false, allowed });
      for (let slot = 0; slot < tree.numLeaves; slot++) {
        const found = (mask: number): number[][] => {
          search.run(tree.numLeaves + slot, -Infinity, Infinity, mask);
          const rows = Array.from({ length: tree.size[slot]! }, (_, q) => [...search.dist.slice(q * k, q * k + k)]);
          return rows.filter((_, q) => (masks[slot]! >> q) & 1);
        };
        expect(found(masks[slot]!)).toEqual(found(-1));
      }
    });
  }
});
