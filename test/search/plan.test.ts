// The planner: which engine serves, by counts alone. Where one is faster by half and more, it must be the one that is taken.
import { describe, expect, test } from 'vitest';
import { embed } from '../../src/core/windows.ts';
import { chooseEngine, needsIndex } from '../../src/search/choose.ts';
import { type Join, referenceJoin, selfJoin } from '../../src/search/join.ts';
import { alternativeCost, decide, type Shape, treeCost } from '../../src/search/plan.ts';
import { ecg, mulberry32, normal, randomWalk, steps, whiteNoise } from '../support/series.ts';

const n = 20_000;
const random = mulberry32(7);
const period = Float64Array.from({ length: 100 }, () => normal(random));
const jittered = Float64Array.from({ length: n }, (_, t) => period[t % 100]! + 1e-8 * normal(random));

const joinOf = (series: Float64Array, w: number): Join => selfJoin(embed(series, w, 'none'), 0, 'both');
const chosen = (series: Float64Array, w: number, k: number): string =>
  chooseEngine('auto', joinOf(series, w), k).engine;

describe('of 20 000 windows, the faster engine serves', () => {
  test.each<[name: string, w: number, k: number, engine: string, series: Float64Array]>([
    ['a random walk', 5, 5, 'kdtree', randomWalk(n)],
    ['a random walk', 20, 5, 'kdtree', randomWalk(n)],
    ['a random walk', 50, 1, 'kdtree', randomWalk(n)],
    ['white noise', 5, 5, 'kdtree', whiteNoise(n)],
    ['white noise', 20, 1, 'diagonal', whiteNoise(n)],
    ['white noise', 50, 20, 'diagonal', whiteNoise(n)],
    ['heart beats', 10, 1, 'kdtree', ecg(n)],
    ['a period with jitter', 10, 5, 'kdtree', jittered],
    ['a period with jitter', 50, 5, 'kdtree', jittered],
    ['steps', 50, 5, 'kdtree', steps(n)],
  ])('%s, w = %i, k = %i: %s', (_, w, k, engine, series) => {
    expect(chosen(series, w, k)).toBe(engine);
    expect(chosen(series, w, k)).toBe(engine); // counts, not times
    // Threads share an index where the choice looks at the whole tree, or is the tree.
    if (engine === 'kdtree') expect(needsIndex('auto', joinOf(series, w), k)).toBe(true);
  });
});

describe('glimpses see windows of everything', () => {
  test('whatever the numbers of rows and columns', () => {
    const noise = whiteNoise(n);
    for (const rows of [17, 100, 131, 1000, 9000]) {
      for (const columns of [15_001, 19_999]) {
        const short = embed(noise.map((x) => 0.3 * x).subarray(0, rows + 9), 10, 'none');
        const join = referenceJoin(short, embed(randomWalk(columns + 9), 10, 'none'));
        expect(['kdtree', 'diagonal']).toContain(chooseEngine('auto', join, 3).engine);
      }
    }
  });
});

describe('the plan', () => {
  const shape: Shape = { numRows: n, numColumns: n, width: 20, k: 5, isSelf: true, diagonal: true, isLazy: false };
  const work = (leafTests: number) => ({ rows: 100, boxTests: 0, leafTests: 100 * leafTests, refinements: 0 });

  test('by a sample: nothing for few and far windows, a glimpse of ordinary ones, a probe of smooth ones and copies', () => {
    expect(decide(shape, { contrast: 0.5 })).toBe('diagonal');
    expect(decide(shape, { contrast: 0.1 })).toBe('pilot');
    expect(decide({ ...shape, numColumns: 2500 }, { contrast: 0.1 })).toBe('diagonal');
    expect(decide({ ...shape, numColumns: 1799 }, { contrast: 0.01 })).toBe('diagonal');
    expect(decide({ ...shape, numColumns: 1800 }, { contrast: 0.01 })).toBe('probe');
    expect(decide({ ...shape, numColumns: 100_000 }, { contrast: 0.1 })).toBe('probe');
    expect(decide(shape, { contrast: 0.001 })).toBe('probe');
    expect(decide(shape, { contrast: 0 })).toBe('probe');
  });

  test('by the shape: a tree of windows that are points themselves, diagonals of a few longer ones', () => {
    expect(decide({ ...shape, width: 8 })).toBe('kdtree');
    expect(decide({ ...shape, width: 1, numRows: 100, numColumns: 100, diagonal: false })).toBe('kdtree');
    expect(decide({ ...shape, width: 9 })).toBe('sample');
    expect(decide({ ...shape, width: 9, numRows: 684, numColumns: 684 })).toBe('diagonal');
    expect(decide({ ...shape, width: 5, numRows: 16 })).toBe('brute');
    expect(decide({ ...shape, width: 5, numRows: 64, numColumns: 64 })).toBe('brute');
  });

  test('by a glimpse: twice what it saw, and the points of a projection', () => {
    const limit = 1.15 * alternativeCost(shape, 0.1) - 1000 * n;
    for (const [share, choice] of [
      [0.45, 'probe'],
      [0.55, 'diagonal'],
    ] as const) {
      const pilot = work((share * limit - treeCost(shape, work(0))) / 68 / n);
      expect(decide(shape, { contrast: 0.1, pilot })).toBe(choice);
    }
  });

  test('by a probe: copies with jitter are dear along diagonals', () => {
    const dear = work((1.5 * alternativeCost(shape, 0.1)) / 68 / n);
    expect(decide(shape, { contrast: 0.1, probe: dear })).toBe('diagonal');
    expect(decide(shape, { contrast: 0, probe: dear })).toBe('kdtree');
    expect(decide({ ...shape, diagonal: false }, { contrast: 0, probe: work(1e6) })).toBe('brute');
  });
});
