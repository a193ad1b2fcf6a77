// The places by bounds against the scores of all windows, to the bit, and the three rules without which some would be lost.
import { describe, expect, test, vi } from 'vitest';
import { embed } from '../../../src/core/windows.ts';
import { BlockSearch } from '../../../src/search/top/blocks.ts';
import { prepareTop, surveyOf, type TopSource, topPlaces } from '../../../src/search/top/engine.ts';
import { fillSeries, shapeOf } from '../../../src/search/top/fill.ts';
import { buildGuesses, Guesser } from '../../../src/search/top/guesses.ts';
import { scalarTop } from '../../../src/search/top/kernel/scalar.ts';
import type { TopKernel, TopState } from '../../../src/search/top/kernel/state.ts';
import { allocateTop, topModule, wasmTop } from '../../../src/search/top/kernel/wasm.ts';
import { boundOfLast, byRank, greedyPlaces } from '../../../src/search/top/places.ts';
import { emptyBatch, isBehind, RowSearch } from '../../../src/search/top/rows.ts';
import { allocateArray, viewArrays } from '../../../src/wasm/arrays.ts';
import { naiveNeighbors, naiveTop, scoreOf } from '../../naive.ts';
import { generators, mulberry32 } from '../../support/series.ts';
import { caseOf, isServed, placesOfBounds, placesOfScores } from './cases.ts';

vi.setConfig({ testTimeout: 120_000 });

function hold(backend: 'auto' | 'scalar', first: number, count: number, mostValues: number): void {
  let held = 0;
  for (let number = first; number < first + count; number++) {
    const it = caseOf(number, mostValues);
    if (!isServed(it)) continue;
    held++;
    const { series, reference, ...rest } = it;
    expect([number, rest, placesOfBounds(it, backend)]).toEqual([number, rest, placesOfScores(it)]);
  }
  expect(held).toBeGreaterThan(0.8 * count);
}

describe('the places by bounds are those of topAnomalies(score(series), n, { separation })', () => {
  test('in a thousand random searches, in WebAssembly', () => hold('auto', 0, 1000, 250));
  test('in two hundred random searches, in plain JavaScript', () => hold('scalar', 1000, 200, 250));
  test('of values whose squares lose their digits', () => hold('auto', 72_392, 1, 250));
  test('in longer series', () => hold('auto', 2000, 12, 6000));

  test('and those of the definition', () => {
    for (const [name, generate] of Object.entries(generators)) {
      const series = generate(400, 3);
      const source: TopSource = {
        series: series.map((x) => (Math.abs(x) <= 2 ** 500 ? x : NaN)),
        reference: undefined,
        windowSize: 9,
        normalize: 'none',
        exclusionZone: 4,
        side: 'both',
      };
      const rows = naiveNeighbors(series, 9, 2, { exclusionZone: 4 });
      const want = naiveTop(scoreOf(rows, series.length, 9), 5, 9);
      const got = topPlaces(prepareTop(source, surveyOf(source), 2, false), surveyOf(source).numRows, {
        n: 5,
        separation: 9,
      })!;
      expect([name, got.map(({ start, score }) => ({ index: start + 8, score }))]).toEqual([name, want]);
    }
  });

  test('where the last place is tied with many others', () => {
    const series = Float64Array.from({ length: 3000 }, (_, t) => ((t * 7) % 50 === 0 ? 1 + (t % 3) : 0));
    for (const separation of [1, 3, 20]) {
      const it = { name: '', series, reference: undefined, w: 12, k: 1, n: 7, separation, options: {} };
      expect(placesOfBounds(it)).toEqual(placesOfScores(it));
    }
  });
});

describe('a bound of the last place', () => {
  const random = mulberry32(5);

  test('is not ahead of it, whichever scores are known', () => {
    for (let round = 0; round < 3000; round++) {
      const separation = 1 + Math.floor(4 * random());
      const n = 1 + Math.floor(4 * random());
      const scores = Array.from({ length: 40 }, () => Math.floor(6 * random()));
      const known = scores.map((score, start) => ({ start, score })).filter(() => random() < 0.4);
      const bound = boundOfLast(known, n, separation);
      const last = naiveTop(scores, n, separation)[n - 1];
      if (bound === undefined) continue;
      // There are n places then, and the last one is at or before the bound.
      expect(last).toBeDefined();
      expect(byRank({ start: last!.index, score: last!.score }, bound)).toBeLessThanOrEqual(0);
    }
  });

  test('is not what the greedy places of the known scores say', () => {
    // 0 and 2 are known and 2 apart; 1 is higher than both and rules them out: the second place is 5.
    const known = [
      { start: 0, score: 8 },
      { start: 2, score: 7 },
    ];
    expect(greedyPlaces(known, 2, 2)).toEqual(known);
    expect(boundOfLast(known, 2, 2)).toBeUndefined();
    expect(naiveTop([8, 9, 7, 0, 0, 1], 2, 2)).toEqual([
      { index: 1, score: 9 },
      { index: 5, score: 1 },
    ]);
  });

  test('drops windows of its own score behind it only', () => {
    expect([isBehind(3, 10, 3, 9), isBehind(3, 9, 3, 9), isBehind(3, 8, 3, 9)]).toEqual([true, false, false]);
    expect([isBehind(2.9, 1, 3, 9), isBehind(3.1, 99, 3, 9), isBehind(0, 1, 0, Infinity)]).toEqual([true, false, true]);
  });
});

describe('a column counts once', () => {
  // Every window of the first 256 has one near copy, 300 later, and no other window near.
  const series = generators.whiteNoise!(600, 4).slice();
  for (let t = 300; t < 600; t++) series[t] = series[t - 300]! + 1e-4 * series[t]!;
  const w = 10;
  const k = 3;
  const source: TopSource = {
    series,
    reference: undefined,
    windowSize: w,
    normalize: 'none',
    exclusionZone: 0,
    side: 'both',
  };
  const shape = shapeOf(source, surveyOf(source), k, false, true);
  const scalar = scalarTop(shape, fillSeries(shape, source, allocateArray));
  const layout = allocateTop(shape, 1, false);
  fillSeries(shape, source, viewArrays(layout.memory.buffer, layout.seriesAt));
  const twins = [
    ['in plain JavaScript', scalar],
    ['in WebAssembly', wasmTop(topModule()!, layout, 0)],
  ] as const;
  const rows = naiveNeighbors(series, w, k);
  const scores = scoreOf(rows, series.length, w).slice(w - 1);

  /** An index that knows the near copy only, and says so eight times: in the answers whose numbers are from … to. */
  class OneColumn extends Guesser {
    readonly #from: number;
    readonly #to: number;
    #number = 0;

    constructor(state: TopState, kernel: TopKernel, from = 0, to = Infinity) {
      super(state, kernel);
      buildGuesses(state, kernel);
      this.#from = from;
      this.#to = to;
    }

    override ask(i: number): number {
      const isSaid = this.#number >= this.#from && this.#number < this.#to;
      this.#number++;
      this.columns.fill(i + 300);
      return isSaid ? 8 : 0;
    }
  }

  describe.each(twins)('%s', (_name, { state, kernel }) => {
    const holdBlocks = (guesser: Guesser, budget: number): void => {
      const blocks = new BlockSearch(state, kernel, guesser);
      const { rows: starts, bounds } = blocks.cover([0, 1], undefined, budget, 0, true);
      expect(starts.length).toBe(256);
      for (const [p, i] of starts.entries()) expect(bounds[p]).toBeGreaterThanOrEqual(scores[i]! * (1 - 1e-12));
    };

    test('in the bounds of a block, where the index says it again and again', () => {
      for (const budget of [8, 16, 64]) holdBlocks(new OneColumn(state, kernel), budget);
    });

    test('only of the windows that are not out, and never above what was known', () => {
      const blocks = new BlockSearch(state, kernel, new OneColumn(state, kernel));
      const known = [new Float64Array(128).fill(-Infinity), new Float64Array(128).fill(-Infinity)];
      known[0]![32] = Infinity;
      known[0]![34] = scores[34]! + 1e-9;
      known[1]![31] = 1e9;
      const left = blocks.cover([0, 1], known, 16, 0, true);
      expect(left.rows).toEqual([32, 34, 159]);
      expect(left.numLeft).toBe(3);
      expect(left.bounds[1]).toBeLessThanOrEqual(scores[34]! + 1e-9);
      const { windows } = blocks.cover([0, 1], known, 16, 0, false);
      expect(windows.flatMap((bounds) => [...bounds]).flatMap((bound, t) => (bound === -Infinity ? [] : [t]))).toEqual([
        32, 34, 159,
      ]);
      for (const i of left.rows) expect(windows[i >> 7]![i & 127]).toBeGreaterThanOrEqual(scores[i]! * (1 - 1e-12));
      expect(windows[0]![34]).toBeLessThanOrEqual(scores[34]! + 1e-9);
      const none = blocks.cover([1], windows.slice(1), 64, 1e9 + 1, false);
      expect([none.numLeft, none.rows.length, none.windows.length]).toEqual([0, 0, 0]);
    });

    test('where a group of lags that is drawn again holds it', () =>
      holdBlocks(new OneColumn(state, kernel, 0, 0), 8192));

    test('where the index says it, and then a group holds it', () =>
      holdBlocks(new OneColumn(state, kernel, 0, 1), 8192));

    test('where a group holds it, and then the index says it', () =>
      holdBlocks(new OneColumn(state, kernel, 60), 8192));

    test('among the neighbors of a row, whatever proposes it', () => {
      const search = new RowSearch(state, kernel, new OneColumn(state, kernel));
      const batch = emptyBatch(3, k);
      batch.starts.set([0, 1, 2]);
      const steps = { learn: true, leaves: 4, chunks: 0, adaptive: false };
      for (let round = 0; round < 3; round++) search.advance(batch, steps, 0, Infinity);
      for (const r of [0, 1, 2]) {
        const columns = batch.columns.subarray(r * k, r * k + k);
        expect(new Set(columns).size).toBe(k);
        expect(batch.bounds[r]).toBeGreaterThanOrEqual(scores[r]!);
      }
      search.advance(batch, { ...steps, chunks: Infinity }, 0, Infinity);
      expect(Array.from(batch.bounds)).toEqual(Array.from(scores.slice(0, 3)));
    });
  });

  test('whose values the memory need not hold: a series with holes is read where it is', () => {
    const gaps = generators.gaps!(3000, 5);
    const reference = generators.gaps!(2000, 6);
    for (const other of [undefined, reference]) {
      const holes = { ...source, series: gaps, reference: other };
      const survey = surveyOf(holes);
      const query = { n: 8, separation: w };
      const [inside, outside] = [0, undefined].map((numThreads) =>
        topPlaces(prepareTop(holes, survey, k, false, numThreads), survey.numRows, query),
      );
      expect(prepareTop(holes, survey, k, false).shape.hasValues).toBe(false);
      expect(prepareTop(holes, survey, k, false, 0).shape.hasValues).toBe(true);
      expect(outside).toEqual(inside);
      expect(outside!.length).toBe(8);
    }
  });

  test('and embed(series) has as many windows as are counted', () => {
    const gaps = generators.gaps!(500, 2);
    const { numRows } = surveyOf({ ...source, series: gaps });
    expect(numRows).toBe(embed(gaps, w, 'none').starts.length);
  });
});
